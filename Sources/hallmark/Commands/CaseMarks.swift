import Bytes
import Corpus
import Decisions
import Indicators
import Observations
import Search
import Signatures

/// What earlier cases were about, as a list: a mark shared with what somebody decided to block or escalate is
/// said of whatever shows it, with the case's reference.
struct CaseMarks {
    private(set) var entries: [(Indicator, IndicatorNote)] = []

    /// An endpoint that was decided showed no more than so many certificates in a corpus that are looked at.
    private static let mostSeen = 100

    /// - Parameters:
    ///   - index: what was decided.
    ///   - corpora: files of corpora, which know what a decided endpoint showed.
    init(_ index: DecisionIndex, corpora: [String]) throws {
        let grave = index.holding.filter { $0.verdict == .block || $0.verdict == .escalate }
        guard !grave.isEmpty else { return }
        let corpora = try corpora.map { try CorpusFile($0, .read) }
        let now = Int(WallClock.nanoseconds / 1_000_000)
        for decision in grave {
            add(decision)
            for corpus in corpora { try add(decision, from: corpus, now: now) }
        }
    }

    /// Adds what a decision is about, and what spoke for it.
    private mutating func add(_ decision: Decision) {
        switch decision.subject {
        case .certificate(let digest): add(.sha256, digest, decision)
        case .key(let digest): add(.key, digest, decision)
        case .mark(let field, let value): add(field, value, decision)
        case .endpoint(let host, let port):
            // A name is one that others can have as well; of an address the port counts.
            if !add(port == nil ? .address : .endpoint, decision.subject.value, decision) {
                add(.name, host, decision)
            }
        }
        for item in decision.evidence {
            // A rule or a list, a field, and its value.
            guard let space = item.firstIndex(of: " "), let equals = item[space...].firstIndex(of: "=") else {
                continue
            }
            let field = String(item[item.index(after: space)..<equals])
            add(field, String(item[item.index(after: equals)...]), decision)
        }
    }

    private mutating func add(_ field: String, _ value: String, _ decision: Decision) {
        guard let kind = IndicatorKind(field: field) else { return }
        add(kind, value, decision)
    }

    @discardableResult
    private mutating func add(_ kind: IndicatorKind, _ value: String, _ decision: Decision) -> Bool {
        let found = Array(value.utf8).withUnsafeBufferPointer { IndicatorText.read(kind, $0.span) }
        var note = IndicatorNote(feed: ListedMark.casesFeed)
        note.description = "\(decision.verdict.rawValue): \(decision.because)"
        note.reference = decision.reference
        for var indicator in found {
            indicator.day = Indicator.day(decision.time)
            indicator.until = Indicator.day(decision.until)
            entries.append((indicator, note))
        }
        return !found.isEmpty
    }

    /// Adds the certificates and keys that a corpus has seen at an endpoint.
    private mutating func add(_ decision: Decision, from corpus: CorpusFile, now: Int) throws {
        guard case .endpoint = decision.subject else { return }
        let search = try CorpusSearch(DecidedLeads.query(decision.subject), in: corpus, now: now)
        let tree = JSONTree()
        var values: Set<[String]> = []
        _ = try search.records(limit: Self.mostSeen) { line in
            try line.withUnsafeBytes { bytes in
                let record = try tree.read(bytes)
                for field in ["tls.server.hash.sha256", "hallmark.certificate.spki_sha256"] {
                    if let value = record.at(field)?.string { values.insert([field, value]) }
                }
            }
        }
        for value in values.sorted(by: { $0[1] < $1[1] }) { add(value[0], value[1], decision) }
    }
}
