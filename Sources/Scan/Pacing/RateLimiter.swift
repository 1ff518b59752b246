import Synchronization

/// So many connections a second, for all loops of a scan together.
///
/// One time is kept, at which the next connection is due; each moves it on by its share of a second. A loop
/// that looks too late while a connection was waited for has it counted from when it was due, so that the
/// rate holds over any number of loops, up to the burst: a twentieth of a second's worth of connections,
/// which is how late a loop may look without losing what was due. Time in which nobody wanted to connect is
/// not saved up, so that neither the first connections nor those after a lull come at once.
final class RateLimiter: Sendable {
    private struct State {
        /// Nanoseconds; nil before the first connection.
        var due: UInt64?
        /// Whether a loop was told to wait for `due`.
        var isAwaited = false
    }

    /// How far behind `due` may stay, in nanoseconds.
    static let burst: UInt64 = 50_000_000
    /// A day: a rate next to nothing must not ask for more time than a number holds.
    private static let longestWait: UInt64 = 86_400_000_000_000

    private let interval: UInt64
    private let state = Mutex(State())

    /// - Parameter rate: connections a second, more than 0; fractions are fine.
    init(rate: Double) {
        interval = UInt64(max(1, min(Double(Self.longestWait), (1e9 / rate).rounded())))
    }

    /// Counts a connection that may be made now, or tells how long to wait.
    ///
    /// - Parameters:
    ///   - now: nanoseconds on a monotonic clock that all loops share.
    ///   - ahead: nanoseconds by which the connection may be made before it is due. Whoever has some goes
    ///     before those who have none, and the rate stays the same.
    /// - Returns: nanoseconds until a connection is due; 0 when this one may be made and was counted.
    func take(now: UInt64, ahead: UInt64 = 0) -> UInt64 {
        state.withLock { state in
            let due = state.due ?? now
            guard due <= now + ahead else {
                state.isAwaited = true
                return due - now - ahead
            }
            let earliest = state.isAwaited ? now - min(now, Self.burst) : now
            let next = max(due, earliest) + interval
            state.due = next
            // One that is late has more to catch up with.
            state.isAwaited = state.isAwaited && next <= now
            return 0
        }
    }
}
