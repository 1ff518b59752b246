import Bytes
import Glibc

/// A file's length and SHA-256, read piece by piece: a file that is cut while it is mapped would be a trap.
package struct FileDigest: Sendable {
    package let size: Int
    package let sha256: [UInt8]

    /// - Returns: nil for a pipe, a device and standard input, which are read only once.
    package init?(ofRegularFile path: String) throws(FileError) {
        guard try RegularFile.isOne(at: path) else { return nil }
        // It may have become a pipe since, which must not be waited for.
        let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { throw FileError(path, errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var hash = SHA256Stream()
        var size = 0
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { room.deallocate() }
        while true {
            let count = DescriptorIO.read(file, into: room)
            if count == 0 { break }
            guard count > 0 else { throw FileError(path, errno) }
            hash.add(UnsafeRawBufferPointer(rebasing: room[..<count]))
            size += count
        }
        self.size = size
        sha256 = hash.finish()
    }
}
