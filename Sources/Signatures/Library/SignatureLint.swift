import Observations
package import YAML
import Terminal

/// Checks a library beyond what reading it checks.
package struct SignatureLint {
    private let library: SignatureLibrary
    private let vocabulary: Vocabulary?
    private var findings: [YAMLError] = []

    /// All findings, by file and line.
    ///
    /// - Parameter strict: the names for the checks that shipped rules must pass; nil leaves those checks
    ///   out, unless the library has a vocabulary of its own.
    package static func run(_ library: SignatureLibrary, strict: Vocabulary? = nil) throws -> [YAMLError] {
        var lint = SignatureLint(library: library, vocabulary: try library.vocabulary() ?? strict)
        lint.findings = library.errors
        lint.checkUnique()
        for rule in library.rules {
            lint.checkQuotes(rule.node)
            lint.checkUse(rule.node)
            lint.checkKeys(rule.node)
            lint.checkFields(rule)
            if let vocabulary = lint.vocabulary { lint.checkShipped(rule, vocabulary) }
        }
        if lint.findings.isEmpty {
            do {
                let set = try RuleSet.compile(library.documents, cache: nil, refused: &lint.findings)
                var runner = ExampleRunner(set)
                lint.findings += try runner.run().failures
            } catch let error as YAMLError {
                lint.findings.append(error)
            }
        }
        return lint.findings.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
    }

    private init(library: SignatureLibrary, vocabulary: Vocabulary?) {
        self.library = library
        self.vocabulary = vocabulary
    }

    private mutating func find(_ node: YAMLNode?, _ message: String) {
        if let node { findings.append(node.error(message)) }
    }

    private mutating func checkUnique() {
        var titles: [String: String] = [:]
        var ids: [String: String] = [:]
        for rule in library.rules {
            if let other = titles.updateValue(rule.file, forKey: rule.title.lowercased()) {
                find(rule.node["title"], "the same title as in \(other)")
            }
            if let id = rule.id, let other = ids.updateValue(rule.file, forKey: id) {
                find(rule.node["id"], "the same id as in \(other)")
            }
        }
        for case .correlation(let rule) in library.documents {
            if let other = titles.updateValue(rule.node.file, forKey: rule.title.lowercased()) {
                find(rule.node["title"], "the same title as in \(other)")
            }
            if let id = rule.id, let other = ids.updateValue(rule.node.file, forKey: id) {
                find(rule.node["id"], "the same id as in \(other)")
            }
        }
    }

    /// A key that looks like one of Sigma's is most likely a slip; shipped rules have no keys of their own.
    private mutating func checkKeys(_ rule: YAMLNode) {
        for entry in rule.entries ?? [] where !RuleReader.ruleKeys.contains(entry.name) {
            let hint = Spelling.hint(entry.name, among: RuleReader.ruleKeys.sorted())
            if vocabulary != nil || !hint.isEmpty { find(entry.key, "unknown key \(entry.name)\(hint)") }
        }
    }

    /// A search that the condition doesn't ask for is most likely a slip.
    private mutating func checkUse(_ rule: YAMLNode) {
        let condition = rule["detection"]?["condition"]?.text ?? ""
        let names = condition.utf8.split { !DetectionReader.isIdentifier($0) && $0 != 0x2a }.map { Array($0) }
        guard !names.contains(Array("them".utf8)) else { return }
        let patterns = names.map { Glob(SigmaText(String(decoding: $0, as: UTF8.self)), cased: true) }
        for search in rule["detection"]?.entries ?? []
        where search.name != "condition" && !patterns.contains(where: { $0.matches(Array(search.name.utf8)) })
        {
            find(search.key, "the condition does not ask for \(search.name)")
        }
    }

    /// Text that other readers of YAML take for a number, a truth value or a date stands in quotes.
    private mutating func checkQuotes(_ rule: YAMLNode) {
        for search in rule["detection"]?.entries ?? [] where search.name != "condition" {
            checkQuotes(in: search.value)
        }
        for list in ["match", "no_match"] {
            for example in rule["hallmark"]?["examples"]?[list]?.elements ?? [] { checkQuotes(in: example) }
        }
    }

    private mutating func checkQuotes(in node: YAMLNode) {
        for element in node.elements ?? [] { checkQuotes(in: element) }
        for entry in node.entries ?? [] {
            let parts = entry.name.split(separator: "|")
            let kind = FieldCatalog.kind(of: String(parts.first ?? ""))
            guard kind == .keyword || kind == .ip, parts.dropFirst().allSatisfy({ $0 != "exists" }) else {
                if entry.name == "hallmark.http" { checkQuotes(in: entry.value) }
                continue
            }
            for value in entry.value.elements ?? [entry.value] where Self.isAmbiguous(value) {
                find(value, "put quotes around \(value.text ?? "")")
            }
        }
    }

    static func isAmbiguous(_ node: YAMLNode) -> Bool {
        guard case .scalar(let text, plain: true) = node.content else { return false }
        let lower = text.lowercased()
        if ["true", "false", "yes", "no", "on", "off", "y", "n"].contains(lower) { return true }
        guard let first = text.utf8.first,
            (0x30...0x39).contains(first) || first == 0x2d || first == 0x2b || first == 0x2e
        else { return false }
        // A plain decimal number is the same text for everybody.
        if Int64(text).map({ "\($0)" }) == text { return false }
        let rest = text.utf8.dropFirst()
        let isHex =
            lower.hasPrefix("0x")
            && lower.utf8.dropFirst(2).allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
        return isHex
            || rest.allSatisfy { isDigit($0) || [0x2e, 0x5f, 0x2d, 0x2b, 0x3a, 0x45, 0x65].contains($0) }
                && text.utf8.contains(where: isDigit)
            || SigmaDate.milliseconds(text.utf8) != nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// What needs JA4+ fingerprints stands apart, and what tests a path says so in its requests.
    private mutating func checkFields(_ rule: SigmaRule) {
        let tests = rule.condition.tests
        let needsJA4 = tests.contains { $0.field == "tls.server.ja4s" || $0.field == "tls.server.ja4x" }
        if needsJA4 != (rule.family == "ja4plus"), vocabulary != nil {
            find(rule.node["title"], "rules of JA4S and JA4X, and no others, stand in the folder ja4plus")
        }
        // Those that are implied by the paths are not listed.
        let listed = (try? rule.node["hallmark"]?["requests"]?.list()) ?? []
        let asked = Set(listed.compactMap { try? $0["path"]?.string() } + ["/"])
        for test in rule.condition.positiveTests where test.field == "url.path" {
            guard case .text(let text, _) = test.predicate, let literal = text.literal else { continue }
            let path = String(decoding: literal, as: UTF8.self)
            if !asked.contains(where: {
                $0.split(separator: "?", omittingEmptySubsequences: false)[0] == path
            }) {
                find(rule.node["detection"], "no request for \(path)")
            }
        }
    }

    private mutating func checkShipped(_ rule: SigmaRule, _ vocabulary: Vocabulary) {
        var required = [
            "id", "status", "description", "references", "author", "date", "falsepositives", "level",
            "hallmark",
        ]
        if !rule.hallmark.software.isEmpty { required.append("tags") }
        for key in required where rule.node[key] == nil { find(rule.node, "\(key) is missing") }
        if rule.title.count > 110 || rule.title.hasSuffix(".") {
            find(rule.node["title"], "a title has at most 110 characters and no full stop")
        }
        if rule.references.isEmpty { find(rule.node["references"], "no reference") }
        if let date = rule.date, SigmaDate.milliseconds(date.utf8) == nil || date.count != 10 {
            find(rule.node["date"], "a date is YYYY-MM-DD")
        }
        for tag in rule.tags where !vocabulary.knows(tag: tag) {
            find(rule.node["tags"], "unknown tag \(tag)")
        }
        checkFamily(rule)
        checkNames(rule, vocabulary)
        checkLevel(rule)
        let block = rule.hallmark
        if block.matches.isEmpty || block.nearMisses.isEmpty {
            find(rule.node["hallmark"], "at least one example and one near miss")
        }
        if block.matches.count > 20 || block.nearMisses.count > 20 {
            find(rule.node["hallmark"], "at most 20 examples of each sort")
        }
    }

    private mutating func checkFamily(_ rule: SigmaRule) {
        let families = Array(Vocabulary.families) + ["ja4plus", "trait"]
        if rule.family.isEmpty {
            find(
                rule.node["title"],
                "the file stands in no folder of a family: \(families.joined(separator: ", "))"
            )
        } else if !families.contains(rule.family) {
            let hint = Spelling.hint(rule.family, among: families)
            find(rule.node["title"], "'\(rule.family)' is no family\(hint)")
        }
        let isBenign = rule.hallmark.benign != nil
        if isBenign != (rule.family == "benign"), rule.family != "ja4plus" {
            find(rule.node["title"], "benign rules, and no others, stand in the folder benign")
        }
        let isTrait = rule.hallmark.benign == nil && rule.hallmark.software.isEmpty
        if isTrait != (rule.family == "trait"), rule.family != "ja4plus" {
            find(rule.node["title"], "rules of neither, and no others, stand in the folder trait")
        }
    }

    private mutating func checkNames(_ rule: SigmaRule, _ vocabulary: Vocabulary) {
        for software in rule.hallmark.software {
            guard let entry = vocabulary.entry(software.name) else {
                find(
                    rule.node["hallmark"]?["software"],
                    "unknown software \(software.name)\(vocabulary.hint(software.name))"
                )
                continue
            }
            if entry.id != software.id {
                find(rule.node["hallmark"]?["software"], "the id of \(entry.name) is \(entry.id ?? "none")")
            }
            if let id = software.id, !rule.tags.contains("attack.\(id.lowercased())") {
                find(rule.node["tags"] ?? rule.node, "the tag attack.\(id.lowercased()) is missing")
            }
        }
        if let benign = rule.hallmark.benign {
            if vocabulary.entry(benign.name)?.family != "benign" {
                find(
                    rule.node["hallmark"]?["benign"],
                    "no benign name: \(benign.name)\(vocabulary.hint(benign.name))"
                )
            }
            for name in benign.lookalikeOf where vocabulary.entry(name) == nil {
                find(rule.node["hallmark"]?["benign"], "unknown software \(name)\(vocabulary.hint(name))")
            }
        }
        for name in rule.hallmark.overlaps
        where vocabulary.entry(name) == nil && !library.rules.contains(where: { $0.isCalled(name) }) {
            find(rule.node["hallmark"]?["overlaps"], "neither a rule nor software: \(name)")
        }
    }

    private mutating func checkLevel(_ rule: SigmaRule) {
        let allowed: [Level] =
            switch (rule.hallmark.subject, rule.hallmark.specificity) {
            case (.benign, _): [.informational]
            case (.trait, _): [.informational, .low]
            case (.software, .unique): [.high, .critical]
            case (.software, .strong): [.medium, .high]
            case (.software, .weak): [.low, .medium]
            }
        if !allowed.contains(rule.level) {
            let names = allowed.map(\.rawValue).joined(separator: " or ")
            find(rule.node["level"] ?? rule.node, "the level of such a rule is \(names)")
        }
    }
}
