import ArgumentParser
import Export
import Terminal

/// `hallmark warehouse`: records by the hundred million, in ClickHouse.
struct WarehouseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warehouse",
        abstract: "Keep records by the hundred million in ClickHouse.",
        subcommands: [Schema.self]
    )

    /// `hallmark warehouse schema`: the statement that makes the table.
    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Print the table: a column for each field, an index for each mark, a partition a day.",
            discussion: """
                The record itself stands beside the columns, which are computed from it. Docs/siem.md says how records \
                come in.

                Examples:
                  hallmark warehouse schema | clickhouse-client
                  hallmark warehouse schema --keep-days 400 | clickhouse-client
                """
        )

        @Option(
            help: ArgumentHelp(
                "Let the store drop records that are older than this; without it, it keeps them all.",
                valueName: "days"
            )
        )
        var keepDays: UInt16?

        func validate() throws {
            guard keepDays != 0 else {
                throw ValidationError("--keep-days 0 keeps nothing: leave it out to keep everything.")
            }
        }

        func run() throws {
            let output = StandardOutput()
            try output.write(ClickHouseTable.text(keepDays: keepDays))
            try output.flush()
        }
    }
}
