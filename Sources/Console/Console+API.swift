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
        case "/api/triage": try apiTriage()
        case "/api/sweeps": try apiSweeps()
        case "/api/drift": try kept(request) { try apiDrift(request) }
        case "/api/signatures": try kept(request.path) { try apiSignatures() }
        case "/api/decisions": try apiDecisions()
        case "/api/openapi.json": .json(Array(OpenAPI.document.utf8))
        default: throw ConsoleError.notFound
        }
    }

    /// What `hallmark corpus stats` says to programs.
    private func apiOverview() throws -> ConsoleResponse {
        .json(Array(try read { try $0.stats(top: 0, isChecked: false) }.json.utf8))
    }

    private func apiSearch(_ request: ConsoleRequest) throws -> ConsoleResponse {
        guard let query = request.argument("q"), !query.isEmpty else {
            throw ConsoleError.wrong("A search wants a query: ?q=…")
        }
        let unit: SearchUnit
        switch request.argument("of") {
        case nil: unit = .sightings
        case let name?:
            guard let known = SearchUnit(rawValue: name) else {
                throw ConsoleError.wrong(
                    "'of' is one of \(SearchUnit.allCases.map(\.rawValue).joined(separator: ", "))."
                )
            }
            unit = known
        }
        guard let limit = request.argument("limit").map({ Int($0) }) ?? 100, 1...Self.mostRecords ~= limit
        else {
            throw ConsoleError.wrong("'limit' is a number from 1 to \(Self.mostRecords).")
        }
        return try read { corpus in
            let search = try CorpusSearch(query, in: corpus, of: unit, now: now)
            var out = ByteBuffer(capacity: 1 << 16)
            out.append("{")
            out.member("total", try search.count())
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

/// What stands below `/api`, for programs that read such descriptions.
enum OpenAPI {
    static let document = """
        {"openapi":"3.1.0","info":{"title":"Hallmark console","version":"1"},
        "components":{"securitySchemes":{"token":{"type":"http","scheme":"bearer"}},
        "schemas":{"Error":{"type":"object","required":["error"],"properties":{"error":{"type":"string"}}}}},
        "security":[{"token":[]}],
        "paths":{
        "/api/overview":{"get":{"summary":"What the corpus holds.","responses":{"200":{"description":"Counts.",\
        "content":{"application/json":{"schema":{"type":"object","required":["endpoints","leads"]}}}}}}},
        "/api/search":{"get":{"summary":"Records of a question in the Kibana Query Language, the newest first.",
        "parameters":[{"name":"q","in":"query","required":true,"schema":{"type":"string"}},
        {"name":"of","in":"query","schema":{"enum":["sightings","endpoints","certificates","findings"]}},
        {"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":10000}}],
        "responses":{"200":{"description":"Records.","content":{"application/json":{"schema":{"type":"object",\
        "required":["total","records"]}}}},
        "400":{"description":"No query of these fields.","content":{"application/json":{"schema":{\
        "$ref":"#/components/schemas/Error"}}}}}}},
        "/api/triage":{"get":{"summary":"Endpoints with a lead that nobody has decided on, each as it was seen last; 'more' where older leads were not looked at.",\
        "responses":{"200":{\
        "description":"Records.","content":{"application/json":{"schema":{"type":"object","required":["open","more"]}}}}}}},
        "/api/sweeps":{"get":{"summary":"The sweeps that the corpus holds.","responses":{"200":{\
        "description":"Sweeps.","content":{"application/json":{"schema":{"type":"object","required":["sweeps"]}}}}}}},
        "/api/drift":{"get":{"summary":"What differs between two sweeps, by endpoint; the two newest by default.",
        "parameters":[{"name":"from","in":"query","schema":{"type":"string"}},
        {"name":"to","in":"query","schema":{"type":"string"}},
        {"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":10000}}],
        "responses":{"200":{"description":"Endpoints as each was seen last.","content":{"application/json":{\
        "schema":{"type":"object","required":["from","to","new","changed","gone"]}}}},
        "404":{"description":"There are no two such sweeps.","content":{"application/json":{"schema":{\
        "$ref":"#/components/schemas/Error"}}}}}}},
        "/api/signatures":{"get":{"summary":"The rules, with what was met and decided here.","responses":{"200":{\
        "description":"Rules.","content":{"application/json":{"schema":{"type":"object","required":["signatures"]}}}}}}},
        "/api/decisions":{"get":{"summary":"Decisions that hold now.","responses":{"200":{\
        "description":"Decisions.","content":{"application/json":{"schema":{"type":"object","required":["holding"]}}}}}}},
        "/api/decide":{"post":{"summary":"Remembers a decision.","requestBody":{"required":true,"content":{\
        "application/x-www-form-urlencoded":{"schema":{"type":"object","required":["subject","verdict","because"],
        "properties":{"subject":{"type":"string"},"verdict":{"enum":["monitor","block","escalate","dismiss"]},\
        "because":{"type":"string"},"by":{"type":"string"},"case":{"type":"string"},\
        "until":{"type":"string","format":"date"}}}}}},
        "responses":{"200":{"description":"It is remembered."},"400":{"description":"It is no decision.",\
        "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}}}}}}}

        """
}
