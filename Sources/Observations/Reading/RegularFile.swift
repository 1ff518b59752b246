import Glibc

/// Tells files that can be read again from pipes and devices.
///
/// Nothing is opened for it: a pipe that was opened and closed again
/// has no writer left for who reads it then.
package enum RegularFile {
    /// - Throws: what the system says of a path that leads nowhere.
    package static func isOne(at path: String) throws(FileError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(path, errno) }
        return status.st_mode & S_IFMT == S_IFREG
    }
}
