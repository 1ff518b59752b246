import Bytes

/// What dates of lists come to.
enum ListedDate {
    /// A day begins up to 14 hours earlier elsewhere, and lists tell days without a zone.
    private static let zones = 14 * 3_600_000

    /// Whether a date is to come, in milliseconds since 1970.
    static func isToCome(_ date: Int?, now: Int = ListedDate.now) -> Bool {
        date.map { $0 > now + zones } ?? false
    }

    /// Milliseconds since 1970.
    static var now: Int { Int(WallClock.nanoseconds / 1_000_000) }

    /// What is wrong with an end that lies before the date; nil for what can be.
    static func contradiction(_ date: Int?, until end: Int?) -> String? {
        guard let date, let end, end < date else { return nil }
        return "it ends (\(RFC3339.secondsText(end))) before its date (\(RFC3339.secondsText(date)))"
    }
}
