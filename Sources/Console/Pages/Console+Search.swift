import Bytes
import Corpus
import Foundation
import Search

extension Console {
    private static let rowsShown = 100
    private static let mostCounted = 1000

    /// A question in KQL and its rows.
    func search(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let query = request.argument("q") ?? ""
        let unit = try searchUnit(request)
        let options = SearchUnit.allCases.map { one -> Markup in
            let selected: Markup = one == unit ? " selected" : ""
            return "<option\(selected)>\(one.rawValue)</option>"
        }
        // A line of a form has no line ends, which are blanks to a query.
        let line = query.replacing(/[\t\r\n]+/, with: " ")
        let form: Markup = """
            <h1>Search</h1>
            <form method="get" action="/search" class="search" role="search">
            <label>Query <input name="q" value="\(line)" size="60" autocomplete="off" spellcheck="false"></label>
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
        let hints = search.remarks(isEmpty: rows.isEmpty).map { text -> Markup in
            "<p class=\"hint\">\(short: text)</p>\n"
        }
        let warnings = try search.unjudged().map { text -> Markup in
            "<p class=\"warning\">\(text)</p>\n"
        }
        let remarks = warnings + hints
        guard !rows.isEmpty else { return "<p>Nothing was found.</p>\n\(remarks)" }
        // To count millions takes seconds, and nobody looks at them.
        let count = rows.count < Self.rowsShown ? rows.count : try search.count(atMost: Self.mostCounted)
        let number: Markup =
            count > Self.mostCounted ? "More than \(Self.mostCounted)" : "\(count)"
        let shown: Markup = count > rows.count ? ", the newest \(rows.count) are shown" : ""
        let noun = count == 1 ? String(unit.rawValue.dropLast()) : unit.rawValue
        return "<p>\(number) \(noun)\(shown).</p>\n\(remarks)" + table("Found", columns, rows)
    }

    private func cell(_ column: String, _ value: String, _ columns: [String], _ cells: [String]) -> Markup {
        guard !value.isEmpty else { return "" }
        switch column {
        case "server.ip":
            let port = columns.firstIndex(of: "server.port").map { cells[$0] } ?? ""
            return "<a href=\"\(Link.endpoint(value, port))\">\(short: value)</a>"
        case "tls.server.hash.sha256": return "<a href=\"\(Link.certificate(value))\">\(value)</a>"
        default: return "\(short: value)"
        }
    }
}
