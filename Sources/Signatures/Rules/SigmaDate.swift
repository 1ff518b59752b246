/// Times as the record and rules write them.
enum SigmaDate {
    /// Milliseconds since 1970 of an RFC 3339 time, or of a date's midnight UTC; nil when it is neither.
    static func milliseconds(_ text: some Collection<UInt8>) -> Int64? {
        var digits = Digits(rest: Array(text)[...])
        guard let year = digits.number(4), digits.take("-"), let month = digits.number(2), digits.take("-"),
            let day = digits.number(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = days(year, month, day) * 86_400
        if digits.rest.isEmpty { return seconds * 1000 }
        guard digits.take("T") || digits.take("t") || digits.take(" "),
            let hour = digits.number(2), digits.take(":"), let minute = digits.number(2), digits.take(":"),
            let second = digits.number(2), hour < 24, minute < 60, second < 61
        else { return nil }
        seconds += hour * 3600 + minute * 60 + second
        var fraction: Int64 = 0
        if digits.take(".") {
            var scale: Int64 = 100
            var count = 0
            while let digit = digits.number(1) {
                fraction += digit * scale
                scale /= 10
                count += 1
            }
            guard count > 0 else { return nil }
        }
        if digits.take("+") || digits.rest.first == 0x2d {
            let sign: Int64 = digits.take("-") ? -1 : 1
            guard let hours = digits.number(2), digits.take(":"), let minutes = digits.number(2),
                hours < 24, minutes < 60
            else { return nil }
            seconds -= sign * (hours * 3600 + minutes * 60)
        } else {
            guard digits.take("Z") || digits.take("z") else { return nil }
        }
        return digits.rest.isEmpty ? seconds * 1000 + fraction : nil
    }

    /// A part of a time, UTC; the week is ISO 8601's.
    static func part(_ part: DatePart, of milliseconds: Int64) -> Int64 {
        let seconds = floorDivide(milliseconds, 1000)
        let day = floorDivide(seconds, 86_400)
        let (year, month, dayOfMonth) = civil(day)
        switch part {
        case .minute: return floorDivide(seconds, 60) - floorDivide(seconds, 3600) * 60
        case .hour: return floorDivide(seconds, 3600) - day * 24
        case .day: return dayOfMonth
        case .month: return month
        case .year: return year
        case .week:
            // The week of a day is that of its Thursday; 1970-01-01 was one.
            let thursday = floorDivide(day + 3, 7) * 7
            return (thursday - days(civil(thursday).0, 1, 1)) / 7 + 1
        }
    }

    /// Days since 1970 in the proleptic Gregorian calendar.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years begin in March, so that a leap day ends one.
        let shifted = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        let leapDays = floorDivide(shifted, 4) - floorDivide(shifted, 100) + floorDivide(shifted, 400)
        return shifted * 365 + leapDays + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
    }

    private static func civil(_ day: Int64) -> (Int64, Int64, Int64) {
        // A first guess that is never too early, corrected at most twice.
        var year = floorDivide((day + 719_468) * 400, 146_097) + 1
        while days(year, 1, 1) > day { year -= 1 }
        var month: Int64 = 12
        while days(year, month, 1) > day { month -= 1 }
        return (year, month, day - days(year, month, 1) + 1)
    }

    private static func floorDivide(_ number: Int64, _ by: Int64) -> Int64 {
        number >= 0 ? number / by : -((by - 1 - number) / by)
    }

    private struct Digits {
        var rest: ArraySlice<UInt8>

        mutating func number(_ count: Int) -> Int64? {
            guard rest.count >= count, rest.prefix(count).allSatisfy({ (0x30...0x39).contains($0) }) else {
                return nil
            }
            let value = rest.prefix(count).reduce(Int64(0)) { 10 * $0 + Int64($1) - 0x30 }
            rest.removeFirst(count)
            return value
        }

        mutating func take(_ sign: Character) -> Bool {
            guard let first = rest.first, first == sign.asciiValue else { return false }
            rest.removeFirst()
            return true
        }
    }
}
