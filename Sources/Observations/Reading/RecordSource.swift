import Glibc

/// Where observations come from: a file of records, certificates, another program's logs.
///
/// A source gives its records out as lines of NDJSON, whole lines at a time. It may acknowledge a block where
/// it comes from, in a queue or a list of what is done, when `take` has returned: all that wanted the block
/// has taken it then, and not before (Docs/architecture.md).
package protocol RecordSource: AnyObject {
    /// What a person calls it: a path, `standard input`.
    var name: String { get }

    /// Gives out all records in their order.
    ///
    /// - Parameters:
    ///   - take: takes a block, which is good until it returns.
    ///   - unread: is told what was named and could not be read, with its place, when its turn comes.
    /// - Throws: what `take` throws, and nothing else.
    func read(take: (RecordBlock) throws -> Void, unread: (FileError) -> Void) throws
}

/// Whole lines of a source, each a record or blank.
package struct RecordBlock {
    /// The lines, the last perhaps without its end; `RecordPicker.padding` bytes behind them may be read as
    /// well.
    package let bytes: UnsafeBufferPointer<UInt8>
    /// The number of the first line in its source, from 1.
    package let firstLine: Int

    package init(_ bytes: UnsafeBufferPointer<UInt8>, firstLine: Int) {
        self.bytes = bytes
        self.firstLine = firstLine
    }

    /// Calls `body` with each line that is not blank, without its end, and with its number.
    ///
    /// - Returns: how many lines there are, blank ones included.
    @discardableResult
    package func forEachLine(
        _ body: (_ line: UnsafeRawBufferPointer, _ number: Int) throws -> Void
    ) rethrows -> Int {
        let bytes = UnsafeRawBufferPointer(bytes)
        var start = 0
        var count = 0
        while start < bytes.count, let base = bytes.baseAddress {
            let feed = memchr(base + start, 0x0a, bytes.count - start)
            let end = feed.map { UnsafeRawPointer($0) - base } ?? bytes.count
            let line = bytes[start..<end]
            if !Self.isBlank(line) { try body(UnsafeRawBufferPointer(rebasing: line), firstLine + count) }
            count += 1
            start = end + 1
        }
        return count
    }

    private static func isBlank(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        // Nearly every line begins with a brace.
        guard let first = line.first else { return true }
        return InputFormat.isBlank(first) && line.allSatisfy(InputFormat.isBlank)
    }
}
