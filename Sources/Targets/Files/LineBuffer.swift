import Bytes

/// Bytes as they come, taken out line by line.
struct LineBuffer: Sendable {
    enum Line: Equatable {
        case text([UInt8])
        /// A line over the bound, of which nothing is kept.
        case tooLong
    }

    /// The longest line, in bytes.
    ///
    /// A row that a scanner wrote in JSON fits, certificates and all; a file that isn't text must not fill
    /// the memory.
    static let maximumLength = 1024 * 1024

    /// How many lines were taken out.
    private(set) var number = 0
    private var bytes: [UInt8] = []
    private var head = 0
    /// Where the search for the line's end goes on.
    private var searched = 0
    private var isOverlong = false
    private let decoder = ListDecoder()

    /// Why the list can't be read beyond the lines that were taken out.
    var damage: String? { decoder.damage }

    /// - Parameter isLast: whether no more bytes will come.
    mutating func append(_ more: UnsafeRawBufferPointer, isLast: Bool = false) {
        if head > 0 {
            bytes.removeFirst(head)
            searched -= head
            head = 0
        }
        decoder.decode(more, isLast: isLast) { bytes.append(contentsOf: $0) }
    }

    /// Says that no more bytes will come.
    mutating func finish() {
        append(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
    }

    /// The next line without its end.
    ///
    /// - Parameter atEnd: whether no more bytes will come, so that the rest is a line too; the rest of a list
    ///   that can't be read further is half of one.
    mutating func next(atEnd: Bool) -> Line? {
        let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: searched)
        guard let end else {
            searched = bytes.count
            guard atEnd else {
                if bytes.count - head > LineBuffer.maximumLength { dropRest() }
                return nil
            }
            guard damage == nil, head < bytes.count || isOverlong else { return nil }
            return take(bytes.count, bytes.count)
        }
        return take(end, end + 1)
    }

    private mutating func take(_ end: Int, _ next: Int) -> Line {
        defer {
            head = next
            searched = next
            isOverlong = false
        }
        number += 1
        guard !isOverlong, end - head <= LineBuffer.maximumLength else { return .tooLong }
        return .text(Array(bytes[head..<end]))
    }

    private mutating func dropRest() {
        isOverlong = true
        bytes.removeAll(keepingCapacity: true)
        head = 0
        searched = 0
    }
}

/// The items of a line: what stands between blanks, up to a `#` that starts an item.
enum LineItems {
    static func ranges(in line: Span<UInt8>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        // A byte order mark, as some editors put at a file's start.
        var index = line.count >= 3 && line[0] == 0xef && line[1] == 0xbb && line[2] == 0xbf ? 3 : 0
        while index < line.count {
            while index < line.count, isBlank(line[index]) { index += 1 }
            guard index < line.count, line[index] != UInt8(ascii: "#") else { break }
            let start = index
            while index < line.count, !isBlank(line[index]) { index += 1 }
            ranges.append(start..<index)
        }
        return ranges
    }

    /// The line up to the last item before a comment.
    static func withoutComment(_ line: [UInt8]) -> [UInt8] {
        guard line.contains(UInt8(ascii: "#")) else { return line }
        return Array(line.prefix(ranges(in: line.span).last?.upperBound ?? 0))
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte >= 0x09 && byte <= 0x0d
    }
}
