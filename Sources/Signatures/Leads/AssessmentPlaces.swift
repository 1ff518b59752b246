import Glibc

/// Where in a line of JSON an assessment goes, and what older one is to be taken out.
///
/// The line has been parsed before, so that only its outer structure needs to be followed.
struct AssessmentPlaces {
    /// What is taken out, in order: older members with their commas.
    private(set) var cuts: [Range<Int>] = []
    /// Before the brace that ends `hallmark`, or the whole object when there is none.
    private(set) var end = 0
    private(set) var makesHallmark = true
    /// Where the five letters of `event.kind` begin, when they are `event` or `alert`.
    private(set) var kind: Int?

    private static func isOurs(_ member: Range<Int>, _ line: borrowing Span<UInt8>) -> Bool {
        line.has("matches", at: member) || line.has("leads", at: member)
            || line.has("assessment", at: member)
    }

    /// Nil when the structure can't be followed.
    init?(_ line: borrowing Span<UInt8>) {
        var scanner = Scanner(place: 0)
        guard scanner.take(0x7b, line) else { return nil }
        while let key = scanner.key(line) {
            let isEvent = line.has("event", at: key)
            let isHallmark = line.has("hallmark", at: key)
            if isEvent || isHallmark {
                guard scanner.take(0x7b, line) else { return nil }
                while true {
                    let start = scanner.place
                    guard let member = scanner.key(line) else { break }
                    scanner.space(line)
                    let value = scanner.place
                    guard scanner.skipValue(line) else { return nil }
                    if isEvent, line.has("kind", at: member) {
                        kind = Self.kind(line, value..<scanner.place)
                    }
                    if isHallmark, Self.isOurs(member, line) {
                        cuts.append(start..<scanner.place)
                    }
                }
                if isHallmark {
                    end = scanner.place
                    makesHallmark = false
                }
                guard scanner.take(0x7d, line) else { return nil }
            } else if line.has("event.kind", at: key) {
                scanner.space(line)
                let value = scanner.place
                guard scanner.skipValue(line) else { return nil }
                kind = Self.kind(line, value..<scanner.place)
            } else {
                guard scanner.skipValue(line) else { return nil }
            }
        }
        if makesHallmark { end = scanner.place }
        guard scanner.take(0x7d, line) else { return nil }
        mendCommas(line)
    }

    /// Where the letters of a value begin, when they are `event` or `alert`.
    private static func kind(_ line: borrowing Span<UInt8>, _ value: Range<Int>) -> Int? {
        line.has("\"event\"", at: value) || line.has("\"alert\"", at: value) ? value.lowerBound + 1 : nil
    }

    /// A cut that begins the object takes the comma after it instead of the one before.
    private mutating func mendCommas(_ line: borrowing Span<UInt8>) {
        for index in cuts.indices {
            var cut = cuts[index]
            if line[cut.lowerBound] != 0x2c {
                var next = cut.upperBound
                while next < line.count, isSpace(line[next]) { next += 1 }
                if next < line.count, line[next] == 0x2c, !cuts.contains(where: { $0.lowerBound == next }) {
                    cut = cut.lowerBound..<(next + 1)
                }
                cuts[index] = cut
            }
        }
        // When all members before a kept one are cut, the first kept one must lose its comma.
        guard cuts.count > 1 else { return }
        var merged: [Range<Int>] = []
        for cut in cuts {
            if let last = merged.last, last.upperBound >= cut.lowerBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, cut.upperBound)
            } else {
                merged.append(cut)
            }
        }
        if let first = merged.first, line[first.lowerBound] != 0x2c, first.upperBound < line.count,
            line[first.upperBound] == 0x2c
        {
            merged[0] = first.lowerBound..<(first.upperBound + 1)
        }
        cuts = merged
    }
}

extension Span where Element == UInt8 {
    /// Whether the bytes of a range are those of `text`.
    fileprivate func has(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for place in 0..<range.count where self[range.lowerBound + place] != text.utf8Start[place] {
            return false
        }
        return true
    }

    /// The first quote from `place` on.
    fileprivate func firstQuote(from place: Int) -> Int? {
        guard place < count else { return nil }
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let quote = memchr(base + place, 0x22, count - place) else {
                return nil
            }
            return UnsafeRawPointer(quote) - base
        }
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }

/// Steps over JSON that is known to be well formed; whatever it is, it stays within it.
private struct Scanner {
    var place: Int

    mutating func space(_ line: borrowing Span<UInt8>) {
        while place < line.count, isSpace(line[place]) { place += 1 }
    }

    mutating func take(_ byte: UInt8, _ line: borrowing Span<UInt8>) -> Bool {
        space(line)
        guard place < line.count, line[place] == byte else { return false }
        place += 1
        return true
    }

    /// Where the next member's name lies, with the comma before it and the colon taken; nil at the object's end.
    mutating func key(_ line: borrowing Span<UInt8>) -> Range<Int>? {
        var probe = self
        _ = probe.take(0x2c, line)
        probe.space(line)
        let start = probe.place
        guard start < line.count, line[start] == 0x22, probe.skipValue(line) else { return nil }
        let name = start + 1..<max(start + 1, probe.place - 1)
        guard probe.take(0x3a, line) else { return nil }
        self = probe
        return name
    }

    /// Steps over the string that begins here; past the line's end when it is left open.
    private mutating func skipString(_ line: borrowing Span<UInt8>) {
        place += 1
        while let quote = line.firstQuote(from: place) {
            // An odd number of backslashes before the quote makes it a part of the string.
            var first = quote
            while first > place, line[first - 1] == 0x5c { first -= 1 }
            place = quote + 1
            if (quote - first) % 2 == 0 { return }
        }
        place = line.count + 1
    }

    mutating func skipValue(_ line: borrowing Span<UInt8>) -> Bool {
        space(line)
        var depth = 0
        while place < line.count {
            switch line[place] {
            case 0x22:
                skipString(line)
            case 0x7b, 0x5b:
                depth += 1
                place += 1
                continue
            case 0x7d, 0x5d:
                guard depth > 0 else { return true }
                depth -= 1
                place += 1
            case 0x2c:
                guard depth > 0 else { return true }
                place += 1
                continue
            default:
                place += 1
                continue
            }
            if depth == 0 { return place <= line.count }
        }
        return place == line.count && depth == 0
    }
}
