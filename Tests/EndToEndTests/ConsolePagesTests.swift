import Foundation
import TestSupport
import Testing

/// What the console's pages say of a corpus.
@Suite struct ConsolePagesTests {
    /// A sweep of some hosts on a day, each with a page's title.
    private static func sweep(
        _ day: Int,
        _ titles: [Int: String],
        software: String? = nil,
        confidence: Int = 90
    ) -> String {
        let leads =
            software.map {
                #""leads":[{"software":{"name":"\#($0)"},"confidence":\#(confidence),"label":"high"}],"#
            } ?? ""
        return titles.sorted { $0.key < $1.key }.map { host, title in
            #"{"@timestamp":"2026-06-0\#(day)T01:00:\#(10 + host).000Z","event":{"outcome":"success","dataset":"hallmark.observation"},"#
                + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
                + #""http":{"response":{"title":"\#(title)"}},"hallmark":{\#(leads)"scan":{"id":"day-\#(day)"}}}"#
                + "\n"
        }
        .joined()
    }

    private static func endpoints(_ part: Any?) throws -> Set<String> {
        let part = try #require(part as? [String: Any])
        let records = try #require(part["records"] as? [[String: Any]])
        #expect(part["total"] as? Int == records.count)
        return Set(records.compactMap { ($0["server"] as? [String: Any])?["ip"] as? String })
    }

