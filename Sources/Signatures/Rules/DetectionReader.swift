import YAML

/// Reads the `detection` part of a rule into one condition over tests.
enum DetectionReader {
    /// A rule's tests can't outgrow this, however its condition repeats its searches.
    static let maximumTests = 20_000

    /// - Parameter ignoring: keys that are no search.
    static func read(_ node: YAMLNode, ignoring: Set<String> = []) throws(YAMLError) -> Expression {
        var searches: [(String, Expression)] = []
        for entry in try node.map() where entry.name != "condition" && !ignoring.contains(entry.name) {
            guard entry.name != "timeframe" else { throw entry.key.error("timeframe is not supported") }
            guard entry.name.utf8.allSatisfy(isIdentifier) else {
                throw entry.key.error("a search's name has letters, digits, _ and - only")
            }
            searches.append((entry.name, try search(entry.value, depth: 0)))
        }
        let condition = try node.required("condition")
        guard condition.elements == nil else {
            throw condition.error("a list of conditions is not supported")
        }
        var parser = ConditionParser(try condition.string(), at: condition, searches: searches)
        let expression = try parser.parse()
        guard parser.tests <= maximumTests else { throw condition.error("the condition has too many tests") }
        return expression
    }

    static func isIdentifier(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || byte == 0x5f || byte == 0x2d
    }

    private static func search(_ node: YAMLNode, depth: Int) throws(YAMLError) -> Expression {
        switch node.content {
        case .mapping(let entries):
            guard !entries.isEmpty else { throw node.error("an empty search") }
            return .all(try entries.map { entry throws(YAMLError) in try DetectionItem.read(entry) })
        case .sequence(let elements):
            guard !elements.isEmpty else { throw node.error("an empty search") }
            return .any(try elements.map { one throws(YAMLError) in try search(one, depth: depth + 1) })
        case .scalar:
            throw node.error("keyword searches are not supported: name a field")
        }
    }
}
