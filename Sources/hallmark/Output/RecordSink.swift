import Bytes
import Foundation
import Observations
import Scan
import Synchronization
import Targets
import Terminal

/// Where all loops put their records: whole lines, batch after batch, and what is done with them.
///
/// A batch and the targets that it completes are taken under one lock, so that
/// a checkpoint's idea of the output's length and of what is done agree.
final class RecordSink: Sendable {
    private struct State: ~Copyable {
        var file: OutputFile
        var failure: OutputFailure?
        /// Records that could not be written.
        var lost = 0
        /// What the written records came to, those of the runs before this one included.
        var tally: ScanTally
        /// The same of what was not written.
        var lostTally = ScanTally()
    }

    private let state: Mutex<State>
    private let feed: TargetFeed
    private let control: ScanControl

    /// - Parameter tally: what the runs before this one came to.
    init(_ file: consuming OutputFile, feed: TargetFeed, control: ScanControl, tally: ScanTally = ScanTally())
    {
        state = Mutex(State(file: file, failure: nil, tally: tally))
        self.feed = feed
        self.control = control
    }

    /// Writes lines and counts targets as done; after a failure it does neither.
    func write(
        _ lines: borrowing ByteBuffer,
        records: Int,
        tally: ScanTally,
        completing sequences: [UInt64],
        addresses: [TargetFeed.AddressDone] = []
    ) {
        state.withLock { state in
            guard state.failure == nil else {
                state.lost += records
                state.lostTally.add(tally)
                return
            }
            if state.file.isTerminal { Terminal.clearProgress() }
            state.failure = lines.withSpan {
                state.file.write($0) {
                    StopSignals.advance(control)
                    return control.phase == .stopped
                }
            }
            guard state.failure != nil else {
                state.tally.add(tally)
                return feed.complete(sequences, addresses: addresses)
            }
            state.lost += records
            state.lostTally.add(tally)
            control.advance(to: .stopped)
        }
    }

    /// Why the output ended early, if it did.
    var failure: OutputFailure? { state.withLock { $0.failure } }

    /// Records that were made and not written.
    var lost: Int { state.withLock { $0.lost } }

    /// What was seen, written or not, in this run and those before it.
    var tally: ScanTally {
        state.withLock { state in
            var tally = state.tally
            tally.add(state.lostTally)
            return tally
        }
    }

    /// A checkpoint of this moment.
    func checkpoint(scanID: String, plan: PlanFingerprint) -> Checkpoint {
        state.withLock { state in
            Checkpoint(
                scanID: scanID,
                plan: plan,
                progress: feed.progress,
                counts: state.tally.counts,
                output: state.file.identity.map { identity in
                    Checkpoint.Output(
                        path: URL(fileURLWithPath: state.file.path).path,
                        offset: UInt64(state.file.offset),
                        file: identity
                    )
                }
            )
        }
    }
}
