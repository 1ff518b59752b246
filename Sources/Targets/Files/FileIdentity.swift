import Glibc

/// Which file it is, however its path is spelled: the device and the number on it.
package struct FileIdentity: Hashable, Codable, Sendable {
    package let device: UInt64
    package let inode: UInt64

    private init?(_ status: stat) {
        // A terminal, a pipe or a device holds nothing that could be lost.
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// Of an open file; nil if it is no regular file.
    package init?(descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    /// Of the file that a path leads to; nil if there is none, or no regular one.
    package init?(path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }
}

/// Locks that keep two runs away from one file; they end with the process, however it ends.
package enum FileLock {
    /// Takes an open file for this process.
    ///
    /// - Returns: false if another run holds it. A file system that has no locks gives the file to everybody.
    package static func take(_ descriptor: Int32) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            return errno != EWOULDBLOCK
        }
        return true
    }
}
