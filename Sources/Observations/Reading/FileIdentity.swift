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
