import Bytes

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

    /// Nil when there is no such time.
    ///
    /// Second 60 is none (X.680, section 46.3, and X.690, 11.8, know no leap seconds): RFC 3339 readers
    /// refuse it nearly everywhere.
    package init?(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) {
        guard 0...9999 ~= year, UTCCalendar.isDate(year, month, day),
            0...23 ~= hour, 0...59 ~= minute, 0...59 ~= second
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        seconds = UTCCalendar.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// The second that is `seconds` after the epoch; nil outside of the years 0 to 9999.
    package init?(seconds: Int) {
        guard UTCCalendar.writableSeconds ~= seconds else { return nil }
        let day = UTCCalendar.floor(seconds, 86_400)
        let rest = seconds - day * 86_400
        let date = UTCCalendar.date(day)
        self.init(date.year, date.month, date.day, rest / 3600, rest / 60 % 60, rest % 60)
    }

    package static func < (one: Self, other: Self) -> Bool { one.seconds < other.seconds }

    /// How many years later `end` is, when both differ in the year alone.
    package func calendarYears(to end: Self) -> Int? {
        guard (month, day, hour, minute, second) == (end.month, end.day, end.hour, end.minute, end.second)
        else { return nil }
        return end.year > year ? end.year - year : nil
    }
}
