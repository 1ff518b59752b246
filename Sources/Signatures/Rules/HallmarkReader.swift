import YAML
import Terminal

/// Reads the `hallmark` block of a rule.
enum HallmarkReader {
    private static let keys = [
        "software", "benign", "specificity", "kind", "dual_use", "expires", "since", "until",
        "shares_generator", "requests", "overlaps", "examples",
    ]

    /// - Parameters:
    ///   - node: the block, which a person's own rules may lack.
    ///   - title: the software's name then.
    ///   - level: gives the specificity then.
    static func read(_ node: YAMLNode?, title: String, level: Level) throws(YAMLError) -> HallmarkBlock {
        guard let node else {
            let specificity: Specificity = level == .critical ? .unique : level == .high ? .strong : .weak
            return HallmarkBlock(
                subject: .software([Software(name: title, id: nil)]),
                specificity: specificity
            )
        }
        for entry in try node.map() where !keys.contains(entry.name) {
            throw entry.key.error("unknown key \(entry.name)\(Spelling.hint(entry.name, among: keys))")
        }
        let subject = try subject(node)
        var block = HallmarkBlock(subject: subject, specificity: .weak)
        if let specificity = node["specificity"] {
            guard let known = Specificity(rawValue: try specificity.string()) else {
                let hint = Spelling.hint(
                    try specificity.string(),
                    among: Specificity.allCases.map(\.rawValue)
                )
                throw specificity.error("specificity is unique, strong or weak\(hint)")
            }
            block.specificity = known
        } else if case .trait = subject {
        } else {
            throw node.error("specificity is missing")
        }
        block.isDualUse = try node["dual_use"]?.boolean() ?? false
        if let expires = node["expires"] {
            let text = try expires.string()
            guard let time = SigmaDate.milliseconds(text.utf8) else { throw expires.error("expected a date") }
            block.expires = time
        }
        block.since = try node["since"]?.generation()
        block.until = try node["until"]?.generation()
        block.sharesGenerator = try node["shares_generator"]?.strings() ?? []
        for request in try node["requests"]?.list() ?? [] { block.requests.append(try self.request(request)) }
        block.overlaps = try node["overlaps"]?.strings() ?? []
        if let examples = node["examples"] {
            try examples.allow(["match", "no_match"])
            block.matches = try Self.examples(examples["match"])
            block.nearMisses = try Self.examples(examples["no_match"])
        }
        return block
    }

    private static func subject(_ node: YAMLNode) throws(YAMLError) -> HallmarkBlock.Subject {
        switch (node["software"], node["benign"]) {
        case (nil, nil): return .trait
        case (let software?, nil):
            let nodes = software.elements ?? [software]
            guard !nodes.isEmpty else { throw software.error("an empty list") }
            return .software(try nodes.map { one throws(YAMLError) in try Self.software(one) })
        case (nil, let benign?):
            try benign.allow(["name", "lookalike_of", "effect"])
            let names = try benign["lookalike_of"]?.strings() ?? ["any"]
            let effect = try benign["effect"]?.string() ?? "lower"
            guard effect == "lower" || effect == "note" else { throw benign.error("effect is lower or note") }
            return .benign(
                Benign(
                    name: try benign.required("name").string(),
                    lookalikeOf: names.filter { $0 != "any" },
                    isOfAny: names.contains("any"),
                    lowers: effect == "lower"
                )
            )
        case (_, let benign?): throw benign.error("a rule has either software or benign")
        }
    }

    private static func software(_ node: YAMLNode) throws(YAMLError) -> Software {
        if node.entries == nil { return Software(name: try node.string(), id: nil) }
        try node.allow(["name", "id"])
        return Software(name: try node.required("name").string(), id: try node["id"]?.string())
    }

    /// Whether a text can be asked for as a path.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= 1024
            && text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x23 }
    }

    private static func request(_ node: YAMLNode) throws(YAMLError) -> RuleRequest {
        try node.allow(["method", "path", "headers", "body"])
        let method = try node["method"]?.string() ?? "GET"
        guard ["GET", "HEAD", "OPTIONS", "POST"].contains(method) else {
            throw node.error("no method that is sent: \(method)")
        }
        let path = try node.required("path")
        let text = try path.string()
        guard isPath(text) else { throw path.error("a path begins with / and is printable ASCII") }
        var headers: [String: String] = [:]
        for entry in try node["headers"]?.map() ?? [] {
            let value = try entry.value.string()
            guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), entry.name.utf8.allSatisfy(isToken)
            else {
                throw entry.value.error("no header that can be sent")
            }
            headers[entry.name] = value
        }
        return RuleRequest(method: method, path: text, headers: headers, body: try node["body"]?.string())
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
            || byte == 0x2d
    }

    static func examples(_ node: YAMLNode?) throws(YAMLError) -> [RuleExample] {
        guard let node else { return [] }
        return try node.list().map { one throws(YAMLError) in try RuleExample(one) }
    }
}

extension YAMLNode {
    /// A version or a date, which YAML may take for a number.
    fileprivate func generation() throws(YAMLError) -> String {
        let text = try string()
        guard (1...64).contains(text.count) else { throw error("a version or a date has 1 to 64 characters") }
        return text
    }
}
