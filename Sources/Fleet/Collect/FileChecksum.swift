import CZlib
import Glibc

/// By which a file is known that has changed since it was written: its length, and the CRC-32 of its bytes.
///
/// It finds what a disk, a full volume or a hand has done, and is no proof against who means it.
struct FileChecksum: Equatable {
    private(set) var bytes = 0
    private(set) var checksum = 0

    /// Goes on with what is appended to the file.
    mutating func append(_ more: UnsafeRawBufferPointer) {
        bytes += more.count
        let start = more.baseAddress?.assumingMemoryBound(to: UInt8.self)
        checksum = Int(crc32_z(UInt(bitPattern: checksum), start, more.count))
    }

    /// Of the first bytes of a file.
    ///
    /// - Parameter most: bytes, or the file's end if that comes first.
    /// - Returns: nil for what can't be read.
    init?(file path: String, most: Int = .max) {
        // A FIFO that stands there now is not waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { piece.deallocate() }
        while bytes < most {
            let count = read(descriptor, piece.baseAddress, min(piece.count, most - bytes))
            guard count >= 0 else {
                if errno == EINTR { continue }
                return nil
            }
            guard count > 0 else { break }
            append(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
    }

    init(bytes: Int = 0, checksum: Int = 0) { (self.bytes, self.checksum) = (bytes, checksum) }

    /// What tells whether something else stands at a path than before; empty where nothing does.
    static func stamp(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "" }
        let time = status.st_mtim
        return "\(status.st_ino) \(status.st_size) \(time.tv_sec).\(time.tv_nsec)"
    }
}
