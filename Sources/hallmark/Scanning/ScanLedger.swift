import Foundation
import Observations
import Pipeline
import Synchronization
import Targets

/// What a scan wants back of a batch when every sink has it.
struct ScanReceipt: Sendable {
    /// What the batch's endpoints came to.
    var tally = ScanTally()
    /// Targets that are done with it.
    var completed: [UInt64] = []
    /// What is done of names with more addresses.
    var addresses: [TargetFeed.AddressDone] = []

    var isEmpty: Bool { completed.isEmpty && addresses.isEmpty && tally.records == 0 }
}

/// What of a scan is done, and what it came to.
///
/// Targets count as done when every sink has their records (`Delivery`), so that a checkpoint's idea of the
/// output's length, of what is done and of what it came to agree.
final class ScanLedger: Sendable {
    private struct State {
        /// What is in all sinks, that of the runs before this one included.
        var tally: ScanTally
        /// The same of what is not.
        var lost = ScanTally()
    }

    private let state: Mutex<State>
    private let feed: TargetFeed

    /// - Parameter tally: what the runs before this one came to.
    init(_ feed: TargetFeed, tally: ScanTally = ScanTally()) {
        state = Mutex(State(tally: tally))
        self.feed = feed
    }

    /// What brings records to sinks and their receipts here.
    func delivery(to sinks: [any RecordSink]) -> Delivery<ScanReceipt> {
        Delivery(to: sinks) { [self] receipt in
            state.withLock { $0.tally.add(receipt.tally) }
            feed.complete(receipt.completed, addresses: receipt.addresses)
        } refuse: { [self] receipt in
            state.withLock { $0.lost.add(receipt.tally) }
        }
    }

    /// What was seen, in all sinks or not, in this run and those before it.
    var tally: ScanTally {
        state.withLock { state in
            var tally = state.tally
            tally.add(state.lost)
            return tally
        }
    }

    /// A checkpoint of this moment.
    func checkpoint(scanID: String, plan: PlanFingerprint, _ file: FileSink) -> Checkpoint {
        Checkpoint(
            scanID: scanID,
            plan: plan,
            progress: feed.progress,
            counts: state.withLock { $0.tally.counts },
            output: file.place.map { place in
                Checkpoint.Output(
                    path: URL(fileURLWithPath: place.path).path,
                    offset: UInt64(place.length),
                    file: place.identity
                )
            }
        )
    }
}
