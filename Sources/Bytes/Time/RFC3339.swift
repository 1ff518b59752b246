/// Times as milliseconds since 1970 in UTC, and their text (RFC 3339), for the years 0 to 9999.
package enum RFC3339 {
    /// Reads `2026-11-22`, `2026-11-22T03:31:00Z`, with a fraction of a second, with an offset.
    ///
    /// - Returns: nil for everything else, dates that do not exist among it. A leap second is the second
    ///   after it.
    package static func milliseconds(_ text: some StringProtocol) -> Int? { milliseconds(Array(text.utf8)) }

    /// The same of UTF-8.
    package static func milliseconds(_ bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { milliseconds($0) }
    }

    /// The same of bytes that somebody else holds.
    package static func milliseconds(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
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
            bytes[4] == 0x2d, bytes[7] == 0x2d, UTCCalendar.isDate(year, month, day)
        else { return nil }
        var result = UTCCalendar.day(year, month, day) * 86_400_000
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
            let start = index
            while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
                result += Int(bytes[index] - 0x30) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        guard index < bytes.count else { return nil }
        if bytes[index] | 0x20 == 0x7a { return index + 1 == bytes.count ? result : nil }
        guard let hours = number(index + 1..<index + 3), let minutes = number(index + 4..<index + 6),
            bytes[index + 3] == 0x3a, index + 6 == bytes.count, hours < 24, minutes < 60
        else { return nil }
        switch bytes[index] {
        case 0x2b: return result - (hours * 60 + minutes) * 60_000
        case 0x2d: return result + (hours * 60 + minutes) * 60_000
        default: return nil
        }
    }

    /// RFC 3339 in UTC, with milliseconds.
    ///
    /// Times outside of the years 0 to 9999 have no text; the nearest that has one is written.
    package static func text(_ milliseconds: Int) -> String {
        let whole = UTCCalendar.floor(milliseconds, 1000)
        return "\(seconds(milliseconds)).\(padded(milliseconds &- whole &* 1000, 3))Z"
    }

    /// RFC 3339 in UTC, to the second.
    package static func secondsText(_ milliseconds: Int) -> String { seconds(milliseconds) + "Z" }

    /// The date alone.
    package static func day(_ milliseconds: Int) -> String { String(seconds(milliseconds).prefix(10)) }

    private static func seconds(_ milliseconds: Int) -> String {
        let limits = UTCCalendar.writableSeconds
        let all = min(max(UTCCalendar.floor(milliseconds, 1000), limits.lowerBound), limits.upperBound)
        let days = UTCCalendar.floor(all, 86400)
        let second = all - days * 86400
        let (year, month, day) = UTCCalendar.date(days)
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
            + "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return text.count >= width ? text : String(repeating: "0", count: width - text.count) + text
    }
}
