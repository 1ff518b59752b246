import ArgumentParser
import Bytes
import Corpus
import Decisions
import Foundation
import Observations
import Pipeline
import Signatures
import Terminal

/// `hallmark match`: signatures over what is already there.
struct MatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "Match signatures against observations and certificates that are already there.",
        discussion: """
            Files are observations (NDJSON), certificates (PEM, DER), or logs, captures and other scanners' files, which are read \
            as 'hallmark import' reads them; folders are searched for all of these. Without a file, or with '-', they come from \
            standard input. Each observation is written with its matches and leads, in the \
            order in which it came; findings of correlation rules follow at the end.

            Examples:
              hallmark match sweep.ndjson > assessed.ndjson
              zcat sweeps/*.gz | hallmark match --only-leads --fail-on high
              hallmark match sweep.ndjson --decisions decisions.ndjson --fail-on medium > assessed.ndjson
              hallmark match sweep.ndjson --iocs sslblacklist.csv --iocs ours.txt --only-leads
              hallmark match /etc/ssl/certs --only-leads
              hallmark match ssl.log x509.log --only-leads
            """
    )

    @Argument(help: "Files or folders; '-' is standard input.", completion: .file()) var files: [String] = []
    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var decisions: DecisionOptions
    @OptionGroup var indicators: IndicatorOptions
    @OptionGroup var unread: KeepGoingOption
    @OptionGroup var log: LogOptions

    @Flag(name: .long, help: "Write only observations with a lead.") var onlyLeads = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Exit with 3 when a lead of this label or above is found.",
            valueName: "low|medium|high"
        )
    )
    var failOn: LeadLabel?

    @Option(name: .long, help: "Cores to use; all by default.") var threads: Int?

    @Flag(name: .shortAndLong, help: "No summary.") var quiet = false

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads is at least 1.") }
    }

    func run() throws {
        try NamedFiles.checkStandardOutput(files.isEmpty ? ["-"] : files)
        let rules = try signatures.load(quiet: quiet)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let (decided, areDecisionsWhole) = try decisions.read()
        let (listed, areListsWhole) = try indicators.read(quiet: quiet, cases: decisions.cases(decided))
        let isWhole = areDecisionsWhole && areListsWhole
        let matcher = BatchMatcher(rules.set, threads: threads ?? cores, onlyLeads: onlyLeads, lists: listed)
        let run = MatchRun(matcher, decided)
        let files = files.isEmpty ? ["-"] : files
        let progress = ReadingProgress(files)
        defer { progress.end() }
        for named in Inputs(files, unread: run.fail).said().named { try run.match(named) }
        try run.finish()
        if !quiet { Terminal.say(lines: run.report + rules.report) }
        IndicatorOptions.sayLeftOut(listed)
        if let failOn, let highest = run.highest, highest >= failOn { throw ExitCode(3) }
        if run.hasFailed || !isWhole || !rules.unread.isEmpty, !unread.keepGoing { throw ExitCode(1) }
    }
}

extension LeadLabel: ExpressibleByArgument {}

/// One run over several files.
private final class MatchRun {
    private let matcher: BatchMatcher
    private let output = StandardOutput()
    /// Nil when no decisions were given.
    private let marker: DecisionMarker?
    private var correlations: [Correlator.Finding] = []
    /// Whether something could not be read.
    private(set) var hasFailed = false
    /// Files, certificates and lines that could not be read and never came to the matcher.
    private var unread = 0
    /// Whether the file at hand was said to hold what is no observation.
    private var isForeignSaid = false

    init(_ matcher: BatchMatcher, _ decisions: DecisionIndex?) {
        marker = decisions.map { DecisionMarker($0) }
        self.matcher = matcher
    }

    var highest: LeadLabel? {
        let found = correlations.map { finding -> LeadLabel in
            finding.rule.level >= .high ? .high : finding.rule.level == .medium ? .medium : .low
        }
        let leads = marker.map(\.highest) ?? matcher.summary.highest
        return (found + [leads].compactMap(\.self)).max()
    }

    /// Writes lines, each with what was decided of it.
    private func write(_ lines: Span<UInt8>) throws {
        guard let marker else { return try output.writeRecords(lines) }
        var start = 0
        while start < lines.count {
            var end = start
            while end < lines.count, lines[end] != 0x0a { end += 1 }
            end = min(end + 1, lines.count)
            var line = ByteBuffer()
            line.append(lines.extracting(start..<end))
            marker.mark(&line)
            try line.withSpan { try output.writeRecords($0) }
            start = end
        }
    }

