import Bytes
import Observations
import Signatures
import Transparency
import Wire

/// Makes records of entries of logs, with what signatures and the watch say of them.
struct LoggedRecord: ~Copyable {
    private var encoder = RecordEncoder(RecordEncoder.Options(scanID: "", chain: .leaf))
    private let observation = Observation()
    private let rules: RuleSet?
    private let assessor: Assessor?
    private var telling: [Int: Bool] = [:]
    private let now = WallClock.nanoseconds
    private(set) var line = ByteBuffer(capacity: 16 * 1024)

    /// What rules say of an entry.
    struct Verdict {
        /// The strongest lead.
        var lead: LeadLabel?
        /// Whether a rule holds that is worth a look: no benign one, and none that is for information alone.
        var isMatched = false
    }

    init(_ rules: RuleSet?) {
        self.rules = rules
        assessor = rules.map { Assessor($0) }
    }

    /// Writes the record into `line`.
    mutating func make(_ entry: LogEntry, _ log: LogDescription, _ findings: [WatchFinding]) -> Verdict {
        observation.reset()
        // A log may say any time; what lies behind the year 2262 stands as the last moment before.
        let (nanoseconds, isBeyond) = Int64(clamping: entry.time).multipliedReportingOverflow(by: 1_000_000)
        observation.startedAt = isBeyond ? .max : nanoseconds
        observation.flight.imported(certificate: entry.certificate.span)
        for certificate in entry.chain.prefix(8) {
            observation.flight.imported(certificate: certificate.span)
        }
        var evidence = ImportedEvidence(
            ImportSource(
                product: "ct",
                format: log.interface.rawValue,
                lacks: ImportSource.noEndpoint + ImportSource.ownProbes
            )
        )
        evidence.ingestedAt = now
        evidence.logged = LoggedEntry(
            log: log.name,
            url: log.url,
            logID: log.logID.bytes,
            index: entry.index,
            time: entry.time,
            kind: entry.kind == .precertificate ? .precertificate : .certificate,
            issuerKeyHash: entry.issuerKeyHash?.bytes ?? [],
            isReconstructed: entry.isReconstructed
        )
        observation.imported = evidence
        line.removeAll()
        encoder.encode(observation, into: &line)
        let assessment = try? assessor?.assess(&line, isOwn: true)
        if !findings.isEmpty { append(findings) }
        guard let rules, let assessment else { return Verdict() }
        let isMatched = assessment.matches.contains { isTelling($0.rule, rules) }
        return Verdict(lead: assessment.highest, isMatched: isMatched)
    }

    /// Whether a rule is worth a look; what was found out of it is kept.
    private mutating func isTelling(_ place: Int, _ rules: RuleSet) -> Bool {
        if let known = telling[place] { return known }
        let rule = rules.rule(place)
        let isTelling = rule.hallmark.benign == nil && rule.level != .informational
        telling[place] = isTelling
        return isTelling
    }

    /// Puts the findings before the braces that end the line.
    private mutating func append(_ findings: [WatchFinding]) {
        guard line.count > 3 else { return }
        line.truncate(to: line.count - 3)
        line.array("findings")
        for finding in findings {
            line.element()
            line.member("name", word: finding.name.rawValue)
            line.member("severity", word: finding.severity.rawValue)
            line.member("message", finding.message)
            line.member("watched", finding.watched)
            line.member("found", finding.found)
            if let score = finding.score { line.member("score", score) }
            if let reason = finding.reason { line.member("reason", word: reason) }
            line.endObject()
        }
        line.append("]}}\n")
    }
}
