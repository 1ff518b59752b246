import Glibc

/// Reads a file or standard input line by line, without copying the lines.
///
/// Lines longer than 64 MiB are skipped and counted: no record of ours is nearly as long.
package struct LineReader: ~Copyable {
    private let source: InputBytes
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var atEnd = false

    /// How many lines were too long to be read.
    package private(set) var skipped = 0
    /// The number of the line that was given out last, from 1; empty lines count.
    package private(set) var number = 0
    /// Where in what is read the next line begins.
    private var offset = 0
    /// Where in what is read the line began that was given out last; in the file, if `isPlainFile` says so.
    package private(set) var lineOffset = 0

    private static let mostBytes = 64 << 20

    /// - Parameter path: the file, or `-` for standard input.
    package init(_ path: String) throws(FileError) { self.init(try InputBytes(path)) }

    /// Reads what is left of an input.
    package init(_ source: InputBytes) {
        self.source = source
        buffer = .allocate(byteCount: 1 << 20 + RecordPicker.padding, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// Whether the lines can be read again at their places: not those of a pipe, of a packed file, or of JSON
    /// in another form.
    package mutating func isPlainFile() throws(FileError) -> Bool {
        let isPlain = try source.isPlainFile()
        if number == 0, end == 0 { offset = source.markSize }
        return isPlain
    }

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
        while let base = buffer.baseAddress {
            let rest = UnsafeRawBufferPointer(start: base + start, count: end - start)
            if let feed = memchr(base + start, 0x0a, rest.count) {
                let length = UnsafeRawPointer(feed) - UnsafeRawPointer(base + start)
                start += length + 1
                lineOffset = offset
                offset += length + 1
                number += 1
                if !Self.isBlank(rest[..<length]) {
                    return try body(UnsafeRawBufferPointer(rebasing: rest[..<length]), number)
                }
            } else if atEnd {
                start = end
                lineOffset = offset
                offset += rest.count
                number += 1
                return Self.isBlank(rest[...]) ? nil : try body(rest, number)
            } else {
                try fill()
            }
        }
        return nil
    }

    private static func isBlank(_ line: Slice<UnsafeRawBufferPointer>) -> Bool {
        // Nearly every line begins with a brace.
        guard let first = line.first else { return true }
        return InputFormat.isBlank(first) && line.allSatisfy(InputFormat.isBlank)
    }

    /// Moves what is left of the buffer to its begin and reads on.
    private mutating func fill() throws(FileError) {
        let rest = end - start
        let room = buffer.count - RecordPicker.padding
        if start > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
        } else if rest == room {
            if room >= Self.mostBytes { return try skipLine() }
            let larger = UnsafeMutableRawBufferPointer.allocate(
                byteCount: 2 * room + RecordPicker.padding,
                alignment: 64
            )
            larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<rest]))
            buffer.deallocate()
            buffer = larger
        }
        (start, end) = (0, rest)
        end += try load(at: rest)
    }

    private mutating func load(at place: Int) throws(FileError) -> Int {
        let room = buffer.count - RecordPicker.padding - place
        let count = try source.read(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[place..<place + room])
        )
        if count == 0 { atEnd = true }
        return count
    }

    /// Drops the line that fills the buffer, up to its end.
    private mutating func skipLine() throws(FileError) {
        skipped += 1
        number += 1
        offset += end
        (start, end) = (0, 0)
        while !atEnd {
            end = try load(at: 0)
            for index in 0..<end where buffer[index] == 0x0a {
                start = index + 1
                offset += start
                return
            }
            offset += end
        }
        end = 0
    }
}
