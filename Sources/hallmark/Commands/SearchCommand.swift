import ArgumentParser
import Bytes
import Corpus
import Foundation
import Search
import Terminal

extension SearchUnit: ExpressibleByArgument {}

/// `hallmark search`: what a corpus holds, asked in the Kibana Query Language.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Ask a corpus in the Kibana Query Language.",
        discussion: """
            Fields have the names that they have in records; bare words are looked for in subjects, issuers, names, \
            titles, server headers and the software of leads, and are found as addresses, ports, digests, serial \
            numbers and fingerprints (Docs/search.md).

              hallmark search 'server.port: 8443 and not tls.server.issuer: *DigiCert*' --corpus seen.sqlite
              hallmark search '"Example Ltd" and @timestamp >= now-7d' --corpus seen.sqlite --format csv
              hallmark search 'hallmark.leads:{ software.name: Sliver and label: high }' --corpus seen.sqlite
              hallmark search 'tls.server.not_after < now+30d' --of certificates --count --corpus seen.sqlite
              hallmark search '*' --group-by tls.server.jarm --rarest --corpus seen.sqlite

            Exit codes: 0 something was found; 1 it could not do its work, or nothing was found and some rows could not be \
            judged; 2 nothing was found; 64 usage, and what is no query.
            """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, ndjson, csv
    }

    @Argument(help: ArgumentHelp("What to look for; '*' is everything.", valueName: "kql"))
    var query: String

    @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
    var corpus: String

    @Option(name: .customLong("of"), help: "What a row of the answer is.")
    var unit = SearchUnit.sightings

    @Option(help: "How the answer is written.")
    var format = Format.table

    @Option(help: ArgumentHelp("The columns: names of fields, with commas between.", valueName: "names"))
    var fields: String?

    @Option(help: ArgumentHelp("How many rows at most; the newest come first.", valueName: "n"))
    var limit = 100

    @Flag(help: "Say only how many there are.")
    var count = false

    @Option(
        help: ArgumentHelp(
            "Count by the values of a field, with how rare each is in bits.",
            valueName: "field"
        )
    )
    var groupBy: String?

    @Flag(help: "With --group-by: the rarest values first.")
    var rarest = false

    @Flag(help: "Say how the query is understood and carried out, and do not run it.")
    var explain = false

    func validate() throws {
        guard 1...100_000_000 ~= limit else {
            throw ValidationError("--limit is a number from 1 to 100,000,000")
        }
        guard !(count && groupBy != nil) else { throw ValidationError("--count or --group-by, not both") }
        guard !rarest || groupBy != nil else { throw ValidationError("--rarest is for --group-by") }
        if let fields, SearchOutput.names(fields).contains("") {
            throw ValidationError("--fields are names of fields, with commas between")
        }
        guard fields == nil || !count && groupBy == nil && format != .ndjson else {
            throw ValidationError("--fields is for rows of a table or csv")
        }
    }

    func run() throws {
        try NamedFiles.checkStandardOutput([corpus])
        let corpus = try CorpusFile.asked(corpus)
        do {
            let now = Int(WallClock.nanoseconds / 1_000_000)
            let search = try CorpusSearch(query, in: corpus, of: unit, now: now)
            if explain {
                let output = StandardOutput()
                try output.lines(try search.explanation(limit: limit))
                return try output.flush()
            }
            try warn(search)
            var output = SearchOutput(search, self)
            let isFound = try output.write()
            for text in search.remarks(isEmpty: !isFound) { Terminal.say(text) }
            let unjudged = try search.unjudged(groupedBy: groupBy)
            for text in unjudged { Terminal.say(text, .error) }
            // Of what could not be judged it is not known that there is nothing.
            guard isFound else { throw ExitCode(unjudged.isEmpty ? 2 : 1) }
        } catch let error as KQLError {
            throw ValidationError(error.description)
        }
    }

    /// Says what is not found by an index, when that takes its time.
    private func warn(_ search: CorpusSearch) throws {
        let rows = try search.rowCount()
        guard rows > 100_000 else { return }
        for part in search.scans.prefix(5) {
            Terminal.say("no index for \(part): up to \(counted(rows, "row")) are read (--explain)")
        }
    }
}
