import Bytes

/// Takes the parts of a TLS structure (RFC 8446, section 3) off the front of some bytes, within their bounds.
struct WireCursor {
    private(set) var place: Int
    let end: Int

    init(_ range: Range<Int>) { (place, end) = (range.lowerBound, range.upperBound) }

    var isAtEnd: Bool { place == end }

    /// The next bytes; nil and nothing taken when there are fewer.
    mutating func take(_ count: Int) -> Range<Int>? {
        guard count >= 0, end - place >= count else { return nil }
        place += count
        return place - count..<place
    }

    /// A big-endian number of at most seven bytes.
    mutating func number(_ bytes: Span<UInt8>, _ count: Int) -> Int? {
        guard count <= 7, let range = take(count) else { return nil }
        var value = 0
        for index in range { value = value << 8 | Int(bytes[index]) }
        return value
    }

    mutating func u64(_ bytes: Span<UInt8>) -> UInt64? {
        guard let range = take(8) else { return nil }
        var value: UInt64 = 0
        for index in range { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    /// Bytes behind their length, which itself has `size` bytes.
    mutating func vector(_ bytes: Span<UInt8>, _ size: Int) -> Range<Int>? {
        let before = place
        guard let count = number(bytes, size), let range = take(count) else {
            place = before
            return nil
        }
        return range
    }
}
