import Foundation
import TestSupport
import Testing

/// `hallmark serve`, asked by curl: who gets in, what is shown, and what is remembered.
@Suite struct ConsoleTests {
    private static let hostile = #"</td><script>window.hurt=1</script>\" onload=\"x\u202e"#

    private static func line(_ host: Int, _ title: String, day: Int = 1, lead: Bool = true) -> String {
        let leads =
            lead
            ? #"{"leads":[{"software":{"name":"Sliver\#(host)"},"confidence":90,"label":"high"}]}"# : "{}"
        return
            #"{"@timestamp":"2026-06-0\#(day)T01:00:00.000Z","event":{"outcome":"success","dataset":"hallmark.observation"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
            + #""http":{"response":{"title":"\#(title)"}},"hallmark":\#(leads)}"# + "\n"
    }

    private static let paths = [
        "/", "/triage", "/search?q=*", "/sweeps", "/signatures", "/decisions",
        "/endpoint?ip=192.0.2.1&port=443",
        "/graph?q=192.0.2.1:443",
        "/assets/console.css", "/assets/console.js", "/api/overview", "/api/search?q=*", "/api/openapi.json",
    ]

    @Test func nothingIsAnsweredWithoutTheToken() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        for path in Self.paths + ["/none", "/favicon.ico"] {
            for arguments in [
                [], ["-H", "Authorization: Bearer wrong"], ["-b", "hallmark_\(served.server.port)=wrong"],
                ["-X", "POST", "-d", "subject=192.0.2.1"], ["-H", "Host: evil.example"],
            ] {
                let answer = try served.ask(path, arguments)
                #expect(answer.status == 401 && !answer.text.contains("192.0.2"), "\(path) \(arguments)")
            }
            #expect(
                try served.get(path).status == (path == "/none" ? 404 : path == "/favicon.ico" ? 204 : 200),
                "\(path)"
            )
        }
        let entry = try served.ask("/search?q=a%20b&token=\(ServedCorpus.token)")
        #expect(entry.status == 303 && entry.text.contains("Location: /search?q=a%20b\r\n"), "\(entry.text)")
        #expect(entry.text.contains("=\(ServedCorpus.token); Path=/; HttpOnly; SameSite=Strict\r\n"))
        #expect(try served.ask("/?token=\(ServedCorpus.token)x").status == 401)
        // A path that a browser would take for another host.
        #expect(try !served.ask("//evil.example/?token=\(ServedCorpus.token)").text.contains("Location: //"))
    }

    @Test func itIsCalledByItsOwnNameAlone() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        #expect(try served.get("/", ["-H", "Host: evil.example:\(served.server.port)"]).status == 421)
        #expect(try served.get("/", ["-H", "Host: 127.0.0.1"]).status == 421)
        #expect(try served.get("/", ["-H", "Host: LOCALHOST:\(served.server.port)"]).status == 200)
        for path in [
            "/../../etc/passwd", "/assets/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
            "/assets/console.css%00",
        ] {
            #expect(try served.get(path).status != 500 && !served.get(path).text.contains("root:"), "\(path)")
        }
        #expect(try served.get("/", ["-X", "PUT"]).status == 405)
    }

    @Test func aDecisionWantsAFormOfTheConsole() throws {
        let served = try ServedCorpus(Self.line(1, "one") + Self.line(2, "two"))
        let key = try served.formKey()
        func post(_ fields: [String], _ more: [String] = []) throws -> (status: Int, text: String) {
            try served.get("/decide", fields.flatMap { ["--data-urlencode", $0] } + more)
        }
        let fields = ["subject=192.0.2.1:443", "verdict=block", "because=it is one", "back=//evil.example/"]
        #expect(try post(fields).status == 403)
        #expect(try post(fields + ["key=\(String(repeating: "0", count: 64))"]).status == 403)
        #expect(try post(fields + ["key=\(key)"], ["-H", "Origin: http://evil.example"]).status == 403)
        #expect(try post(fields + ["key=\(key)"], ["-H", "Sec-Fetch-Site: cross-site"]).status == 403)
        let none = try Program.run(["decisions", "--corpus", served.corpus, "--format", "ndjson"])
        #expect(none.text.isEmpty)
        // The command refuses the same, with the same words.
        let refused = try Program.run([
            "decide", "192.0.2.1", "block", "--because", " ", "--corpus", served.corpus,
        ])
        #expect(
            refused.status == 64 && refused.errors.contains("a decision wants a reason"),
            "\(refused.errors)"
        )
        #expect(
            try post(["subject=192.0.2.1", "verdict=block", "because= ", "key=\(key)"]).text
                .contains("a decision wants a reason")
        )
        for wrong in [
            ["subject=?", "verdict=block", "because=x"], ["subject=192.0.2.1", "verdict=burn", "because=x"],
            ["subject=192.0.2.1", "verdict=block", "because= "],
            ["subject=192.0.2.1", "verdict=block", "because=x", "until=tomorrow"],
        ] { #expect(try post(wrong + ["key=\(key)"]).status == 400, "\(wrong)") }
        let done = try post(
            fields + ["key=\(key)", "until=2099-01-02", "case=IR-7"],
            ["-H", "Origin: \(served.address)"]
        )
        #expect(done.status == 303 && done.text.contains("Location: /triage\r\n"), "\(done.text)")
        let kept = try Program.run(["decisions", "--corpus", served.corpus, "--format", "ndjson"])
        let decision = try #require(try Program.records(kept.text).first)
        #expect(
            decision.text("hallmark.decision.verdict") == "block"
                && decision.text("hallmark.decision.case") == "IR-7"
        )
        #expect(decision["hallmark.decision.evidence"] as? [String] == ["high Sliver1"])
        let waiting = try served.get("/triage").text
        #expect(!waiting.contains("192.0.2.1:443") && waiting.contains("192.0.2.2:443"))
        #expect(try (served.api("/api/triage")["open"] as? [Any])?.count == 1)
        // A program brings the token itself.
        let sent = try served.ask(
            "/api/decide",
            [
                "-H", "Authorization: Bearer \(ServedCorpus.token)", "-d",
                "subject=192.0.2.2:443&verdict=dismiss&because=ours",
            ]
        )
        #expect(sent.status == 200, "\(sent.text)")
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.count == 2)
    }

    @Test func whatAServerSaysIsTextEverywhere() throws {
        let served = try ServedCorpus(Self.line(1, Self.hostile) + Self.line(1, "other", day: 2))
        for path in Self.paths where !path.hasPrefix("/assets") && !path.hasPrefix("/api") {
            let text = try served.get(path).text
            #expect(!text.contains("<script>window") && !text.contains("\u{202e}"), "\(path)")
            #expect(
                text.contains("Content-Security-Policy: ") && text.contains("X-Content-Type-Options: nosniff")
            )
        }
        let page = try served.get("/endpoint?ip=192.0.2.1&port=443").text
        #expect(
            page.contains("&lt;script&gt;window.hurt=1&lt;/script&gt;&quot;") && page.contains("What changed")
        )
        for query in ["<script>alert(1)</script>", "\"><img src=x>", "a' onfocus='x"] {
            let answer = try served.get(
                "/search?q=" + (query.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
            )
            #expect(
                !answer.text.contains("<script>alert") && !answer.text.contains("<img")
                    && !answer.text.contains("' onfocus")
            )
        }
        #expect(try served.api("/api/search?q=*")["total"] as? Int == 2)
    }

    /// What changed is told from one state to the next, and between two that are chosen.
    @Test func twoMomentsAreCompared() throws {
        let served = try ServedCorpus(
            (1...3).map { Self.line(1, "title \($0)", day: $0) }.joined()
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
            page.contains("title 1") && page.contains("<option value=\"2026-06-01T01:00:00.000Z\" selected>")
        )
        #expect(try served.get("/endpoint?\(place)&from=2026-06-09T01:00:00.000Z").status == 400)
    }

    @Test func theInterfaceSaysWhatTheCommandSays() throws {
        let served = try ServedCorpus((1...9).map { Self.line($0, "page \($0)", lead: $0 % 2 == 0) }.joined())
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
        let served = try ServedCorpus(Self.line(1, "one"))
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        for query in ["%FF", "a%00b", "%22%5Cud800%22", "%F0%9F%8E%83"] {
            #expect(try served.ask("/api/search?q=\(query)", token).status == 400, "\(query)")
            #expect(try served.get("/search?q=\(query)").status == 400, "\(query)")
        }
        #expect(try served.get("/endpoint?ip=%FF").status == 400)
        #expect(try served.ask("/search?q=%FF").status == 401)
        let word = try served.api("/api/search?q=one%2B")
        #expect((word["remarks"] as? [String])?.first?.contains("looked for as 'one'") == true)
    }

    /// An argument that nobody heeds would answer another question than was asked.
    @Test func whatNobodyHeedsIsRefused() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        for path in Self.paths where !path.hasPrefix("/assets") {
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

    /// What speaks against a lead stands beside it, and what nobody told is not nothing.
    @Test func theQueueShowsWhatSpeaksAgainstALead() throws {
        func told(_ host: Int, _ members: String) -> String {
            Self.line(host, "x").replacing("\"label\":\"high\"", with: "\"label\":\"high\",\(members)")
        }
        let served = try ServedCorpus(
            told(1, #""kinds":["http"],"against":["looks like <b>a lab</b>","expired facts"]"#)
                + told(2, #""kinds":["http"]"#) + Self.line(3, "x")
        )
        for path in ["/triage", "/endpoint?ip=192.0.2.1&port=443"] {
            let text = try served.get(path).text
            #expect(
                text.contains(
                    "Against Sliver1:</p><ul><li>looks like &lt;b&gt;a lab&lt;/b&gt;</li><li>expired facts"
                ),
                "\(text)"
            )
        }
        let text = try served.get("/triage").text
        #expect(text.contains("Against Sliver2: nothing") && text.contains("Against Sliver3: not known"))
        let open = try #require(try served.api("/api/triage")["open"] as? [[String: Any]])
        let against = open.map { record in
            ((record["hallmark"] as? [String: Any])?["leads"] as? [[String: Any]])?.first?["against"]
                as? [String]
        }
        #expect(Set(against.map { $0?.count ?? -1 }) == [2, 0, -1])
    }

    /// Programs send JSON as well; what is neither that nor a form, or says more than a decision holds, is
    /// refused.
    @Test func aProgramDecidesInJSON() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        func post(_ body: String, _ type: String) throws -> (status: Int, text: String) {
            try served.ask(
                "/api/decide",
                [
                    "-H", "Authorization: Bearer \(ServedCorpus.token)", "-H", "Content-Type: \(type)",
                    "--data-binary", body,
                ]
            )
        }
        let json = #"{"subject":"192.0.2.1:443","verdict":"block","because":"it is one"}"#
        #expect(try post(json, "text/plain").status == 415)
        #expect(try post(json, "application/json").status == 200)
        for wrong in [
            json.replacing("}", with: #","why":"x"}"#), json.replacing("}", with: #","verdict":"dismiss"}"#),
            json.replacing("}", with: #","until":"2020-01-01"}"#),
            json.replacing("192.0.2.1", with: "192.0.2.300"),
        ] {
            let answer = try post(wrong, "application/json")
            #expect(answer.status == 400 && answer.text.contains("\"error\":"), "\(answer.text)")
        }
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.count == 1)
    }

    /// Another file at the corpus's path is the corpus; without one nothing is answered from memory.
    @Test func anotherFileIsNoticed() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        for path in ["/", "/triage"] { #expect(try served.get(path).text.contains("192.0.2.1:443")) }
        let other = try ServedCorpus(Self.line(7, "seven"))
        try check(
            "sh",
            [
                "-c",
                "cp '\(other.corpus)' '\(served.corpus).new' && mv '\(served.corpus).new' '\(served.corpus)'",
            ]
        )
        for path in ["/", "/triage", "/api/triage"] {
            let text = try served.get(path).text
            #expect(text.contains("192.0.2.7") && !text.contains("192.0.2.1:"), "\(path)")
        }
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        let sent = try served.ask(
            "/api/decide",
            token + ["-d", "subject=192.0.2.7:443&verdict=dismiss&because=ours"]
        )
        #expect(sent.status == 200, "\(sent.text)")
        #expect(try (served.api("/api/decisions")["holding"] as? [Any])?.count == 1)
        // What the former file's log holds must not be read into the new one.
        let third = try ServedCorpus(Self.line(9, "nine"))
        try check(
            "sh",
            [
                "-c",
                "cp '\(third.corpus)' '\(served.corpus).new' && mv '\(served.corpus).new' '\(served.corpus)'",
            ]
        )
        for path in ["/triage", "/api/decisions"] {
            let refused = try served.ask(path, token)
            #expect(refused.status == 503 && refused.text.contains("write-ahead log"), "\(refused.text)")
        }
        for end in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: served.corpus + end) }
        #expect(try served.get("/triage").text.contains("192.0.2.9"))
        try FileManager.default.removeItem(atPath: served.corpus)
        for path in ["/", "/triage", "/api/overview", "/api/search?q=*"] {
            #expect(try served.ask(path, token).status == 503, "\(path)")
        }
        #expect(
            try served.ask("/api/decide", token + ["-d", "subject=192.0.2.7:443&verdict=block&because=x"])
                .status == 503
        )
        #expect(!FileManager.default.fileExists(atPath: served.corpus))
    }

    /// Long requests, clients that say nothing, and someone who writes at the same time.
    @Test func boundsHoldAndReadersDoNotHinderWriters() throws {
        let served = try ServedCorpus(Self.line(1, "one"))
        let long = String(repeating: "a", count: 100_000)
        #expect(try served.get("/", ["-H", "X-Long: \(long)"]).status != 200)
        try served.scratch.write("body", "key=" + String(repeating: "x", count: 300_000))
        #expect(
            try served.get("/decide", ["--data-binary", "@\(served.scratch.file("body"))", "-H", "Expect:"])
                .status == 413
        )
        let idle = try (0..<100).map { _ in try ClientSocket(port: served.server.port) }
        defer { withExtendedLifetime(idle) {} }
        #expect(try served.get("/").status == 200)
        try served.scratch.write(
            "more.ndjson",
            (2...200).map { Self.line($0, "page \($0)", lead: $0 == 2) }.joined()
        )
        let script = """
            for n in $(seq 40); do
                curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: Bearer \(ServedCorpus.token)' '\(served.address)/search?q=*' &
            done > codes
            '\(Program.path)' corpus add --corpus seen.sqlite more.ndjson 2> added
            echo $? >> added
            wait
            sort codes | uniq -c
            """
        let result = try run("bash", ["-c", "cd '\(served.scratch.path)' && " + script])
        #expect(result.text.trimmingCharacters(in: .whitespacesAndNewlines) == "40 200", "\(result.text)")
        #expect(try served.api("/api/search?q=*&limit=1")["total"] as? Int == 200)
    }

    @Test func whatCannotBeServedIsSaid() throws {
        let scratch = Scratch()
        let missing = try Program.run(["serve", "--corpus", scratch.file("none.sqlite")])
        #expect(missing.status == 1 && missing.errors.contains("none.sqlite"), "\(missing.errors)")
        for (arguments, word) in [
            (["--listen", "0.0.0.0:0"], "--token-file"), (["--listen", "somewhere:80"], "address"),
            (["--listen", "80"], "address:port"),
        ] {
            let result = try Program.run(["serve", "--corpus", "x"] + arguments)
            #expect(result.status == 64 && result.errors.contains(word), "\(result.errors)")
        }
        let short = try scratch.write("token", "short\n")
        let weak = try Program.run(["serve", "--corpus", scratch.file("none.sqlite"), "--token-file", short])
        #expect(weak.status == 1 && weak.errors.contains("32"), "\(weak.errors)")
        for text in [String(repeating: "a", count: 40), String(repeating: "password-1", count: 4)] {
            let file = try scratch.write("token", text)
            let guessed = try Program.run([
                "serve", "--corpus", scratch.file("none.sqlite"), "--token-file", file,
            ])
            #expect(guessed.status == 1 && guessed.errors.contains("easily guessed"), "\(guessed.errors)")
        }
        let good = try scratch.write("token", ServedCorpus.token)
        let read = try Program.run(["serve", "--corpus", scratch.file("none.sqlite"), "--token-file", good])
        #expect(read.errors.contains("chmod 600"), "\(read.errors)")
        try check("chmod", ["600", good])
        let kept = try Program.run(["serve", "--corpus", scratch.file("none.sqlite"), "--token-file", good])
        #expect(!kept.errors.contains("chmod"), "\(kept.errors)")
    }
}
