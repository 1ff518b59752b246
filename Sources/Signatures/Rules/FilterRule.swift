import YAML

/// A Sigma filter: a condition and-ed to other rules.
package struct FilterRule: Sendable {
    package let title: String
    /// Ids or names; empty for all rules.
    let rules: [String]
    let logSource: LogSource
    let condition: Expression
    let node: YAMLNode

    init(_ node: YAMLNode) throws(YAMLError) {
        try RuleReader.checkKeys(node, RuleReader.filterKeys)
        title = try RuleReader.title(node)
        _ = try RuleReader.id(node)
        logSource = try LogSource(try node.required("logsource"))
        let filter = try node.required("filter")
        let rules = try filter.required("rules")
        let names = try rules.strings()
        self.rules = names.map { $0.lowercased() } == ["any"] ? [] : names
        if names.isEmpty { throw rules.error("an empty list; any means all rules") }
        condition = try DetectionReader.read(filter, ignoring: ["rules"])
        self.node = node
    }

    func applies(to rule: SigmaRule) -> Bool {
        logSource.contains(rule.logSource) && (rules.isEmpty || rules.contains { rule.isCalled($0) })
    }
}
