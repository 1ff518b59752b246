/// Writes moments as RFC 3339 text in UTC with milliseconds.
///
/// The part up to the second is kept: records come in the order of time, many a second.
package struct TimestampWriter {
    private var second = Int64.min
    private var text = InlineArray<20, UInt8>(repeating: 0)

    package init() {}

    /// Appends `2026-11-22T03:31:00.123Z`.
    ///
    /// - Parameter nanoseconds: since 1970-01-01T00:00:00Z.
    package mutating func append(_ nanoseconds: Int64, to out: inout ByteBuffer) {
        let whole = Int64(UTCCalendar.floor(Int(nanoseconds), 1_000_000_000))
        // Near the ends of what can be counted the product lies beyond them, and the difference does not.
        let rest = nanoseconds &- whole &* 1_000_000_000
        if whole != second { update(whole) }
        out.append(text.span.extracting(0..<19))
        out.append(0x2e)
        out.append(decimal: Int(rest / 1_000_000), width: 3)
        out.append(0x5a)
    }

    private mutating func update(_ whole: Int64) {
        second = whole
        let day = UTCCalendar.floor(Int(whole), 86_400)
        let rest = Int(whole) - day * 86_400
        let date = UTCCalendar.date(day)
        put(date.year, at: 0, digits: 4, then: 0x2d)
        put(date.month, at: 5, digits: 2, then: 0x2d)
        put(date.day, at: 8, digits: 2, then: 0x54)
        put(rest / 3600, at: 11, digits: 2, then: 0x3a)
        put(rest / 60 % 60, at: 14, digits: 2, then: 0x3a)
        put(rest % 60, at: 17, digits: 2, then: 0)
    }

    private mutating func put(_ value: Int, at place: Int, digits: Int, then separator: UInt8) {
        var rest = value
        for index in stride(from: place + digits - 1, through: place, by: -1) {
            text[index] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        if separator != 0 { text[place + digits] = separator }
    }
}
