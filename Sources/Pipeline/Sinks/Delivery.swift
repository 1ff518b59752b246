import Synchronization

/// Brings batches to all sinks, and tells their source so.
///
/// A record is acknowledged to its source only after every sink took it: what is counted as done, and would
/// not be done again, is in each of them. When one sink has failed the others go on, and nothing is
/// acknowledged any more. `Receipt` is what the source wants back of a batch.
package final class Delivery<Receipt: Sendable>: Sendable {
    package let sinks: [any RecordSink]
    /// Whether a sink has failed.
    private let hasFailed = Mutex(false)
    private let acknowledge: @Sendable (Receipt) -> Void
    private let refuse: @Sendable (Receipt) -> Void

    /// - Parameters:
    ///   - acknowledge: takes the receipt of a batch that is in every sink.
    ///   - refuse: takes that of one that is not.
    package init(
        to sinks: [any RecordSink],
        acknowledge: @escaping @Sendable (Receipt) -> Void,
        refuse: @escaping @Sendable (Receipt) -> Void
    ) {
        (self.sinks, self.acknowledge, self.refuse) = (sinks, acknowledge, refuse)
    }

    /// Delivers what the intakes of one thread have gathered.
    func deliver(_ intakes: [any RecordIntake], _ receipt: Receipt) {
        hasFailed.withLock { hasFailed in
            for intake in intakes where !intake.deliver() { hasFailed = true }
            if hasFailed { refuse(receipt) } else { acknowledge(receipt) }
        }
    }

    /// Runs `note` between two batches, when sinks and acknowledgements agree, and then has the sinks store
    /// all.
    ///
    /// - Parameter milliseconds: how long each sink has for that; nil for as long as it takes.
    /// - Returns: what was noted; nil when it must not be kept, since a sink has failed or is not ready.
    package func settled<Note: Sendable>(within milliseconds: Int? = nil, _ note: () -> Note) -> Note? {
        let noted: Note? = hasFailed.withLock { $0 ? nil : note() }
        var isStored = true
        for sink in sinks where !sink.settle(within: milliseconds) { isStored = false }
        return isStored ? noted : nil
    }
}
