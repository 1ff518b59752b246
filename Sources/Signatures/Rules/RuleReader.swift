import Observations
package import YAML
import Terminal

/// What one YAML document of a rule file is.
package enum RuleDocument: Sendable {
    case rule(SigmaRule)
    case correlation(CorrelationRule)
    case filter(FilterRule)

    /// What names it to other rules and to people; nil where it has none.
    var id: String? {
        switch self {
        case .rule(let rule): rule.id
        case .correlation(let rule): rule.id
        case .filter: nil
        }
    }

    var node: YAMLNode {
        switch self {
        case .rule(let rule): rule.node
        case .correlation(let rule): rule.node
        case .filter(let filter): filter.node
        }
    }
}

/// Reads Sigma rules out of YAML, refusing by name what is not supported.
package enum RuleReader {
    /// All documents of a file.
    ///
    /// - Parameter family: the library's folder that the file lies in.
    package static func read(
        _ text: String,
        file: String,
        family: String = ""
    ) throws(YAMLError) -> [RuleDocument] {
        try read(try YAMLReader.parse(text, file: file), family: family)
    }

    static func read(_ documents: [YAMLNode], family: String) throws(YAMLError) -> [RuleDocument] {
        try documents.map { document throws(YAMLError) in try read(document, family: family) }
    }

    static func read(_ node: YAMLNode, family: String) throws(YAMLError) -> RuleDocument {
        _ = try node.map()
        if node["action"] != nil { throw node.error("collections of Sigma 1 (action) are not supported") }
        if node["correlation"] != nil { return .correlation(try CorrelationRule(node)) }
        if node["filter"] != nil { return .filter(try FilterRule(node)) }
        return .rule(try rule(node, family: family))
    }

    private static let metadata: Set<String> = [
        "title", "id", "related", "name", "taxonomy", "status", "description", "license", "author",
        "references", "date", "modified", "fields", "falsepositives", "level", "tags", "scope",
    ]
    static let ruleKeys = metadata.union(["logsource", "detection", "hallmark"])
    static let correlationKeys = metadata.union(["correlation", "generate", "hallmark"])
    static let filterKeys = metadata.union(["filter", "logsource"])
    /// Keys that change what a rule finds or what comes of it.
    private static let telling: Set<String> = [
        "title", "logsource", "detection", "level", "hallmark", "correlation", "filter", "name", "id",
    ]

    /// Refuses a key that looks like a misspelt one of those that matter.
    ///
    /// Sigma lets a rule carry keys of its own, so that any other key may stand.
    static func checkKeys(_ node: YAMLNode, _ known: Set<String>) throws(YAMLError) {
        for entry in try node.map() where !known.contains(entry.name) {
            let missing = telling.intersection(known).filter { node[$0] == nil }.sorted()
            if let near = Spelling.nearest(to: entry.name, among: missing) {
                throw entry.key.error("unknown key \(entry.name); is it \(near)?")
            }
        }
    }

    private static func rule(_ node: YAMLNode, family: String) throws(YAMLError) -> SigmaRule {
        try checkKeys(node, ruleKeys)
        let title = try Self.title(node)
        let source = try LogSource(try node.required("logsource"))
        let condition = try DetectionReader.read(try node.required("detection"))
        let level = try Self.level(node)
        var hallmark = try HallmarkReader.read(node["hallmark"], title: title, level: level)
        hallmark.requests += ImpliedRequests.of(condition, listed: hallmark.requests)
        let kinds = try Self.kinds(node["hallmark"]) ?? evidenceKinds(condition)
        guard !kinds.isEmpty else {
            throw node.error("the rule tests no field of a certificate, a TLS stack or an HTTP answer")
        }
        return SigmaRule(
            title: title,
            id: try id(node),
            name: try node["name"]?.string(),
            status: try status(node),
            text: try node["description"]?.string(),
            references: try node["references"]?.strings() ?? [],
            author: try node["author"]?.string(),
            date: try node["date"]?.string(),
            modified: try node["modified"]?.string(),
            tags: try tags(node),
            falsePositives: try node["falsepositives"]?.strings() ?? [],
            level: level,
            family: family,
            logSource: source,
            hallmark: hallmark,
            kinds: kinds,
            condition: condition,
            node: node
        )
    }

    private static func evidenceKinds(_ condition: Expression) -> Set<EvidenceKind> {
        let positive = Set(condition.positiveTests.compactMap { EvidenceKind.of($0.field) })
        // A rule of what is absent has no other evidence than what it tests.
        return positive.isEmpty ? Set(condition.tests.compactMap { EvidenceKind.of($0.field) }) : positive
    }

    private static func kinds(_ hallmark: YAMLNode?) throws(YAMLError) -> Set<EvidenceKind>? {
        guard let node = hallmark?["kind"] else { return nil }
        var kinds: Set<EvidenceKind> = []
        for name in try node.strings() {
            guard let kind = EvidenceKind(rawValue: name) else {
                let hint = Spelling.hint(name, among: EvidenceKind.allCases.map(\.rawValue))
                throw node.error("no kind of evidence: \(name)\(hint)")
            }
            kinds.insert(kind)
        }
        return kinds
    }

    static func title(_ node: YAMLNode) throws(YAMLError) -> String {
        let title = try node.required("title")
        guard try (1...256).contains(title.string().count) else {
            throw title.error("a title has 1 to 256 characters")
        }
        return try title.string()
    }

    static func id(_ node: YAMLNode) throws(YAMLError) -> String? {
        guard let id = node["id"] else { return nil }
        let text = try id.string().lowercased()
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [8, 4, 4, 4, 12],
            parts.joined().utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { throw id.error("the id is no UUID") }
        return text
    }

    static func level(_ node: YAMLNode) throws(YAMLError) -> Level {
        guard let level = node["level"] else { return .medium }
        guard let known = Level(rawValue: try level.string()) else {
            let name = try level.string()
            let hint = Spelling.hint(name, among: Level.allCases.map(\.rawValue))
            throw level.error("no level: \(name)\(hint)")
        }
        return known
    }

    private static func status(_ node: YAMLNode) throws(YAMLError) -> String? {
        guard let status = node["status"] else { return nil }
        let text = try status.string()
        let known = ["stable", "test", "experimental", "deprecated", "unsupported"]
        guard known.contains(text) else {
            throw status.error("no status: \(text)\(Spelling.hint(text, among: known))")
        }
        return text
    }

    private static func tags(_ node: YAMLNode) throws(YAMLError) -> [String] {
        guard let tags = node["tags"] else { return [] }
        for tag in try tags.list() {
            let parts = try tag.string().split(separator: ".", maxSplits: 1)
            guard parts.count == 2 else { throw tag.error("a tag is namespace.name") }
        }
        return try tags.strings()
    }
}
