package import Bytes

/// Walks the elements of one level.
///
/// It is lenient, for real certificates break DER: any form of length is read,
/// and an element that reaches past its holder's end is cut there. What was
/// wrong is noted in `faults`. Nothing traps, and each step moves forward.
package struct DERCursor {
    package private(set) var place: Int
    package let end: Int

    package init(_ range: ByteRange) {
        place = range.indices.lowerBound
        end = range.indices.upperBound
    }

    /// Whether nothing is left; a single byte that can't be an element is something.
    package var isAtEnd: Bool { place >= end }

    /// What is left.
    package var rest: ByteRange { ByteRange(min(place, end), end) }

    /// The next element's first identifier byte, or zero at the end.
    package func peek(_ bytes: Span<UInt8>) -> UInt8 {
        place < end && place < bytes.count ? bytes[place] : 0
    }

    /// The next element, or nil when fewer than two bytes are left or the header breaks off.
    package mutating func next(_ bytes: Span<UInt8>, _ faults: inout DERFaults) -> DERElement? {
        guard end - place >= 2, end <= bytes.count else { return nil }
        let tag = bytes[place]
        let length = Int(bytes[place + 1])
        if tag & 0x1f == 0x1f || length >= 0x80 { return nextLong(bytes, &faults) }
        let start = place + 2
        var stop = start + length
        if stop > end {
            faults.insert(.overrun)
            stop = end
        }
        defer { place = stop }
        return DERElement(tag: tag, whole: ByteRange(place, stop), content: ByteRange(start, stop))
    }

    /// The next element when it has this tag; otherwise the cursor stays.
    package mutating func next(
        _ bytes: Span<UInt8>,
        _ faults: inout DERFaults,
        ifTag tag: UInt8
    ) -> DERElement? {
        guard peek(bytes) == tag else { return nil }
        return next(bytes, &faults)
    }

    /// Steps over the next element, if it has this tag, and into it.
    package mutating func enter(_ bytes: Span<UInt8>, _ faults: inout DERFaults, _ tag: UInt8) -> DERCursor? {
        guard let element = next(bytes, &faults, ifTag: tag) else { return nil }
        return DERCursor(element.content)
    }

    /// A header with a tag or a length of several bytes.
    private mutating func nextLong(_ bytes: Span<UInt8>, _ faults: inout DERFaults) -> DERElement? {
        guard let header = DERHeader(bytes, place, end) else { return nil }
        var stop = end
        var contentEnd = end
        if let length = header.length {
            if header.isLongerThanNeeded { faults.insert(.longLength) }
            if length > end - header.contentStart {
                faults.insert(.overrun)
            } else {
                stop = header.contentStart + length
                contentEnd = stop
            }
        } else {
            faults.insert(.openLength)
            (contentEnd, stop) = Self.endOfContents(bytes, header.contentStart, end)
            if stop == contentEnd { faults.insert(.overrun) }
        }
        defer { place = stop }
        return DERElement(
            tag: bytes[place],
            whole: ByteRange(place, stop),
            content: ByteRange(header.contentStart, contentEnd)
        )
    }

    /// Where contents of open length end, and where what follows them begins.
    ///
    /// Both are `limit` when the end is missing. Open lengths nest; a counter in place of recursion keeps
    /// this to one pass over the bytes.
    private static func endOfContents(_ bytes: Span<UInt8>, _ start: Int, _ limit: Int) -> (Int, Int) {
        var place = start
        var depth = 0
        while limit - place >= 2 {
            if bytes[place] == 0, bytes[place + 1] == 0 {
                if depth == 0 { return (place, place + 2) }
                depth -= 1
                place += 2
                continue
            }
            guard let header = DERHeader(bytes, place, limit) else { break }
            if let length = header.length {
                guard length <= limit - header.contentStart else { break }
                place = header.contentStart + length
            } else {
                depth += 1
                place = header.contentStart
            }
        }
        return (limit, limit)
    }
}

/// Identifier and length bytes of any form.
struct DERHeader {
    let contentStart: Int

    /// Nil when the length is left open.
    let length: Int?
    let isLongerThanNeeded: Bool

    /// Nil when the header breaks off before `end`, or its length is beyond what seven bytes can say.
    init?(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) {
        var place = start + 1
        if bytes[start] & 0x1f == 0x1f {
            repeat {
                guard place < end else { return nil }
                place += 1
            } while bytes[place - 1] & 0x80 != 0
        }
        guard place < end else { return nil }
        let first = Int(bytes[place])
        place += 1
        guard first != 0x80 else {
            (contentStart, length, isLongerThanNeeded) = (place, nil, false)
            return
        }
        guard first > 0x80 else {
            (contentStart, length, isLongerThanNeeded) = (place, first, false)
            return
        }
        let digits = first & 0x7f
        guard digits <= 7, digits <= end - place else { return nil }
        var value = 0
        for index in place..<place + digits { value = value << 8 | Int(bytes[index]) }
        contentStart = place + digits
        length = value
        isLongerThanNeeded = value < 0x80 || bytes[place] == 0
    }
}
