import Bytes
import Context
import Corpus
import Decisions
import Inventory
import Observations
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

/// Matches finished records and hands full batches of them to the sink; it belongs to one thread.
final class RecordFinisher {
    let assessor: Assessor?
    let findings: FindingEngine?
    private let marker: DecisionMarker?
    private let run: ScanRun
    private var writer: any RecordWriter
    private var batch = ByteBuffer(capacity: 2 * batchSize)
    private var line = ByteBuffer()
    private var records = 0
    private var completed: [UInt64] = []
    /// What is done of names with more addresses.
    private var addresses: [TargetFeed.AddressDone] = []
    private var tally = ScanTally()

    /// Bytes; the kernel takes large blocks at half the price of small ones, and what is less goes out once a
    /// second.
    private static let batchSize = 256 * 1024

    init(_ run: ScanRun) {
        assessor = run.rules.map { Assessor($0) }
        findings = run.inventory.map { FindingEngine($0) }
        marker = run.decisions.map { DecisionMarker($0) }
        writer = run.form.writer()
        self.run = run
    }

    /// Takes a record with its line end, which is added to.
    func finish(_ line: inout ByteBuffer, _ endpoint: FinishedEndpoint) {
        let assessment = try? assessor?.assess(&line, lookedFor: endpoint.lookedFor)
        findings?.splice(into: &line)
        let hasLead = assessment?.leads.isEmpty == false
        var highest = assessment?.highest
        if hasLead, let marker { highest = marker.mark(&line) }
        tally.count(endpoint, assessment, highest: highest)
        if let corpus = run.corpus { line.withSpan { corpus.add($0) } }
        if hasLead { endpoint.counters.addLead() }
        if hasLead || !run.onlyLeads && (endpoint.outcome.isSuccess || !run.omitsFailures) {
            writer.append(line, to: &batch)
            records += 1
        }
        if endpoint.completesTarget {
            completed.append(endpoint.sequence)
        } else if let ip = endpoint.ip {
            addresses.append(TargetFeed.AddressDone(sequence: endpoint.sequence, ip: ip.description))
        }
        if batch.count >= Self.batchSize || completed.count >= 4096 { flush() }
    }

    /// Counts a target as done that needs no record.
    func passed(_ sequence: UInt64) { completed.append(sequence) }

    func flush() {
        guard !completed.isEmpty || !addresses.isEmpty || !batch.isEmpty else { return }
        run.sink.write(batch, records: records, tally: tally, completing: completed, addresses: addresses)
        tally = ScanTally()
        batch.removeAll()
        records = 0
        completed.removeAll(keepingCapacity: true)
        if !addresses.isEmpty { addresses.removeAll(keepingCapacity: true) }
    }
}

extension RecordFinisher: ContextTaker {
    func take(_ endpoint: FinishedEndpoint, _ record: [UInt8], _ context: RecordContext) {
        line.removeAll()
        context.append(fresh: record.span, to: &line)
        finish(&line, endpoint)
    }
}
