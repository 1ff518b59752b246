import Corpus
import Foundation
import Search
import Wire

extension Console {
    /// The endpoint that a request names, and a question for it.
    func endpointAsked(_ request: ConsoleRequest) throws(ConsoleError) -> (
        ip: IPAddress, port: UInt16?, query: String
    ) {
        guard let ip = request.argument("ip").flatMap({ IPAddress($0)?.unmapped }) else {
            throw ConsoleError.wrong("The address is none.")
        }
        let port = request.argument("port").flatMap { UInt16($0) }
        if let text = request.argument("port"), !text.isEmpty, port == nil {
            throw ConsoleError.wrong("'\(text)' is no port.")
        }
        let query =
            "server.ip: \(DecidedLeads.quoted(ip.description))"
            + (port.map { " and server.port: \($0)" } ?? "")
        return (ip, port, query)
    }

    /// The certificate that a request names.
    func certificateAsked(_ request: ConsoleRequest) throws(ConsoleError) -> String {
        let digest = (request.argument("sha256") ?? "").uppercased()
        guard digest.count == 64, digest.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            throw ConsoleError.wrong("'\(digest.prefix(100))' is no SHA-256.")
        }
        return digest
    }

    /// Everything that an endpoint showed, and what changed from one to the next.
    func endpoint(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let (ip, port, query) = try endpointAsked(request)
        return try read { corpus in
            let (index, _) = try decisionIndex(corpus)
            let found = try records(query, in: corpus, limit: 100, index)
            guard let newest = found.first else {
                let host = ip.isV4 || port == nil ? ip.description : "[\(ip)]"
                return try unseen(
                    host + (port.map { ":\($0)" } ?? ""),
                    Self.unseenEndpoint,
                    back: Link.endpoint(ip.description, port.map { String($0) } ?? ""),
                    query,
                    corpus
                )
            }
            let shown = try changes(request, in: found)
            let place = port == nil ? ip.description : newest.endpoint
            let rows = found.map { record -> [Markup] in
                [
                    "\(record["hallmark.sightings.first"])", "\(record["hallmark.sightings.last"])",
                    "\(record["hallmark.sightings.count"])", endpointLink(record),
                    "\(short: record["server.domain"])",
                    certificateLink(record), "\(short: record["http.response.header.server"])", leads(record),
                ]
            }
            let subject = port == nil ? ip.description : newest.endpoint
            let body: Markup = """
                <h1>\(place)</h1>
                \(decisionText(newest))
                <p><a href="\(Link.graph(place))">What shares its marks</a>, <a href="\(Link.to("/api/endpoint", request.query))">all of it as JSON</a></p>
                \(table("What it showed, the newest first", ["first", "last", "times", "endpoint", "name", "certificate", "server", "leads"], rows))
                \(try findings(query, corpus))
                \(changed(request, shown, in: found))
                <h2>Decide</h2>
                \(decisionForm(subject, back: Link.endpoint(ip.description, port.map { String($0) } ?? "")))
                <h2>As it was seen last</h2>
                \(against(newest))
                \(fields(newest))
                """
            return .page(page(place, "", body))
        }
    }

    /// A certificate: its fields, where it was seen, and what shares its marks.
    func certificate(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let digest = try certificateAsked(request)
        return try read { corpus in
            let query = "tls.server.hash.sha256: \(digest)"
            guard let found = try records(query, of: .certificates, in: corpus, limit: 1).first else {
                let back = Link.certificate(digest)
                return try unseen(digest, Self.missingCertificate, back: back, query, corpus)
            }
            let (index, _) = try decisionIndex(corpus)
            let seen = try records(query, in: corpus, limit: 100, index)
            let rows = seen.map { record -> [Markup] in
                [
                    endpointLink(record), "\(short: record["server.domain"])",
                    "\(record["hallmark.sightings.first"])",
                    "\(record["hallmark.sightings.last"])", leads(record),
                ]
            }
            let subject = found["tls.server.subject"]
            let anomalies = found["hallmark.certificate.anomalies"]
            let odd: Markup = anomalies.isEmpty ? "" : "<p class=\"warning\">Odd about it: \(anomalies)</p>"
            let key = found["hallmark.certificate.spki_sha256"]
            let body: Markup = """
                <h1>\(short: subject.isEmpty ? digest : subject)</h1>
                \(odd)\(seen.first.map { decisionText($0) } ?? "")
                <p><a href="\(Link.graph(digest))">The graph of what shares its marks</a>,
                <a href="\(Link.search("hallmark.certificate.spki_sha256: \(key)"))">all with its key</a>,
                <a href="\(Link.to("/api/certificate", [("sha256", digest)]))">all of it as JSON</a></p>
                \(table("Where it was seen", ["endpoint", "name", "first", "last", "leads"], rows))
                \(try findings(query, corpus))
                \(try shared(digest, in: corpus))
                <h2>Decide</h2>
                \(decisionForm(digest, back: Link.certificate(digest)))
                <h2>Fields</h2>
                \(fields(found))
                """
            return .page(page(subject.isEmpty ? digest : subject, "", body))
        }
    }

    static let unseenEndpoint = "The corpus has not seen this endpoint."
    static let missingCertificate = "The corpus does not have this certificate."

    /// The page of something that findings are about and that no record of the corpus shows.
    private func unseen(
        _ subject: String,
        _ text: String,
        back: String,
        _ query: String,
        _ corpus: CorpusFile
    ) throws -> ConsoleResponse {
        guard try hasFindings(query, corpus) else { throw ConsoleError(status: 404, text: text) }
        let body: Markup = """
            <h1>\(short: subject)</h1>
            <p class="warning">\(text) This was said of it:</p>
            \(try findings(query, corpus))
            <h2>Decide</h2>
            \(decisionForm(subject, back: back))
            """
        return .page(page(subject, "", body))
    }

    /// Whether findings are about it.
    func hasFindings(_ query: String, _ corpus: CorpusFile) throws -> Bool {
        try CorpusSearch(query, in: corpus, of: .findings, now: now).count(atMost: 0) > 0
    }

    /// What comparisons, audits and watches of logs said of it.
    private func findings(_ query: String, _ corpus: CorpusFile) throws -> Markup {
        let search = try CorpusSearch(query, in: corpus, of: .findings, now: now)
        let columns = [
            "@timestamp", "hallmark.findings.severity", "hallmark.findings.name", "hallmark.findings.message",
            "hallmark.findings.owner",
        ]
        var rows: [[Markup]] = []
        try search.rows(columns, limit: 50) { cells in rows.append(cells.map { "\(short: $0)" }) }
        return table("Findings, the newest first", ["said", "severity", "finding", "message", "owner"], rows)
    }

    private func shared(_ digest: String, in corpus: CorpusFile) throws -> Markup {
        var options = PivotOptions()
        options.limit = 25
        let answer = try Pivot.run(PivotQuery(digest), in: corpus, options)
        let marks = answer.marks.prefix(30).map { mark -> [Markup] in
            let query = "\(mark.mark.kind.field): \(DecidedLeads.quoted(mark.mark.value))"
            return [
                "<a href=\"\(Link.search(query))\">\(mark.mark.kind.alias)</a>", "\(short: mark.mark.shown)",
                "\(mark.count) of \(mark.total)", "\(SharedMark.shown(mark.weight))",
            ]
        }
        let others = answer.results.map { result -> [Markup] in
            let link = result.isEndpoint ? Link.endpoint(result.label) : Link.certificate(result.sha256)
            let reasons = result.shared.prefix(3).map(\.text).joined(separator: "; ")
            return [
                "<a href=\"\(link)\">\(short: result.label)</a>", "\(SharedMark.shown(result.score))",
                "\(short: reasons)",
            ]
        }
        return table("Its marks, the rarest first", ["mark", "value", "how many have it", "bits"], marks)
            + table("What shares them", ["what", "bits", "because"], others)
    }

    /// At most so many starts are drawn into one graph: each is a pivot of its own.
    private static let mostStarts = 12
    /// So many results of one start are drawn at most; of each of several, half as many.
    private static let mostDrawn = 200

    /// The starts that a request names, and what was found from them.
    ///
    /// - Returns: with the starts of which the corpus has nothing, where it has something of others.
    func graphAsked(
        _ request: ConsoleRequest
    ) throws -> (starts: [String], missing: [String], graph: PivotGraph) {
        let starts = request.query.filter { $0.name == "q" }.map(\.value)
        guard 1...Self.mostStarts ~= starts.count else {
            throw ConsoleError.wrong("A graph wants one to \(Self.mostStarts) starts: ?q=…")
        }
        let answers = try read { corpus in
            try starts.map { start in
                let query: PivotQuery
                do throws(PivotQuery.Problem) { query = try PivotQuery(start) } catch {
                    throw ConsoleError.wrong("That is no start of a graph: \(error.description).")
                }
                var options = PivotOptions()
                // Another start takes nothing away of the first ones, as far as a graph stays legible.
                options.limit = min(
                    Self.mostDrawn,
                    max(Self.mostDrawn / 2, 3 * Self.mostDrawn / starts.count)
                )
                return try Pivot.run(query, in: corpus, options)
            }
        }
        let missing = zip(starts, answers).filter { $0.1.isEmpty }.map(\.0)
        guard missing.count < starts.count else {
            throw ConsoleError(status: 404, text: Self.nothing(of: missing))
        }
        return (starts, missing, PivotGraph(answers))
    }

    private static func nothing(of starts: [String]) -> String {
        let shown = starts.map { $0.count > 200 ? "'\($0.prefix(200))…'" : "'\($0)'" }
        return "Nothing in the corpus has \(shown.joined(separator: ", nor "))."
    }

    /// The page of a pivot, which brings its own style and script and names both in its policy; each `q` is a
    /// start, and a click on a node adds one.
    func graph(_ request: ConsoleRequest) throws -> ConsoleResponse {
        let (starts, missing, graph) = try graphAsked(request)
        let arguments = starts.map { (name: "q", value: $0) }
        switch request.path {
        case "/graph.svg": return ConsoleResponse(200, "image/svg+xml", Array(graph.text(.svg).utf8))
        case "/graph.graphml":
            return ConsoleResponse(200, "application/graphml+xml", Array(graph.text(.graphml).utf8))
        default: break
        }
        let page = graph.page(
            expanding: Link.to("/graph", arguments) + "&q=",
            remark: missing.isEmpty ? "" : Self.nothing(of: missing),
            files: [
                ("SVG", Link.to("/graph.svg", arguments)), ("GraphML", Link.to("/graph.graphml", arguments)),
            ]
        )
        var response = ConsoleResponse(200, "text/html; charset=utf-8", Array(page.utf8))
        response.headers.append(("Content-Security-Policy", "frame-ancestors 'none'; base-uri 'none'"))
        return response
    }

    /// All fields of a record.
    private func fields(_ record: SeenRecord) -> Markup {
        facts(record.fields.map { ($0.name, "\(folded: $0.value)") })
    }
}
