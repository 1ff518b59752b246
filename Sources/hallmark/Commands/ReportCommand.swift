import ArgumentParser
import Bytes
import Corpus
import Decisions
import Foundation
import Inventory
import Observations
import Pipeline
import Reporting
import Targets
import Terminal

extension ReportFormat: ExpressibleByArgument {}

/// `hallmark report`: a sweep in one file, for people who were not there.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report of sweeps or a corpus for people who were not there: HTML or Markdown.",
        discussion: """
            Scope, times, leads with their evidence, what is new, what the inventory does not know, what ends, what is \
            weak, what was not tested, what was decided, and all endpoints (Docs/report.md). One file that needs \
            nothing else, for a browser, a mail or a printer.

              hallmark report sweep.ndjson --summary summary.json --scope scope.yaml > report.html
              hallmark report sweep.ndjson --inventory assets.csv --baseline last.ndjson -o report.html
              hallmark report sweep.ndjson --decisions decisions.ndjson --format markdown > report.md
              hallmark report --corpus seen.sqlite --since 7d -o week.html

            Exit codes: 0 done; 1 it could not do its work, or could not read all of it; 64 usage.
            """
    )

    @Argument(
        help: "Sweeps, findings of 'compare', other programs' logs: files or folders; '-' is standard input.",
        completion: .file()
    )
    var sweeps: [String] = []

    @Option(
        help: ArgumentHelp("A corpus in place of sweeps; its decisions are told, too.", valueName: "file"),
        completion: .file()
    )
    var corpus: String?

    @Option(
        help: ArgumentHelp(
            "With --corpus: only what was seen since; what was not seen before is new (RFC 3339, a date, or 7d).",
            valueName: "time"
        ),
        transform: PeriodOptions.age
    )
    var since: Int?

    @Option(
        help: ArgumentHelp("An earlier sweep, to say what is new since.", valueName: "sweep"),
        completion: .file()
    )
    var baseline: String?

    @Option(
        help: ArgumentHelp("What is ours, to say what is unknown: CSV, JSON or YAML.", valueName: "file"),
        completion: .file()
    )
    var inventory: String?

    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp("A scope file of the scan, to say who allowed it; repeatable.", valueName: "file"),
        completion: .file()
    )
    var scopes: [String] = []

    @Option(
        name: .customLong("summary"),
        help: ArgumentHelp(
            "What 'scan --summary' wrote, to say times, rates and refusals; repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var summaries: [String] = []

    @Option(
        help: ArgumentHelp("Within how many days of being seen a certificate ends soon.", valueName: "days")
    )
    var expiring = 30

    @Option(help: "How it is written.")
    var format = ReportFormat.html

    @Option(help: ArgumentHelp("What stands on top.", valueName: "text"))
    var title = "TLS sweep report"

    @Option(help: ArgumentHelp("How many rows a table has at most.", valueName: "n"))
    var rows = 5000

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The file to write; standard output without it.", valueName: "file"),
        completion: .file()
    )
    var output: String?

    @OptionGroup var decisions: DecisionOptions
    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        guard corpus == nil || sweeps.isEmpty else {
            throw ValidationError("give sweeps or --corpus, not both")
        }
        guard since == nil || corpus != nil else { throw ValidationError("--since is for --corpus") }
        guard since == nil || baseline == nil else {
            throw ValidationError("--since and --baseline both say what is new: give one of them")
        }
        guard 0...Inventory.mostDays ~= expiring else {
            throw ValidationError("--expiring takes days from 0 to \(Inventory.mostDays)")
        }
        guard 1...1_000_000 ~= rows else { throw ValidationError("--rows takes 1 to 1000000") }
        guard baseline != "-" || corpus != nil || !sweeps.isEmpty && !sweeps.contains("-") else {
            throw ValidationError("standard input is one sweep, not both of them")
        }
    }

    func run() throws {
        let output = output == "-" ? nil : output
        try checkFiles(output)
        let run = try ReportRun(self)
        if let corpus {
            try run.add(corpus: corpus)
        } else {
            try run.add(sweeps.isEmpty ? ["-"] : sweeps)
        }
        let (document, isWhole) = try run.finish()
        var text = ByteBuffer(capacity: 1 << 20)
        format.write(document, to: &text)
        if let output {
            try text.withSpan { span in
                try span.withUnsafeBufferPointer { try FileDraft.write(Array($0), to: output) }
            }
        } else {
            let standard = StandardOutput()
            try text.withSpan { try standard.write($0) }
            try standard.flush()
        }
        if !isWhole, !unread.keepGoing { throw ExitCode(1) }
    }

    /// Refuses a report that would take the place of what it is made of.
    private func checkFiles(_ output: String?) throws {
        var files = NamedFiles()
        files.reads("an argument", sweeps)
        files.reads("--corpus", [corpus])
        files.reads("--baseline", [baseline])
        files.reads("--inventory", [inventory])
        files.reads("--decisions", decisions.files)
        files.writes("--output", [output])
        try files.check()
        if let output { try FileDraft.check(output) }
    }
}
