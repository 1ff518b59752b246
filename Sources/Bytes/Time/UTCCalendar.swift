/// The proleptic Gregorian calendar in UTC, without leap seconds: the one calendar of the program.
///
/// Days count from 1970-01-01. All functions are total: they wrap for years that no record can hold and never
/// trap.
package enum UTCCalendar {
    /// Seconds from year 0 to year 9999, the times that RFC 3339 can write.
    package static let writableSeconds = -62_167_219_200...253_402_300_799

    package static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The number of days in a month from 1 to 12.
    package static func dayCount(ofMonth month: Int, in year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether there is such a day: 30 February is none.
    package static func isDate(_ year: Int, _ month: Int, _ day: Int) -> Bool {
        1...12 ~= month && day >= 1 && day <= dayCount(ofMonth: month, in: year)
    }

    /// Days from 1970-01-01 to a date.
    ///
    /// Years begin in March here, so that a leap day is the last day of its year.
    package static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month > 2 ? year : year &- 1
        let era = floor(shifted, 400)
        let yearOfEra = shifted &- era &* 400
        let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ dayOfEra &- 719_468
    }

    /// The date that is `day` days after 1970-01-01.
    package static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day &+ 719_468
        let era = floor(shifted, 146_097)
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// The week of the year that ISO 8601 gives to a day: that of its Thursday.
    package static func week(_ day: Int) -> Int {
        // 1970-01-01 was a Thursday.
        let thursday = floor(day &+ 3, 7) &* 7
        return (thursday &- self.day(date(thursday).year, 1, 1)) / 7 &+ 1
    }

    /// Division that rounds down, as days before 1970 need it.
    @inlinable
    package static func floor(_ value: Int, _ unit: Int) -> Int {
        let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
        return rest < 0 ? quotient - 1 : quotient
    }
}
