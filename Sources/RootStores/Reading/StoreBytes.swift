import Bytes
import Glibc
package import Observations

/// Reads big-endian and little-endian numbers and counted bytes from a store, within its bounds.
///
/// A store is foreign: each step says nil where the bytes end, and none of them traps.
struct StoreBytes {
    let bytes: [UInt8]
    private(set) var place = 0
    let end: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        end = bytes.count
    }

    var isAtEnd: Bool { place >= end }

    /// How many bytes are left.
    var rest: Int { end - place }

    /// A number of `count` bytes, at most four, the highest first.
    mutating func number(_ count: Int) -> Int? {
        guard let part = take(count) else { return nil }
        return part.reduce(0) { $0 << 8 | Int($1) }
    }

    /// A number of four bytes, the lowest first.
    mutating func littleNumber() -> Int? {
        guard let part = take(4) else { return nil }
        return part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= rest else { return nil }
        defer { place += count }
        return bytes[place..<place + count]
    }

    /// Text with its length in two bytes in front, as Java's `DataOutput.writeUTF` writes it.
    mutating func shortText() -> String? {
        guard let count = number(2), let part = take(count) else { return nil }
        return String(decoding: part, as: UTF8.self)
    }
}

/// Files of stores, read whole within a bound.
package enum StoreFile {
    /// The largest store that is read: Debian's bundle has 0.2 MiB, a well-used profile of Firefox 30 MiB.
    package static let limit = 128 << 20

    /// - Throws: for what can't be opened, is no regular file, or is larger than `limit`.
    package static func bytes(of path: String, called name: String) throws(FileError) -> [UInt8] {
        // A pipe would be waited for.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(name, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(name, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(name, EISDIR) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(name, "is no regular file") }
        guard status.st_size <= limit else {
            throw FileError(name, "is larger than \(limit >> 20) MiB, the most that is read of a store")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(name, errno) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw FileError(name, "grows while it is read") }
        }
    }
}
