import ArgumentParser
import Export
import Terminal

extension SchemaFormat: ExpressibleByArgument {}

/// `hallmark schema`: the fields of a record, in the words of the store that is to take them.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Describe the fields of a record to a store: Elasticsearch, Splunk, ClickHouse, DuckDB.",
        discussion: """
            Docs/siem.md says what to do with each.

              hallmark schema --for elasticsearch | curl -X PUT -H 'Content-Type: application/json' \
            --data-binary @- https://elastic.example/_index_template/hallmark
              hallmark schema --for duckdb | duckdb sweeps.duckdb
            """
    )

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "The store: \(SchemaFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "store"
        )
    )
    var format = SchemaFormat.json

    func run() throws {
        let output = StandardOutput()
        try output.write(format.text)
        try output.flush()
    }
}
