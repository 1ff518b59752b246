import ArgumentParser
import Bytes
import Corpus
import Foundation
import Inventory
import Observations
import Pipeline
import Signatures
import Targets
import Terminal
import Warehouse

extension PivotOptions.Order: ExpressibleByArgument {}

/// `hallmark pivot`: says what else shares the marks of something.
struct PivotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pivot",
        abstract: "Find what shares the marks of a certificate, an endpoint or a name.",
        discussion: """
            A query is a certificate's SHA-256, a file with certificates (PEM, DER, records, other programs' logs and captures), an \
            endpoint, a host name ('*.example.com' for all below a domain), 'lead=software' or 'field=value'. Each mark that is shared is weighed by its rarity in the corpus, \
            in bits: what every second certificate has says nothing.

              hallmark pivot 203.0.113.7:443 --corpus corpus.sqlite
              hallmark pivot serial=08BB00EE --corpus corpus.sqlite --depth 2
              hallmark pivot suspect.pem --corpus corpus.sqlite --graph suspect.html
              hallmark pivot 'lead=Cobalt Strike' --clients --corpus corpus.sqlite
              hallmark pivot 203.0.113.7:443 --warehouse http://127.0.0.1:8123

            A file of the query's name is meant as one; 'name=…' is the host name all the same.

            Exit codes: 0 something shares marks; 1 it could not do its work, or could not read all of it; 2 nothing \
            shares a mark that was followed; 4 the corpus or warehouse does not have what was asked for, a mark that nothing in it has \
            included; 64 usage, as of a mark with a value that no record can have.
            """
    )

    @Argument(help: "Where to start.")
    var query: String

    @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
    var corpus: String?

    @Option(
        help: ArgumentHelp(
            "In place of a corpus: the table of 'warehouse schema', by ClickHouse's HTTP interface.",
            valueName: "url"
        )
    )
    var warehouse: String?

    @Option(
        help: ArgumentHelp("ClickHouse's user and password: one line, NAME:PASSWORD.", valueName: "file"),
        completion: .file()
    )
    var clickhouseLogin: String?

    @Option(help: "How many steps away; 1 or 2.")
    var depth = 1

    @Option(help: ArgumentHelp("How many results at most.", valueName: "n"))
    var limit = 50

    @Option(help: ArgumentHelp("Leave results of less weight out.", valueName: "bits"))
    var minScore = 0.0

    @Option(help: "What comes first: the best score, or the earliest time.")
    var sort = PivotOptions.Order.score

    @OptionGroup var period: PeriodOptions

    @Option(help: "How results are written.")
    var format = LineFormat.table

    @Option(
        help: ArgumentHelp("Draw a graph too: .dot, .svg, .html or .graphml.", valueName: "file"),
        completion: .file()
    )
    var graph: String?

    @Flag(help: "Write the searches of Shodan, Censys, FOFA and crt.sh for each mark.")
    var queries = false

    @Flag(
        help:
            "Say who connected to what the query names and to what shares its marks, since when and how much."
    )
    var clients = false

    @Flag(help: "Count the marks of benign software and services too.")
    var includeBenign = false

    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        guard (corpus == nil) != (warehouse == nil) else {
            throw ValidationError("either --corpus or --warehouse says where to look")
        }
        guard !clients || warehouse == nil else {
            throw ValidationError("--clients goes with --corpus: a warehouse is not asked who connected")
        }
        guard clickhouseLogin == nil || warehouse != nil else {
            throw ValidationError("--clickhouse-login goes with --warehouse")
        }
        try ClickHouse.check(warehouse, option: "--warehouse")
        guard (1...2).contains(depth) else { throw ValidationError("--depth is 1 or 2") }
        guard limit > 0 else { throw ValidationError("--limit is a positive number") }
        guard minScore.isFinite else { throw ValidationError("--min-score is a number of bits") }
        if let graph, PivotGraph.Format(path: graph) == nil {
            throw ValidationError("--graph wants a file that ends in .dot, .svg, .html or .graphml")
        }
    }

    func run() throws {
        if let graph {
            var files = NamedFiles()
            files.reads("an argument", [query])
            files.reads("--corpus", [corpus].compactMap(\.self))
            files.reads("--clickhouse-login", [clickhouseLogin].compactMap(\.self))
            files.writes("--graph", [graph])
            try files.check()
            try FileDraft.check(graph)
        }
        var options = PivotOptions()
        options.depth = depth
        options.limit = limit
        options.leastScore = minScore
        options.order = sort
        options.wantsClients = clients
        options.since = period.since
        options.until = period.until
        let benign = includeBenign ? nil : try BenignMarks.load(signatures)
        if let benign { options.benign = benign.name }
        let start = try start()
        var answer = try answer(start.query, options)
        // A warehouse remembers no decisions.
        let decided = try corpus.map { try PivotDecisions(corpus: $0) }
        decided?.mark(&answer)
        let output = StandardOutput()
        switch format {
        case .table: try output.write(answer.text + (queries ? answer.queryText : ""))
        case .ndjson: try output.write(answer.ndjson(queries: queries))
        }
        try output.flush()
        let isWhole = benign.map { $0.unread == 0 } ?? true && start.isWhole && decided?.isWhole ?? true
        let isGood = isWhole || unread.keepGoing
        if let graph, let format = PivotGraph.Format(path: graph) {
            if isGood, answer.outcome != .unknown {
                try FileDraft.write(Array(PivotGraph(answer).text(format).utf8), to: graph)
            } else {
                // One that stands there from another day may be whole.
                let why = isGood ? "there is nothing to draw" : "not all could be read"
                Terminal.say("\(graph): not written: \(why)", .error)
            }
        }
        if format == .ndjson, answer.outcome != .found { Terminal.say(lines: answer.text) }
        guard isGood else { throw ExitCode(1) }
        switch answer.outcome {
        case .found: return
        case .nothing: throw ExitCode(2)
        case .unknown:
            if case .name = start.query { sayIfFile() }
            if case .lead = start.query {
                Terminal.say(
                    "hallmark: logs and captures carry no leads: 'hallmark match FILE… | hallmark corpus add -' adds them with theirs"
                )
            }
            throw ExitCode(4)
        }
    }

    private func answer(_ query: PivotQuery, _ options: PivotOptions) throws -> PivotAnswer {
        guard let warehouse else { return try Pivot.run(query, in: CorpusFile.asked(corpus ?? ""), options) }
        let store = WarehousePivotStore(
            try ClickHouse(option: warehouse, login: clickhouseLogin),
            since: options.since,
            until: options.until
        )
        var answer = try Pivot.run(query, over: store, options)
        answer.place = "warehouse"
        return answer
    }

    /// The query, and whether all of the file was read that it came from.
    private func start() throws -> (query: PivotQuery, isWhole: Bool) {
        guard Self.isFile(query) else { return (try word(), true) }
        ReadingProgress.announce([query])
        var isWhole = true
        let fail = { (error: FileError) in
            isWhole = false
            Terminal.say(error.description, .error)
        }
        var lines: [[UInt8]] = []
        var isCut = false
        var digests: Set<Digest256> = []
        let picker = RecordPicker(RecordField.judged)
        var file = SweepFile()
        for source in Inputs([query], unread: fail).said().sources {
            try file.read(source) { line, _ in
                guard picker.readsRecord(padded: line) else { return false }
                guard let digest = picker.text(.sha256).flatMap({ Digest256($0) }), !isCut,
                    digests.insert(digest).inserted
                else { return true }
                isCut = lines.count == Self.mostCertificates
                if !isCut { lines.append([UInt8](line)) }
                return true
            }
        }
        for text in file.unread {
            isWhole = false
            Terminal.say(text, .error)
        }
        if file.conclusions > 0 {
            Terminal.say("\(counted(file.conclusions, "line")) of findings or correlations passed over")
        }
        guard !lines.isEmpty else {
            throw FileError(query, "holds no certificate to start from; 'name=…' asks for a host name")
        }
        if isCut {
            fail(FileError(query, "holds many certificates: the first \(lines.count) are started from"))
        }
        return (.records(lines), isWhole)
    }

    /// The query that is no file.
    ///
    /// - Throws: what says that it is a folder's name, where it may be meant as that.
    private func word() throws -> PivotQuery {
        let isFolder = Self.isFolder(query)
        let path = query.hasPrefix(".") ? query + "/" : "./" + query
        let inside = "'\(path)' starts from the certificates in it"
        do throws(PivotQuery.Problem) {
            let word = try PivotQuery(query)
            if let fault = word.fault { throw PivotQuery.Problem(description: fault) }
            guard isFolder else { return word }
            switch word {
            case .name, .below: break
            case .certificate, .records, .endpoint, .marks, .lead:
                Terminal.say("'\(query)' is a folder's name, too: \(inside)")
                return word
            }
        } catch {
            guard isFolder else { throw ValidationError(error.description) }
            throw FileError(query, "is a folder: \(inside)")
        }
        throw FileError(query, "is a folder: \(inside), 'name=\(query)' asks for a host name")
    }

    /// Says what a name that the corpus does not know may have been meant for.
    private func sayIfFile() {
        let ending = query.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard query.contains("."), Self.endings.contains(ending) else { return }
        Terminal.say("'\(query)' was looked for as a host name: there is no such file here", .error)
    }

    /// Ends of names of files that hold records or certificates, and that are no top-level domains.
    private static let endings: Set<String> = [
        "ndjson", "json", "jsonl", "pem", "der", "crt", "cer", "p7b", "csv", "gz", "zst", "log", "txt",
        "pcap",
    ]

    /// More certificates than this are no question.
    private static let mostCertificates = 1000

    /// Whether the query names a file: what is a path always does, and a word that is also an existing
    /// file's.
    private static func isFile(_ query: String) -> Bool {
        let exists = FileManager.default.fileExists(atPath: query)
        // A link that leads nowhere, or to itself, is the name of a file that can't be read.
        var status = stat()
        if !exists, lstat(query, &status) == 0 { return true }
        return query == "-" || exists && !isFolder(query) || query.contains("/") && !query.contains("=")
    }

    private static func isFolder(_ query: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: query, isDirectory: &isFolder) && isFolder.boolValue
    }
}
