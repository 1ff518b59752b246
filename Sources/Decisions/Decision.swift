import Bytes
package import Observations
import Terminal

/// What somebody decided of something, when, and why.
package struct Decision: Equatable, Sendable {
    package enum Verdict: String, CaseIterable, Sendable {
        /// Nothing is done yet; it is watched.
        case monitor
        case block
        /// It was handed to those who handle incidents.
        case escalate
        /// It is no finding: a false positive, or one of ours.
        case dismiss
    }

    package let subject: DecisionSubject
    package let verdict: Verdict
    package let because: String
    package let by: String
    /// The case or ticket in which it was decided.
    package let reference: String?
    /// Milliseconds since 1970.
    package let time: Int
    /// From when on it no longer holds; nil when it has no end.
    package let until: Int?
    /// What spoke for the leads that were known when it was decided (`LeadEvidence`); empty when none were.
    package let evidence: [String]

    package init(
        _ subject: DecisionSubject,
        _ verdict: Verdict,
        because: String,
        by: String,
        reference: String? = nil,
        time: Int,
        until: Int? = nil,
        evidence: [String] = []
    ) {
        self.subject = subject
        self.verdict = verdict
        self.because = because
        self.by = by
        self.reference = reference
        self.time = time
        self.until = until
        self.evidence = evidence
    }

    /// Longer texts are refused, in bytes.
    package static let longest = 4096
    /// More evidence than this is cut off.
    package static let mostEvidence = 256

    /// Whether it still holds at a time.
    package func holds(at now: Int) -> Bool { until.map { now < $0 } ?? true }

    /// Longer reasons are cut where they stand beside something else, in characters.
    private static let longestReason = 200

    /// What a person is told of a lead or a finding that it dismisses: `dismissed by ann, case T-1: ours`.
    package var dismissal: String {
        let reference = reference.map { ", case \($0)" } ?? ""
        let reason = String(because.prefix(Self.longestReason).map { $0.isNewline ? " " : $0 })
        return "dismissed\(by.isEmpty ? "" : " by \(by)")\(reference): \(reason)"
            + (because.count > Self.longestReason ? "…" : "")
    }

    /// The decision as one line of JSON with its end.
    package var line: String {
        var line = ByteBuffer()
        line.append("{")
        line.member("@timestamp", RFC3339.text(time))
        line.object("hallmark")
        line.object("decision")
        appendMembers(to: &line)
        if !evidence.isEmpty {
            line.array("evidence")
            for item in evidence {
                line.comma()
                line.string(item)
            }
            line.endArray()
        }
        line.append("}}}\n")
        return line.text
    }

    /// All but the time and the evidence.
    func appendMembers(to line: inout ByteBuffer) {
        line.object("subject")
        line.member("kind", subject.kind.rawValue)
        line.member("value", subject.value)
        line.endObject()
        line.member("verdict", verdict.rawValue)
        line.member("because", because)
        line.member("by", by)
        if let reference { line.member("case", reference) }
        if let until { line.member("until", RFC3339.text(until)) }
    }

    /// What a line has of a decision.
    private static let members: Set<String> = [
        "subject", "verdict", "because", "by", "case", "until", "evidence",
    ]

    /// Reads what `line` wrote.
    ///
    /// What it does not know is no decision: a misspelt `until` would have it hold for ever, and evidence
    /// that can't be read would have it hold for every lead.
    ///
    /// - Throws: with what is wrong.
    package init(_ node: JSONNode) throws(DecisionError) {
        guard let decision = node.at("hallmark.decision") else {
            throw Self.problem("holds no hallmark.decision")
        }
        for member in decision.parts where !Self.members.contains(String(member.name.prefix { $0 != "." })) {
            throw Self.problem(
                "there is no '\(member.name)'\(Spelling.hint(member.name, among: Self.members.sorted()))"
            )
        }
        func text(_ name: String) throws(DecisionError) -> String? {
            guard let member = decision.at(name), !member.isNull else { return nil }
            guard let text = member.string, text.utf8.count <= Self.longest else {
                throw Self.problem("'\(name)' is not a text of at most \(Self.longest) bytes")
            }
            return text
        }
        func time(_ text: String?, _ name: String) throws(DecisionError) -> Int? {
            guard let text else { return nil }
            guard let time = RFC3339.milliseconds(text) else { throw Self.problem("'\(name)' is no time") }
            return time
        }
        guard let kind = try text("subject.kind").flatMap({ DecisionSubject.Kind(rawValue: $0) }),
            let value = try text("subject.value"), let subject = DecisionSubject(kind, value)
        else { throw Self.problem("'subject' is no endpoint, certificate, key or mark") }
        guard let verdict = try text("verdict").flatMap({ Verdict(rawValue: $0) }) else {
            throw Self.problem("'verdict' is not one of monitor, block, escalate, dismiss")
        }
        guard let because = try text("because"), !because.isEmpty else {
            throw Self.problem("'because' is missing")
        }
        guard let moment = try time(node.at("@timestamp")?.string, "@timestamp") else {
            throw Self.problem("'@timestamp' is missing")
        }
        self.init(
            subject,
            verdict,
            because: because,
            by: try text("by") ?? "",
            reference: try text("case"),
            time: moment,
            until: try time(try text("until"), "until"),
            evidence: try Self.evidence(decision)
        )
    }

    private static func evidence(_ decision: JSONNode) throws(DecisionError) -> [String] {
        guard let list = decision.at("evidence") else { return [] }
        let items = list.isArray ? list.parts.compactMap(\.string) : []
        guard list.isArray, !items.isEmpty, list.parts.allSatisfy({ $0.string != nil }) else {
            throw problem("'evidence' is no list of texts")
        }
        return Array(items.prefix(mostEvidence))
    }

    private static func problem(_ text: String) -> DecisionError { DecisionError(description: text) }
}

/// Why something is no decision.
package struct DecisionError: Error, Equatable, CustomStringConvertible {
    package let description: String
}
