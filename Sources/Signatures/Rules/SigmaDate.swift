import Bytes

/// Times as the record and rules write them.
enum SigmaDate {
    /// Milliseconds since 1970 of an RFC 3339 time, or of a date's midnight UTC; nil when it is neither.
    static func milliseconds(_ text: some Collection<UInt8>) -> Int64? {
        RFC3339.milliseconds(Array(text)).map(Int64.init)
    }

    /// A part of a time, UTC; the week is ISO 8601's.
    static func part(_ part: DatePart, of milliseconds: Int64) -> Int64 {
        let seconds = UTCCalendar.floor(Int(milliseconds), 1000)
        let day = UTCCalendar.floor(seconds, 86_400)
        let date = UTCCalendar.date(day)
        let value =
            switch part {
            case .minute: UTCCalendar.floor(seconds, 60) - UTCCalendar.floor(seconds, 3600) * 60
            case .hour: UTCCalendar.floor(seconds, 3600) - day * 24
            case .day: date.day
            case .month: date.month
            case .year: date.year
            case .week: UTCCalendar.week(day)
            }
        return Int64(value)
    }
}
