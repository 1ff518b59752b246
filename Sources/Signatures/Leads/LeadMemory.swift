/// What came of matches and how it is told, so that an endpoint that shows what one before it showed costs a
/// look-up.
///
/// It belongs to one thread.
struct LeadMemory {
    struct Outcome {
        /// Without what each observation says of its own: what was not looked for.
        let assessment: Assessment
        /// The last members of `hallmark`, without what each observation says of its own.
        let members: [UInt8]
        /// The first member of `hallmark`; empty without a lead.
        let leads: [UInt8]
        /// The members that follow `event`.
        let summary: [UInt8]
        /// The times of observations for which it holds, since facts expire: milliseconds since 1970.
        let times: Range<Int64>
    }

    /// So many outcomes are kept, or so many bytes; then all are forgotten.
    private static let most = 256
    private static let mostBytes = 4 << 20

    private var outcomes: [[UInt8]: Outcome] = [:]
    private var bytes = 0
    /// What the observation at hand shows: set by the owner before it asks.
    var key: [UInt8] = []

    /// What came of the same before.
    func outcome(at time: Int64) -> Outcome? {
        guard let outcome = outcomes[key], outcome.times.contains(time) else { return nil }
        return outcome
    }

    mutating func remember(_ outcome: Outcome) {
        let size = key.count + outcome.members.count + outcome.leads.count + outcome.summary.count
        if outcomes.count >= Self.most || bytes + size > Self.mostBytes {
            outcomes.removeAll(keepingCapacity: true)
            bytes = 0
        }
        outcomes[key] = outcome
        bytes += size
    }
}
