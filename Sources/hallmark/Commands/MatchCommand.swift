import ArgumentParser
import Bytes
import Corpus
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
            Files are observations (NDJSON) or certificates (PEM, DER); folders are searched for both. Without a \
            file, or with '-', observations come from standard input. Each is written with its matches and leads, in the \
            order in which it came; findings of correlation rules follow at the end.

            Examples:
              hallmark match sweep.ndjson > assessed.ndjson
              zcat sweeps/*.gz | hallmark match --only-leads --fail-on high
              hallmark match /etc/ssl/certs --only-leads
            """
    )

    @Argument(help: "Files or folders; '-' is standard input.", completion: .file()) var files: [String] = []
    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var unread: KeepGoingOption

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
        let rules = try signatures.load(quiet: quiet)
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let run = MatchRun(rules.set, threads: threads ?? cores, onlyLeads: onlyLeads)
        let files = files.isEmpty ? ["-"] : files
        let progress = ReadingProgress(files)
        defer { progress.end() }
        for file in files { try run.match(path: file) }
        try run.finish()
        if !quiet { Terminal.say(lines: run.report + rules.report) }
        if let failOn, let highest = run.highest, highest >= failOn { throw ExitCode(3) }
        if run.hasFailed || !rules.unread.isEmpty, !unread.keepGoing { throw ExitCode(1) }
    }
}

extension LeadLabel: ExpressibleByArgument {}

/// One run over several files.
private final class MatchRun {
    private let matcher: BatchMatcher
    private let output = StandardOutput()
    private var correlations: [Correlator.Finding] = []
    /// Whether something could not be read.
    private(set) var hasFailed = false
    /// Files, certificates and lines that could not be read and never came to the matcher.
    private var unread = 0
    /// Whether the file at hand was said to hold what is no observation.
    private var isForeignSaid = false

    init(_ set: RuleSet, threads: Int, onlyLeads: Bool) {
        matcher = BatchMatcher(set, threads: threads, onlyLeads: onlyLeads)
    }

    var highest: LeadLabel? {
        let found = correlations.map { finding -> LeadLabel in
            finding.rule.level >= .high ? .high : finding.rule.level == .medium ? .medium : .low
        }
        return (found + [matcher.summary.highest].compactMap(\.self)).max()
    }

    func match(path: String) throws {
        let before = seen
        if let folder = FolderFiles(path) {
            for fault in folder.faults { fail(fault) }
            for file in folder.files {
                // What is neither observations nor certificates is no mistake in a folder.
                let isReadable = access(file, R_OK) == 0
                if !isReadable || CertificateFile.kind(of: file) != nil || InputKind.source(file) != nil {
                    try match(file: file)
                }
            }
        } else {
            try match(file: path)
        }
        if seen == before {
            fail(FileError(path, "there is nothing in it: no observation and no certificate"))
        }
    }

    /// How much has been met, readable or not.
    private var seen: Int { matcher.summary.observations + matcher.summary.invalid + unread }

    private func match(file: String) throws {
        if let source = InputKind.source(file) { return try match(source) }
        do {
            switch try CertificateFile.look(at: file) {
            case .ndjson: try match(sweep: file)
            case .pem, .der:
                let contents = try CertificateFile.contents(of: file)
                for fault in contents.faults { fail(fault) }
                var lines = ByteBuffer()
                for certificate in contents.certificates {
                    lines.append(
                        CertificateFile.record(certificate, at: Int(WallClock.nanoseconds / 1_000_000)).span
                    )
                }
                try lines.withSpan { try match(lines: $0, file, first: 0) }
            }
        } catch let error as FileError {
            fail(error)
        }
    }

    private func match(_ source: any RecordSource) throws {
        try source.read {
            _ = try match($0.bytes, source.name, first: $0.firstLine - 1)
        } unread: {
            fail($0)
        }
    }

    private func fail(_ error: FileError) {
        hasFailed = true
        unread += 1
        Terminal.say(error.description)
    }

    private func match(sweep file: String) throws {
        var reader = try LineBlocks(file)
        var lines = 0
        var skipped = 0
        isForeignSaid = false
        while true {
            let block = try reader.next()
            while skipped < reader.skipped {
                skipped += 1
                lines += 1
                fail(FileError("\(name(file)):\(lines)", "the line is longer than 64 MiB"))
            }
            guard let block else { return }
            lines += try match(block, file, first: lines)
        }
    }

    private func name(_ file: String) -> String { file == "-" ? "standard input" : file }

    private func match(lines: Span<UInt8>, _ file: String, first: Int) throws {
        let padded = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: lines.count + LineBlocks.padding)
        defer { padded.deallocate() }
        padded.initialize(repeating: 0x20)
        lines.withUnsafeBufferPointer { _ = padded.update(fromContentsOf: $0) }
        _ = try match(UnsafeBufferPointer(rebasing: padded[..<lines.count]), file, first: first)
    }

    /// - Returns: how many lines there were.
    private func match(_ lines: UnsafeBufferPointer<UInt8>, _ file: String, first: Int) throws -> Int {
        try matcher.match(
            lines,
            write: { try output.writeRecords($0) },
            invalid: { line, error in
                hasFailed = true
                // A foreign file has many such lines: the first says it.
                if error.isForeign, isForeignSaid { return }
                isForeignSaid = isForeignSaid || error.isForeign
                Terminal.say("\(name(file)):\(first + line): \(error)")
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
                + (unread > 0 ? ", \(unread) more could not be read" : "")
        ]
        let leads = summary.leads.sorted { $0.key < $1.key }
        for (name, counts) in leads {
            let parts = LeadLabel.allCases.reversed()
                .compactMap { label in counts[label].map { "\($0) \(label.rawValue)" } }
            lines.append("  \(name): \(parts.joined(separator: ", "))")
        }
        if summary.deceptive > 0 { lines.append("  likely deception: \(summary.deceptive)") }
        if summary.undecidedObservations > 0 { lines.append(undecided(summary)) }
        for finding in correlations.prefix(Self.shownFindings) {
            let group = finding.group.joined(separator: " ")
            lines.append("  \(finding.rule.title): \(group) (\(finding.count))")
        }
        if correlations.count > Self.shownFindings {
            lines.append(
                "  and \(counted(correlations.count - Self.shownFindings, "finding")) of correlation rules more"
            )
        }
        return lines.joined(separator: "\n")
    }
}
