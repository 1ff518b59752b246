import Scan
import Targets

/// Writes the checkpoint every few seconds and at the end.
struct CheckpointKeeper {
    let file: CheckpointFile?
    let scanID: String
    let plan: PlanFingerprint
    /// Why it could not be written the last time.
    private(set) var failure: CheckpointError?
    private var lastSave: UInt64 = 0

    /// Milliseconds between two checkpoints.
    private static let interval: UInt64 = 2000

    init(_ file: CheckpointFile?, scanID: String, plan: PlanFingerprint) {
        self.file = file
        self.scanID = scanID
        self.plan = plan
    }

    mutating func saveIfDue(_ sink: RecordSink, elapsed: UInt64) {
        guard file != nil, elapsed >= lastSave + Self.interval else { return }
        lastSave = elapsed
        save(sink)
    }

    /// Writes it now; `failure` says whether that went well.
    mutating func save(_ sink: RecordSink) {
        guard let file else { return }
        do throws(CheckpointError) {
            try file.save(sink.checkpoint(scanID: scanID, plan: plan))
            failure = nil
        } catch {
            failure = error
        }
    }
}
