package import Observations

/// For whom the fields of a record can be described.
package enum SchemaFormat: String, CaseIterable, Sendable {
    case json, elasticsearch, opensearch, splunk, clickhouse, duckdb, sentinel
    case elasticsearchComponent = "elasticsearch-component"
    case opensearchComponent = "opensearch-component"

    /// The description, written from the one table of fields.
    package var text: String {
        switch self {
        case .json: SchemaDocument.text()
        case .elasticsearch: IndexTemplate(.elasticsearch).text
        case .opensearch: IndexTemplate(.openSearch).text
        case .elasticsearchComponent: IndexTemplate(.elasticsearch).componentText
        case .opensearchComponent: IndexTemplate(.openSearch).componentText
        case .splunk: SplunkConfiguration.text
        case .clickhouse: ClickHouseTable.text()
        case .duckdb: DuckDBTable.text
        case .sentinel: SentinelTable.text
        }
    }
}

extension Field {
    /// The arrays of objects that the field stands in, the outer one first.
    var enclosingArrays: [String] {
        Field.all.filter { $0.kind == .objects && name.hasPrefix($0.name + ".") }.map(\.name)
            .sorted { $0.count < $1.count }
    }

    /// Whether it is a list where it stands: a member of an object in an array has one value there, unless it
    /// is a list itself.
    package var isList: Bool {
        isArray && (enclosingArrays.isEmpty || isListInEach)
    }

    /// Whether a number can have a fraction: ECS has it so.
    var isFraction: Bool { name == "event.risk_score" }

    /// The name as a column of a table: `server_ip`.
    ///
    /// Stores of tables take a dot for a part of a column's value.
    package var column: String { name.replacing("@", with: "").replacing(".", with: "_") }
}
