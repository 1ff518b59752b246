import Bytes
import Observations
import Scan
import Synchronization
import Targets

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
    }

    private let state: Mutex<State>
    private let feed: TargetFeed
    private let control: ScanControl

    init(_ file: consuming OutputFile, feed: TargetFeed, control: ScanControl) {
        state = Mutex(State(file: file, failure: nil))
        self.feed = feed
        self.control = control
    }

    /// Writes lines and counts targets as done; after a failure it does neither.
    func write(
        _ lines: borrowing ByteBuffer,
        records: Int,
        completing sequences: [UInt64],
        addresses: [TargetFeed.AddressDone] = []
    ) {
        state.withLock { state in
            guard state.failure == nil else {
                state.lost += records
                return
            }
            state.failure = lines.withSpan {
                state.file.write($0) {
                    StopSignals.advance(control)
                    return control.phase == .stopped
                }
            }
            guard state.failure != nil else { return feed.complete(sequences, addresses: addresses) }
            state.lost += records
            control.advance(to: .stopped)
        }
    }

    /// Why the output ended early, if it did.
    var failure: OutputFailure? { state.withLock { $0.failure } }

    /// Records that were made and not written.
    var lost: Int { state.withLock { $0.lost } }

    /// A checkpoint of this moment.
    func checkpoint(scanID: String, plan: PlanFingerprint, path: String?) -> Checkpoint {
        state.withLock { state in
            Checkpoint(
                scanID: scanID,
                plan: plan,
                progress: feed.progress,
                output: path.map { Checkpoint.Output(path: $0, offset: UInt64(state.file.offset)) }
            )
        }
    }
}
