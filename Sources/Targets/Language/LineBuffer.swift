import Bytes

/// Bytes as they come, taken out line by line.
struct LineBuffer: Sendable {
    enum Line: Equatable {
        case text([UInt8])
        /// A line over the bound, of which nothing is kept.
        case tooLong
    }

    /// The longest line; a file that isn't text must not fill the memory.
    static let maximumLength = 64 * 1024

    /// How many lines were taken out.
    private(set) var number = 0
    private var bytes: [UInt8] = []
    private var head = 0
    /// Where the search for the line's end goes on.
    private var searched = 0
    private var isOverlong = false

    mutating func append(_ more: UnsafeRawBufferPointer) {
        if head > 0 {
            bytes.removeFirst(head)
            searched -= head
            head = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next line without its end.
    ///
    /// - Parameter atEnd: whether no more bytes will come, so that the rest is a line too.
    mutating func next(atEnd: Bool) -> Line? {
        let end = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: searched)
        guard let end else {
            searched = bytes.count
            guard atEnd else {
                if bytes.count - head > LineBuffer.maximumLength { dropRest() }
                return nil
            }
            guard head < bytes.count || isOverlong else { return nil }
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

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte >= 0x09 && byte <= 0x0d
    }
}
