import Bytes
import Corpus
import Decisions
import Search

/// What the pages show, as JSON for programs.
extension Console {
    private static let mostRecords = 10_000

    func api(_ request: ConsoleRequest) throws -> ConsoleResponse {
        switch request.path {
        case "/api/overview": try kept(request.path) { try apiOverview() }
        case "/api/search": try apiSearch(request)
        case "/api/endpoint": try apiEndpoint(request)
        case "/api/certificate": try apiCertificate(request)
        case "/api/graph": try apiGraph(request)
        case "/api/triage": try apiTriage()
        case "/api/sweeps": try apiSweeps()
        case "/api/drift": try kept(request) { try apiDrift(request) }
        case "/api/signatures": try kept(request.path) { try apiSignatures() }
        case "/api/decisions": try apiDecisions()
        case "/api/openapi.json": .json(Array(OpenAPI.document.utf8))
        default: throw ConsoleError.notFound
        }
    }

    /// What `hallmark corpus stats` says to programs, and the lists of the page.
    private func apiOverview() throws -> ConsoleResponse {
        try read { corpus in
            let stats = try corpus.stats(top: 0, isChecked: false).json
            guard let end = stats.lastIndex(of: "}") else { throw ConsoleError.notFound }
            var out = ByteBuffer(capacity: 1 << 14)
            out.append(String(stats[..<end]))
            out.array("lists")
            let services = try services(of: corpus)
            for list in try lists(of: corpus, services) {
                out.element()
                out.member("name", list.name)
                out.member("field", list.field)
                out.member("more", list.isCut)
                out.array("values")
                for value in list.values {
                    out.element()
                    out.member("value", value.name)
                    out.member("count", value.count)
                    out.endObject()
                }
                out.endArray()
                out.endObject()
            }
            out.endArray()
            let (all, safe) = Self.keyExchanges(services)
            out.object("key_exchanges")
            out.member("all", all)
            out.member("post_quantum", safe)
            out.append("}}\n")
            return .json(Array(out.text.utf8))
        }
    }

    /// What a row of an answer is.
    func searchUnit(_ request: ConsoleRequest) throws(ConsoleError) -> SearchUnit {
        guard let name = request.argument("of") else { return .sightings }
        guard let known = SearchUnit(rawValue: name) else {
            throw ConsoleError.wrong(
                "'of' is one of \(SearchUnit.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        return known
    }

    private func apiSearch(_ request: ConsoleRequest) throws -> ConsoleResponse {
        guard let query = request.argument("q"), !query.isEmpty else {
            throw ConsoleError.wrong("A search wants a query: ?q=…")
        }
        let unit = try searchUnit(request)
        guard let limit = request.argument("limit").map({ Int($0) }) ?? 100, 1...Self.mostRecords ~= limit
        else {
            throw ConsoleError.wrong("'limit' is a number from 1 to \(Self.mostRecords).")
        }
        return try read { corpus in
            let search = try CorpusSearch(query, in: corpus, of: unit, now: now)
            var out = ByteBuffer(capacity: 1 << 16)
            out.append("{")
            let total = try search.count()
            out.member("total", total)
            out.array("remarks")
            for text in search.remarks(isEmpty: total == 0) + (try search.unjudged()) {
                out.comma()
                out.string(text)
            }
            out.endArray()
            out.array("records")
            _ = try search.records(limit: limit) { line in
                out.comma()
                // Without its line's end.
                out.append(line.extracting(0..<max(0, line.count - 1)))
            }
            out.append("]}\n")
            return .json(Array(out.text.utf8))
        }
    }

    private func apiTriage() throws -> ConsoleResponse {
        try read { corpus in
            let (index, unread) = try decisionIndex(corpus)
            let (found, areMore) = try withLeads(in: corpus, index, open: 1000)
            var out = ByteBuffer(capacity: 1 << 16)
            out.append("{")
            out.member("unread_decisions", unread)
            out.member("more", areMore)
            out.array("open")
            for record in found where !record.isDecided {
                out.comma()
                out.append(record.line)
            }
            out.append("]}\n")
            return .json(Array(out.text.utf8))
        }
    }

    private func apiSweeps() throws -> ConsoleResponse {
        let scans = try read { try $0.scans(limit: Self.mostRecords) }
        var out = ByteBuffer()
        out.append("{")
        out.array("sweeps")
        for scan in scans {
            out.element()
            out.member("id", scan.id)
            out.member("first", RFC3339.text(scan.first))
            out.member("last", RFC3339.text(scan.last))
            out.member("observations", scan.observations)
            out.endObject()
        }
        out.append("]}\n")
        return .json(Array(out.text.utf8))
    }

    private func apiDecisions() throws -> ConsoleResponse {
        let (index, unread) = try read { try decisionIndex($0) }
        var out = ByteBuffer()
        out.append("{")
        out.member("unread", unread)
        out.array("holding")
        for decision in index.holding {
            out.comma()
            out.append(String(decision.line.dropLast()))
        }
        out.append("]}\n")
        return .json(Array(out.text.utf8))
    }
}