    @Test func anyTwoSweepsAreCompared() throws {
        // 1 stays, 2 changes, 3 goes, 4 comes on the second day and goes, 5 comes on the third, 3 comes back.
        let served = try ServedCorpus(
            Self.sweep(1, [1: "a", 2: "b", 3: "c"]) + Self.sweep(2, [1: "a", 2: "new", 4: "d"])
                + Self.sweep(3, [1: "a", 2: "b", 3: "c", 5: "e"])
        )
        func drift(_ from: String, _ to: String) throws -> [Set<String>] {
            let answer = try served.api("/api/drift?from=\(from)&to=\(to)")
            return try ["new", "changed", "gone"].map { try Self.endpoints(answer[$0]) }
        }
        #expect(
            try drift("day-1", "day-2") == [["192.0.2.4"], ["192.0.2.2"], ["192.0.2.3"]]
        )
        #expect(
            try drift("day-2", "day-3") == [["192.0.2.3", "192.0.2.5"], ["192.0.2.2"], ["192.0.2.4"]]
        )
        #expect(try drift("day-1", "day-3") == [["192.0.2.5"], [], []])
        #expect(try drift("day-3", "day-1") == [[], [], ["192.0.2.5"]])
        let newest = try served.api("/api/drift")
        #expect(newest["from"] as? String == "day-2" && newest["to"] as? String == "day-3")
        let page = try served.get("/sweeps?from=day-1&to=day-2").text
        let gone = try #require(page.split(separator: "<h2>Not seen again: 1</h2>").last)
        #expect(gone.contains("192.0.2.3:443") && !gone.contains("192.0.2.2:443"))
        #expect(page.contains("<h2>Changed: 1</h2>") && page.contains("<h2>New: 1</h2>"))
        #expect(page.contains("<option value=\"day-1\" selected>"))
        #expect(try served.get("/sweeps?from=day-1&to=day-1").status == 400)
        #expect(try served.get("/sweeps?from=day-1&to=none").status == 404)
        #expect(try served.get("/sweeps?from=day-2&to=day-1").text.contains("is the later one"))
    }

    @Test func overviewAndTriageCountEndpoints() throws {
        // One endpoint was seen in two ways, each with the lead.
        let served = try ServedCorpus(
            Self.sweep(1, [1: "a", 2: "b"], software: "Sliver")
                + Self.sweep(2, [1: "other"], software: "Sliver")
        )
        let overview = try served.get("/").text
        let bar = try #require(overview.split(separator: "Endpoints by software of their leads").last)
        #expect(bar.contains(">Sliver</a></td><td>2</td>"), "\(bar.prefix(600))")
        let triage = try served.get("/triage").text
        #expect(triage.contains("<p>2 endpoints with a lead and without a decision"))
        #expect(triage.split(separator: "<article").count == 3)
        #expect(try (served.api("/api/triage")["open"] as? [Any])?.count == 2)
        let link = "/search?q=hallmark.leads.software.name%3A%20%22Sliver%22&of=endpoints"
        #expect(overview.contains(link.replacing("&", with: "&amp;")))
        #expect(try served.get(link).text.contains("<p>2 endpoints."))
        let command = try Program.run([
            "search", "*", "--of", "endpoints", "--group-by", "hallmark.leads.software.name", "--corpus",
            served.corpus, "--format", "csv",
        ])
        #expect(command.text.contains("\r\n2,") && command.text.contains(",Sliver\r\n"), "\(command.text)")
        // What is added later is seen at once.
        try served.add(Self.sweep(3, [3: "c"], software: "Sliver"))
        #expect(try served.get("/").text.contains(">Sliver</a></td><td>3</td>"))
    }

    @Test func rulesAreExplained() throws {
        let served = try ServedCorpus(Self.sweep(1, [1: "a", 2: "b"], software: "Sliver"))
        let list = try served.get("/signatures?q=sliver").text
        let rule = try #require(list.firstMatch(of: /href="(\/signatures\?id=[0-9a-f-]{36})">[^<]*</))
        #expect(list.contains("<td>Sliver</td>"))
        let page = try served.get(String(rule.1)).text
        for part in [
            "Speaks for ", "<h2>Looks for</h2>", "<h2>Where</h2>", "Level: ",
            "2 endpoints with a lead to Sliver",
        ] { #expect(page.contains(part), "\(part)") }
        let all = try #require(try served.api("/api/signatures")["signatures"] as? [[String: Any]])
        let listed = try Program.run(["signatures", "list", "--format", "ndjson"])
        #expect(all.count == listed.text.split(separator: "\n").count)
        // An address that a rule refers to is a link.
        let isLinked = try all.prefix(40).contains { rule in
            let page = try served.get("/signatures?id=\(rule["id"] as? String ?? "")").text
            return page.firstMatch(of: /<h2>References<\/h2><ul><li><a href="https:[^"<]+" rel=/) != nil
        }
        #expect(isLinked)
        let sliver = try #require(all.first { ($0["software"] as? [String]) == ["Sliver"] })
        #expect(sliver["endpoints_with_lead"] as? Int == 2)
        #expect(try served.get("/signatures?id=none").status == 404)
    }

    @Test func graphsGrowAndAreFiles() throws {
        // Two pairs, each with a title of its own, among others.
        var titles = Dictionary(uniqueKeysWithValues: (10..<45).map { ($0, "page \($0)") })
        for (host, title) in [(1, "left & <right>"), (2, "left & <right>"), (3, "other"), (4, "other")] {
            titles[host] = title
        }
        let served = try ServedCorpus(Self.sweep(1, titles))
        let one = "/graph?q=192.0.2.1%3A443"
        let page = try served.get(one).text
        #expect(page.contains(#""base":"/graph?q=192.0.2.1%3A443\u0026q=""#), "\(page.suffix(3000))")
        #expect(page.contains("192.0.2.2:443") && !page.contains("192.0.2.4:443"))
        #expect(page.contains("title left &amp; &lt;right&gt; · "))
        let two = one + "&q=192.0.2.3%3A443"
        let grown = try served.get(two).text
        #expect(grown.contains("192.0.2.2:443") && grown.contains("192.0.2.4:443"))
        let file = try served.get(two.replacing("/graph?", with: "/graph.graphml?"))
        #expect(file.status == 200 && file.text.contains("Content-Type: application/graphml+xml"))
        let path = try served.scratch.write(
            "graph.graphml",
            try #require(file.text.split(separator: "\r\n\r\n", maxSplits: 1).last.map(String.init))
        )
        let program = """
            import sys, xml.etree.ElementTree as tree
            root = tree.parse(sys.argv[1]).getroot()
            space = '{http://graphml.graphdrawing.org/xmlns}'
            keys = {key.get('id'): key.get('attr.name') for key in root.iter(space + 'key')}
            nodes = {node.get('id'): {keys[data.get('key')]: data.text for data in node} for node in root.iter(space + 'node')}
            edges = [(nodes[edge.get('source')], nodes[edge.get('target')]) for edge in root.iter(space + 'edge')]
            ties = sorted(tuple(sorted(node['label'] for node in edge)) for edge in edges)
            print(*[' - '.join(tie) for tie in ties], sep='\\n')
            assert all(float(node['bits']) > 0 for node in nodes.values() if node['kind'] == 'mark')
            """
        let result = try run("python3", ["-c", program, path])
        #expect(
            result.text == """
                192.0.2.1:443 - title left & <right>
                192.0.2.2:443 - title left & <right>
                192.0.2.3:443 - title other
                192.0.2.4:443 - title other

                """,
            "\(result.text)\(result.errors)"
        )
        #expect(try served.get(one.replacing("/graph?", with: "/graph.svg?")).text.contains("<svg xmlns="))
        #expect(try served.get("/graph").status == 400)
        #expect(
            try served.get("/graph?" + (0..<13).map { "q=192.0.2.\($0)" }.joined(separator: "&")).status
                == 400
        )
    }

    /// A graph of nothing says what was looked for, and a start that is none is refused with the reason.
    @Test func aGraphOfNothingSaysSo() throws {
        let served = try ServedCorpus(Self.sweep(1, [1: "a", 2: "a"]))
        let key = "key%3D" + String(repeating: "AB", count: 32)
        let token = ["-H", "Authorization: Bearer \(ServedCorpus.token)"]
        for path in ["/graph", "/graph.svg", "/graph.graphml", "/api/graph"] {
            let nothing = try served.ask("\(path)?q=\(key)", token)
            #expect(nothing.status == 404 && nothing.text.contains("Nothing in the corpus has"), "\(path)")
            #expect(nothing.text.contains("ABABAB"), "\(nothing.text)")
            for start in ["key%3DZZ", "key%3DAB", "serial%3DXY", "not_before%3Dnever"] {
                let wrong = try served.ask("\(path)?q=\(start)", token)
                #expect(
                    wrong.status == 400 && wrong.text.contains("no start of a graph"),
                    "\(path) \(start): \(wrong.text.suffix(300))"
                )
            }
            #expect(try served.ask("\(path)?q=192.0.2.1%3A443&q=192.0.2.9", token).status == 200)
        }
        let some = "q=192.0.2.1%3A443&q=192.0.2.9"
        #expect(
            try served.get("/graph?\(some)").text.contains("Nothing in the corpus has &#39;192.0.2.9&#39;.")
        )
        #expect(try served.api("/api/graph?\(some)")["missing"] as? [String] == ["192.0.2.9"])
        let pivot = try Program.run(["pivot", "key=ZZ", "--corpus", served.corpus])
        #expect(
            pivot.status == 64 && pivot.errors.contains("'ZZ' is no value in hexadecimal"),
            "\(pivot.errors)"
        )
    }

    /// A browser lays out what it is given: tables hold the begin of a long text, and the whole is JSON.
    @Test func longTextsAreCut() throws {
        let long = String(repeating: "x", count: 20_000)
        let served = try ServedCorpus(
            Self.sweep(1, [1: "a", 2: long], software: "S" + long.prefix(250)).replacing(
                "192.0.2.2\",\"port",
                with: "192.0.2.2\",\"domain\":\"\(long.prefix(5000))\",\"port"
            )
        )
        for path in [
            "/", "/triage", "/search?q=*", "/endpoint?ip=192.0.2.2&port=443", "/decisions", "/sweeps",
        ] {
            let text = try served.get(path).text
            let runs = text.matches(of: /x{1000,}/).count { match in
                // Links carry what they ask for; what is folded is not laid out.
                let before = text[..<match.range.lowerBound].suffix(600)
                return !before.contains("href=\"") && !before.contains("<details>")
            }
            #expect(runs == 0, "\(path)")
        }
        let whole = try served.api("/api/endpoint?ip=192.0.2.2&port=443")
        let data = try JSONSerialization.data(withJSONObject: whole)
        #expect(String(decoding: data, as: UTF8.self).contains(String(long.prefix(4000))))
    }

    /// The triage says which rules spoke for a lead, as far as the corpus keeps it.
    @Test func triageNamesTheRulesThatMatched() throws {
        let plain = try ServedCorpus(Self.sweep(1, [1: "a"], software: "Sliver"))
        #expect(try plain.get("/triage").text.contains("does not tell which rule matched"))
        let all = try #require(try plain.api("/api/signatures")["signatures"] as? [[String: Any]])
        let sliver = try #require(all.first { ($0["software"] as? [String]) == ["Sliver"] })
        let (id, title) = (sliver["id"] as? String ?? "", sliver["title"] as? String ?? "")
        let matched = Self.sweep(1, [1: "a"], software: "Sliver").replacing(
            #""scan":"#,
            with:
                #""matches":[{"rule":{"id":"\#(id)","name":"\#(title)"},"software":{"name":"Sliver"}}],"scan":"#
        )
        let served = try ServedCorpus(matched)
        let page = try served.get("/triage").text
        #expect(
            page.contains("Evidence: what these rules look for") && page.contains("/signatures?id=\(id)"),
            "\(page)"
        )
    }

    /// Words that have an order stand in it, and an endpoint counts with the version that it showed last.
    @Test func theOverviewCountsEndpointsAsTheyAreNow() throws {
        func line(_ host: Int, _ day: Int, _ version: String, _ confidence: Int) -> String {
            let label = confidence < 50 ? "low" : confidence < 80 ? "medium" : "high"
            return Self.sweep(day, [host: "t"], software: "Sliver", confidence: confidence)
                .replacing("\"label\":\"high\"", with: "\"label\":\"\(label)\"")
                .replacing(
                    "\"http\":",
                    with: "\"tls\":{\"version\":\"\(version)\",\"curve\":\"x25519\"},\"http\":"
                )
        }
        let served = try ServedCorpus(
            line(1, 1, "1.0", 20) + line(2, 1, "1.2", 20) + line(3, 1, "1.2", 60) + line(4, 1, "1.3", 90)
                + line(1, 2, "1.3", 20)
        )
        let overview = try served.api("/api/overview")
        let lists = try #require(overview["lists"] as? [[String: Any]])
        func values(_ field: String) throws -> [String] {
            let list = try #require(lists.first { $0["field"] as? String == field })
            return try #require(list["values"] as? [[String: Any]]).map {
                "\($0["value"] as? String ?? "") \($0["count"] as? Int ?? -1)"
            }
        }
        #expect(try values("hallmark.leads.label") == ["high 1", "medium 1", "low 2"])
        #expect(try values("tls.version") == ["1.2 2", "1.3 2"])
        #expect((overview["key_exchanges"] as? [String: Int])?["all"] == 4)
    }
}
