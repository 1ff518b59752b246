import YAML
import Terminal

/// Checks that correlations and filters name rules that are there.
struct RuleReferences {
    private let rules: [SigmaRule]
    private let correlations: [CorrelationRule]

    init(_ documents: [RuleDocument]) {
        rules = documents.compactMap { if case .rule(let rule) = $0 { rule } else { nil } }
        correlations = documents.compactMap { if case .correlation(let rule) = $0 { rule } else { nil } }
    }

    /// The first reference of a document that names no rule: it would never do anything.
    func problem(_ document: RuleDocument) -> YAMLError? {
        switch document {
        case .rule: nil
        case .correlation(let rule): problem(rule.rules, rule.node["correlation"]?["rules"] ?? rule.node)
        case .filter(let filter): problem(filter.rules, filter.node["filter"]?["rules"] ?? filter.node)
        }
    }

    /// The documents without those that name no rule, whose errors are added.
    static func sift(_ documents: [RuleDocument], _ errors: inout [YAMLError]) -> [RuleDocument] {
        let references = RuleReferences(documents)
        return documents.filter { document in
            guard let problem = references.problem(document) else { return true }
            errors.append(problem)
            return false
        }
    }

    private func problem(_ names: [String], _ node: YAMLNode) -> YAMLError? {
        for (place, name) in names.enumerated() where !rules.contains(where: { $0.isCalled(name) }) {
            let element = node.elements.map { $0[place] } ?? node
            guard correlations.contains(where: { $0.isCalled(name) }) else {
                return element.error("no rule is called \(name)\(hint(name))")
            }
            return element.error("\(name) is a correlation rule: those of others are not supported")
        }
        return nil
    }

    private func hint(_ name: String) -> String {
        Spelling.hint(name, among: rules.compactMap(\.name))
    }
}
