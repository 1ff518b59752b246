import Yams

/// Reads YAML into nodes, within bounds.
package enum YAMLReader {
    static let maximumBytes = 4 << 20
    static let maximumNodes = 200_000
    static let maximumDepth = 32
    /// Aliases multiply: with so few of them no file can grow beyond what the node limit stops in time.
    static let maximumAliases = 24

    /// All documents of a file.
    package static func parse(_ text: String, file: String) throws(YAMLError) -> [YAMLNode] {
        guard text.utf8.count <= maximumBytes else {
            throw YAMLError(file: file, line: 1, column: 1, message: "the file is longer than 4 MiB")
        }
        guard count(of: "*", in: text) <= maximumAliases || count(of: "&", in: text) <= maximumAliases else {
            throw YAMLError(file: file, line: 1, column: 1, message: "too many aliases")
        }
        try checkNesting(text, file: file)
        var documents: [YAMLNode] = []
        var conversion = Conversion(file: file)
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            while let root = try parser.nextRoot() {
                documents.append(try conversion.convert(root, depth: 0))
            }
        } catch let error as YAMLError {
            throw error
        } catch let error as YamlError {
            throw translate(error, file: file)
        } catch {
            throw YAMLError(file: file, line: 1, column: 1, message: "\(error)")
        }
        return documents
    }

    /// How many times `sign` stands where an alias or an anchor may begin.
    private static func count(of sign: Character, in text: String) -> Int {
        var number = 0
        var before: UInt8 = 0x20
        let sign = sign.asciiValue ?? 0
        for byte in text.utf8 {
            if byte == sign, [0x20, 0x09, 0x0a, 0x2c, 0x5b, 0x7b, 0x3a, 0x2d].contains(before) {
                number += 1
            }
            before = byte
        }
        return number
    }

    /// libyaml and Yams recurse with the nesting, so it is bounded before they see it.
    private static func checkNesting(_ text: String, file: String) throws(YAMLError) {
        var open = 0
        var line = 1
        var indent = 0
        var isStart = true
        for byte in text.utf8 {
            switch byte {
            case 0x0a:
                line += 1
                isStart = true
                indent = 0
            case 0x5b, 0x7b: open += 1
            case 0x5d, 0x7d: open = max(0, open - 1)
            case 0x20, 0x09, 0x2d, 0x3f, 0x3a: if isStart { indent += 1 }
            default: isStart = false
            }
            if open > 500 || indent > 500 {
                throw YAMLError(file: file, line: line, column: 1, message: "nested too deeply")
            }
        }
    }

    private static func translate(_ error: YamlError, file: String) -> YAMLError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            YAMLError(file: file, line: mark.line, column: mark.column, message: problem)
        case .reader(let problem, _, _, _):
            YAMLError(file: file, line: 1, column: 1, message: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            YAMLError(
                file: file,
                line: context.mark.line,
                column: context.mark.column,
                message: "the key \(duplicates.joined(separator: ", ")) stands twice"
            )
        default: YAMLError(file: file, line: 1, column: 1, message: "\(error)")
        }
    }
}

private struct Conversion {
    let file: String
    var nodes = 0

    mutating func convert(_ node: Node, depth: Int) throws -> YAMLNode {
        let line = node.mark?.line ?? 1
        let column = node.mark?.column ?? 1
        func make(_ content: YAMLNode.Content) -> YAMLNode {
            YAMLNode(content, file: file, line: line, column: column)
        }
        nodes += 1
        guard nodes <= YAMLReader.maximumNodes, depth <= YAMLReader.maximumDepth else {
            throw make(.sequence([])).error("too large or nested too deeply")
        }
        switch node {
        case .scalar(let scalar):
            return make(.scalar(scalar.string, plain: scalar.style == .plain || scalar.style == .any))
        case .sequence(let sequence):
            return make(.sequence(try sequence.map { try convert($0, depth: depth + 1) }))
        case .mapping(let mapping):
            return make(
                .mapping(
                    try mapping.map { key, value in
                        let key = try convert(key, depth: depth + 1)
                        guard key.text != nil else { throw key.error("expected text as a key") }
                        return YAMLNode.Entry(key: key, value: try convert(value, depth: depth + 1))
                    }
                )
            )
        case .alias: throw make(.sequence([])).error("aliases are not read here")
        }
    }
}
