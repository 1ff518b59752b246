import Glibc

/// Whole lines of an input in large blocks, with room after each that may be read.
///
/// The one place where bytes become lines. Of a file a block is megabytes, of a pipe or a file that grows
/// what is there: nothing that has been written waits for what has not. What was read before a fault is given
/// out before the fault is thrown. Lines longer than 64 MiB are skipped and told.
package struct LineBlocks: ~Copyable {
    private static let blockSize = 8 << 20
    /// A longer line is an error, not a reason to use more memory.
    private static let maximumLine = 64 << 20

    private let source: InputBytes
    private var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(
        capacity: blockSize + RecordPicker.padding
    )
    private var filled = 0
    /// How much of what is filled was given out.
    private var given = 0
    /// Lines and bytes before the buffer.
    private var lines = 0
    private var place = 0
    /// Where the first line stands in the file; nil for what can't be read again by its places.
    private var origin: Int?
    private var hasBegun = false
    private var isAtEnd = false
    private var isSkipping = false
    private var fault: FileError?
    /// The numbers of the lines that were too long: each stands before the block that was given out last.
    package private(set) var skipped: [Int] = []

    /// Reads what is left of an input.
    package init(_ source: InputBytes) { self.source = source }

    /// - Parameter path: the file, or `-` for standard input.
    package init(_ path: String) throws(FileError) { self.init(try InputBytes(path)) }

    deinit { buffer.deallocate() }

    /// Whether lines can be read again at their places: not those of a pipe, of a packed file, or of JSON in
    /// another form.
    package mutating func isPlainFile() throws(FileError) -> Bool {
        if !hasBegun {
            hasBegun = true
            if try source.isPlainFile() { origin = source.markSize }
        }
        return origin != nil
    }

    /// The next block of whole lines, good until the next call; nil at the end.
    package mutating func next() throws(FileError) -> RecordBlock? {
        _ = try isPlainFile()
        keepRest()
        while !isAtEnd {
            if filled + RecordPicker.padding >= buffer.count {
                if let end = lastLineEnd(0) { return give(end) }
                makeRoom()
            }
            let before = filled
            fill()
            // More may take long to come.
            if !isAtEnd, !source.isReady, let end = lastLineEnd(before) { return give(end) }
        }
        if let fault {
            // The line in which the fault lies is not whole.
            if let end = lastLineEnd(0) { return give(end) }
            throw fault
        }
        return filled > 0 ? give(filled) : nil
    }

    private mutating func fill() {
        let room = UnsafeMutableBufferPointer(rebasing: buffer[filled..<buffer.count - RecordPicker.padding])
        do throws(FileError) {
            let count = try source.read(into: UnsafeMutableRawBufferPointer(room))
            if count == 0 { isAtEnd = true }
            filled += count
        } catch {
            fault = error
            isAtEnd = true
        }
        guard isSkipping else { return }
        if let end = Self.feed(UnsafeBufferPointer(rebasing: buffer[..<filled])) {
            isSkipping = false
            given = end + 1
            drop()
        } else {
            place += filled
            filled = 0
        }
    }

    /// Takes separators of JSON texts (RFC 7464) at the begins of lines for blanks.
    package static func blankSeparators(_ lines: UnsafeMutableBufferPointer<UInt8>) {
        guard let base = lines.baseAddress else { return }
        var place = 0
        while let hit = memchr(base + place, Int32(InputFormat.separator), lines.count - place) {
            let found = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
            var before = found
            while before > 0, InputFormat.isBlank(base[before - 1]), base[before - 1] != 0x0a { before -= 1 }
            if before == 0 || base[before - 1] == 0x0a { base[found] = 0x20 }
            place = found + 1
        }
    }

    /// Counts what was given out, and keeps what was not.
    private mutating func keepRest() {
        guard given > 0 else { return }
        lines += Self.countLines(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<given]))
        drop()
    }

    private mutating func drop() {
        guard let base = buffer.baseAddress else { return }
        base.update(from: base + given, count: filled - given)
        filled -= given
        place += given
        given = 0
    }

    /// Behind the last line that ends in the buffer.
    ///
    /// - Parameter start: before it no line ends but those that are known.
    private func lastLineEnd(_ start: Int) -> Int? {
        UnsafeBufferPointer(rebasing: buffer[start..<filled]).lastIndex(of: 0x0a).map { start + $0 + 1 }
    }

    private mutating func give(_ end: Int) -> RecordBlock {
        given = end
        Self.blankSeparators(UnsafeMutableBufferPointer(rebasing: buffer[..<end]))
        return RecordBlock(
            UnsafeBufferPointer(rebasing: buffer[..<end]),
            firstLine: lines + 1,
            offset: origin.map { $0 + place }
        )
    }

    /// Grows for a long line, or gives it up.
    private mutating func makeRoom() {
        guard buffer.count < Self.maximumLine else {
            lines += 1
            skipped.append(lines)
            place += filled
            filled = 0
            isSkipping = true
            return
        }
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(
            capacity: min(2 * buffer.count, Self.maximumLine) + RecordPicker.padding
        )
        _ = larger.update(fromContentsOf: UnsafeBufferPointer(rebasing: buffer[..<filled]))
        buffer.deallocate()
        buffer = larger
    }

    private static func feed(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let base = bytes.baseAddress, let feed = memchr(base, 0x0a, bytes.count) else { return nil }
        return UnsafeRawPointer(feed) - UnsafeRawPointer(base)
    }

    private static func countLines(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        var (count, start) = (0, 0)
        while let feed = memchr(base + start, 0x0a, bytes.count - start) {
            count += 1
            start = UnsafeRawPointer(feed) - base + 1
        }
        return count
    }
}
