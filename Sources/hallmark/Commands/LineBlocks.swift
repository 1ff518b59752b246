import Corpus
import Foundation
import Observations
import Synchronization

/// Whole lines of a file in large blocks, with room after each that may be read.
struct LineBlocks: ~Copyable {
    static let padding = 64
    private static let blockSize = 8 << 20
    /// A longer line is an error, not a reason to use more memory.
    private static let maximumLine = 64 << 20

    private let descriptor: Int32
    private var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: blockSize + padding)
    private var filled = 0
    /// How much of what is filled was given out.
    private var given = 0
    private var isAtEnd = false

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { buffer.deallocate() }

    /// The next block of whole lines, good until the next call; nil at the end.
    mutating func next() throws -> UnsafeBufferPointer<UInt8>? {
        keepRest()
        while !isAtEnd {
            if filled + Self.padding == buffer.count {
                if let end = lastLineEnd() { return give(end) }
                try grow()
            }
            let room = buffer.count - Self.padding - filled
            let count = read(descriptor, buffer.baseAddress.map { $0 + filled }, room)
            if count < 0 {
                if errno == EINTR { continue }
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
            if count == 0 { isAtEnd = true }
            LineReader.bytesRead.add(count, ordering: .relaxed)
            filled += count
        }
        return filled > 0 ? give(filled) : nil
    }

    private mutating func keepRest() {
        guard given > 0, let base = buffer.baseAddress else { return }
        base.update(from: base + given, count: filled - given)
        filled -= given
        given = 0
    }

    private func lastLineEnd() -> Int? {
        UnsafeBufferPointer(rebasing: buffer[..<filled]).lastIndex(of: 0x0a).map { $0 + 1 }
    }

    private mutating func give(_ end: Int) -> UnsafeBufferPointer<UInt8> {
        given = end
        return UnsafeBufferPointer(rebasing: buffer[..<end])
    }

    private mutating func grow() throws {
        guard buffer.count < Self.maximumLine else { throw POSIXError(.EFBIG) }
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * buffer.count)
        _ = larger.update(fromContentsOf: buffer)
        buffer.deallocate()
        buffer = larger
    }
}
