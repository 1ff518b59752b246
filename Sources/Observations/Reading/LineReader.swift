import Glibc

/// The lines of a file or of standard input one by one, without copying them.
///
/// `LineBlocks` for who takes a line when it wants one; whoever can take many takes the blocks.
package struct LineReader: ~Copyable {
    private var blocks: LineBlocks
    /// What is left of the block, and where it begins in the file.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    private var offset: Int?

    /// The number of the line that was given out last, from 1; empty lines count.
    package private(set) var number = 0
    /// Where in the file the line begins that was given out last; nil where it can't be read again.
    package private(set) var lineOffset: Int?

    /// - Parameter path: the file, or `-` for standard input.
    package init(_ path: String) throws(FileError) { self.init(try InputBytes(path)) }

    /// Reads what is left of an input.
    package init(_ source: InputBytes) { blocks = LineBlocks(source) }

    /// The numbers of the lines that were too long to be read.
    package var skipped: [Int] { blocks.skipped }

    /// Calls `body` with the next line, without its end, which has `RecordPicker.padding` readable bytes
    /// after it.
    ///
    /// - Returns: what `body` returned, or nil at the end of the file. Lines of blanks are left out.
    package mutating func next<R>(
        _ body: (UnsafeRawBufferPointer) throws -> R
    ) throws -> R? {
        try nextNumbered { line, _ in try body(line) }
    }

    /// As `next`; `body` is told the line's number, too.
    package mutating func nextNumbered<R>(
        _ body: (UnsafeRawBufferPointer, Int) throws -> R
    ) throws -> R? {
        while true {
            while let base = rest.baseAddress, rest.count > 0 {
                let feed = memchr(base, 0x0a, rest.count)
                let end = feed.map { UnsafeRawPointer($0) - base } ?? rest.count
                let line = UnsafeRawBufferPointer(rebasing: rest[..<end])
                let next = min(end + 1, rest.count)
                rest = UnsafeRawBufferPointer(rebasing: rest[next...])
                number += 1
                lineOffset = offset
                offset = offset.map { $0 + next }
                if !RecordBlock.isBlank(line) { return try body(line, number) }
            }
            guard let block = try blocks.next() else { return nil }
            rest = UnsafeRawBufferPointer(block.bytes)
            offset = block.offset
            number = block.firstLine - 1
        }
    }
}
