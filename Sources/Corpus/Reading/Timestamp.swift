/// Times as milliseconds since 1970 in UTC, and their text (RFC 3339), for the years 0 to 9999.
package enum Timestamp {
    /// Reads `2026-11-22`, `2026-11-22T03:31:00Z`, with a fraction of a second, with an offset.
    package static func milliseconds(_ text: some StringProtocol) -> Int? {
        let bytes = Array(text.utf8)
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for index in range {
                guard bytes[index] >= 0x30, bytes[index] <= 0x39 else { return nil }
                value = value * 10 + Int(bytes[index] - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            bytes[4] == 0x2d, bytes[7] == 0x2d, (1...12).contains(month), day >= 1,
            day <= daysIn(month, of: year)
        else { return nil }
        var result = days(year, month, day) * 86_400_000
        if bytes.count == 10 { return result }
        guard let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            bytes[10] | 0x20 == 0x74 || bytes[10] == 0x20, bytes[13] == 0x3a, bytes[16] == 0x3a,
            hour < 24, minute < 60, second <= 60
        else { return nil }
        result += (hour * 3600 + minute * 60 + second) * 1000
        var index = 19
        if index < bytes.count, bytes[index] == 0x2e {
            var scale = 100
            index += 1
            let begin = index
            while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
                result += Int(bytes[index] - 0x30) * scale
                scale /= 10
                index += 1
            }
            guard index > begin else { return nil }
        }
        guard index < bytes.count else { return nil }
        if bytes[index] | 0x20 == 0x7a { return index + 1 == bytes.count ? result : nil }
        guard let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6),
            bytes[index + 3] == 0x3a, index + 6 == bytes.count
        else { return nil }
        switch bytes[index] {
        case 0x2b: return result - (hours * 60 + minutes) * 60_000
        case 0x2d: return result + (hours * 60 + minutes) * 60_000
        default: return nil
        }
    }

    /// RFC 3339 in UTC, with milliseconds.
    package static func text(_ milliseconds: Int) -> String {
        let fraction = milliseconds - floor(milliseconds, 1000) * 1000
        return "\(seconds(milliseconds)).\(padded(fraction, 3))Z"
    }

    /// RFC 3339 in UTC, to the second.
    package static func secondsText(_ milliseconds: Int) -> String { seconds(milliseconds) + "Z" }

    /// The date alone.
    package static func day(_ milliseconds: Int) -> String { String(seconds(milliseconds).prefix(10)) }

    private static func seconds(_ milliseconds: Int) -> String {
        let all = floor(milliseconds, 1000)
        let days = floor(all, 86400)
        let second = all - days * 86400
        let (year, month, day) = date(days)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
            + "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return text.count >= width ? text : String(repeating: "0", count: width - text.count) + text
    }

    private static func floor(_ value: Int, _ unit: Int) -> Int {
        value >= 0 ? value / unit : -((-value + unit - 1) / unit)
    }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
    }

    /// Days since 1970-01-01 in the Gregorian calendar; the year is counted from March, so that a leap day is
    /// its last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let era = floor(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(_ days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = floor(shifted, 146_097)
        let day = shifted - era * 146_097
        let yearOfEra = (day - day / 1460 + day / 36524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let realMonth = month < 10 ? month + 3 : month - 9
        let year = yearOfEra + era * 400 + (realMonth <= 2 ? 1 : 0)
        return (year, realMonth, dayOfYear - (153 * month + 2) / 5 + 1)
    }
}
