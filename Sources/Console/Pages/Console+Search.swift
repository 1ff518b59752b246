import Bytes
import Corpus
import Foundation
import Search

extension Console {
    private static let rowsShown = 200

    /// A question in KQL and its rows.
    func search(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let query = request.argument("q") ?? ""
        let unit = request.argument("of").flatMap { SearchUnit(rawValue: $0) } ?? .sightings
        let options = SearchUnit.allCases.map { one -> Markup in
            let selected: Markup = one == unit ? " selected" : ""
            return "<option\(selected)>\(one.rawValue)</option>"
        }
        let form: Markup = """
            <h1>Search</h1>
            <form method="get" action="/search" class="search" role="search">
            <label>Query <input name="q" value="\(query)" size="60" autocomplete="off" spellcheck="false"></label>
            <label>of <select name="of">\(options)</select></label>
            <button>Search</button>
            </form>
            <p class="hint">The Kibana Query Language over the record's fields: <code>server.port: 8443 and not tls.server.issuer: *DigiCert*</code>,
            <code>"Example Ltd" and @timestamp &gt;= now-7d</code>.</p>

            """
        guard !query.isEmpty else { return .page(page("Search", "/search", form)) }
        do {
            return .page(page("Search", "/search", form + (try read { try answer(query, unit, in: $0) })))
        } catch let error as KQLError {
            let body = form + "<p class=\"warning\" role=\"alert\">\(error.description)</p>"
            return .page(page("Search", "/search", body), status: 400)
        }
    }

    private func answer(_ query: String, _ unit: SearchUnit, in corpus: CorpusFile) throws -> Markup {
        let search = try CorpusSearch(query, in: corpus, of: unit, now: now)
        let columns = CorpusSearch.columns(of: unit)
        var rows: [[Markup]] = []
        try search.rows(columns, limit: Self.rowsShown) { cells in
            rows.append(zip(columns, cells).map { cell($0, $1, columns, cells) })
        }
        let count = rows.count < Self.rowsShown ? rows.count : try search.count()
        guard count > 0 else { return "<p>Nothing was found.</p>" }
        let shown: Markup = count > rows.count ? ", the newest \(rows.count) are shown" : ""
        return "<p>\(count) \(unit.rawValue)\(shown).</p>\n" + table("Found", columns, rows)
    }

    private func cell(_ column: String, _ value: String, _ columns: [String], _ cells: [String]) -> Markup {
        guard !value.isEmpty else { return "" }
        switch column {
        case "server.ip":
            let port = columns.firstIndex(of: "server.port").map { cells[$0] } ?? ""
            return "<a href=\"\(Link.endpoint(value, port))\">\(value)</a>"
        case "tls.server.hash.sha256": return "<a href=\"\(Link.certificate(value))\">\(value)</a>"
        default: return "\(value)"
        }
    }

    /// The sweeps, and what is new and gone between two of them.
    func sweeps(_ request: ConsoleRequest) throws -> ConsoleResponse {
        try read { corpus in
            let scans = try corpus.scans(limit: 200)
            var body: Markup = "<h1>Sweeps</h1>\n"
            let rows = scans.enumerated().map { place, scan -> [Markup] in
                let drift: Markup =
                    place + 1 < scans.count
                    ? "<a href=\"\(Link.to("/sweeps", [("from", scans[place + 1].id), ("to", scan.id)]))\">since the one before</a>"
                    : ""
                return [
                    "\(scan.id)", "\(RFC3339.text(scan.first))", "\(RFC3339.text(scan.last))",
                    "\(scan.observations)", drift,
                ]
            }
            if rows.isEmpty { body = body + "<p>The corpus knows of no sweep.</p>" }
            if let from = scans.first(where: { $0.id == request.argument("from") }),
                let to = scans.first(where: { $0.id == request.argument("to") })
            {
                body = body + (try drift(from, to, in: corpus))
            }
            body =
                body
                + table("Sweeps, the newest first", ["sweep", "begin", "end", "observations", "drift"], rows)
            return .page(page("Sweeps", "/sweeps", body))
        }
    }

    private func drift(_ before: CorpusScan, _ after: CorpusScan, in corpus: CorpusFile) throws -> Markup {
        let (begin, end) = (RFC3339.text(after.first), RFC3339.text(after.last))
        let parts = [
            (
                "New or changed",
                "hallmark.sightings.first >= \"\(begin)\" and hallmark.sightings.first <= \"\(end)\""
            ),
            (
                "Not seen again",
                "hallmark.sightings.last >= \"\(RFC3339.text(before.first))\" and hallmark.sightings.last < \"\(begin)\""
            ),
        ]
        let sections = try parts.map { title, query -> Markup in
            let count = try CorpusSearch(query, in: corpus, now: now).count()
            let found = try records(query, in: corpus, limit: 50)
            let rows = found.map { record -> [Markup] in
                [endpointLink(record), certificateLink(record), leads(record)]
            }
            return """
                <section><h2>\(title): <a href="\(Link.search(query))">\(count)</a></h2>
                \(table(title, ["endpoint", "certificate", "leads"], rows))</section>

                """
        }
        return "<p>From \(before.id) to \(after.id).</p>\(sections)"
    }
}
