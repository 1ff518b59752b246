package import Observations

/// Reads the files of an update as they are: packed bytes stay packed, since they were signed so.
package enum ReleaseFile {
    /// - Throws: what the system says, and for more than `limit` bytes.
    package static func bytes(of path: String, limit: Int) throws(FileError) -> [UInt8] {
        try AwaitedFile.bytes(of: path, limit: limit)
    }

    package static func text(of path: String) throws(FileError) -> String {
        guard let text = String(validating: try bytes(of: path, limit: 1 << 16), as: UTF8.self) else {
            throw FileError(path, "is no text")
        }
        return text
    }
}
