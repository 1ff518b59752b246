import YAML

/// Reads `condition`: names, `and`, `or`, `not`, parentheses, `1 of` and `all of`.
struct ConditionParser {
    private let node: YAMLNode
    private let searches: [(String, Expression)]
    private var tokens: [Substring] = []
    private var place = 0
    private var depth = 0
    /// How many tests the condition has come to.
    private(set) var tests = 0

    init(_ text: String, at node: YAMLNode, searches: [(String, Expression)]) {
        self.node = node
        self.searches = searches
        var rest = text[...]
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "(" || first == ")" || first == "|" {
                tokens.append(rest.prefix(1))
                rest.removeFirst()
            } else {
                let word = rest.prefix { !$0.isWhitespace && $0 != "(" && $0 != ")" && $0 != "|" }
                tokens.append(word)
                rest.removeFirst(word.count)
            }
        }
    }

    mutating func parse() throws(YAMLError) -> Expression {
        if tokens.contains("|") {
            throw error("aggregations (|) are not supported: write a correlation rule")
        }
        guard !tokens.isEmpty, tokens.count <= 1000 else { throw error("an empty or endless condition") }
        let expression = try disjunction()
        if let rest = next { throw error("\(rest) is not expected here") }
        return expression
    }

    private var next: Substring? { place < tokens.count ? tokens[place] : nil }

    private func error(_ message: String) -> YAMLError { node.error("condition: \(message)") }

    private mutating func take(_ word: Substring) -> Bool {
        guard next == word else { return false }
        place += 1
        return true
    }

    private mutating func disjunction() throws(YAMLError) -> Expression {
        var parts = [try conjunction()]
        while take("or") { parts.append(try conjunction()) }
        return .any(parts)
    }

    private mutating func conjunction() throws(YAMLError) -> Expression {
        var parts = [try negation()]
        while take("and") { parts.append(try negation()) }
        return .all(parts)
    }

    private mutating func negation() throws(YAMLError) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth < 100 else { throw error("nested too deeply") }
        if take("not") { return .not(try negation()) }
        if take("(") {
            let inner = try disjunction()
            guard take(")") else { throw error("a closing parenthesis is missing") }
            return inner
        }
        return try operand()
    }

    private mutating func operand() throws(YAMLError) -> Expression {
        guard let word = next else { throw error("ends too early") }
        place += 1
        if place < tokens.count, tokens[place] == "of" {
            guard ["1", "any", "all"].contains(word) else { throw error("\(word) of is not supported") }
            place += 1
            guard let pattern = next else { throw error("ends too early") }
            place += 1
            let chosen = try select(pattern)
            return word == "all" ? .all(chosen) : .any(chosen)
        }
        guard let search = searches.first(where: { $0.0 == word }) else {
            if ["AND", "OR", "NOT"].contains(word) { throw error("\(word) is written in lower case") }
            throw error("no search is named \(word)")
        }
        return try count(search.1)
    }

    /// The searches that a pattern names; those that begin with `_` only when it does.
    private mutating func select(_ pattern: Substring) throws(YAMLError) -> [Expression] {
        guard pattern.utf8.allSatisfy({ DetectionReader.isIdentifier($0) || $0 == 0x2a }) else {
            throw error("no pattern of names: \(pattern)")
        }
        let text = SigmaText(pattern == "them" ? "*" : String(pattern))
        let glob = Glob(text, cased: true)
        let found = searches.filter {
            (pattern.hasPrefix("_") || !$0.0.hasPrefix("_")) && glob.matches(Array($0.0.utf8))
        }
        guard !found.isEmpty else { throw error("no search is named \(pattern)") }
        return try found.map { search throws(YAMLError) in try count(search.1) }
    }

    private mutating func count(_ expression: Expression) throws(YAMLError) -> Expression {
        tests += expression.tests.count
        guard tests <= DetectionReader.maximumTests else { throw error("too many tests") }
        return expression
    }
}
