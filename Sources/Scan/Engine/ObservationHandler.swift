package import Observations

/// Who takes what a loop observes.
///
/// Each loop has its own, made on its thread and called only there, so that
/// none needs a lock.
package protocol ObservationHandler: AnyObject {
    /// Says which further probes an endpoint deserves, after its certificate was seen or could not be had.
    func decide(_ observation: Observation) -> ProbeDecision

    /// Takes a finished observation, which is used for another endpoint afterwards.
    ///
    /// - Parameter completesTarget: whether it is the last one of its target; a name can have several.
    func finished(_ observation: Observation, completesTarget: Bool)

    /// Counts a target as done of whose addresses an earlier run has all records.
    func passed(_ sequence: UInt64)

    /// Writes what waits to be written; called every second, and once at the end.
    func flush(isLast: Bool)
}

/// Which probes follow the certificate, and why; or why not.
package struct ProbeDecision: Sendable, Equatable {
    /// Probes to run, with the reason for each.
    package var wanted: [ProbeKind: ProbeReason] = [:]
    /// Probes left out, with the reason for each.
    package var skipped: [ProbeKind: ProbeReason] = [:]
    /// Requests beyond `GET /`, in order.
    package var requests: [HTTPRequest] = []
    /// How many of them, from the first on, a person's own rules ask for.
    package var ownRequests = 0

    package init() {}

    package static let nothing = ProbeDecision()
}
