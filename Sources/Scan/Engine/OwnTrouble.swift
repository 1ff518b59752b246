import Net

/// What one loop knows of failures that are this machine's and not a target's, and how it waits them out.
///
/// Descriptors, local ports and memory come back when other connections end; a route comes back when an
/// interface does. Both are waited for, longer each time and within limits, as nothing was sent and nothing
/// is known.
struct OwnTrouble {
    /// Milliseconds for which a trouble is waited out that lets no connection of a family leave.
    static let patience: UInt64 = 15_000
    /// The same where none has ever left: a machine without IPv6 does not get it by waiting.
    static let patienceAtFirst: UInt64 = 3_000
    /// Milliseconds for which an endpoint waits for its turn while others find what it lacks.
    static let patienceInTurn: UInt64 = 60_000
    /// How often an endpoint is tried without a route while others have one: it is not the interface then.
    static let triesWithoutRoute = 4
    /// How often an endpoint's step is done again whose connection lived through a trouble.
    static let repetitions = 3

    /// What one endpoint suffered from it.
    struct Setback {
        fileprivate var failures = 0
        fileprivate var beganAt: UInt64 = 0
        fileprivate var repetitions = 0
    }

    private struct Family {
        /// When a connection left this machine the last time.
        var workedAt: UInt64?
        /// Since when none does.
        var troubledSince: UInt64?
        /// How often there was no way out.
        var outages = 0
    }

    private var v4 = Family()
    private var v6 = Family()

    private subscript(isIPv6 isIPv6: Bool) -> Family {
        get { isIPv6 ? v6 : v4 }
        set { if isIPv6 { v6 = newValue } else { v4 = newValue } }
    }

    /// How often there was no way out, to be compared from a connection's beginning to its end.
    func outages(isIPv6: Bool) -> Int { self[isIPv6: isIPv6].outages }

    /// A connection left this machine.
    mutating func worked(isIPv6: Bool, now: UInt64) {
        self[isIPv6: isIPv6].workedAt = now
        self[isIPv6: isIPv6].troubledSince = nil
    }

    /// Milliseconds until a connection that did not leave is to be tried again; nil when patience is at an
    /// end.
    mutating func wait(
        after error: UVError,
        isIPv6: Bool,
        _ setback: inout Setback,
        now: UInt64
    ) -> UInt64? {
        if setback.failures == 0 { setback.beganAt = now }
        setback.failures += 1
        var family = self[isIPv6: isIPv6]
        if family.troubledSince == nil {
            family.troubledSince = now
            if error.isUnreachable { family.outages += 1 }
        }
        self[isIPv6: isIPv6] = family
        if let workedAt = family.workedAt, workedAt >= setback.beganAt {
            guard error.isExhaustion || setback.failures <= Self.triesWithoutRoute else { return nil }
            guard now - setback.beganAt < Self.patienceInTurn else { return nil }
        } else {
            let patience = family.workedAt == nil ? Self.patienceAtFirst : Self.patience
            guard now - (family.troubledSince ?? now) < patience else { return nil }
        }
        // Spread, so that those that failed together do not come together again.
        return min(2000, 50 << UInt64(min(6, setback.failures))) + now % 37
    }

    /// Whether a step is to be done again whose connection failed after it had lived through a pause of this
    /// process or an outage.
    mutating func repeats(_ end: ConnectionEnd, sawPause: Bool, _ setback: inout Setback) -> Bool {
        switch end {
        case .closed, .failedHere, .budgetExceeded, .timedOut(total: true), .failed(.refused): return false
        // An outage ends no connection in order.
        case .peerClosed where !sawPause: return false
        case .peerClosed, .failed, .timedOut: break
        }
        guard setback.repetitions < Self.repetitions else { return false }
        setback.repetitions += 1
        return true
    }
}
