/// The JSON Schema (2020-12) of a kind of lines, written from the list of fields.
package struct SchemaDocument {
    private let kind: LineKind
    private let required: [String: [String]]

    private init(_ kind: LineKind) {
        self.kind = kind
        required = Self.required(kind)
    }

    /// One place in the record: a field, an object of fields, or both an array and its members.
    private final class Node {
        var field: Field?
        var members: [(name: String, node: Node)] = []

        func member(_ name: Substring) -> Node {
            if let found = members.first(where: { $0.name == name }) { return found.node }
            let node = Node()
            members.append((String(name), node))
            return node
        }
    }

    /// Members that every line of a kind has.
    private static func required(_ kind: LineKind) -> [String: [String]] {
        var names = [
            "": ["@timestamp", "ecs", "event"],
            "ecs": ["version"],
            "event": ["kind", "dataset"],
            "error": ["code"],
            "server": ["address"],
            "network": ["transport"],
        ]
        switch kind {
        case .observation: names["event"]? += ["category", "type", "outcome"]
        case .finding:
            names[""]?.append("hallmark")
            names["hallmark"] = ["findings"]
            names["hallmark.findings"] = ["name", "severity", "message"]
        case .correlation:
            names[""]?.append("hallmark")
            names["hallmark"] = ["correlation"]
            names["hallmark.correlation"] = ["rule", "group", "count", "first", "last"]
        }
        return names
    }

    /// The fields that a line of the kind can have.
    private var fields: [Field] {
        let frame: Set = ["@timestamp", "ecs.version", "event.kind", "event.dataset"]
        let place = [
            "server.", "file.", "hallmark.root.", "tls.server.hash.sha256", "hallmark.findings",
            // Where a corpus tells them again.
            "hallmark.sightings.",
        ]
        return Field.all.filter { field in
            let isOfCorrelation = field.name.hasPrefix("hallmark.correlation.")
            switch kind {
            case .observation: return !isOfCorrelation
            case .finding:
                return frame.contains(field.name) || place.contains { field.name.hasPrefix($0) }
            case .correlation: return frame.contains(field.name) || isOfCorrelation
            }
        }
    }

    /// The schema as text, two blanks a level.
    package static func text(_ kind: LineKind = .observation) -> String { SchemaDocument(kind).text }

    private var text: String {
        let root = Node()
        for field in fields {
            var node = root
            for part in field.name.split(separator: ".") { node = node.member(part) }
            node.field = field
        }
        var text = "{\n"
        text += "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
        text += "  \"title\": \"Hallmark \(kind.rawValue)\",\n"
        text += "  \"description\": \"\(description)\",\n"
        text += object(root, path: "", indent: "  ") + "\n}\n"
        return text
    }

    private var description: String {
        switch kind {
        case .observation:
            "One endpoint, one moment, what it presented. Written from the list of fields."
        case .finding:
            "What a comparison or an audit has to say of one thing. Written from the list of fields."
        case .correlation: "What a rule counted over several records. Written from the list of fields."
        }
    }

    /// The keywords of an object, without its braces.
    private func object(_ node: Node, path: String, indent: String) -> String {
        var lines = ["\(indent)\"type\": \"object\"", "\(indent)\"additionalProperties\": false"]
        if let names = required[path] {
            lines.append("\(indent)\"required\": [\(names.map { "\"\($0)\"" }.joined(separator: ", "))]")
        }
        let members = node.members.map { name, member in
            let path = path.isEmpty ? name : path + "." + name
            let body = value(member, path: path, indent: indent + "    ")
            return "\(indent)  \"\(name)\": {\n\(body)\n\(indent)  }"
        }
        lines.append("\(indent)\"properties\": {\n\(members.joined(separator: ",\n"))\n\(indent)}")
        return lines.joined(separator: ",\n")
    }

    private func value(_ node: Node, path: String, indent: String) -> String {
        guard let field = node.field else { return object(node, path: path, indent: indent) }
        var lines = ["\(indent)\"description\": \"\(Self.escape(field.text))\""]
        let isInObjects = Self.objectArrays.contains { path.hasPrefix($0 + ".") }
        switch field.kind {
        case .objects:
            let items =
                path == "hallmark.http"
                ? "\(indent)  \"type\": \"object\",\n\(indent)  \"properties\": { \"url\": { \"$ref\": \"#/properties/url\" }, \"http\": { \"$ref\": \"#/properties/http\" } },\n\(indent)  \"additionalProperties\": false"
                : object(node, path: path, indent: indent + "  ")
            lines += ["\(indent)\"type\": \"array\"", "\(indent)\"items\": {\n\(items)\n\(indent)}"]
        case .pairs:
            lines += [
                "\(indent)\"type\": \"array\"",
                "\(indent)\"items\": { \"type\": \"array\", \"items\": { \"type\": \"string\" }, \"minItems\": 2, \"maxItems\": 2 }",
            ]
        case .map:
            lines += [
                "\(indent)\"type\": \"object\"",
                "\(indent)\"additionalProperties\": { \"type\": \"array\", \"items\": { \"type\": \"string\" } }",
            ]
        default:
            let scalar = scalar(field)
            // A list of values stays one; a member of an object in an array has one value there.
            let isList = field.isArray && (!isInObjects || field.isListInEach)
            lines +=
                isList
                ? ["\(indent)\"type\": \"array\"", "\(indent)\"items\": { \(scalar) }"]
                : ["\(indent)\(scalar)"]
        }
        return lines.joined(separator: ",\n")
    }

    private func scalar(_ field: Field) -> String {
        let values = field.name == "event.dataset" ? kind.datasets : field.values
        if !values.isEmpty {
            return "\"enum\": [\(values.map { "\"\($0)\"" }.joined(separator: ", "))]"
        }
        switch field.kind {
        case .long: return "\"type\": \"integer\""
        case .boolean: return "\"type\": \"boolean\""
        case .date:
            return
                "\"type\": \"string\", \"pattern\": \"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\\\.[0-9]+)?Z$\""
        default: return "\"type\": \"string\""
        }
    }

    /// Arrays whose elements are objects.
    private static let objectArrays = Field.all.filter { $0.kind == .objects }.map(\.name)

    private static func escape(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
