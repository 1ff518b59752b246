import Wire

/// The JSON Schema (2020-12) of a record, written from the list of its fields.
package enum SchemaDocument {
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

    /// Members that every record has.
    private static let required: [String: [String]] = [
        "": ["@timestamp", "ecs", "event", "network", "hallmark"],
        "ecs": ["version"],
        "event": ["kind", "category", "dataset", "outcome", "duration"],
        "error": ["code"],
        "server": ["address"],
        "network": ["transport"],
        "hallmark": ["scan"],
    ]

    /// The schema as text, two blanks a level.
    package static func text() -> String {
        let root = Node()
        for field in Field.all {
            var node = root
            for part in field.name.split(separator: ".") { node = node.member(part) }
            node.field = field
        }
        var text = "{\n"
        text += "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
        text += "  \"title\": \"Hallmark observation\",\n"
        text +=
            "  \"description\": \"One endpoint, one moment, what it presented. Written from the list of fields.\",\n"
        text += object(root, path: "", indent: "  ") + "\n}\n"
        return text
    }

    /// The keywords of an object, without its braces.
    private static func object(_ node: Node, path: String, indent: String) -> String {
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

    private static func value(_ node: Node, path: String, indent: String) -> String {
        guard let field = node.field else { return object(node, path: path, indent: indent) }
        var lines = ["\(indent)\"description\": \"\(escape(field.text))\""]
        let isInObjects = objectArrays.contains { path.hasPrefix($0 + ".") }
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

    private static func scalar(_ field: Field) -> String {
        if !field.values.isEmpty {
            return "\"enum\": [\(field.values.map { "\"\($0)\"" }.joined(separator: ", "))]"
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
