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
    /// Where in its file the block begins; nil for what can't be read again by its places.
    package let offset: Int?

    package init(_ bytes: UnsafeBufferPointer<UInt8>, firstLine: Int, offset: Int? = nil) {
        self.bytes = bytes
        self.firstLine = firstLine
        self.offset = offset
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
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            if !Self.isBlank(line) { try body(line, firstLine + count) }
            count += 1
            start = end + 1
        }
        return count
    }

    /// Where in its file a line begins that `forEachLine` gives out.
    package func place(of line: UnsafeRawBufferPointer) -> Int? {
        guard let offset, let start = bytes.baseAddress, let line = line.baseAddress else { return nil }
        return offset + (line - UnsafeRawPointer(start))
    }

    static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool {
        // Nearly every line begins with a brace.
        guard let first = line.first else { return true }
        return InputFormat.isBlank(first) && line.allSatisfy(InputFormat.isBlank)
    }
}
