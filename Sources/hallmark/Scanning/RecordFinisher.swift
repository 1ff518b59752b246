import Bytes
import Context
import Inventory
import Observations
import Pipeline
import Scan
import Signatures
import Targets
import Wire

/// What a summary and a checkpoint count of an endpoint whose observation is used for another one already.
struct FinishedEndpoint: Sendable {
    let outcome: RecordOutcome
    /// What was looked for further than the certificate; nil where nothing was.
    let lookedFor: LookedFor?
    let sequence: UInt64
    let completesTarget: Bool
    /// Where it is, as its record says.
    let address: String
    let domain: String?
    let ip: IPAddress?
    let port: UInt16
    let counters: ScanCounters

    init(_ observation: Observation, completesTarget: Bool, _ counters: ScanCounters) {
        outcome = RecordOutcome(observation)
        let lookedFor = LookedFor(observation)
        self.lookedFor = lookedFor.isFurther ? lookedFor : nil
        sequence = observation.sequence
        self.completesTarget = completesTarget
        address = observation.address
        domain = observation.domain
        ip = observation.ip
        port = observation.port
        self.counters = counters
    }
}

/// Takes the records of finished endpoints through the pipeline, and counts them; it belongs to one thread.
final class RecordFinisher {
    /// Matches records, before they are finished as well; nil without signatures.
    let assessor: Assessor?
    /// Knows the inventory; nil without one.
    let findings: FindingEngine?
    private let pipeline: RecordPipeline<ScanReceipt>
    private var line = ByteBuffer()
    private var receipt = ScanReceipt()
    /// Lists alone look for nothing that could be left untested.
    private let hasRules: Bool

    /// Targets that are done together at most.
    private static let mostTargets = 4096

    init(_ run: ScanRun) {
        let assess = run.rules.map { AssessStage($0, lists: run.lists) }
        let compare = run.inventory.map { FindingStage($0) }
        let decide = run.decisions.map { DecisionStage($0) }
        let stages: [(any RecordStage)?] = [assess, compare, decide]
        pipeline = RecordPipeline(stages.compactMap(\.self), to: run.delivery)
        hasRules = run.rules?.rules.isEmpty == false
        (assessor, findings) = (assess?.assessor, compare?.engine)
    }

    /// Takes a record with its line end, which is added to.
    func finish(_ line: inout ByteBuffer, _ endpoint: FinishedEndpoint) {
        let lookedFor = hasRules ? endpoint.lookedFor : nil
        var record = PassingRecord(lookedFor: lookedFor, isSuccess: endpoint.outcome.isSuccess)
        pipeline.pass(&line, &record)
        receipt.tally.count(endpoint, record)
        if record.hasLead { endpoint.counters.addLead() }
        if endpoint.completesTarget {
            receipt.completed.append(endpoint.sequence)
        } else if let ip = endpoint.ip {
            receipt.addresses.append(TargetFeed.AddressDone(sequence: endpoint.sequence, ip: ip.description))
        }
        if pipeline.isFull || receipt.completed.count >= Self.mostTargets { flush() }
    }

    /// Counts a target as done that needs no record.
    func passed(_ sequence: UInt64) { receipt.completed.append(sequence) }

    func flush() {
        guard !receipt.isEmpty else { return }
        pipeline.deliver(receipt)
        receipt = ScanReceipt()
    }
}

extension RecordFinisher: ContextTaker {
    func take(_ endpoint: FinishedEndpoint, _ record: [UInt8], _ context: RecordContext) {
        line.removeAll()
        context.append(fresh: record.span, to: &line)
        finish(&line, endpoint)
    }
}
