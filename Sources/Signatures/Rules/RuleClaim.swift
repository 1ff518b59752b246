import YAML

/// What a YAML document in a folder of rules claims to be.
///
/// A git repository of rules holds more than ours: rules of other log sources, and YAML that is no rule at
/// all. These are passed over and counted. What claims to be ours and can't be read is an error.
enum RuleClaim {
    /// A rule, filter or correlation of ours; a correlation has no log source, so that its claim is open.
    case ours
    /// A Sigma rule of another log source.
    case otherSource
    case noRule

    init(_ document: YAMLNode) {
        guard document.entries != nil else {
            self = .noRule
            return
        }
        if document["hallmark"] != nil, document["detection"] != nil {
            // Nobody else has such a block, whatever the log source is called.
            self = .ours
        } else if let source = document["logsource"], source.entries != nil {
            let isRule = document["detection"] != nil || document["filter"] != nil || document["title"] != nil
            self = isRule ? Self.of(logSource: source) : .noRule
        } else if document["title"] != nil, document["logsource"] != nil || Self.hasRulesID(document) {
            // A rule that was cut within its head.
            self = .ours
        } else if document["correlation"]?.entries != nil || document["detection"]?["condition"] != nil
            || document["filter"]?["condition"] != nil
            || document["hallmark"] != nil && document["title"] != nil
        {
            self = .ours
        } else {
            self = .noRule
        }
    }

    /// Whether its `id` is a UUID, as a Sigma rule's is and a page's or a schema's is not.
    private static func hasRulesID(_ document: YAMLNode) -> Bool {
        document["id"]?.text.map { $0.count == 36 && $0.count { $0 == "-" } == 4 } ?? false
    }

    private static func of(logSource source: YAMLNode) -> RuleClaim {
        func part(_ key: String) -> String? { source[key]?.text.flatMap { $0.isEmpty ? nil : $0 } }
        for key in ["product", "category", "service"] {
            if let text = part(key), LogSource.near(text) != nil { return .ours }
        }
        return part("product") ?? part("category") ?? part("service") == nil ? .ours : .otherSource
    }

    /// What a text claims to be that can't be read as YAML.
    init(unreadable text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        func has(_ keys: [String]) -> Bool {
            lines.contains { line in keys.contains { line.hasPrefix($0 + ":") } }
        }
        // Without one of these, it may be a rule that was cut before them.
        guard has(["logsource", "detection", "correlation", "hallmark"]) || has(["title"]) && has(["id"])
        else {
            self = .noRule
            return
        }
        let words = Set(text.lowercased().split { !$0.isLetter && $0 != "_" }.map(String.init))
        let isOfOther = !words.isDisjoint(with: ["product", "category", "service"])
        let isOurs = words.contains(LogSource.product) || words.contains(LogSource.category)
        self = isOfOther && !isOurs ? .otherSource : .ours
    }
}
