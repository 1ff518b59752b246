import Foundation
import Observations
import Signatures
import YAML

/// A rule as machines read it.
struct RuleSummary: Encodable {
    let id: String?
    let title: String
    let family: String
    let software: [String]
    let benign: String?
    let specificity: String
    let level: String
    let kinds: [String]
    let tags: [String]
    let references: [String]
    let date: String?
    let modified: String?
    let since: String?
    let until: String?
    let condition: [String]
    let shodan: String?
    let censys: String?
    let file: String

    init(_ rule: SigmaRule) {
        id = rule.id
        title = rule.title
        family = rule.family
        software = rule.hallmark.software.map(\.name)
        benign = rule.hallmark.benign?.name
        specificity = rule.hallmark.specificity.rawValue
        level = rule.level.rawValue
        kinds = rule.kinds.sorted().map(\.rawValue)
        tags = rule.tags
        references = rule.references
        date = rule.date
        modified = rule.modified
        since = rule.hallmark.since
        until = rule.hallmark.until
        condition = RuleExplainer(rule).condition
        shodan = SearchQuery(rule, for: .shodan)?.text
        censys = SearchQuery(rule, for: .censys)?.text
        file = rule.file
    }
}

/// A correlation rule as machines read it.
struct CorrelationSummary: Encodable {
    let id: String?
    let title: String
    let family = "correlation"
    let level: String
    let references: [String]
    let type: String
    let rules: [String]
    let condition: [String]
    let file: String

    init(_ rule: CorrelationRule) {
        id = rule.id
        title = rule.title
        level = rule.level.rawValue
        references = rule.references
        type = rule.kind.rawValue
        rules = rule.rules
        condition = [rule.meaning]
        file = rule.file
    }
}

struct FindingSummary: Encodable {
    let file: String
    let line: Int
    let column: Int
    let message: String

    init(_ finding: YAMLError) {
        file = finding.file
        line = finding.line
        column = finding.column
        message = finding.message
    }
}

extension SigmaRule {
    /// The names that a rule is found by: its software or its benign thing, and the ATT&CK ids.
    var subjects: [String] {
        if let benign = hallmark.benign { return [benign.name] }
        return hallmark.software.map(\.name) + hallmark.software.compactMap(\.id)
    }

    var explanation: String {
        let explainer = RuleExplainer(self)
        var lines = [title, "", explainer.meaning]
        if let text { lines += ["", text.trimmingCharacters(in: .whitespacesAndNewlines)] }
        lines += ["", "Looks for:"] + explainer.condition.map { "  " + $0 }
        lines += ["", "Where:"] + explainer.fields.map { "  \($0.name): \($0.text)" }
        lines += [
            "", "Kinds of evidence: \(kinds.sorted().map(\.rawValue).joined(separator: ", "))",
            "Level: \(level.rawValue)",
        ]
        if let generations = explainer.generations { lines.append("Holds for: \(generations)") }
        if !hallmark.sharesGenerator.isEmpty {
            lines.append("Shares its generator with: \(hallmark.sharesGenerator.joined(separator: ", "))")
        }
        if let date { lines.append("Written: \(date)" + (modified.map { ", last changed \($0)" } ?? "")) }
        for engine in SearchQuery.engines {
            guard let query = SearchQuery(self, for: engine) else { continue }
            lines.append("\(engine.rawValue)\(query.difference.map { " (\($0))" } ?? ""): \(query.text)")
        }
        if !falsePositives.isEmpty { lines += ["", "Also seen in:"] + falsePositives.map { "  " + $0 } }
        if !references.isEmpty { lines += ["", "Sources:"] + references.map { "  " + $0 } }
        return (lines + ["", "File: \(file)", ""]).joined(separator: "\n")
    }
}

extension CorrelationRule {
    var explanation: String {
        var lines = [title, "", meaning]
        if let text { lines += ["", text.trimmingCharacters(in: .whitespacesAndNewlines)] }
        lines += ["", "Counts matches of:"] + rules.map { "  " + $0 } + ["", "Level: \(level.rawValue)"]
        if !references.isEmpty { lines += ["", "Sources:"] + references.map { "  " + $0 } }
        return (lines + ["", "File: \(file)", ""]).joined(separator: "\n")
    }
}
