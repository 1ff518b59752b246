import Console
import Foundation
import Observations
import Signatures

extension ConsoleRule {
    init(_ rule: SigmaRule) {
        let explainer = RuleExplainer(rule)
        let queries = SearchQuery.engines.compactMap { engine in
            SearchQuery(rule, for: engine).map { query in
                "\(engine.rawValue)\(query.difference.map { " (\($0))" } ?? ""): \(query.text)"
            }
        }
        self.init(
            id: rule.id ?? rule.file,
            title: rule.title,
            family: rule.family,
            level: rule.level.rawValue,
            software: rule.hallmark.benign.map { [$0.name] } ?? rule.hallmark.software.map(\.name),
            meaning: explainer.meaning,
            text: Self.trimmed(rule.text),
            parts: [
                Part("Looks for", explainer.condition),
                Part("Where", explainer.fields.map { "\($0.name): \($0.text)" }),
                Part("Kinds of evidence", rule.kinds.sorted().map(\.rawValue)),
                Part("Holds for", explainer.generations.map { [$0] } ?? []),
                Part("Also seen in", rule.falsePositives), Part("Searches", queries), Part("Tags", rule.tags),
                Part("Written", [rule.date, rule.modified.map { "changed \($0)" }].compactMap(\.self)),
            ],
            references: rule.references
        )
    }

    init(_ rule: CorrelationRule) {
        self.init(
            id: rule.id ?? rule.file,
            title: rule.title,
            family: "correlation",
            level: rule.level.rawValue,
            software: [],
            meaning: rule.meaning,
            text: Self.trimmed(rule.text),
            parts: [Part("Counts matches of", rule.rules)],
            references: rule.references
        )
    }

    private static func trimmed(_ text: String?) -> String {
        (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension ConsoleRule.Library {
    init(_ library: SignatureLibrary) {
        self.init(
            rules: library.rules.map { ConsoleRule($0) } + library.correlations.map { ConsoleRule($0) },
            unread: library.errors.map { "\($0)" }
        )
    }
}
