import ArgumentParser

@main
struct Hallmark: ParsableCommand {
    /// The program's version (semver.org).
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        abstract: "Find the marks of adversary tools in TLS endpoints.",
        discussion: """
            Scan only what you own, or may scan.

            Examples:
              hallmark scan 192.0.2.0/24 -p 443,8443 -o sweep.ndjson
              hallmark validate 203.0.113.7
              hallmark match sweep.ndjson --only-leads
              hallmark compare sweep.ndjson --inventory assets.csv
              hallmark pivot 203.0.113.7:443 --corpus seen.sqlite
            """,
        version: version,
        subcommands: [
            ScanCommand.self, ValidateCommand.self, MatchCommand.self, CompareCommand.self,
            CorpusCommand.self, PivotCommand.self,
            SignaturesCommand.self,
        ]
    )
}
