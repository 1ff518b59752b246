import ArgumentParser
import Bytes
import Context
import Observations
import Pipeline
import Signatures
import Terminal

/// `hallmark enrich`: what stands around records that are there already.
struct EnrichCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrich",
        abstract: "Add to records where their names point, who hosts them, and whether they were revoked.",
        discussion: """
            Reads records (NDJSON, or files of other programs that 'hallmark import' reads) and writes each with its context, in \
            the order in which it came. A context that a record has already is made anew. Rules that ask for context are \
            matched by 'hallmark match' afterwards. See Docs/context.md.

            Examples:
              hallmark enrich sweep.ndjson --resolver 192.0.2.53 > around.ndjson
              hallmark enrich sweep.ndjson --no-context-names --mmdb asn.mmdb --hosting ip-ranges.json | hallmark match
              hallmark enrich sweep.ndjson --no-context-names --iocs sslblacklist.csv > listed.ndjson
              zcat sweeps/*.gz | hallmark enrich --corpus seen.sqlite --dns-rate 20
              hallmark enrich sweep.ndjson --no-context-names --passive-dns pdns.cof > around.ndjson

            Exit codes: 0 done; 1 something could not be read or looked up; 64 usage.
            """
    )

    @Argument(help: "Files; '-' is standard input.", completion: .file()) var files: [String] = []
    @OptionGroup(title: "Context") var around: ContextArguments

    @Option(
        help: ArgumentHelp(
            "Ask this name server: an address, or address:port; repeatable.",
            valueName: "address"
        )
    )
    var resolver: [String] = []

    @Option(
        help: ArgumentHelp(
            "What was seen before, for the time of certificates and for passive DNS.",
            valueName: "file"
        ),
        completion: .file()
    )
    var corpus: String?

    @OptionGroup var indicators: IndicatorOptions
    @OptionGroup var unread: KeepGoingOption

    @Flag(name: .shortAndLong, help: "No summary.") var quiet = false

    func validate() throws { try TargetArguments.check(resolvers: resolver) }

    func run() throws {
        try NamedFiles.checkStandardOutput((files.isEmpty ? ["-"] : files) + [corpus])
        guard let setup = try around.setup(isStage: true, resolvers: resolver, corpus: corpus) else { return }
        let (listed, isWhole) = try indicators.read(quiet: quiet)
        let run = EnrichRun(try ContextSession(setup), listed)
        let files = files.isEmpty ? ["-"] : files
        let progress = ReadingProgress(files)
        defer { progress.end() }
        for named in Inputs(files, unread: run.fail).said().named { try run.add(named) }
        try run.finish()
        let summary = run.session.summary
        if !quiet {
            Terminal.say(
                "\(counted(summary.records, "record")), \(counted(summary.asked, "question")) to name servers, "
                    + "\(summary.unanswered) without an answer"
            )
        }
        if !quiet, let marker = run.marker {
            Terminal.say("listed by others: \(counted(marker.listed, "record"))")
        }
        IndicatorOptions.sayLeftOut(listed)
        for remark in summary.remarks { Terminal.say("hallmark: context: \(remark)", .warning) }
        if run.faults > 0 {
            Terminal.say(
                "\(counted(run.faults, "line or part", plural: "lines or parts")) could not be read",
                .error
            )
        }
        if run.faults > 0 || !summary.isWhole || !isWhole, !unread.keepGoing { throw ExitCode(1) }
    }
}

/// One run over several files.
private final class EnrichRun {
    let session: ContextSession
    private let output = StandardOutput()
    /// What was named and could not be read.
    private(set) var faults = 0
    private var read = 0
    private let picker = RecordPicker()

    /// Records that are looked up at a time: enough for their questions to be asked beside each other.
    private static let batchSize = 256

    /// Says what others list; nil without lists.
    let marker: ListedMarker?

    init(_ session: ContextSession, _ lists: (any MarkLists)?) {
        self.session = session
        marker = lists.map { ListedMarker($0) }
    }

    func add(_ named: Inputs.Named) throws {
        let before = faults + read
        for source in named.sources {
            try source.read {
                try add($0, source.name)
            } unread: {
                fail($0)
            }
        }
        if faults + read == before, !named.sources.isEmpty {
            fail(FileError(named.name, "there is nothing in it: no observation and no certificate"))
        }
    }

    func fail(_ error: FileError) {
        faults += 1
        Terminal.say(error.description, .error)
    }

    private func add(_ block: RecordBlock, _ file: String) throws {
        var lines: [[UInt8]] = []
        try block.forEachLine { line, number in
            do throws(RecordError) {
                try picker.read(line)
                try picker.checkWhole()
            } catch {
                fail(FileError("\(file):\(number)", error.description))
                return
            }
            if let fault = picker.verdict.fault {
                fail(FileError("\(file):\(number)", ObservationSyntaxError(fault).description))
                return
            }
            lines.append([UInt8](line))
            read += 1
            if lines.count >= Self.batchSize {
                try write(lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        try write(lines)
    }

    private func write(_ lines: [[UInt8]]) throws {
        guard !lines.isEmpty else { return }
        var out = ByteBuffer()
        for (line, context) in zip(lines, session.look(at: lines)) {
            guard let marker else {
                context.append(line.span, to: &out)
                out.append(0x0a)
                continue
            }
            var record = ByteBuffer(capacity: 2 * line.count)
            context.append(line.span, to: &record)
            // Its line was read before, and so can be read again.
            try marker.mark(&record)
            record.withSpan { out.append($0) }
            out.append(0x0a)
        }
        try out.withSpan { try output.writeRecords($0) }
    }

    func finish() throws { try output.flush() }
}
