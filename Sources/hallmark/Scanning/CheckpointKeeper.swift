import Pipeline
import Targets

/// Writes the checkpoint every few seconds and at the end.
struct CheckpointKeeper {
    let file: CheckpointFile?
    let scanID: String
    let plan: PlanFingerprint
    private let ledger: ScanLedger
    private let output: FileSink
    private let delivery: Delivery<ScanReceipt>
    /// Why it could not be written the last time.
    private(set) var failure: CheckpointError?
    private var lastSave: UInt64 = 0

    /// Milliseconds between two checkpoints.
    private static let interval: UInt64 = 2000

    init(
        _ file: CheckpointFile?,
        scanID: String,
        plan: PlanFingerprint,
        _ ledger: ScanLedger,
        _ output: FileSink,
        _ delivery: Delivery<ScanReceipt>
    ) {
        (self.file, self.scanID, self.plan) = (file, scanID, plan)
        (self.ledger, self.output, self.delivery) = (ledger, output, delivery)
    }

    mutating func saveIfDue(elapsed: UInt64) {
        guard file != nil, elapsed >= lastSave + Self.interval else { return }
        lastSave = elapsed
        save()
    }

    /// Writes it now; `failure` says whether that went well.
    ///
    /// When a sink has failed the last one stays: what came since then is done again by a run that goes on.
    mutating func save() {
        guard let file else { return }
        let noted = delivery.settled { ledger.checkpoint(scanID: scanID, plan: plan, output) }
        guard let noted else { return }
        do throws(CheckpointError) {
            try file.save(noted)
            failure = nil
        } catch {
            failure = error
        }
    }
}
