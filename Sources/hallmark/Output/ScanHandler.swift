import Bytes
import Corpus
import Decisions
import Inventory
import Observations
import Scan
import Signatures
import Synchronization
import Targets
import Wire

/// Takes what one loop observes: encodes, matches, and hands full batches to the sink.
final class ScanHandler: ObservationHandler {
    private let sink: RecordSink
    private let counters: ScanCounters
    private let policy: EscalationPolicy
    private let onlyLeads: Bool
    private var writer: any RecordWriter
    private let assessor: Assessor?
    private let findings: FindingEngine?
    private let marker: DecisionMarker?
    private let run: ScanRun
    private var encoder: RecordEncoder
    private var line = ByteBuffer(capacity: 16 * 1024)
    /// The endpoint that `line` is about, and how many of its probes it tells of; nil when more followed.
    private var decided: (sequence: UInt64, startedAt: Int64, probes: Int)?
    private var batch = ByteBuffer(capacity: 2 * batchSize)
    private var records = 0
    private var completed: [UInt64] = []
    /// What is done of names with more addresses.
    private var addresses: [TargetFeed.AddressDone] = []
    private var tally = ScanTally()

    /// Bytes; the kernel takes large blocks at half the price of small ones, and what is less goes out once a
    /// second.
    private static let batchSize = 256 * 1024

    init(_ run: ScanRun, counters: ScanCounters) {
        sink = run.sink
        self.counters = counters
        policy = run.policy
        onlyLeads = run.onlyLeads
        writer = run.form.writer()
        assessor = run.rules.map { Assessor($0) }
        findings = run.inventory.map { FindingEngine($0) }
        marker = run.decisions.map { DecisionMarker($0) }
        self.run = run
        encoder = RecordEncoder(run.encoding)
    }

    func decide(_ observation: Observation) -> ProbeDecision {
        guard policy.needsFacts else { return policy.decide(EndpointFacts(observation)) }
        var facts = EndpointFacts(observation)
        if let findings {
            let address = observation.ip?.description
            let isKnown = findings.knows(ip: address, port: Int(observation.port), name: observation.domain)
            facts.isUnknownToInventory = !isKnown
        }
        line.removeAll()
        encoder.encode(observation, into: &line)
        decided = (observation.sequence, observation.startedAt, observation.probes.count)
        facts.leaf = encoder.leaf
        if let assessor, matches(assessor) {
            facts.add(assessor.scratch)
        }
        let decision = policy.decide(facts)
        if !decision.wanted.isEmpty { decided = nil }
        return decision
    }

    /// Encodes the finished observation, or brings the line up to date that the decision was made on.
    private func encode(_ observation: Observation) {
        defer { decided = nil }
        if let decided, decided.sequence == observation.sequence, decided.startedAt == observation.startedAt,
            observation.assessment.isEmpty,
            encoder.amend(observation, probesFrom: decided.probes, in: &line)
        {
            return
        }
        line.removeAll()
        encoder.encode(observation, into: &line)
    }

    /// Matches the line; false when it can't be read, which our own line always can.
    private func matches(_ assessor: Assessor) -> Bool {
        line.withSpan { span in
            span.withUnsafeBufferPointer { (try? assessor.scratch.match($0)) != nil }
        }
    }

    func finished(_ observation: Observation, completesTarget: Bool) {
        encode(observation)
        let lookedFor = LookedFor(observation)
        let assessment = try? assessor?.assess(&line, lookedFor: lookedFor.isFurther ? lookedFor : nil)
        findings?.splice(into: &line)
        let hasLead = assessment?.leads.isEmpty == false
        var highest = assessment?.highest
        if hasLead, let marker { highest = marker.mark(&line) }
        tally.count(observation, assessment, highest: highest)
        if let corpus = run.corpus { line.withSpan { corpus.add($0) } }
        if hasLead { counters.addLead() }
        if hasLead || !onlyLeads && (observation.isSuccess || !run.omitsFailures) {
            writer.append(line, to: &batch)
            records += 1
        }
        if completesTarget {
            completed.append(observation.sequence)
        } else if let ip = observation.ip {
            addresses.append(TargetFeed.AddressDone(sequence: observation.sequence, ip: ip.description))
        }
        if batch.count >= Self.batchSize || completed.count >= 4096 { write() }
    }

    func passed(_ sequence: UInt64) {
        completed.append(sequence)
    }

    func flush(isLast: Bool) { write() }

    private func write() {
        guard !completed.isEmpty || !addresses.isEmpty || !batch.isEmpty else { return }
        sink.write(batch, records: records, tally: tally, completing: completed, addresses: addresses)
        tally = ScanTally()
        batch.removeAll()
        records = 0
        completed.removeAll(keepingCapacity: true)
        if !addresses.isEmpty { addresses.removeAll(keepingCapacity: true) }
    }
}
