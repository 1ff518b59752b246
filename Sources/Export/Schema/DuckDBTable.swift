import Observations

/// Tables for DuckDB: each record as it came, and a view with a column for each field.
///
/// The view takes a record apart once, into a struct of all fields, and makes its columns of that. A column
/// that reads the record by itself costs a reading of the whole record, and its memory, for each column.
enum DuckDBTable {
    static var text: String {
        let columns = Field.all.filter { $0.kind != .objects }.map { field in
            "    \(expression(field)) AS \(field.column)"
        }
        return """
            -- INSERT INTO hallmark_records SELECT json FROM read_ndjson_objects('sweep.ndjson');
            CREATE TABLE IF NOT EXISTS hallmark_records (record JSON NOT NULL);
            CREATE OR REPLACE VIEW hallmark AS SELECT
                record,
            \(columns.joined(separator: ",\n"))
            FROM (SELECT record, json_transform(record, '\(Node(Field.all).text)') AS parsed FROM hallmark_records);

            """
    }

    private static func expression(_ field: Field) -> String {
        let type = type(field)
        // Its names are the server's to choose, and so in no struct.
        if field.kind == .map {
            let path = field.name.split(separator: ".").map { ".\"\($0)\"" }.joined()
            return "TRY_CAST(json_extract(record, '$\(path)') AS \(type))"
        }
        var arrays = field.enclosingArrays
        let text = expression(field, in: "parsed", at: "", &arrays)
        return type.hasPrefix("VARCHAR") ? text : "TRY_CAST(\(text) AS \(type))"
    }

    /// - Parameters:
    ///   - value: an expression for the object at `path`.
    ///   - arrays: the arrays of objects that are still to be entered.
    private static func expression(
        _ field: Field,
        in value: String,
        at path: String,
        _ arrays: inout [String]
    ) -> String {
        func members(_ name: String) -> String {
            name.dropFirst(path.isEmpty ? 0 : path.count + 1).split(separator: ".").map { ".\"\($0)\"" }
                .joined()
        }
        guard !arrays.isEmpty else { return value + members(field.name) }
        let array = arrays.removeFirst()
        let element = String(repeating: "x", count: arrays.count + 1)
        let isDeep = !arrays.isEmpty || field.isList
        let inner = expression(field, in: element, at: array, &arrays)
        let mapped = "[\(inner) for \(element) in \(value)\(members(array))]"
        return isDeep ? "flatten(\(mapped))" : mapped
    }

    private static func type(_ field: Field) -> String {
        let scalar =
            switch field.kind {
            case .long: field.isFraction ? "DOUBLE" : "BIGINT"
            case .boolean: "BOOLEAN"
            case .date: "TIMESTAMP"
            case .map: "MAP(VARCHAR, VARCHAR[])"
            case .pairs: "VARCHAR[][]"
            default: "VARCHAR"
            }
        let isOne = field.enclosingArrays.isEmpty && !field.isList
        return isOne || field.kind == .map || field.kind == .pairs ? scalar : scalar + "[]"
    }

    /// One place in the record, as `json_transform` wants it told.
    ///
    /// All values are text there: one that does not fit its type is absent then, and spoils no other.
    private final class Node {
        private var field: Field?
        private var members: [(name: Substring, node: Node)] = []

        private init() {}

        init(_ fields: [Field]) {
            for field in fields where field.kind != .map {
                var node: Node = self
                for part in field.name.split(separator: ".") { node = node.member(part) }
                node.field = field
            }
        }

        private func member(_ name: Substring) -> Node {
            if let found = members.first(where: { $0.name == name }) { return found.node }
            let node = Node()
            members.append((name, node))
            return node
        }

        var text: String {
            guard !members.isEmpty else {
                if field?.kind == .pairs { return "[[\"VARCHAR\"]]" }
                return field?.isList == true ? "[\"VARCHAR\"]" : "\"VARCHAR\""
            }
            let object = "{" + members.map { "\"\($0.name)\":\($0.node.text)" }.joined(separator: ",") + "}"
            return field?.kind == .objects ? "[\(object)]" : object
        }
    }
}
