import Pipeline
import Targets

/// Writes the checkpoint every few seconds and at the end.
struct CheckpointKeeper {
    let file: CheckpointFile?
    let scanID: String
    let plan: PlanFingerprint
    private let sinks: ScanSinks
    /// Why it could not be written the last time.
    private(set) var failure: CheckpointError?
    private var lastSave: UInt64 = 0

    /// Milliseconds that a corpus has to store what it holds while the scan goes on.
    ///
    /// Whoever waits here looks after signals and progress, too. When it takes longer, the next checkpoint
    /// will do.
    private static let patience = 500

    /// Milliseconds between two checkpoints.
    private static let interval: UInt64 = 2000

    init(_ file: CheckpointFile?, scanID: String, plan: PlanFingerprint, _ sinks: ScanSinks) {
        (self.file, self.scanID, self.plan, self.sinks) = (file, scanID, plan, sinks)
    }

    mutating func saveIfDue(elapsed: UInt64) {
        guard file != nil, elapsed >= lastSave + Self.interval else { return }
        lastSave = elapsed
        save(within: Self.patience)
    }

    /// Writes it now; `failure` says whether that went well.
    ///
    /// When a sink has failed the last one stays: what came since then is done again by a run that goes on.
    ///
    /// - Parameter milliseconds: how long sinks have to store what they hold; nil for as long as it takes.
    mutating func save(within milliseconds: Int? = nil) {
        guard let file else { return }
        let noted = sinks.delivery.settled(within: milliseconds) {
            sinks.ledger.checkpoint(scanID: scanID, plan: plan, sinks.output)
        }
        guard let noted else { return }
        do throws(CheckpointError) {
            try file.save(noted)
            failure = nil
        } catch {
            failure = error
        }
    }
}
