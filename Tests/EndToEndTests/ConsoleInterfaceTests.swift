import Foundation
import TestSupport
import Testing

/// What the console tells programs, and what it refuses.
@Suite struct ConsoleInterfaceTests {
    /// What changed is told from one state to the next, and between two that are chosen.
    @Test func twoMomentsAreCompared() throws {
        let served = try ServedCorpus(
            (1...3).map { ConsoleTests.line(1, "title \($0)", day: $0) }.joined()
        )
        let place = "ip=192.0.2.1&port=443"
        let all = try #require(try served.api("/api/endpoint?\(place)")["changes"] as? [[String: Any]])
        #expect(
            all.map { $0["from"] as? String ?? "" } == [
                "2026-06-02T01:00:00.000Z", "2026-06-01T01:00:00.000Z",
            ]
        )
        let two = "\(place)&from=2026-06-01T01:00:00.000Z&to=2026-06-03T01:00:00.000Z"
        let chosen = try #require(try served.api("/api/endpoint?\(two)")["changes"] as? [[String: Any]])
        let field = (chosen.first?["fields"] as? [[String: Any]])?.first {
            $0["field"] as? String == "http.response.title"
        }
        #expect(chosen.count == 1 && field?["before"] as? String == "title 1", "\(chosen)")
        #expect(field?["after"] as? String == "title 3")
        let page = try served.get("/endpoint?\(two)").text
        #expect(
            page.contains("title 1")
                && page.contains("<option value=\"2026-06-01T01:00:00.000Z 443\" selected>"),
            "\(page)"
        )
        #expect(try served.get("/endpoint?\(place)&from=2026-06-09T01:00:00.000Z").status == 400)
    }

    /// One moment alone has the last, or the one before, beside it; the page says the same.
    @Test func oneMomentIsComparedToo() throws {
        let served = try ServedCorpus((1...3).map { ConsoleTests.line(1, "title \($0)", day: $0) }.joined())
        func day(_ day: Int) -> String { "2026-06-0\(day)T01:00:00.000Z" }
        for (query, from, to) in [
            ("from=\(day(1))", 1, 3), ("to=\(day(2))", 1, 2), ("from=\(day(2))&to=", 2, 3),
        ] {
            let path = "endpoint?ip=192.0.2.1&port=443&\(query)"
            let changes = try #require(try served.api("/api/\(path)")["changes"] as? [[String: Any]])
            #expect(changes.map { $0["from"] as? String } == [day(from)], "\(query)")
            #expect(changes.map { $0["to"] as? String } == [day(to)], "\(query)")
            let page = try served.get("/\(path)").text
            for day in [day(from), day(to)] {
                #expect(page.contains("<option value=\"\(day) 443\" selected>"), "\(query)")
            }
        }
        let first = try served.get("/endpoint?ip=192.0.2.1&port=443&to=\(day(1))")
        #expect(
            first.status == 400 && first.text.contains("nothing of the endpoint was seen"),
            "\(first.text)"
        )
    }

    /// Of one time there may be several, on other ports or by other names.
    @Test func momentsOfOneTimeAreToldApart() throws {
        let lines = [("443", "a.example", "A"), ("443", "b.example", "B"), ("8443", "a.example", "C")].map {
            port,
            name,
            title in
            ConsoleTests.line(1, title, lead: false).replacing(
                "\"port\":443",
                with: "\"port\":\(port),\"domain\":\"\(name)\""
            )
        }
        let served = try ServedCorpus(lines.joined())
        let time = "2026-06-01T01:00:00.000Z"
        func titles(_ from: String, _ to: String) throws -> [String] {
            let path = "/api/endpoint?ip=192.0.2.1&from=\(time)%20\(from)&to=\(time)%20\(to)"
            let changes = try #require(try served.api(path)["changes"] as? [[String: Any]])
            let fields = try #require(changes.first?["fields"] as? [[String: Any]])
            let title = try #require(fields.first { $0["field"] as? String == "http.response.title" })
            return [title["before"] as? String ?? "", title["after"] as? String ?? ""]
        }
        #expect(try titles("443%20a.example", "443%20b.example") == ["A", "B"])
        #expect(try titles("443%20b.example", "8443%20a.example") == ["B", "C"])
        let page = try served.get(
            "/endpoint?ip=192.0.2.1&from=\(time)+443+b.example&to=\(time)+8443+a.example"
        ).text
        #expect(
            page.contains(
                "<option value=\"\(time) 443 b.example\" selected>\(time), port 443, b.example</option>"
            ),
            "\(page)"
        )
        #expect(page.contains("\(time), port 443, b.example to \(time), port 8443, a.example"), "\(page)")
    }

    @Test func theInterfaceSaysWhatTheCommandSays() throws {
        let served = try ServedCorpus(
            (1...9).map { ConsoleTests.line($0, "page \($0)", lead: $0 % 2 == 0) }.joined()
        )
        let query = "hallmark.leads.label: high"
        let command = try Program.run(["search", query, "--corpus", served.corpus, "--format", "ndjson"])
        let own = try command.text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? NSDictionary)
        }
        let answer = try served.api("/api/search?q=hallmark.leads.label:%20high")
        #expect(answer["total"] as? Int == 4 && own.count == 4)
        #expect((answer["records"] as? [NSDictionary]) == own)
        #expect(try served.get("/search?q=no.such.field:%201").status == 400)
        #expect(
            try served.ask("/api/search?q=(", ["-H", "Authorization: Bearer \(ServedCorpus.token)"]).status
                == 400
        )
        let overview = try served.api("/api/overview")
        #expect(overview["endpoints"] as? Int == 9)
        // The lists of the page, with the same numbers.
        let lists = try #require(overview["lists"] as? [[String: Any]])
        let strengths = try #require(lists.first { $0["field"] as? String == "hallmark.leads.label" })
        let values = strengths["values"] as? [[String: Any]]
        #expect(values?.first?["value"] as? String == "high" && values?.first?["count"] as? Int == 4)
        #expect(lists.count == 11 && (overview["key_exchanges"] as? [String: Int])?["all"] == 0)
        // Each path of the description is answered.
        let paths = try #require(try served.api("/api/openapi.json")["paths"] as? [String: Any])
        let wants = ["/api/decide", "/api/drift", "/api/endpoint", "/api/certificate", "/api/graph"]
        for path in paths.keys where !wants.contains(path) {
            _ = try served.api(path + (path == "/api/search" ? "?q=*" : ""))
        }
        for path in wants { #expect(paths[path] != nil, "\(path)") }
        for (path, methods) in paths {
            let method = try #require((methods as? [String: [String: Any]])?.values.first)
            let statuses = try #require(method["responses"] as? [String: Any])
            #expect(Set(["200", "400", "401", "413", "421"]).isSubset(of: statuses.keys), "\(path)")
        }
        let endpoint = try served.api("/api/endpoint?ip=192.0.2.2&port=443")
        #expect(
            (endpoint["records"] as? [Any])?.count == 1 && (endpoint["decisions"] as? [Any])?.isEmpty == true
        )
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        #expect(try served.ask("/api/endpoint?ip=192.0.2.200", token).status == 404)
        #expect(try served.ask("/api/endpoint?ip=192.0.2.300", token).status == 400)
        #expect(
            try served.ask("/api/certificate?sha256=\(String(repeating: "A", count: 64))", token).status
                == 404
        )
        let graph = try served.api("/api/graph?q=192.0.2.2:443")
        #expect(
            (graph["nodes"] as? [[String: Any]])?.contains { $0["label"] as? String == "192.0.2.2:443" }
                == true
        )
    }

    @Test func whatIsNoTextIsRefused() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        for query in ["%FF", "a%00b", "%22%5Cud800%22", "%F0%9F%8E%83"] {
            #expect(try served.ask("/api/search?q=\(query)", token).status == 400, "\(query)")
            #expect(try served.get("/search?q=\(query)").status == 400, "\(query)")
        }
        #expect(try served.get("/endpoint?ip=%FF").status == 400)
        for path in ["/search?q=%FF", "/%00", "/search%00?q=one"] {
            #expect(try served.ask(path).status == 401, "\(path)")
        }
        // A zero would end a path, and what stands behind it would not be seen.
        for path in ["/%00", "/search%00?q=one", "/assets/console.css%00", "/api/search%00x?q=one"] {
            for arguments in [[], ["-X", "POST", "-d", "subject=192.0.2.1:443&verdict=block&because=x"]] {
                #expect(try served.ask(path, token + arguments).status == 400, "\(path)")
            }
        }
        #expect(try served.ask("/search%00?q=one&token=\(ServedCorpus.token)").status == 400)
        let form = "subject=192.0.2.1:443&verdict=block&because=a%00b"
        #expect(try served.ask("/api/decide", token + ["-d", form]).status == 400)
        let json = #"{"subject":"192.0.2.1:443","verdict":"block","because":"a\u0000b"}"#
        let type = ["-H", "Content-Type: application/json", "-d", json]
        #expect(try served.ask("/api/decide", token + type).status == 400)
        let word = try served.api("/api/search?q=one%2B")
        #expect((word["remarks"] as? [String])?.first?.contains("looked for as 'one'") == true)
    }

    /// An argument that nobody heeds would answer another question than was asked.
    @Test func whatNobodyHeedsIsRefused() throws {
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        for path in ConsoleTests.paths where !path.hasPrefix("/assets") {
            let refused = try served.ask(path + (path.contains("?") ? "&" : "?") + "limmit=1", token)
            #expect(
                refused.status == 400 && refused.text.contains("limmit")
                    && refused.text.contains("is no argument of"),
                "\(path): \(refused.text)"
            )
        }
        for path in [
            "/api/search?q=*&q=b", "/search?q=*&of=x", "/search?q=*&limit=1", "/triage?all=yes",
            "/api/triage?all=1", "/api/endpoint?ip=192.0.2.1&ip=192.0.2.2", "/api/drift?from=a",
            "/api/drift?to=b",
            "/sweeps?from=a", "/api/drift?limit=0", "/api/signatures?q=sliver",
        ] { #expect(try served.ask(path, token).status == 400, "\(path)") }
        #expect(try served.ask("/signatures?family=none", token).status == 404)
        #expect(try served.ask("/none?x=1", token).status == 404)
        #expect(try served.ask("/graph?q=192.0.2.1&q=192.0.2.1:443", token).status == 200)
        let decided = try served.ask(
            "/api/decide?dry=1",
            token + ["-d", "subject=192.0.2.1:443&verdict=block&because=x"]
        )
        #expect(decided.status == 400, "\(decided.text)")
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.isEmpty == true)
    }
}
