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

    /// - Parameter name: what faults call the file.
    /// - Throws: for what can't be opened, is no regular file, or has more than `limit` bytes, unpacked.
    package static func bytes(of path: String, called name: String) throws(FileError) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(name, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(name, EISDIR) }
        // A pipe would be waited for.
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(name, "is no regular file") }
        return try UnpackedBytes.contents(of: path, limit: limit)
    }
}
