import Observations

/// A table for DuckDB: each record as it came, and a column for each field, computed when it is asked for.
enum DuckDBTable {
    static var text: String {
        let columns = Field.all.filter { $0.kind != .objects }.map { field in
            "    \(field.column) \(type(field)) GENERATED ALWAYS AS (TRY_CAST(\(path(field)) AS \(type(field))))"
        }
        return """
            -- INSERT INTO hallmark SELECT json FROM read_ndjson_objects('sweep.ndjson');
            CREATE TABLE IF NOT EXISTS hallmark (
                record JSON NOT NULL,
            \(columns.joined(separator: ",\n"))
            );

            """
    }

    private static func type(_ field: Field) -> String {
        let scalar =
            switch field.kind {
            case .long: "BIGINT"
            case .boolean: "BOOLEAN"
            case .date: "TIMESTAMP"
            case .map: "MAP(VARCHAR, VARCHAR[])"
            case .pairs: "VARCHAR[][]"
            default: field.name == "event.risk_score" ? "DOUBLE" : "VARCHAR"
            }
        let isOne = field.enclosingArrays.isEmpty && !field.isList
        return isOne || field.kind == .map || field.kind == .pairs ? scalar : scalar + "[]"
    }

    /// A JSON path, with `[*]` behind each array of objects.
    private static func path(_ field: Field) -> String {
        let arrays = Set(field.enclosingArrays)
        var (name, path) = ("", "$")
        for part in field.name.split(separator: ".") {
            name += (name.isEmpty ? "" : ".") + part
            path += ".\"\(part)\"" + (arrays.contains(name) ? "[*]" : "")
        }
        if field.kind == .map || field.kind == .pairs { return "json_extract(record, '\(path)')" }
        return "json_extract_string(record, '\(path)\(field.isList ? "[*]" : "")')"
    }
}
