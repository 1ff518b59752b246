package import Observations

/// Decisions by what they are about; of one subject the last counts.
package struct DecisionIndex: Sendable {
    private var latest: [DecisionSubject: Decision] = [:]
    /// The fields of which values were decided.
    private var fields: Set<String> = []
    /// When it is, in milliseconds since 1970.
    private let now: Int

    package init(_ decisions: [Decision], now: Int) {
        self.now = now
        for decision in decisions {
            if let known = latest[decision.subject], known.time > decision.time { continue }
            latest[decision.subject] = decision
            if case .mark(let field, _) = decision.subject { fields.insert(field) }
        }
    }

    package var isEmpty: Bool { latest.isEmpty }

    /// What holds now, in an order that is always the same.
    package var holding: [Decision] {
        latest.values.filter { $0.holds(at: now) }.sorted {
            ($0.subject.kind.rawValue, $0.subject.value) < ($1.subject.kind.rawValue, $1.subject.value)
        }
    }

    /// What was decided of a record's endpoint, certificate, key or marks, and holds now.
    package func decisions(on record: JSONNode) -> [Decision] {
        guard !latest.isEmpty else { return [] }
        var subjects: [DecisionSubject] = []
        let port = record.at("server.port")?.integer
        let hosts = ["server.ip", "server.domain", "tls.client.server_name"].compactMap {
            record.at($0)?.string
        }
        for host in hosts {
            let host = DecisionSubject.host(host)
            for port in [port, nil] { subjects.append(.endpoint(host: host, port: port)) }
        }
        if let digest = record.at("tls.server.hash.sha256")?.string {
            subjects.append(.certificate(digest.uppercased()))
        }
        if let digest = record.at("hallmark.certificate.spki_sha256")?.string {
            subjects.append(.key(digest.uppercased()))
        }
        for field in fields.sorted() {
            for value in record.values(at: field, most: 1000) {
                let text = Self.text(value)
                guard let spelled = Field.spelled(text, of: field) else { continue }
                subjects.append(.mark(field: field, value: spelled))
                // The zero that keeps a serial number positive is often left out.
                if field.hasSuffix("serial_number"), spelled.hasPrefix("00"), spelled.utf8.count > 2 {
                    subjects.append(.mark(field: field, value: String(spelled.dropFirst(2))))
                }
            }
        }
        var seen: Set<DecisionSubject> = []
        return subjects.filter { seen.insert($0).inserted }.compactMap { latest[$0] }.filter {
            $0.holds(at: now)
        }
    }

    /// What says `block` or `escalate` of some subjects and holds now, each decision once.
    package func grave(_ subjects: [DecisionSubject]) -> [Decision] {
        var seen: Set<DecisionSubject> = []
        return subjects.filter { seen.insert($0).inserted }.compactMap { latest[$0] }.filter {
            ($0.verdict == .block || $0.verdict == .escalate) && $0.holds(at: now)
        }
    }

    /// The decision by which a comparison's finding is dismissed: it has no evidence, or this finding is in
    /// it.
    ///
    /// - Parameters:
    ///   - finding: its name, how urgent it is, and what tells it from others of the name.
    ///   - hosts: address and name, of which one may be empty.
    ///   - certificate: the SHA-256, or empty.
    package func dismissal(
        of finding: (name: String, severity: Severity, about: String),
        hosts: [String],
        port: Int?,
        certificate: String
    ) -> Decision? {
        var subjects: [DecisionSubject] = [.certificate(certificate.uppercased())]
        for host in hosts where !host.isEmpty {
            let host = DecisionSubject.host(host)
            for port in [port, nil] { subjects.append(.endpoint(host: host, port: port)) }
        }
        let decisions = subjects.compactMap { latest[$0] }.filter { $0.holds(at: now) }
        guard !decisions.contains(where: { $0.verdict == .block || $0.verdict == .escalate }) else {
            return nil
        }
        // What was decided of something more urgent holds for less.
        let items = Severity.allCases.filter { $0 >= finding.severity }.map {
            Array(LeadEvidence.finding(finding.name, $0, about: finding.about).utf8)
        }
        return decisions.first {
            $0.verdict == .dismiss
                && ($0.evidence.isEmpty || $0.evidence.contains { items.contains(Array($0.utf8)) })
        }
    }

    private static func text(_ node: JSONNode) -> String {
        node.string ?? node.integer.map(String.init) ?? node.truth.map(String.init) ?? ""
    }
}
