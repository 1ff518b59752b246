package import Bytes

/// Gathers lines that a source makes, and gives them out as blocks.
///
/// A source that translates something into records appends each line here and calls `giveIfFull` after it,
/// and `give` at the end.
package struct LineBatch: ~Copyable {
    /// The lines so far, each with its end.
    package var lines = ByteBuffer(capacity: 1 << 16)
    private var block: UnsafeMutableBufferPointer<UInt8>
    private var given = 0

    /// How many bytes make a block: enough for several cores, few enough to stay in a cache.
    private static let size = 1 << 20

    package init() { block = .allocate(capacity: 0) }

    deinit { block.deallocate() }

    /// Gives the lines out if there are many.
    package mutating func giveIfFull(_ take: (RecordBlock) throws -> Void) rethrows {
        if lines.count >= Self.size { try give(take) }
    }

    /// Gives the lines out.
    package mutating func give(_ take: (RecordBlock) throws -> Void) rethrows {
        let count = lines.count
        guard count > 0 else { return }
        if block.count < count + RecordPicker.padding {
            block.deallocate()
            block = .allocate(capacity: count + RecordPicker.padding)
        }
        lines.withSpan { span in
            span.withUnsafeBufferPointer { _ = block.update(fromContentsOf: $0) }
        }
        block[count..<count + RecordPicker.padding].update(repeating: 0x20)
        lines.removeAll()
        let bytes = UnsafeBufferPointer(rebasing: block[..<count])
        let first = given + 1
        given += bytes.count { $0 == 0x0a }
        try take(RecordBlock(bytes, firstLine: first))
    }
}
