import ArgumentParser
import Corpus
import Foundation
import Observations
import Signatures
import Terminal

extension PivotOptions.Order: ExpressibleByArgument {}

/// `hallmark pivot`: says what else shares the marks of something.
struct PivotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pivot",
        abstract: "Find what shares the marks of a certificate, an endpoint or a name.",
        discussion: """
            A query is a certificate's SHA-256, a PEM or DER file, an endpoint, a host name ('*.example.com' for \
            all below a domain) or 'field=value'. Each mark that is shared is weighed by its rarity in the corpus, \
            in bits: what every second certificate has says nothing.

              hallmark pivot 203.0.113.7:443 --corpus corpus.sqlite
              hallmark pivot serial=08BB00EE --corpus corpus.sqlite --depth 2
              hallmark pivot suspect.pem --corpus corpus.sqlite --graph suspect.html
            """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, ndjson
    }

    @Argument(help: "Where to start.")
    var query: String

    @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
    var corpus: String

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
    var format = Format.table

    @Option(
        help: ArgumentHelp("Draw a graph too: .dot, .svg or .html.", valueName: "file"),
        completion: .file()
    )
    var graph: String?

    @Flag(help: "Write the searches of Shodan, Censys, FOFA and crt.sh for each mark.")
    var queries = false

    @Flag(help: "Count the marks of benign software and services too.")
    var includeBenign = false

    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        guard (1...2).contains(depth) else { throw ValidationError("--depth is 1 or 2") }
        guard limit > 0 else { throw ValidationError("--limit is a positive number") }
        if let graph, PivotGraph.Format(path: graph) == nil {
            throw ValidationError("--graph wants a file that ends in .dot, .svg or .html")
        }
    }

    func run() throws {
        var options = PivotOptions()
        options.depth = depth
        options.limit = limit
        options.leastScore = minScore
        options.order = sort
        options.since = period.since
        options.until = period.until
        let benign = includeBenign ? nil : try BenignMarks.load(signatures)
        if let benign { options.benign = benign.name }
        let answer = try Pivot.run(try start(), in: CorpusFile(corpus, .read), options)
        let output = StandardOutput()
        switch format {
        case .table: try output.write(answer.text + (queries ? answer.queryText : ""))
        case .ndjson: try output.write(answer.ndjson(queries: queries))
        }
        try output.flush()
        if let graph, let format = PivotGraph.Format(path: graph) {
            try Data(PivotGraph(answer).text(format).utf8).write(to: URL(fileURLWithPath: graph))
        }
        if let benign, benign.unread > 0, !unread.keepGoing { throw ExitCode(1) }
    }

    /// The query; a file of that name is meant as one.
    private func start() throws -> PivotQuery {
        switch CertificateFile.kind(of: query) {
        case .pem, .der:
            let contents = try CertificateFile.contents(of: query)
            for fault in contents.faults { Terminal.say(fault.description) }
            guard !contents.certificates.isEmpty else {
                throw CorpusError.failed("\(query): no certificate in it that can be read")
            }
            return .records(contents.certificates.map(CertificateFile.line))
        case .ndjson, nil: return try PivotQuery(query)
        }
    }
}
