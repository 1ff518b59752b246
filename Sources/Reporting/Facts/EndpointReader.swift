import Bytes
import Decisions
import Observations

/// Reads what a report tells of an endpoint from its record.
///
/// Every text is cut to `longest` characters, and every list to what a person reads: a record may come from
/// anybody.
struct EndpointReader {
    let decisions: DecisionIndex?

    /// Longer values are cut, in characters.
    static let longest = 300
    private static let mostItems = 40

    /// - Parameter record: an observation.
    func read(_ record: JSONNode) -> ReportedEndpoint {
        let rulings = decisions?.rulings(on: record) ?? []
        let found = record.at("hallmark.decisions")
        let dismissed = Set(rulings.flatMap(\.dismissed)).union(recordedDismissals(found))
        let leads = Self.parts(record.at("hallmark.leads")).map { lead in
            var lead = Self.lead(lead, in: record)
            lead.isDismissed = dismissed.contains(lead.software)
            return lead
        }
        return ReportedEndpoint(
            place: Self.place(record),
            name: Self.serverName(record),
            time: Self.time(record, "@timestamp") ?? 0,
            isSuccess: Self.text(record, "event.outcome") == "success",
            errorCode: Self.text(record, "error.code") ?? "",
            version: Self.text(record, "tls.version") ?? "",
            group: Self.text(record, "tls.curve") ?? "",
            certificate: Self.text(record, "tls.server.hash.sha256") ?? "",
            subject: Self.text(record, "tls.server.x509.subject.distinguished_name")
                ?? Self.text(record, "tls.server.subject") ?? "",
            issuer: Self.text(record, "tls.server.x509.issuer.distinguished_name")
                ?? Self.text(record, "tls.server.issuer") ?? "",
            notAfter: Self.time(record, "tls.server.x509.not_after"),
            leads: leads,
            decisions: rulings.isEmpty
                ? Self.parts(found).map(Self.sentence) : rulings.map { Self.sentence($0.decision) },
            untested: Self.untested(record)
        )
    }

    /// The software that a record tells was dismissed, unless decisions were given, which know better.
    private func recordedDismissals(_ found: JSONNode?) -> [String] {
        guard decisions == nil else { return [] }
        return Self.parts(found).flatMap { Self.texts($0, "dismissed") }
    }

    private static func lead(_ lead: JSONNode, in record: JSONNode) -> ReportedLead {
        let software = text(lead, "software.name") ?? "?"
        var evidence: [String] = []
        var rules: [ReportedRule] = []
        for match in parts(record.at("hallmark.matches")) where text(match, "software.name") == software {
            let rule = ReportedRule(
                id: text(match, "rule.id") ?? "",
                title: text(match, "rule.name") ?? "?"
            )
            rules.append(rule)
            for item in parts(match["evidence"]) where evidence.count < mostItems {
                let (field, value) = (text(item, "field") ?? "?", text(item, "value") ?? "")
                evidence.append("\(field) = \(value) (\(rule.title))")
            }
        }
        for mark in parts(record.at("hallmark.indicators")) where evidence.count < mostItems {
            guard (text(mark, "software.name") ?? KnownInfrastructure.name) == software else { continue }
            evidence.append(
                KnownInfrastructure.evidence(
                    isConfirmed: mark["confirmed"]?.truth ?? false,
                    isAged: mark["aged"]?.truth ?? false
                ) { text(mark, $0) }
            )
        }
        return ReportedLead(
            software: software,
            confidence: min(max(lead["confidence"]?.integer ?? 0, 0), 99),
            kinds: texts(lead, "kinds"),
            isDualUse: lead["dual_use"]?.truth ?? false,
            against: texts(lead, "against"),
            corroborate: texts(lead, "corroborate"),
            evidence: evidence,
            rules: rules
        )
    }

    private static func untested(_ record: JSONNode) -> [ReportedEndpoint.Untested: Int] {
        var counts: [ReportedEndpoint.Untested: Int] = [:]
        for group in parts(record.at("hallmark.marks.untested")) {
            let key = ReportedEndpoint.Untested(
                what: text(group, "what") ?? "?",
                reason: text(group, "reason") ?? "?"
            )
            counts[key, default: 0] += min(max(group["marks"]?.integer ?? 0, 0), 1 << 20)
        }
        return counts
    }

    /// - Parameter orCertificate: whether a record without an endpoint, as of a log or a file, is named by
    ///   its certificate, so that what is said of one is not taken for what is said of another.
    static func place(_ record: JSONNode, orCertificate: Bool = false) -> String {
        let host =
            text(record, "server.ip") ?? text(record, "server.domain") ?? text(record, "server.address")
        guard let host else {
            guard orCertificate, let digest = text(record, "tls.server.hash.sha256") else { return "" }
            return "certificate \(digest)"
        }
        let shown = host.contains(":") ? "[\(host)]" : host
        return record.at("server.port")?.integer.map { "\(shown):\($0)" } ?? shown
    }

    /// The name that was asked for, or empty.
    static func serverName(_ record: JSONNode) -> String {
        text(record, "tls.client.server_name") ?? text(record, "server.domain") ?? ""
    }

    private static func sentence(_ node: JSONNode) -> String {
        let subject = text(node, "subject.value") ?? "?"
        let by = text(node, "by").map { $0.isEmpty ? "" : " by \($0)" } ?? ""
        let reference = text(node, "case").map { ", case \($0)" } ?? ""
        return
            "\(text(node, "verdict") ?? "?")\(by)\(reference), on \(subject): \(text(node, "because") ?? "")"
    }

    private static func sentence(_ decision: Decision) -> String {
        let by = decision.by.isEmpty ? "" : " by \(decision.by)"
        let reference = decision.reference.map { ", case \($0)" } ?? ""
        return
            "\(decision.verdict.rawValue)\(by)\(reference), on \(decision.subject.value): \(decision.because)"
    }

    static func text(_ node: JSONNode, _ name: String) -> String? {
        guard let found = node.at(name) else { return nil }
        guard let text = found.string ?? found.integer.map(String.init) else { return nil }
        return cut(text)
    }

    static func cut(_ text: String, to length: Int = longest) -> String {
        // The count of bytes is cheap, and never smaller than that of characters.
        guard text.utf8.count > length, text.count > length else { return text }
        return text.prefix(length - 1) + "…"
    }

    static func time(_ node: JSONNode, _ name: String) -> Int? {
        node.at(name)?.string.flatMap { RFC3339.milliseconds($0) }
    }

    private static func parts(_ node: JSONNode?) -> [JSONNode] {
        Array((node?.objects ?? []).prefix(mostItems))
    }

    private static func texts(_ node: JSONNode, _ name: String) -> [String] {
        node.at(name)?.parts.prefix(mostItems).compactMap { $0.string.map { cut($0) } } ?? []
    }
}
