import ArgumentParser
import Bytes
import Corpus
import Export
import Observations
import Terminal

extension ExportFormat: ExpressibleByArgument {}
extension TrafficLight: ExpressibleByArgument {}

/// `hallmark export`: what was found, in the words of other programs.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write leads and findings for other programs: STIX, MISP, Suricata, Zeek, SARIF, OCSF.",
        discussion: """
            Reads records of 'scan' and 'match' and findings of 'compare --format ndjson', and writes to standard \
            output. All formats but csv and ocsf tell of records with a lead or a finding alone (Docs/exports.md).

              hallmark export --to stix sweep.ndjson --tlp amber > bundle.json
              hallmark export --to blocklist --least high sweep.ndjson > block.txt
              hallmark export --to csv --fields server.ip,tls.server.x509.not_after sweep.ndjson > ends.csv
              hallmark export --to misp --corpus seen.sqlite > event.json
            """
    )

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp("What to write: \(ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    )
    var format: ExportFormat

    @Argument(help: "Files of NDJSON; standard input when there is none.", completion: .file())
    var files: [String] = []

    @Option(help: ArgumentHelp("Everything that a corpus holds.", valueName: "file"), completion: .file())
    var corpus: String?

    @Option(
        help: ArgumentHelp("Leave weaker leads out; csv and ocsf tell all.", valueName: "low|medium|high")
    )
    var least = LeadLabel.medium

    @Option(
        help: ArgumentHelp(
            "Mark it by the Traffic Light Protocol 2.0 (stix, misp).",
            valueName: "clear|green|amber|amber+strict|red"
        )
    )
    var tlp: TrafficLight?

    @Option(help: ArgumentHelp("Who says it.", valueName: "name"))
    var author = "Hallmark"

    @Option(
        help: ArgumentHelp("For how many days after it was seen an address counts (stix).", valueName: "days")
    )
    var addressDays = 30

    @Option(
        help: ArgumentHelp("The columns of csv: names of fields, with commas between.", valueName: "names")
    )
    var fields: String?

    @Flag(name: .shortAndLong, help: "No summary.")
    var quiet = false

    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        guard fields == nil || format == .csv else { throw ValidationError("--fields is for csv") }
        guard tlp == nil || format == .stix || format == .misp else {
            throw ValidationError("\(format.rawValue) has no place for --tlp")
        }
        guard 1...3650 ~= addressDays else {
            throw ValidationError("--address-days takes days from 1 to 3650")
        }
        guard !author.isEmpty else { throw ValidationError("--author wants a name") }
        guard corpus == nil || files.isEmpty else {
            throw ValidationError("give files or --corpus, not both")
        }
    }

    private func options() throws -> ExportOptions {
        var options = ExportOptions()
        options.least = least
        options.tlp = tlp
        options.author = author
        options.addressDays = addressDays
        options.version = Hallmark.version
        do {
            if let fields { options.columns = try ExportColumns.parse(fields) }
        } catch {
            throw ValidationError("--fields: \(error)")
        }
        return options
    }

    func run() throws {
        try NamedFiles.checkStandardOutput(corpus.map { [$0] } ?? (files.isEmpty ? ["-"] : files))
        let options = try options()
        let run = ExportRun(format, options)
        try run.begin()
        if let corpus {
            try run.add(corpus: try CorpusFile(corpus, .read))
        } else {
            let files = files.isEmpty ? ["-"] : files
            let progress = ReadingProgress(files)
            defer { progress.end() }
            for file in files { try run.add(file: file) }
        }
        try run.end()
        if !quiet { Terminal.say(run.summary) }
        guard run.hasRead else {
            Terminal.say("no record was read", .error)
            throw ExitCode(1)
        }
        if run.unread > 0, !unread.keepGoing { throw ExitCode(1) }
    }
}

/// One run over several files.
private final class ExportRun {
    private let reader: ExportReader
    private let format: ExportFormat
    private var export: Export
    private let output = StandardOutput()
    private var buffer = ByteBuffer()
    private var records = 0
    /// Counts of correlation rules, which tell of no one endpoint.
    private var passedOver = 0
    /// Files and lines that could not be read.
    private(set) var unread = 0

    init(_ format: ExportFormat, _ options: ExportOptions) {
        self.format = format
        reader = ExportReader(members: ExportColumns.members(options.columns))
        export = Export(format, options)
    }

    var hasRead: Bool { records > 0 }

    var summary: String {
        var parts = ["\(counted(export.written, "record")) written as \(format.rawValue)"]
        if export.leftOut > 0 { parts.append("\(export.leftOut) with nothing to tell there") }
        if export.weakLeads > 0 { parts.append("\(counted(export.weakLeads, "weaker lead")) left out") }
        if passedOver > 0 { parts.append("\(counted(passedOver, "line")) of correlations passed over") }
        if unread > 0 {
            parts.append(
                "\(counted(unread, "file or line", plural: "files or lines")) could not be read"
            )
        }
        return parts.joined(separator: ", ")
    }

    func begin() throws { try write { $0.begin(&$1) } }

    func end() throws {
        try write { $0.end(&$1) }
        try buffer.withSpan { try output.write($0) }
        try output.flush()
    }

    /// Reads one file; what of it can't be read is said and counted.
    func add(file: String) throws {
        let before = records + unread
        defer {
            if records + unread == before { say(FileError(file, "there is no record in it").description) }
        }
        do {
            var lines = try LineReader(file)
            while true {
                // What the output throws ends the run, what the file does ends the file.
                let result = try lines.next { line in Result { try add(line: line) } }
                guard let result else { break }
                do { try result.get() } catch let error as ObservationSyntaxError where error.isConclusion {
                    passedOver += 1
                } catch let error as ObservationSyntaxError {
                    say("\(file == "-" ? "standard input" : file):\(lines.number): \(error)")
                } catch { throw Stop(reason: error) }
            }
            for line in lines.skipped { say("\(file):\(line): the line is longer than 64 MiB") }
        } catch let stop as Stop {
            throw stop.reason
        } catch let error as FileError {
            say(error.description)
        }
    }

    func add(corpus: CorpusFile) throws {
        var padded: [UInt8] = []
        try corpus.export { line in
            padded.removeAll(keepingCapacity: true)
            line.withUnsafeBufferPointer { padded.append(contentsOf: $0) }
            let count = padded.count
            padded.append(contentsOf: repeatElement(0x20, count: RecordPicker.padding))
            try padded.withUnsafeBytes { try add(line: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    private func add(line: UnsafeRawBufferPointer) throws {
        let line = try reader.read(padded: line)
        records += 1
        try write { $0.add(line, &$1) }
    }

    private func say(_ text: String) {
        unread += 1
        Terminal.say(text, .error)
    }

    private func write(_ body: (inout Export, inout ByteBuffer) -> Void) throws {
        body(&export, &buffer)
        // The last byte stays: it tells whether a comma is due.
        let count = buffer.count - 1
        guard count > 1 << 16 else { return }
        try buffer.withSpan { try output.write($0.extracting(..<count)) }
        buffer.removeFirst(count)
    }

    /// What ends the whole run, told apart from what ends a file.
    private struct Stop: Error {
        let reason: any Error
    }
}
