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

    private static let ours: Set<String> = ["matches", "leads", "assessment"]

    /// Nil when the structure can't be followed.
    init?(_ line: borrowing Span<UInt8>) {
        var scanner = Scanner(place: 0)
        guard scanner.take(0x7b, line) else { return nil }
        while let key = scanner.key(line) {
            if key == "event" || key == "hallmark" {
                guard scanner.take(0x7b, line) else { return nil }
                while true {
                    let start = scanner.place
                    guard let member = scanner.key(line) else { break }
                    scanner.space(line)
                    let value = scanner.place
                    guard scanner.skipValue(line) else { return nil }
                    if key == "event", member == "kind" {
                        kind = Self.kind(line, value..<scanner.place)
                    }
                    if key == "hallmark", Self.ours.contains(member) {
                        cuts.append(start..<scanner.place)
                    }
                }
                if key == "hallmark" {
                    end = scanner.place
                    makesHallmark = false
                }
                guard scanner.take(0x7d, line) else { return nil }
            } else if key == "event.kind" {
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
        let text = String(decoding: value.map { line[$0] }, as: UTF8.self)
        return text == "\"event\"" || text == "\"alert\"" ? value.lowerBound + 1 : nil
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

    /// The next member's name, with the comma before it and the colon taken; nil at the object's end.
    mutating func key(_ line: borrowing Span<UInt8>) -> String? {
        var probe = self
        _ = probe.take(0x2c, line)
        probe.space(line)
        let start = probe.place
        guard start < line.count, line[start] == 0x22, probe.skipValue(line) else { return nil }
        let name = String(decoding: (start + 1..<probe.place - 1).map { line[$0] }, as: UTF8.self)
        guard probe.take(0x3a, line) else { return nil }
        self = probe
        return name
    }

    mutating func skipValue(_ line: borrowing Span<UInt8>) -> Bool {
        space(line)
        var depth = 0
        while place < line.count {
            switch line[place] {
            case 0x22:
                place += 1
                while place < line.count, line[place] != 0x22 { place += line[place] == 0x5c ? 2 : 1 }
                place += 1
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
