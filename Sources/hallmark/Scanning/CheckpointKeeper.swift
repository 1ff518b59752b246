import Scan
import Targets

/// Writes the checkpoint every few seconds and at the end.
struct CheckpointKeeper {
    let path: String?
    let scanID: String
    let plan: PlanFingerprint
    /// The output's path; nil for standard output, which can't be reconciled.
    let output: String?
    /// Why it could not be written the last time.
    private(set) var failure: CheckpointError?
    private var lastSave: UInt64 = 0

    /// Milliseconds between two checkpoints.
    private static let interval: UInt64 = 2000

    init(path: String?, scanID: String, plan: PlanFingerprint, output: String?) {
        self.path = path
        self.scanID = scanID
        self.plan = plan
        self.output = output
    }

    mutating func saveIfDue(_ sink: RecordSink, elapsed: UInt64) {
        guard path != nil, elapsed >= lastSave + Self.interval else { return }
        lastSave = elapsed
        try? save(sink)
    }

    /// Writes it now.
    mutating func save(_ sink: RecordSink) throws(CheckpointError) {
        guard let path else { return }
        do {
            try sink.checkpoint(scanID: scanID, plan: plan, path: output).save(to: path)
            failure = nil
        } catch {
            failure = error
            throw error
        }
    }
}
