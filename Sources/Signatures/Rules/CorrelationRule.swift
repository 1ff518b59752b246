import Observations
import YAML
import Terminal

/// A Sigma correlation rule: matches counted over many observations.
package struct CorrelationRule: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case eventCount = "event_count"
        case valueCount = "value_count"
        case temporal
        case temporalOrdered = "temporal_ordered"
    }

    enum Bound: String, CaseIterable {
        case gt, gte, lt, lte, eq, neq

        var words: String {
            switch self {
            case .gt: "more than"
            case .gte: "at least"
            case .lt: "fewer than"
            case .lte: "at most"
            case .eq: "exactly"
            case .neq: "any number but"
            }
        }

        func holds(_ count: Int, _ limit: Int) -> Bool {
            switch self {
            case .gt: count > limit
            case .gte: count >= limit
            case .lt: count < limit
            case .lte: count <= limit
            case .eq: count == limit
            case .neq: count != limit
            }
        }
    }

    /// A group holds at least this many events; older ones are forgotten in time.
    static let maximumEvents = 10_000

    package let title: String
    package let id: String?
    package let name: String?
    package let text: String?
    package let references: [String]
    package let level: Level
    package let kind: Kind
    /// Ids or names of the rules whose matches count.
    package let rules: [String]
    package let groupBy: [String]
    /// Milliseconds.
    package let timespan: Int64
    /// The time span as the rule has it: `30d`.
    let span: String
    let bounds: [(Bound, Int)]
    /// The field whose distinct values `value_count` counts.
    package let field: String?
    let matches: [[RuleExample]]
    let nearMisses: [[RuleExample]]
    let node: YAMLNode

    /// One out of the cache.
    init(
        title: String,
        id: String?,
        name: String?,
        text: String?,
        references: [String],
        level: Level,
        kind: Kind,
        rules: [String],
        groupBy: [String],
        timespan: Int64,
        span: String,
        bounds: [(Bound, Int)],
        field: String?,
        node: YAMLNode
    ) {
        self.title = title
        self.id = id
        self.name = name
        self.text = text
        self.references = references
        self.level = level
        self.kind = kind
        self.rules = rules
        self.groupBy = groupBy
        self.timespan = timespan
        self.span = span
        self.bounds = bounds
        self.field = field
        self.node = node
        (matches, nearMisses) = ([], [])
    }

    init(_ node: YAMLNode) throws(YAMLError) {
        try RuleReader.checkKeys(node, RuleReader.correlationKeys)
        self.node = node
        title = try RuleReader.title(node)
        id = try RuleReader.id(node)
        name = try node["name"]?.string()
        text = try node["description"]?.string()
        references = try node["references"]?.strings() ?? []
        level = try RuleReader.level(node)
        let correlation = try node.required("correlation")
        try correlation.allow(["type", "rules", "group-by", "timespan", "condition"])
        let type = try correlation.required("type")
        guard let kind = Kind(rawValue: try type.string()) else {
            let name = try type.string()
            let hint = Spelling.hint(name, among: Kind.allCases.map(\.rawValue))
            throw type.error("the correlation type \(name) is not supported\(hint)")
        }
        self.kind = kind
        rules = try correlation.required("rules").strings()
        let group = try correlation.required("group-by")
        groupBy = try group.strings()
        for field in groupBy where FieldCatalog.kind(of: field) == nil {
            throw group.error(FieldCatalog.unknown(field))
        }
        timespan = try Self.timespan(try correlation.required("timespan"))
        span = try correlation.required("timespan").string()
        let condition = correlation["condition"]
        var bounds: [(Bound, Int)] = []
        for bound in Bound.allCases {
            guard let limit = condition?[bound.rawValue] else { continue }
            guard (0...Self.maximumEvents).contains(try limit.integer()) else {
                throw limit.error("counts go from 0 to \(Self.maximumEvents)")
            }
            bounds.append((bound, try limit.integer()))
        }
        self.bounds = bounds
        field = try condition?["field"]?.string()
        if let condition { try condition.allow(Set(Bound.allCases.map(\.rawValue) + ["field"])) }
        switch kind {
        case .eventCount, .valueCount:
            if bounds.isEmpty { throw correlation.error("condition is missing") }
            if (kind == .valueCount) != (field != nil) {
                throw correlation.error("value_count, and it alone, needs a field")
            }
        case .temporal, .temporalOrdered:
            if condition != nil { throw correlation.error("a temporal correlation has no condition") }
        }
        if let field, FieldCatalog.kind(of: field) == nil {
            throw correlation.error(FieldCatalog.unknown(field))
        }
        let hallmark = node["hallmark"]
        try hallmark?.allow(["examples"])
        try hallmark?["examples"]?.allow(["match", "no_match"])
        matches = try Self.sweeps(hallmark?["examples"]?["match"])
        nearMisses = try Self.sweeps(hallmark?["examples"]?["no_match"])
    }

    package var file: String { node.file }

    /// What the rule asks for, in a sentence.
    package var meaning: String {
        let group = groupBy.isEmpty ? "" : " with the same \(groupBy.joined(separator: " and "))"
        let limits = bounds.map { "\($0.0.words) \($0.1)" }.joined(separator: " and ")
        let what =
            switch kind {
            case .eventCount: "\(limits) observations\(group)"
            case .valueCount: "\(limits) values of \(field ?? "") among observations\(group)"
            case .temporal: "all of these rules matched by observations\(group)"
            case .temporalOrdered: "all of these rules matched, one after the other, by observations\(group)"
            }
        return "Found over many observations: \(what), within \(span)."
    }

    /// Whether `reference`, an id or a name, means this rule.
    func isCalled(_ reference: String) -> Bool {
        reference == name || id != nil && reference.lowercased() == id
    }

    private static func sweeps(_ node: YAMLNode?) throws(YAMLError) -> [[RuleExample]] {
        guard let node else { return [] }
        return try node.list().map { sweep throws(YAMLError) in try HallmarkReader.examples(sweep) }
    }

    /// `30s`, `15m`, `12h`, `7d`, `2w`, `1M`, `1y`: a number and a unit; a year is 365.2425 days, a month its
    /// twelfth.
    private static func timespan(_ node: YAMLNode) throws(YAMLError) -> Int64 {
        let text = try node.string()
        let units: [Character: Int64] = [
            "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_629_746, "y": 31_556_952,
        ]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()),
            (1...1_000_000).contains(count)
        else { throw node.error("a time span is a number and s, m, h, d, w, M or y") }
        return count * unit * 1000
    }
}
