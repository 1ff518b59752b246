/// Unpacks a stream piece by piece, as many members or frames as there are, in memory that does not grow.
package protocol Unpacker: AnyObject {
    /// What people call the format.
    static var name: String { get }

    /// Whether the last member is complete.
    var isComplete: Bool { get }

    /// Fills `output` as far as the input goes.
    ///
    /// - Parameter load: reads packed bytes and returns how many; 0 at the end.
    /// - Returns: how many bytes were written; 0 at the end.
    /// - Throws: `UnpackingError`, and what `load` throws.
    func read(
        into output: UnsafeMutableRawBufferPointer,
        load: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int
    ) throws -> Int
}

extension InputFormat {
    /// What unpacks the format.
    ///
    /// - Returns: nil for what is not packed, and without memory.
    package var unpacker: (any Unpacker)? {
        switch self {
        case .gzip: GzipStream()
        case .zstd: ZstdStream()
        default: nil
        }
    }

    package var isPacked: Bool { self == .gzip || self == .zstd }
}

/// The input is not what the format's programs write.
package struct UnpackingError: Error {
    package let reason: String

    init(_ reason: String = "is damaged") { self.reason = reason }
}
