import Observations

/// A value of somebody's entry: a part of JSON, or the text of a field.
enum ForeignValue {
    case node(JSONNode)
    case text(String)

    var string: String? {
        switch self {
        case .text(let text): return text
        case .node(let node):
            if let text = node.string { return text }
            if let digits = node.numeral { return digits }
            if let number = node.integer { return String(number) }
            if let number = node.number { return String(number) }
            return node.truth.map { $0 ? "true" : "false" }
        }
    }

    /// The digits of a number of JSON; nil for a text, whatever stands in it.
    var numeral: String? {
        if case .node(let node) = self { node.numeral } else { nil }
    }

    var integer: Int? {
        switch self {
        case .text(let text): Int(text)
        case .node(let node): node.integer ?? node.string.flatMap { Int($0) }
        }
    }

    var truth: Bool? {
        if case .node(let node) = self, let truth = node.truth { return truth }
        switch string?.lowercased() {
        case "true", "t", "yes", "1": return true
        case "false", "f", "no", "0": return false
        default: return nil
        }
    }

    /// The bytes of a text, where they lie or copied.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        switch self {
        case .node(let node): return node.bytes.map(body)
        case .text(let text):
            var text = text
            return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
        }
    }

    /// Whether nothing stands there.
    var isEmpty: Bool {
        switch self {
        case .text(let text): return text.isEmpty
        case .node(let node):
            if node.isNull { return true }
            if node.isArray || node.isObject { return node.parts.first { _ in true } == nil }
            return node.bytes?.isEmpty ?? false
        }
    }

    /// Its elements, or itself.
    var elements: [ForeignValue] {
        guard case .node(let node) = self, node.isArray else { return [self] }
        return node.parts.prefix(Self.most).flatMap { ForeignValue.node($0).elements }
    }

    /// The members of an object, each with one of its values.
    var members: [(name: String, value: ForeignValue)]? {
        guard case .node(let node) = self, node.isObject else { return nil }
        return node.parts.prefix(Self.most).map { ($0.name, .node($0)) }
    }

    private static let most = 4096
}

/// Where the places of a mapping are looked for in one entry.
enum ForeignEntry {
    /// Values within values: the innermost is asked first.
    case json([JSONNode])
    case row([String: String])

    /// What stands at a place; an array on the way gives what each of its elements has.
    func values(_ path: String) -> [ForeignValue] {
        switch self {
        case .row(let row): return row[path].map { [.text($0)] } ?? []
        case .json(let nodes):
            for node in nodes.reversed() {
                var found: [ForeignValue] = []
                Self.collect(node, path[...], into: &found)
                found.removeAll(where: \.isEmpty)
                if !found.isEmpty { return found }
            }
            return []
        }
    }

    static func collect(_ node: JSONNode, _ path: Substring, into found: inout [ForeignValue]) {
        guard found.count < 4096 else { return }
        if node.isArray {
            if let dot = path.utf8.firstIndex(of: 0x2e), let index = Int(path[..<dot]) {
                for (place, part) in node.parts.enumerated() where place == index {
                    collect(part, path[path.index(after: dot)...], into: &found)
                }
                return
            }
            if let index = Int(path) {
                for (place, part) in node.parts.enumerated() where place == index {
                    found.append(.node(part))
                }
                return
            }
            for part in node.parts { collect(part, path, into: &found) }
            return
        }
        guard node.isObject else { return }
        if let direct = node[String(path)] { return found.append(.node(direct)) }
        var end = path.endIndex
        while let dot = path[..<end].utf8.lastIndex(of: 0x2e) {
            end = dot
            if let outer = node[String(path[..<dot])] {
                return collect(outer, path[path.index(after: dot)...], into: &found)
            }
        }
    }
}
