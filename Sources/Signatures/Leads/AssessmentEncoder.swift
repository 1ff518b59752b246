import Bytes
import Observations

/// Writes an assessment as members of the `hallmark` object: leads as its first, all else as its last.
struct AssessmentEncoder {
    private static let maximumMatches = 64
    private static let maximumLeads = 32

    private let set: RuleSet

    init(_ set: RuleSet) { self.set = set }

    /// What is told of the endpoint as a whole, and what was not looked for.
    ///
    /// - Parameter observed: what whoever observed the endpoint has said of it as a whole; it is kept.
    func encodeWords(_ assessment: Assessment, observed: [String], into buffer: inout ByteBuffer) {
        encode(observed + (assessment.isDeceptive ? ["deception_likely"] : []), into: &buffer)
        if let coverage = assessment.coverage { encode(coverage, into: &buffer) }
    }

    /// Leads, the strongest first.
    func encodeLeads(_ assessment: Assessment, into buffer: inout ByteBuffer) {
        guard !assessment.leads.isEmpty else { return }
        buffer.array("leads")
        for lead in assessment.leads.prefix(Self.maximumLeads) { encode(lead, into: &buffer) }
        buffer.endArray()
    }

    /// Signatures, matches, and what others list.
    func encodeMatches(_ assessment: Assessment, into buffer: inout ByteBuffer) {
        if !assessment.matches.isEmpty { encodeMatched(assessment, into: &buffer) }
        if !assessment.listed.isEmpty {
            buffer.array("indicators")
            for mark in assessment.listed { mark.append(to: &buffer) }
            buffer.endArray()
        }
    }

    private func encodeMatched(_ assessment: Assessment, into buffer: inout ByteBuffer) {
        if !set.digest.isEmpty {
            buffer.object("signatures")
            buffer.member("digest", set.digest)
            buffer.endObject()
        }
        buffer.array("matches")
        var count = 0
        for match in assessment.matches {
            let block = set.rule(match.rule).hallmark
            // A rule that marks several tools is a match for each.
            for software in block.software.isEmpty ? [nil] : block.software.map(Optional.some)
            where count < Self.maximumMatches {
                encode(match, software, into: &buffer)
                count += 1
            }
        }
        buffer.endArray()
    }

    private func encode(_ coverage: MarkCoverage, into buffer: inout ByteBuffer) {
        buffer.object("marks")
        buffer.member("known", coverage.known)
        buffer.member("tested", coverage.tested)
        if !coverage.untested.isEmpty {
            buffer.array("untested")
            for group in coverage.untested {
                buffer.element()
                buffer.member("what", group.what)
                buffer.member("reason", group.reason)
                buffer.member("marks", group.marks)
                encode("software", group.software, into: &buffer)
                buffer.endObject()
            }
            buffer.endArray()
        }
        buffer.endObject()
    }

    private static let maximumTechniques = 16

    /// The strongest lead in the names of ECS, as members of the record; nothing without a lead.
    func encodeSummary(_ assessment: Assessment, into buffer: inout ByteBuffer) {
        guard let lead = assessment.leads.first else { return }
        let rules = assessment.matches.map { set.rule($0.rule) }
            .filter { $0.hallmark.software.contains(lead.software) }
        func weight(_ rule: SigmaRule) -> Double {
            Confidence.weight(rule.hallmark.specificity, isExpired: false)
        }
        if let loudest = rules.max(by: { weight($0) < weight($1) }) {
            buffer.object("rule")
            if let id = loudest.id { buffer.member("id", id) }
            buffer.member("name", loudest.title)
            buffer.member("ruleset", "hallmark" as StaticString)
            buffer.endObject()
        }
        let tags = rules.flatMap(\.tags).filter { $0.hasPrefix("attack.t") }
            .map { $0.dropFirst("attack.".count).uppercased() }
            .filter { $0.dropFirst().allSatisfy { $0.isASCII && $0.isNumber || $0 == "." } }
        let techniques = Set(tags).sorted().prefix(Self.maximumTechniques)
        buffer.object("threat")
        if lead.software.id != nil || !techniques.isEmpty {
            buffer.member("framework", "MITRE ATT&CK" as StaticString)
        }
        encode(lead.software, into: &buffer)
        if !techniques.isEmpty {
            buffer.object("technique")
            encode("id", Array(techniques), into: &buffer)
            buffer.endObject()
        }
        buffer.endObject()
    }

    private func encode(_ words: [String], into buffer: inout ByteBuffer) {
        guard !words.isEmpty else { return }
        buffer.array("assessment")
        for word in words {
            buffer.comma()
            buffer.string(word)
        }
        buffer.endArray()
    }

    private func encode(_ match: Assessment.Match, _ software: Software?, into buffer: inout ByteBuffer) {
        let rule = set.rule(match.rule)
        buffer.element()
        buffer.object("rule")
        if let id = rule.id { buffer.member("id", id) }
        buffer.member("name", rule.title)
        buffer.member("level", rule.level.rawValue)
        buffer.endObject()
        if let software { encode(software, into: &buffer) }
        if let benign = rule.hallmark.benign { buffer.member("benign", benign.name) }
        buffer.member("specificity", rule.hallmark.specificity.rawValue)
        buffer.array("evidence")
        for evidence in match.evidence {
            buffer.element()
            buffer.member("kind", evidence.kind.rawValue)
            buffer.member("field", evidence.field)
            buffer.member("value", evidence.value)
            buffer.endObject()
        }
        buffer.endArray()
        buffer.endObject()
    }

    private func encode(_ lead: Lead, into buffer: inout ByteBuffer) {
        buffer.element()
        encode(lead.software, into: &buffer)
        buffer.member("confidence", lead.confidence)
        buffer.member("label", lead.label.rawValue)
        buffer.array("kinds")
        for kind in lead.kinds {
            buffer.comma()
            buffer.string(kind.rawValue)
        }
        buffer.endArray()
        if lead.isDualUse { buffer.member("dual_use", true) }
        encode("corroborate", lead.corroborate, into: &buffer)
        encode("against", lead.against, into: &buffer)
        buffer.endObject()
    }

    private func encode(_ software: Software, into buffer: inout ByteBuffer) {
        buffer.object("software")
        if let id = software.id { buffer.member("id", id) }
        buffer.member("name", software.name)
        buffer.endObject()
    }

    private func encode(_ name: StaticString, _ texts: [String], into buffer: inout ByteBuffer) {
        guard !texts.isEmpty else { return }
        buffer.array(name)
        for text in texts {
            buffer.comma()
            buffer.string(text)
        }
        buffer.endArray()
    }
}
