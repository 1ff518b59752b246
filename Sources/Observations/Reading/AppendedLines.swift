import Bytes
import Glibc

/// Files to which several programs may add lines at the same time.
package enum AppendedLines {
    /// Adds whole lines to a file, which is made if need be, and waits until the disk has them.
    ///
    /// - Parameter check: is given the first bytes of a file that holds something, before anything is added;
    ///   nobody else adds to it meanwhile.
    /// - Throws: also for what is no regular file: a pipe is not waited for.
    package static func add(_ lines: String, to path: String, check: ([UInt8]) throws -> Void = { _ in })
        throws
    {
        guard !lines.isEmpty else { return }
        guard path != "-" else {
            throw FileError(path, "is no file here: name one, or ./- for a file of that name")
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw FileError(path, errno) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw FileError(path, errno) }
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path, "is no regular file") }
        let size = Int(status.st_size)
        if size > 0 { try check(try bytes(descriptor, at: 0, InputFormat.headSize, of: path)) }
        // A line that somebody left without its end stays one of its own.
        let isEnded = try size == 0 || bytes(descriptor, at: size - 1, 1, of: path) == [0x0a]
        let bytes = (isEnded ? [] : [0x0a]) + Array(lines.utf8)
        guard bytes.withUnsafeBytes({ DescriptorIO.write(descriptor, $0) }), fsync(descriptor) == 0 else {
            throw FileError(path, errno)
        }
    }

    private static func bytes(
        _ descriptor: Int32,
        at place: Int,
        _ count: Int,
        of path: String
    ) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = bytes.withUnsafeMutableBytes { DescriptorIO.read(descriptor, at: place, into: $0) }
        guard read >= 0 else { throw FileError(path, errno) }
        bytes.removeLast(count - read)
        return bytes
    }
}
