import Bytes

/// A time as a query writes it: a date, or less or more of one, or `now-7d`.
///
/// What is left out is the whole of it: `2026-11` is from the month's first to its last millisecond.
struct TimeValue: Equatable {
    /// The first and the last millisecond that are meant.
    let first: Int
    let last: Int

    /// - Parameter now: milliseconds since 1970.
    init?(_ text: String, now: Int) {
        if text.hasPrefix("now") {
            guard let moment = Self.moment(text.dropFirst(3), now: now) else { return nil }
            self = moment
            return
        }
        guard let span = Self.span(text) else { return nil }
        self = span
    }

    private init(_ first: Int, _ last: Int) {
        self.first = first
        self.last = last
    }

    private static let units: [Character: Int] = [
        "s": 1000, "m": 60_000, "h": 3_600_000, "H": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]

    /// `-7d`, `+1h`, `-1d/d`.
    private static func moment(_ text: Substring, now: Int) -> TimeValue? {
        var rest = text
        var time = now
        var terms = 0
        while let sign = rest.first, sign == "-" || sign == "+" {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            terms += 1
            guard let number = Int(digits), number < 1 << 20, terms <= 8 else { return nil }
            rest = rest.dropFirst(digits.count + 1)
            guard let letter = rest.popFirst(), let unit = units[letter] else { return nil }
            time += (sign == "-" ? -1 : 1) * number * unit
        }
        guard let slash = rest.popFirst() else { return TimeValue(time, time) }
        guard slash == "/", rest.count == 1, let letter = rest.first, let unit = units[letter], letter != "w"
        else { return nil }
        let begin = UTCCalendar.floor(time, unit) * unit
        return TimeValue(begin, begin + unit - 1)
    }

    /// A year, a month, a day, a time to the minute, to the second or exact; without an offset it is UTC.
    private static func span(_ text: String) -> TimeValue? {
        let bytes = Array(text.utf8)
        func begin(_ rest: String) -> Int? { RFC3339.milliseconds(text + rest) }
        switch bytes.count {
        case 4:
            guard let first = begin("-01-01"), let year = Int(text) else { return nil }
            return TimeValue(first, UTCCalendar.day(year + 1, 1, 1) * 86_400_000 - 1)
        case 7:
            guard let first = begin("-01"), let month = Int(text.suffix(2)), let year = Int(text.prefix(4))
            else {
                return nil
            }
            return TimeValue(first, first + UTCCalendar.dayCount(ofMonth: month, in: year) * 86_400_000 - 1)
        case 10: return begin("").map { TimeValue($0, $0 + 86_400_000 - 1) }
        case 16: return begin(":00Z").map { TimeValue($0, $0 + 59_999) }
        case 17 where text.hasSuffix("Z"):
            return RFC3339.milliseconds(text.dropLast() + ":00Z").map { TimeValue($0, $0 + 59_999) }
        case 19: return begin("Z").map { TimeValue($0, $0 + 999) }
        default:
            guard let time = begin("") ?? begin("Z") else { return nil }
            return TimeValue(time, bytes.contains(0x2e) ? time : time + 999)
        }
    }
}
