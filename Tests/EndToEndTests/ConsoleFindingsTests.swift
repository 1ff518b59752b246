import Foundation
import TestSupport
import Testing

/// What comparisons, audits and watches say, and which rules matched, kept in a corpus and shown.
@Suite struct ConsoleFindingsTests {
    private static let root =
        #"{"@timestamp":"2026-11-01T08:00:00.000Z","event":{"kind":"alert","dataset":"hallmark.finding"},"file":{"path":"/etc/ssl/certs/evil.pem"},"#
        + #""hallmark":{"root":{"subject":"CN=Evil Root"},"findings":[{"name":"unknown_root","severity":"high","message":"CN=Evil Root is <b>in</b> no programme","owner":"desk"}]}}"#
        + "\n"
    private static let logged =
        #"{"@timestamp":"2026-11-02T08:00:00.000Z","event":{"kind":"alert","dataset":"hallmark.ct"},"tls":{"server":{"hash":{"sha256":"\#(String(repeating: "AB", count: 32))"}}},"#
        + #""hallmark":{"findings":[{"name":"lookalike","severity":"medium","message":"examp1e.com is like example.com","asset":"example.com","owner":"brand"}]}}"#
        + "\n"

    /// A sweep with a lead, what a comparison says of it, a finding of an audit and one of a log.
    private static func served() throws -> (corpus: ServedCorpus, endpoint: String, record: [String: Any]) {
        let subject =
            "/C=US/ST=Cyberspace/L=Somewhere/O=cobaltstrike/OU=AdvancedPenTesting/CN=Major Cobalt Strike"
        let server = try Nginx.start(
            try TestCertificate(subject: subject, extra: ["-set_serial", "0x08BB00EE"])
        )
        let endpoint = "127.0.0.1:\(server.port)"
        let scratch = Scratch()
        let sweep = scratch.file("sweep.ndjson")
        let scan = try Program.run(["scan", endpoint, "-o", sweep, "-q"])
        try #require(scan.status == 0, "\(scan.errors)")
        let compared = try Program.run(["compare", sweep, "--expiring", "400", "--format", "ndjson"])
        try #require(compared.text.contains("hallmark.finding"), "\(compared.errors)")
        let text = try String(contentsOfFile: sweep, encoding: .utf8)
        let served = try ServedCorpus(text + compared.text + root + logged)
        // The same said again is no other finding.
        try served.add(compared.text + root)
        return (served, endpoint, try #require(try Program.records(text).first).object)
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    @Test func findingsAreFoundAndShown() throws {
        let (served, endpoint, _) = try Self.served()
        func names(_ query: String) throws -> [String] {
            let answer = try served.api("/api/search?of=findings&q=" + Self.encoded(query))
            let records = try #require(answer["records"] as? [[String: Any]])
            #expect(answer["total"] as? Int == records.count)
            return records.flatMap { record in
                ((record["hallmark"] as? [String: Any])?["findings"] as? [[String: Any]] ?? [])
                    .compactMap { $0["name"] as? String }
            }
            .sorted()
        }
        let all = try names("*")
        #expect(all.contains("lookalike") && all.contains("unknown_root") && all.count > 2, "\(all)")
        let ours = all.filter { $0 != "lookalike" && $0 != "unknown_root" }
        let port = endpoint.split(separator: ":")[1]
        for (query, expected) in [
            ("hallmark.findings.owner: brand", ["lookalike"]), ("server.port: \(port)", ours),
            ("not server.ip: *", ["lookalike", "unknown_root"]), ("file.path: /etc/ssl/*", ["unknown_root"]),
            ("hallmark.findings:{ severity: high and owner: desk }", ["unknown_root"]),
            ("server.ip: \"127.0.0.0/8\" and server.port > 1", ours), ("EXAMP1E.com", ["lookalike"]),
            ("\"evil root is\"", ["unknown_root"]), ("\"evil example\"", []),
            ("tls.server.hash.sha256: \(String(repeating: "ab", count: 32))", ["lookalike"]),
            ("@timestamp < \"2026-11-02\"", ["unknown_root"]),
            ("@timestamp: \"2026-11-02\"", ["lookalike"]),
            ("hallmark.findings.*: (lookalike or desk)", ["lookalike", "unknown_root"]),
        ] { #expect(try names(query) == expected.sorted(), "\(query)") }
        let wrong = try served.get("/search?of=findings&q=" + Self.encoded("hallmark.findings.ownr: x"))
        #expect(wrong.status == 400 && wrong.text.contains("hallmark.findings.owner"), "\(wrong.text)")

        let overview = try served.get("/").text
        #expect(overview.contains("Findings by severity") && overview.contains(">unknown_root</a>"))
        let page = try served.get("/search?of=findings&q=*").text
        #expect(page.contains("CN=Evil Root is &lt;b&gt;in&lt;/b&gt; no programme"))
        let place = try served.get("/endpoint?ip=127.0.0.1&port=\(port)").text
        for name in ours { #expect(place.contains("<td>\(name)</td>"), "\(name)") }
        let command = try Program.run([
            "search", "*", "--of", "findings", "--group-by", "hallmark.findings.owner", "--format", "csv",
            "--corpus", served.corpus,
        ])
        #expect(
            command.text.contains("1.58,brand\r\n") && command.text.contains(",desk\r\n"),
            "\(command.text)"
        )
        // What is old is forgotten.
        let pruned = try Program.run(["corpus", "prune", "--before", "2026-11-02", "--corpus", served.corpus])
        #expect(pruned.status == 0, "\(pruned.errors)")
        #expect(try !names("*").contains("unknown_root") && names("*").contains("lookalike"))
    }

    /// What a finding is about need not have been seen: its link leads to what was said, and not to nothing.
    @Test func whatWasNotSeenIsSaidToBe() throws {
        let silent =
            #"{"@timestamp":"2026-11-01T08:00:00.000Z","event":{"kind":"alert","dataset":"hallmark.finding"},"#
            + #""server":{"ip":"192.0.2.99","port":443,"address":"192.0.2.99"},"#
            + #""hallmark":{"findings":[{"name":"missing","severity":"high","message":"It did not answer."}]}}"#
            + "\n"
        let served = try ServedCorpus(ConsoleTests.line(1, "one"))
        let certificate = silent.replacing(
            #""server":{"ip":"192.0.2.99","port":443,"address":"192.0.2.99"}"#,
            with: #""tls":{"server":{"hash":{"sha256":"\#(String(repeating: "AB", count: 32))"}}}"#
        )
        try served.add(silent + certificate)
        let digest = String(repeating: "AB", count: 32)
        let found = try served.get("/search?of=findings&q=*").text
        for (link, said, word) in [
            ("/endpoint?ip=192.0.2.99&amp;port=443", "It did not answer.", "has not seen this endpoint"),
            ("/certificate?sha256=\(digest)", "It did not answer.", "does not have this certificate"),
        ] {
            #expect(found.contains("href=\"\(link)\""), "\(found)")
            let path = link.replacing("&amp;", with: "&")
            let page = try served.get(path)
            #expect(page.status == 200 && page.text.contains(said) && page.text.contains(word), "\(page)")
            #expect((try served.api("/api" + path)["findings"] as? [Any])?.count == 1)
        }
        #expect(try served.get("/endpoint?ip=192.0.2.98&port=443").status == 404)
        #expect(try served.get("/certificate?sha256=\(digest.replacing("A", with: "B"))").status == 404)
    }

    @Test func matchesOfRulesAreCounted() throws {
        let (served, endpoint, record) = try Self.served()
        let matches = try #require((record["hallmark"] as? [String: Any])?["matches"] as? [[String: Any]])
        let ids = Set(matches.compactMap { ($0["rule"] as? [String: Any])?["id"] as? String })
        #expect(!ids.isEmpty)
        func rules(_ holds: ([String: Any]) -> Bool) throws -> Set<String> {
            let all = try #require(try served.api("/api/signatures")["signatures"] as? [[String: Any]])
            return Set(all.filter(holds).compactMap { $0["id"] as? String })
        }
        #expect(try rules { $0["endpoints"] as? Int == 1 } == ids)
        #expect(try rules { $0["endpoints"] as? Int ?? 0 > 1 }.isEmpty)
        let decided = try Program.run([
            "decide", endpoint, "block", "--because", "it is one", "--corpus", served.corpus,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        #expect(try rules { ($0["decisions"] as? [String: Int])?["block"] == 1 } == ids)
        let page = try served.get("/signatures?id=\(try #require(ids.first))").text
        #expect(page.contains("1 endpoint that it matched") && page.contains("1 block"), "\(page)")
    }
}
