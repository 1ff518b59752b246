import Bytes

/// Goes through bytes of QUIC: numbers of one to eight bytes, and ranges (RFC 9000, section 16).
struct QUICCursor {
    private(set) var place: Int
    let end: Int

    init(_ range: Range<Int>) { (place, end) = (range.lowerBound, range.upperBound) }

    /// How many bytes are left.
    var count: Int { end - place }

    mutating func byte(_ bytes: Span<UInt8>) -> Int? {
        guard place < end else { return nil }
        place += 1
        return Int(bytes[place - 1])
    }

    /// A number whose first two bits say how long it is; less than 2^62.
    mutating func number(_ bytes: Span<UInt8>) -> Int? {
        guard place < end else { return nil }
        let length = 1 << Int(bytes[place] >> 6)
        guard length <= count else { return nil }
        var value = Int(bytes[place] & 0x3f)
        for index in place + 1..<place + length { value = value << 8 | Int(bytes[index]) }
        place += length
        return value
    }

    mutating func take(_ length: Int?) -> Range<Int>? {
        guard let length, length <= count else { return nil }
        place += length
        return place - length..<place
    }
}
