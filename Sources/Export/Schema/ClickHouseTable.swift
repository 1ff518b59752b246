import Observations

/// A table for ClickHouse: each record as it came, and a column for each field, which is computed from it
/// when it comes.
package enum ClickHouseTable {
    /// The table's name.
    package static let name = "hallmark"

    /// The statement that makes the table.
    ///
    /// - Parameter keepDays: days after which the store drops a record; nil for never. A record without a
    ///   time that can be read stands at 1970 and is kept: nobody has seen yet what is wrong with it.
    package static func text(keepDays: UInt16? = nil) -> String {
        let fields = Field.all.filter { $0.kind != .objects }.map { field in
            "`\(field.column)` \(type(field)) MATERIALIZED \(expression(field))"
        }
        let pivot = ClickHousePivot.columns.map { "`\($0.name)` \($0.type) MATERIALIZED \($0.expression)" }
        let retention = keepDays.map { days in
            """

            TTL toDateTime(timestamp) + INTERVAL \(days) DAY DELETE WHERE timestamp > toDateTime64(0, 3, 'UTC')
            """
        }
        return """
            -- INSERT INTO hallmark (record) FORMAT LineAsString
            CREATE TABLE IF NOT EXISTS hallmark
            (
                `record` String CODEC(ZSTD(3)),
                \((fields + pivot + indexes).joined(separator: ",\n    "))
            )
            ENGINE = MergeTree
            PARTITION BY toDate(timestamp)
            ORDER BY (timestamp, ifNull(server_ip, ''), ifNull(server_port, 0))\(retention ?? "")
            SETTINGS non_replicated_deduplication_window = 10000;

            """
    }

    /// One index for each field and column that a pivot goes by: it tells which blocks cannot hold a value,
    /// and a search for a rare one leaves them unread.
    private static var indexes: [String] {
        let places = ["server.ip", "related.ip", "related.hosts", "related.hash"]
        let names = Set(Field.marks.map(\.field.name) + places)
        let fields = Field.all.filter { names.contains($0.name) && isIndexable($0) }.map(\.column)
        return (fields + ClickHousePivot.columns.map(\.name)).map { column in
            "INDEX `\(column)_seen` `\(column)` TYPE bloom_filter GRANULARITY 1"
        }
    }

    /// Whether its column can have a Bloom filter: it takes no lists whose elements may be absent, which
    /// those of members of objects in arrays are.
    private static func isIndexable(_ field: Field) -> Bool {
        switch field.kind {
        case .map, .pairs, .objects: false
        default: isPlainList(field) || (field.enclosingArrays.isEmpty && !field.isList)
        }
    }

    /// Whether it is a list of texts that stands in the record itself, where no element is absent.
    private static func isPlainList(_ field: Field) -> Bool {
        field.isList && field.enclosingArrays.isEmpty && scalar(field) == "String"
    }

    private static func type(_ field: Field) -> String {
        switch field.kind {
        case .map: return "Map(String, Array(String))"
        case .pairs: return "Array(Array(String))"
        default:
            if field.name == "@timestamp" { return "DateTime64(3, 'UTC')" }
            let isOne = field.enclosingArrays.isEmpty && !field.isList
            if isOne { return "Nullable(\(scalar(field)))" }
            return isPlainList(field) ? "Array(String)" : "Array(Nullable(\(scalar(field))))"
        }
    }

    private static func scalar(_ field: Field) -> String {
        switch field.kind {
        case .long: field.isFraction ? "Float64" : "Int64"
        case .boolean: "Bool"
        case .date: "DateTime64(3, 'UTC')"
        default: "String"
        }
    }

    private static func expression(_ field: Field) -> String {
        var arrays = field.enclosingArrays
        return expression(field, in: "record", at: "", &arrays)
    }

    /// - Parameters:
    ///   - text: an expression for the JSON text of the object at `path`.
    ///   - arrays: the arrays of objects that are still to be entered.
    private static func expression(
        _ field: Field,
        in text: String,
        at path: String,
        _ arrays: inout [String]
    ) -> String {
        /// Where a member stands: the text of the object that has it, and its name. The store makes out an
        /// object's text once for all columns that stand in it; a path from the record's top would have it
        /// parse the whole record for each.
        func place(_ name: String) -> String {
            let names = name.dropFirst(path.isEmpty ? 0 : path.count + 1).split(separator: ".")
            let object = names.dropLast().reduce(text) { "JSONExtractRaw(\($0), '\($1)')" }
            return "\(object), '\(names.last ?? "")'"
        }
        guard !arrays.isEmpty else { return value(field, place(field.name)) }
        let array = arrays.removeFirst()
        let element = String(repeating: "x", count: arrays.count + 1)
        let isDeep = !arrays.isEmpty || field.isList
        let inner = expression(field, in: element, at: array, &arrays)
        let mapped = "arrayMap(\(element) -> \(inner), JSONExtractArrayRaw(\(place(array))))"
        return isDeep ? "arrayFlatten(\(mapped))" : mapped
    }

    private static func value(_ field: Field, _ place: String) -> String {
        switch field.kind {
        case .map: return "JSONExtract(\(place), 'Map(String, Array(String))')"
        case .pairs: return "JSONExtract(\(place), 'Array(Array(String))')"
        case .date where field.name == "@timestamp":
            return "parseDateTime64BestEffortOrZero(JSONExtractString(\(place)), 3, 'UTC')"
        case .date where field.isList:
            let texts = "JSONExtract(\(place), 'Array(Nullable(String))')"
            return "arrayMap(t -> parseDateTime64BestEffortOrNull(t, 3, 'UTC'), \(texts))"
        case .date:
            return
                "parseDateTime64BestEffortOrNull(JSONExtract(\(place), 'Nullable(String)'), 3, 'UTC')"
        default:
            let type = isPlainList(field) ? "String" : "Nullable(\(scalar(field)))"
            return "JSONExtract(\(place), '\(field.isList ? "Array(\(type))" : type)')"
        }
    }
}
