/// A second of the proleptic Gregorian calendar in UTC, from year 0 to 9999.
package struct CertificateTime: Equatable, Comparable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int

    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int

    /// Nil when there is no such time; a leap second (60) is one.
    package init?(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) {
        guard 0...9999 ~= year, 1...12 ~= month, 1...Self.days(of: month, in: year) ~= day,
            0...23 ~= hour, 0...59 ~= minute, 0...60 ~= second
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        seconds = Self.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// The second that is `seconds` after the epoch; nil outside of the years 0 to 9999.
    package init?(seconds: Int) {
        guard -62_167_219_200...253_402_300_799 ~= seconds else { return nil }
        let days = (seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400
        let rest = seconds - days * 86_400
        // Days from 0000-03-01, in eras of 400 years.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        self.init(
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month,
            dayOfYear - (153 * monthFromMarch + 2) / 5 + 1,
            rest / 3600,
            rest / 60 % 60,
            rest % 60
        )
    }

    package static func < (one: Self, other: Self) -> Bool { one.seconds < other.seconds }

    /// How many years later `end` is, when both differ in the year alone.
    package func calendarYears(to end: Self) -> Int? {
        guard (month, day, hour, minute, second) == (end.month, end.day, end.hour, end.minute, end.second)
        else { return nil }
        return end.year > year ? end.year - year : nil
    }

    /// Days since the epoch.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
