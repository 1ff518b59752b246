import Bytes

/// How long a certificate of a public CA may be valid, by the day of its issuance.
///
/// CA/Browser Forum, Baseline Requirements, section 6.3.2 (ballots SC-31 and SC-081v3).
package enum ValidityRegime {
    /// Days from which a limit holds, and the limit in days.
    private static let limits: [(from: Int, days: Int)] = [
        (UTCCalendar.day(2029, 3, 15), 47), (UTCCalendar.day(2027, 3, 15), 100),
        (UTCCalendar.day(2026, 3, 15), 200), (UTCCalendar.day(2020, 9, 1), 398),
        (UTCCalendar.day(2018, 3, 1), 825),
    ]

    /// The limit in days for a certificate whose validity begins then; nil before there was one.
    ///
    /// - Parameter notBefore: seconds since 1970.
    package static func limit(_ notBefore: Int) -> Int? {
        limits.first { notBefore >= $0.from * 86_400 }?.days
    }

    /// Seconds beyond which a certificate is no short-lived one (Baseline Requirements, section 1.6.1).
    package static let shortLived = 7 * 86_400
}