    func match(_ named: Inputs.Named) throws {
        let before = seen
        for source in named.sources {
            isForeignSaid = false
            try source.read {
                try match($0, source.name)
            } unread: {
                fail($0)
            }
        }
        if seen == before, !named.sources.isEmpty {
            fail(FileError(named.name, "there is nothing in it: no observation and no certificate"))
        }
    }

    /// How much has been met, readable or not.
    private var seen: Int { matcher.summary.observations + matcher.summary.invalid + unread }

    func fail(_ error: FileError) {
        hasFailed = true
        unread += 1
        Terminal.say(error.description, .error)
    }

    private func match(_ block: RecordBlock, _ name: String) throws {
        _ = try matcher.match(
            block.bytes,
            write: { try write($0) },
            invalid: { line, error in
                hasFailed = true
                // A foreign file has many such lines: the first says it.
                if error.isForeign, isForeignSaid { return }
                isForeignSaid = isForeignSaid || error.isForeign
                Terminal.say("\(name):\(block.firstLine - 1 + line): \(error)", .error)
            }
        )
    }

    func finish() throws {
        correlations = matcher.correlations()
        var buffer = ByteBuffer()
        for finding in correlations { finding.encode(into: &buffer) }
        try buffer.withSpan { try output.write($0) }
        try output.flush()
    }

    /// All findings stand in the output; a person is shown the first few.
    private static let shownFindings = 10

    /// Which rules could not be decided for imported records, and the fields that most of them want.
    private func undecided(_ summary: MatchSummary) -> String {
        let wanted = summary.wanted.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        let names = wanted.prefix(4).map { "\($0.key) (\($0.value.count))" }.joined(separator: ", ")
        return "  undecided: \(counted(summary.undecidedRules.count, "rule")) for "
            + "\(counted(summary.undecidedObservations, "observation")), for want of \(names)"
            + (wanted.count > 4 ? " and \(wanted.count - 4) other fields" : "")
    }

    /// The summary for a person.
    var report: String {
        let summary = matcher.summary
        var lines = [
            counted(summary.observations, "observation") + ", \(summary.matched) with a match, "
                + counted(summary.invalid, "line") + " unreadable"
                + (summary.foreign > 0 ? ", \(counted(summary.foreign, "object")) not ours" : "")
                + (summary.conclusions > 0
                    ? ", \(counted(summary.conclusions, "line")) of findings or correlations passed over"
                    : "")
                + (unread > 0 ? ", \(unread) more could not be read" : "")
        ]
        let leads = summary.leads.sorted { $0.key < $1.key }
        for (name, counts) in leads {
            let parts = LeadLabel.allCases.reversed()
                .compactMap { label in counts[label].map { "\($0) \(label.rawValue)" } }
            let dismissed = marker?.dismissed[name].map { "; \(grouped(UInt64($0))) dismissed" } ?? ""
            lines.append("  \(name): \(parts.joined(separator: ", "))\(dismissed)")
        }
        if let marker, !marker.dismissed.isEmpty {
            let count = marker.dismissed.values.reduce(0, +)
            lines.append("  dismissed: \(counted(count, "lead"))")
            lines += marker.examples.map { "    \($0)" }
            if count > marker.examples.count {
                lines.append(
                    "    and \(counted(count - marker.examples.count, "other")): the records have them"
                )
            }
        }
        if summary.listed > 0 {
            lines.append("  listed by others: \(counted(summary.listed, "observation"))")
        }
        if summary.ofCases > 0 {
            lines.append(
                "  sharing a mark with what was decided to be blocked or escalated: "
                    + counted(summary.ofCases, "observation")
            )
        }
        if summary.deceptive > 0 { lines.append("  likely deception: \(summary.deceptive)") }
        if summary.undecidedObservations > 0 { lines.append(undecided(summary)) }
        for finding in correlations.prefix(Self.shownFindings) {
            let group = finding.group.joined(separator: " ")
            let count = finding.isMost ? "at least \(finding.count)" : "\(finding.count)"
            lines.append("  \(finding.rule.title): \(group) (\(count))")
        }
        if correlations.count > Self.shownFindings {
            lines.append(
                "  and \(counted(correlations.count - Self.shownFindings, "finding")) of correlation rules more"
            )
        }
        return lines.joined(separator: "\n")
    }
}
