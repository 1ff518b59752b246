/// A token bucket: so many connections a second, at most a twentieth of a second's worth and one at once.
///
/// That twentieth is how late a loop may look without losing what was due; with less, low rates
/// would fall short of what was asked for.
///
/// Each loop has its own, with its share of the rate in all, so that loops
/// need no lock. Time is the loop's, in milliseconds; it is looked at only
/// when a connection is to be made.
struct RateLimiter {
    private let perMillisecond: Double
    private let burst: Double
    private var tokens: Double
    private var refilledAt: UInt64?

    /// A day: a rate next to nothing must not ask for more time than a number holds.
    private static let longestDelay = 86_400_000.0

    /// - Parameter rate: connections a second, more than 0; fractions are fine.
    init(rate: Double) {
        perMillisecond = rate / 1000
        burst = 1 + rate * 0.05
        tokens = 1
    }

    /// Milliseconds until the next connection may be made; 0 when it may be now.
    mutating func delay(now: UInt64) -> UInt64 {
        let since = now - min(now, refilledAt ?? now)
        refilledAt = max(now, refilledAt ?? now)
        tokens = min(burst, tokens + Double(since) * perMillisecond)
        guard tokens < 1 else { return 0 }
        return UInt64(min(Self.longestDelay, max(1, ((1 - tokens) / perMillisecond).rounded(.up))))
    }

    /// Counts a connection.
    ///
    /// One that could not wait leaves a debt that later ones pay.
    mutating func take() {
        tokens -= 1
    }
}
