import ArgumentParser
import Corpus
import Foundation
import Inventory
import Terminal

extension Severity: ExpressibleByArgument {}
extension FindingFormat: ExpressibleByArgument {}

/// `hallmark compare`: says whether what answers agrees with the inventory, or with last week.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare sweeps with an inventory, or with an earlier sweep.",
        discussion: """
            Every endpoint gets findings from one closed list (Docs/inventory.md), each with a severity and a \
            sentence. Several sweeps count as one, so that an endpoint is missing only when none has its answer.

              hallmark compare --adopt sweep.ndjson > inventory.csv
              hallmark compare sweep.ndjson --inventory inventory.csv --fail-on high
              hallmark compare new.ndjson --baseline old.ndjson --format csv > drift.csv

            Exit codes: 0 done; 1 it could not do its work; 3 done, and a finding at or over --fail-on was found; 64 usage.
            """
    )

    @Argument(help: "Sweeps as NDJSON; standard input when there is none.", completion: .file())
    var sweeps: [String] = []

    @Option(
        help: ArgumentHelp(
            "What is ours and what is authorised on it: CSV, NDJSON or YAML.",
            valueName: "file"
        ),
        completion: .file()
    )
    var inventory: String?

    @Option(
        help: ArgumentHelp("An earlier sweep, to say what changed since.", valueName: "sweep"),
        completion: .file()
    )
    var baseline: String?

    @Flag(help: "Write an inventory that authorises what the sweeps saw, as CSV, and compare nothing.")
    var adopt = false

    @Option(
        help: ArgumentHelp("A corpus, which knows since when an endpoint is missing.", valueName: "file"),
        completion: .file()
    )
    var corpus: String?

    @Option(help: "How findings are written.")
    var format = FindingFormat.table

    @Option(help: ArgumentHelp("The least severity that is written; all are counted.", valueName: "severity"))
    var severity: Severity?

    @Option(
        help: ArgumentHelp("End with 3 when a finding is as severe or more so.", valueName: "severity")
    )
    var failOn: Severity?

    @Flag(name: .shortAndLong, help: "No summary.")
    var quiet = false

    func validate() throws {
        guard adopt || inventory != nil || baseline != nil else {
            throw ValidationError("give --inventory, --baseline or --adopt")
        }
        guard !adopt || inventory == nil && baseline == nil else {
            throw ValidationError("--adopt compares nothing: leave out --inventory and --baseline")
        }
        let readsTwice = inventory != nil && baseline != nil
        guard !readsTwice || !sweeps.isEmpty && !sweeps.contains("-") else {
            throw ValidationError("with both --inventory and --baseline the sweeps have to be files")
        }
    }

    func run() throws {
        let output = StandardOutput()
        let files = sweeps.isEmpty ? ["-"] : sweeps
        let progress = ReadingProgress(files + [baseline].compactMap(\.self))
        defer { progress.end() }
        if adopt {
            var adoption = InventoryAdoption()
            try output.write(InventoryAdoption.head)
            for file in files { try adoption.add(sweep: file) { try output.write($0) } }
            return try output.flush()
        }
        // A table without a severity leaves out what agrees; files for programs hold all.
        let least = severity ?? (format == .table ? .low : .info)
        let sink = FindingSink(format: format, least: least, output: output)
        try sink.begin()
        var summaries: [String] = []
        var worst = Severity.info
        if let inventory {
            let comparison = SweepComparison(try InventoryFile.load(inventory)) { try sink.write($0) }
            for file in files { try comparison.add(sweep: file) }
            let known = try corpus.map { try CorpusFile($0, .read) }
            try comparison.finish { asset, port, time in
                try known?.absence(asset, port: port, at: time)
            }
            summaries.append(comparison.counts.summary(drift: false))
            worst = max(worst, comparison.counts.worst ?? .info)
        }
        if let baseline {
            let comparison = try DriftComparison(baseline: baseline) { try sink.write($0) }
            for file in files { try comparison.add(sweep: file) }
            try comparison.finish()
            summaries.append(comparison.counts.summary(drift: true))
            worst = max(worst, comparison.counts.worst ?? .info)
        }
        try sink.end(summary: quiet ? "" : summaries.joined(separator: "\n"))
        if let failOn, worst >= failOn { throw ExitCode(3) }
    }
}

/// Where findings go.
private final class FindingSink {
    private let format: FindingFormat
    private let least: Severity
    private let output: StandardOutput
    private var table: FindingTable

    init(format: FindingFormat, least: Severity, output: StandardOutput) {
        self.format = format
        self.least = least
        self.output = output
        table = FindingTable(least: least)
    }

    func begin() throws {
        if format == .csv { try output.write(ReportedFinding.csvHead) }
    }

    func write(_ finding: ReportedFinding) throws {
        guard finding.finding.severity >= least else { return }
        switch format {
        case .table: table.add(finding)
        case .csv: try output.write(finding.csv)
        case .ndjson: try output.write(finding.ndjson)
        }
    }

    /// The summary stands before a table, and on standard error beside files for programs.
    func end(summary: String) throws {
        if format == .table {
            try output.write(summary)
            try output.write(table.text)
        } else if !summary.isEmpty {
            Terminal.say(lines: summary.hasSuffix("\n") ? String(summary.dropLast()) : summary)
        }
        try output.flush()
    }
}
