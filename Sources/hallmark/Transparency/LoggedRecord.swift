import Bytes
import Observations
import Signatures
import Transparency
import Wire

/// Makes records of entries of logs, with what signatures and the watch say of them.
struct LoggedRecord: ~Copyable {
    private var encoder = RecordEncoder(RecordEncoder.Options(scanID: "", chain: .leaf))
    private let observation = Observation()
    private let assessor: Assessor?
    private let telling: TellingRules?
    private let now = WallClock.nanoseconds
    private(set) var line = ByteBuffer(capacity: 16 * 1024)

    /// What rules say of an entry.
    struct Verdict {
        /// The strongest lead.
        var lead: LeadLabel?
        /// Whether a rule holds that is worth a look.
        var isMatched = false
    }

    init(_ rules: RuleSet?) {
        assessor = rules.map { Assessor($0) }
        telling = rules.map { TellingRules($0) }
    }

    /// Writes the record into `line`, with what is said of it where it goes on.
    ///
    /// - Parameter keepsAll: whether it goes on whatever is said of it.
    mutating func make(
        _ entry: LogEntry,
        _ log: LogDescription,
        _ findings: [WatchFinding],
        keepsAll: Bool
    ) -> Verdict {
        observation.reset()
        // A log may say any time; what lies behind the year 2262 stands as the last moment before.
        let (nanoseconds, isBeyond) = Int64(clamping: entry.time).multipliedReportingOverflow(by: 1_000_000)
        observation.startedAt = isBeyond ? .max : nanoseconds
        observation.flight.imported(certificate: entry.certificate.span)
        for certificate in entry.chain.prefix(8) {
            observation.flight.imported(certificate: certificate.span)
        }
        var evidence = ImportedEvidence(ImportSource(product: "ct", format: log.interface.rawValue))
        evidence.showsChain = true
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
        let (telling, isWantedAnyway) = (telling, keepsAll || !findings.isEmpty)
        let assessment = try? assessor?.assess(&line, isOwn: true) {
            isWantedAnyway || !$0.leads.isEmpty || telling?.holds($0) ?? false
        }
        if !findings.isEmpty { append(findings) }
        guard let assessment, let telling else { return Verdict() }
        return Verdict(lead: assessment.highest, isMatched: telling.holds(assessment))
    }

    private mutating func append(_ findings: [WatchFinding]) {
        var members = ByteBuffer()
        members.array("findings")
        for finding in findings {
            members.element()
            members.member("name", word: finding.name.rawValue)
            members.member("severity", word: finding.severity.rawValue)
            members.member("message", finding.message)
            members.member("watched", finding.watched)
            members.member("found", finding.found)
            if let score = finding.score { members.member("score", score) }
            if let reason = finding.reason { members.member("reason", word: reason) }
            members.endObject()
        }
        members.endArray()
        members.withSpan { _ = HallmarkObject.append($0, to: &line) }
    }
}

/// Rules that are worth a look: no benign ones, and none that are for information alone.
///
/// A rule is looked at when it first matches: a set reads its rules as they are asked for.
private final class TellingRules {
    private let rules: RuleSet
    private var known: [Int: Bool] = [:]

    init(_ rules: RuleSet) { self.rules = rules }

    /// Whether such a rule is among an assessment's matches.
    func holds(_ assessment: Assessment) -> Bool { assessment.matches.contains { isTelling($0.rule) } }

    private func isTelling(_ place: Int) -> Bool {
        if let known = known[place] { return known }
        let rule = rules.rule(place)
        let isTelling = rule.hallmark.benign == nil && rule.level != .informational
        known[place] = isTelling
        return isTelling
    }
}
