import Glibc

/// A moment as RFC 3339 text in UTC with milliseconds.
///
/// The part up to the second is kept: records come in the order of time, many a second.
package struct Timestamp {
    private var second = Int64.min
    private var text = InlineArray<20, UInt8>(repeating: 0)

    package init() {}

    /// Nanoseconds since 1970, UTC, by the system's clock.
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Appends `2026-11-22T03:31:00.123Z`.
    package mutating func append(_ nanoseconds: Int64, to out: inout ByteBuffer) {
        var (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 { (whole, rest) = (whole - 1, rest + 1_000_000_000) }
        if whole != second { update(whole) }
        out.append(text.span.extracting(0..<19))
        out.append(0x2e)
        out.append(decimal: Int(rest / 1_000_000), width: 3)
        out.append(0x5a)
    }

    private mutating func update(_ whole: Int64) {
        second = whole
        var time = time_t(whole)
        var parts = tm()
        gmtime_r(&time, &parts)
        put(Int(parts.tm_year) + 1900, at: 0, digits: 4, then: 0x2d)
        put(Int(parts.tm_mon) + 1, at: 5, digits: 2, then: 0x2d)
        put(Int(parts.tm_mday), at: 8, digits: 2, then: 0x54)
        put(Int(parts.tm_hour), at: 11, digits: 2, then: 0x3a)
        put(Int(parts.tm_min), at: 14, digits: 2, then: 0x3a)
        put(Int(parts.tm_sec), at: 17, digits: 2, then: 0)
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
