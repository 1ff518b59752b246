import ArgumentParser
import Corpus
import Decisions
import Foundation
import Inventory
import Observations
import Pipeline
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
              hallmark compare sweep.ndjson --expiring 30
              hallmark compare sweep.ndjson --inventory inventory.csv --decisions decisions.ndjson --fail-on high

            Exit codes: 0 done; 1 it could not do its work, or could not read all of it; 3 done, and a finding at or over --fail-on was found; 64 usage.
            """
    )

    @Argument(
        help:
            "Sweeps, or other programs' logs and captures: files or folders; standard input when there is none.",
        completion: .file()
    )
    var sweeps: [String] = []

    @Option(
        help: ArgumentHelp(
            "What is ours and what is authorised on it: CSV, JSON or YAML.",
            valueName: "file"
        ),
        completion: .file()
    )
    var inventory: String?

    @Option(
        help: ArgumentHelp(
            "What 'ct authorize' wrote (STATE.authorized): certificates and keys of yours besides; repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var authorized: [String] = []

    @Option(
        help: ArgumentHelp(
            "An earlier sweep, to say what changed since; '-' is standard input.",
            valueName: "sweep"
        ),
        completion: .file()
    )
    var baseline: String?

    @Option(
        help: ArgumentHelp(
            "Say which certificates are over, or will be within so many days of when they were seen.",
            valueName: "days"
        )
    )
    var expiring: Int?

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

    @OptionGroup var decisions: DecisionOptions
    @OptionGroup var unread: KeepGoingOption
    @OptionGroup var log: LogOptions

    func validate() throws {
        let comparisons = [inventory != nil, baseline != nil, expiring != nil].count { $0 }
        guard adopt || comparisons > 0 else {
            throw ValidationError("give --inventory, --baseline, --expiring or --adopt")
        }
        guard !adopt || comparisons == 0 else {
            throw ValidationError(
                "--adopt compares nothing: leave out --inventory, --baseline and --expiring"
            )
        }
        guard comparisons < 2 || !sweeps.isEmpty && !sweeps.contains("-") else {
            throw ValidationError("the sweeps are read more than once and have to be files")
        }
        guard baseline != "-" || !sweeps.isEmpty && !sweeps.contains("-") else {
            throw ValidationError("standard input is one sweep, not both of them")
        }
        guard expiring.map({ 0...Inventory.mostDays ~= $0 }) ?? true else {
            throw ValidationError("--expiring takes days from 0 to \(Inventory.mostDays)")
        }
        guard inventory != nil || authorized.isEmpty else {
            throw ValidationError("--authorized goes with --inventory")
        }
        guard inventory == nil || expiring == nil else {
            throw ValidationError("with --inventory the days stand in its column expiring_days")
        }
    }

    func run() throws {
        let output = StandardOutput()
        let files = sweeps.isEmpty ? ["-"] : sweeps
        try NamedFiles.checkStandardOutput(files + [baseline, inventory, corpus])
        let progress = ReadingProgress(files + [baseline].compactMap(\.self))
        defer { progress.end() }
        var told: Set<String> = []
        var remarks: Set<String> = []
        // Several comparisons read the files several times, and say once what is wrong with them.
        func sources(_ files: [String]) -> [any RecordSource] {
            let inputs = Inputs(files) {
                if told.insert($0.description).inserted { Terminal.say($0.description, .error) }
            }
            if let remark = inputs.remark, remarks.insert(remark).inserted { Terminal.say(remark, .warning) }
            return inputs.sources
        }
        var isAllFound: Bool { told.isEmpty || unread.keepGoing }
        if adopt {
            var adoption = InventoryAdoption()
            try sources(files).forEach { try adoption.add($0) }
            progress.end()
            let isWhole = try say(adoption.sweeps) && isAllFound
            try output.write(InventoryAdoption.head)
            try adoption.write { try output.write($0) }
            try output.flush()
            if adoption.suspicious > 0 {
                Terminal.say(
                    "\(counted(adoption.suspicious, "row carries", plural: "rows carry")) a lead and "
                        + "\(adoption.suspicious == 1 ? "stands" : "stand") behind #: look at those endpoints first",
                    .warning
                )
            }
            if !isWhole { throw ExitCode(1) }
            return
        }
        let known = try corpus.map { try CorpusFile.asked($0) }
        // A table without a severity leaves out what agrees; files for programs hold all.
        // What ends the run with 3 is listed.
        let least = severity ?? (format == .table ? min(.low, failOn ?? .low) : .info)
        let (decided, isDecidedWhole) = try decisions.read()
        let sink = FindingSink(format: format, least: least, output: output, decided)
        try sink.begin()
        var summaries: [String] = []
        var worst: Severity?
        var (isWhole, isSwept) = (isDecidedWhole || unread.keepGoing, true)
        func close(_ counts: ComparisonCounts, _ against: ComparisonCounts.Against) throws {
            isWhole = try say(counts.sweeps) && isWhole
            for text in counts.unjudged.texts { Terminal.say(text, .error) }
            isWhole = isWhole && (counts.unjudged.isEmpty || unread.keepGoing)
            // A file that could not be opened at all is in no count.
            summaries.append(counts.summary(against, least: least, isWhole: told.isEmpty))
            worst = [worst, counts.worst].compactMap(\.self).max()
        }
        if let inventory {
            var index = try InventoryFile.load(inventory)
            for file in authorized {
                // A watch may not have one yet; who names one means one that is there.
                guard FileManager.default.fileExists(atPath: file) else {
                    throw FileError(file, "is not there")
                }
                let digests = try AuthorisedFile.read(file)
                guard !digests.isEmpty else { throw FileError(file, "there is no digest in it") }
                index.authorised.formUnion(digests)
            }
            let comparison = SweepComparison(index, look: sink.look) { try sink.write($0) }
            try sources(files).forEach { try comparison.add($0) }
            try comparison.finish { asset, port, time in
                try known?.absence(asset, port: port, at: time)
            }
            try close(comparison.counts, .inventory)
            if comparison.counts.swept == 0 {
                Terminal.say(
                    "none of the \(counted(comparison.counts.records, "record")) is of an asset of \(inventory)",
                    .error
                )
                isSwept = false
            }
        }
        if let baseline {
            let earlier = sources([baseline])
            guard earlier.count == 1 else {
                Terminal.say(
                    earlier.isEmpty ? "nothing was compared" : "\(baseline): --baseline wants one sweep",
                    .error
                )
                throw ExitCode(1)
            }
            let comparison = try DriftComparison(baseline: earlier[0], look: sink.look) { try sink.write($0) }
            try sources(files).forEach { try comparison.add($0) }
            isWhole = try say(comparison.earlier) && isWhole
            try comparison.finish()
            try close(comparison.counts, .sweep)
        }
        if let expiring {
            let comparison = ExpiryComparison(days: expiring, look: sink.look) { try sink.write($0) }
            try sources(files).forEach { try comparison.add($0) }
            try close(comparison.counts, .calendar)
        }
        progress.end()
        if decided != nil { worst = sink.worst }
        if sink.dismissed > 0 { summaries.append("\(counted(sink.dismissed, "finding")) dismissed\n") }
        try sink.end(summary: quiet ? "" : summaries.joined(separator: "\n"))
        if !isSwept || !isWhole || !isAllFound { throw ExitCode(1) }
        if let failOn, let worst, worst >= failOn { throw ExitCode(3) }
    }

    /// Says what could not be read.
    ///
    /// - Returns: whether the run may end well.
    /// - Throws: when nothing was read at all: nothing can be said of it.
    private func say(_ read: SweepFile) throws -> Bool {
        for text in read.unread { Terminal.say(text, .error) }
        guard read.records > 0 else {
            Terminal.say("no record was read: nothing was compared", .error)
            throw ExitCode(1)
        }
        return read.unread.isEmpty || unread.keepGoing
    }
}

/// Where findings go.
private final class FindingSink {
    private let format: FindingFormat
    private let least: Severity
    private let output: StandardOutput
    private var table: FindingTable
    private let decisions: DecisionIndex?
    /// The most severe finding that nobody has dismissed.
    private(set) var worst: Severity?
    private(set) var dismissed = 0
    private let tree = JSONTree()
    /// The decisions by which leads of the record are dismissed whose findings come, by software.
    private var dismissals: [String: Decision] = [:]

    init(format: FindingFormat, least: Severity, output: StandardOutput, _ decisions: DecisionIndex?) {
        self.decisions = decisions
        self.format = format
        self.least = least
        self.output = output
        table = FindingTable(least: least)
    }

    func begin() throws {
        if format == .csv { try output.write(ReportedFinding.csvHead) }
    }

    /// Whether the record whose findings come shows what somebody blocks or escalates.
    private var isGrave = false

    /// Looks what was decided of the record whose findings come, and of its leads; nil behind them.
    func look(_ line: UnsafeRawBufferPointer?) {
        (dismissals, isGrave) = ([:], false)
        guard let line, let decisions, !decisions.isEmpty, let record = try? tree.read(line) else { return }
        isGrave = decisions.isGrave(on: record)
        for ruling in decisions.rulings(on: record) {
            for software in ruling.dismissed { dismissals[software] = ruling.decision }
        }
    }

    func write(_ found: ReportedFinding) throws {
        var finding = found
        let endpoint = finding.endpoint
        // A lead is dismissed as it is for `match`: by what spoke for it.
        let dismissal =
            finding.finding.lead.flatMap { dismissals[$0] }
            ?? decisions?.dismissal(
                of: finding.finding.evidence,
                hosts: [endpoint.ip, endpoint.name],
                port: endpoint.port,
                certificate: endpoint.certificate
            )
        if let dismissal, !isGrave {
            dismissed += 1
            finding.finding.message += " (\(dismissal.dismissal))"
        } else {
            worst = max(worst ?? finding.finding.severity, finding.finding.severity)
        }
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
