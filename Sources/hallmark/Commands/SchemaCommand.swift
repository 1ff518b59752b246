import ArgumentParser
import Export
import Observations
import Terminal

extension SchemaFormat: ExpressibleByArgument {}
extension LineKind: ExpressibleByArgument {}

/// `hallmark schema`: the fields of a record, in the words of the store that is to take them.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Describe the fields of a record to a store: Elasticsearch, Splunk, ClickHouse, DuckDB.",
        discussion: """
            Docs/siem.md says what to do with each.

              hallmark schema --for elasticsearch-component | curl -X PUT -H 'Content-Type: application/json' \
            --data-binary @- https://elastic.example/_component_template/hallmark-mappings
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

    @Option(
        help: ArgumentHelp(
            "Which lines: \(LineKind.allCases.map(\.rawValue).joined(separator: ", ")); as JSON Schema only, but for observation.",
            valueName: "lines"
        )
    )
    var of = LineKind.observation

    func validate() throws {
        guard of == .observation || format == .json else {
            throw ValidationError("--of \(of.rawValue) is described as JSON Schema only: leave --for out.")
        }
    }

    func run() throws {
        let output = StandardOutput()
        try output.write(of == .observation ? format.text : SchemaDocument.text(of))
        try output.flush()
    }
}
