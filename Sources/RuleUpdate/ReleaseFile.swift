import Bytes
import Glibc
package import Observations

/// Reads the files of an update as they are: packed bytes stay packed, since they were signed so.
package enum ReleaseFile {
    /// - Throws: what the system says, and for more than `limit` bytes.
    package static func bytes(of path: String, limit: Int) throws(FileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileError(path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { room.deallocate() }
        while true {
            let count = DescriptorIO.read(file, into: room)
            if count == 0 { return bytes }
            guard count > 0 else { throw FileError(path, errno) }
            bytes += room[..<count]
            guard bytes.count <= limit else { throw FileError(path, "has more than \(limit) bytes") }
        }
    }

    package static func text(of path: String) throws(FileError) -> String {
        guard let text = String(validating: try bytes(of: path, limit: 1 << 16), as: UTF8.self) else {
            throw FileError(path, "is no text")
        }
        return text
    }
}
