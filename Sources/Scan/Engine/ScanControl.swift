import Synchronization

/// Tells all loops of a scan to stop, from any thread.
///
/// Loops look at it ten times a second and whenever a place becomes free, so
/// that nothing needs to be sent to them.
package final class ScanControl: Sendable {
    /// What a scan is to do; only ever goes up.
    package enum Phase: UInt8, Comparable, Sendable {
        case running
        /// No new targets; what has begun ends within its limits.
        case draining
        /// At once: what has begun is left without a record.
        case stopped

        package static func < (one: Phase, other: Phase) -> Bool { one.rawValue < other.rawValue }
    }

    private let state = Atomic<UInt8>(Phase.running.rawValue)

    package init() {}

    package var phase: Phase { Phase(rawValue: state.load(ordering: .relaxed)) ?? .stopped }

    /// Goes on to `phase`, never back.
    package func advance(to phase: Phase) {
        state.max(phase.rawValue, ordering: .relaxed)
    }
}
