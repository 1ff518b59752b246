import Bytes
import Context
import Corpus
import Decisions
import Inventory
import Observations
import Scan
import Signatures
import Synchronization
import Targets
import Wire

/// Takes what one loop observes: encodes it, and has it finished here or beside its context.
final class ScanHandler: ObservationHandler {
    private let counters: ScanCounters
    private let policy: EscalationPolicy
    private let finisher: RecordFinisher
    private let run: ScanRun
    private var encoder: RecordEncoder
    private var line = ByteBuffer(capacity: 16 * 1024)
    /// The endpoint that `line` is about, and how many of its probes it tells of; nil when more followed.
    private var decided: (sequence: UInt64, startedAt: Int64, probes: Int)?

    init(_ run: ScanRun, counters: ScanCounters) {
        self.counters = counters
        policy = run.policy
        finisher = RecordFinisher(run)
        self.run = run
        encoder = RecordEncoder(run.encoding)
    }

    func decide(_ observation: Observation) -> ProbeDecision {
        guard policy.needsFacts else { return policy.decide(EndpointFacts(observation)) }
        var facts = EndpointFacts(observation)
        if let findings = finisher.findings {
            let address = observation.ip?.description
            let isKnown = findings.knows(ip: address, port: Int(observation.port), name: observation.domain)
            facts.isUnknownToInventory = !isKnown
        }
        line.removeAll()
        encoder.encode(observation, into: &line)
        decided = (observation.sequence, observation.startedAt, observation.probes.count)
        facts.leaf = encoder.leaf
        if let assessor = finisher.assessor, matches(assessor) {
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
        let endpoint = FinishedEndpoint(observation, completesTarget: completesTarget, counters)
        guard let context = run.context else { return finisher.finish(&line, endpoint) }
        let bytes = line.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } }
        context.add(endpoint, bytes, subject(observation))
    }

    /// What the record at hand says of its context; nil where it has to be read for that.
    private func subject(_ observation: Observation) -> ContextSubject? {
        let digest = encoder.leafDigest
        // Of a certificate of which only the beginning came the record says what there is.
        guard digest != nil || observation.flight.chain.isEmpty else { return nil }
        return ContextSubject(
            address: observation.ip,
            time: Int(observation.startedAt / 1_000_000),
            leaf: digest.map { digest in Digest256((0..<32).map { digest[$0] }) },
            hasStaple: !observation.flight.ocspResponse.isEmpty
        )
    }

    func passed(_ sequence: UInt64) { finisher.passed(sequence) }

    func flush(isLast: Bool) { finisher.flush() }
}
