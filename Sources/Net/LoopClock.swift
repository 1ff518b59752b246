/// The time of a loop without that in which it was kept from running.
struct LoopClock {
    /// Milliseconds between two readings from which on the time between them does not count.
    ///
    /// A running loop reads its clock at every tick. A round that takes a second is a machine so busy that
    /// servers are not to blame for the time either.
    static let tolerance: UInt64 = 1000

    private var lastReading: UInt64 = 0
    /// Milliseconds that do not count.
    private var lost: UInt64 = 0
    private(set) var pauses = 0

    /// Takes the time of the operating system's clock.
    ///
    /// - Parameters:
    ///   - time: in milliseconds; what goes back counts as standing still.
    ///   - isRunning: whether the loop was running since the last reading, and should have read since.
    mutating func read(_ time: UInt64, isRunning: Bool) -> UInt64 {
        let since = time - min(time, lastReading)
        if isRunning, since > Self.tolerance {
            lost += since
            pauses += 1
        }
        lastReading = max(lastReading, time)
        return lastReading - lost
    }
}
