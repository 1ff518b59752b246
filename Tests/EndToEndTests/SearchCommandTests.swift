import Foundation
import TestSupport
import Testing

/// What `hallmark search` says of its answer, as a person asks.
@Suite struct SearchCommandTests {
    private static func line(_ host: Int, _ title: String, _ more: String = "") -> String {
        #"{"@timestamp":"2026-06-01T01:00:00.000Z","event":{"outcome":"success"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
            + #""http":{"response":{"title":"\#(title)"}}\#(more),"hallmark":{}}"# + "\n"
    }

    /// A corpus of some records, which is asked.
    private static func corpus(_ lines: String) throws -> (
        ask: ([String]) throws -> CommandResult, path: String
    ) {
        let scratch = Scratch()
        let path = scratch.file("c.sqlite")
        let added = try Program.run([
            "corpus", "add", try scratch.write("sweep.ndjson", lines), "--corpus", path,
        ])
        try #require(added.status == 0, "\(added.errors)")
        return (
            { arguments in
                try withExtendedLifetime(scratch) {
                    try Program.run(["search"] + arguments + ["--corpus", path])
                }
            }, path
        )
    }

    /// That there are more rows is said where there are, and nowhere else.
    @Test(arguments: ["table", "csv", "ndjson"]) func rowsBeyondTheLimitAreSaid(_ format: String) throws {
        let (ask, _) = try Self.corpus((1...3).map { Self.line($0, "title \($0)") }.joined())
        for unit in ["sightings", "endpoints"] {
            let query = ["*", "--of", unit, "--format", format, "--limit"]
            let one = try ask(query + ["1"])
            #expect(one.status == 0 && one.errors.contains("the newest 1 row is shown, and there are more"))
            #expect(one.text.contains("192.0.2.3") && !one.text.contains("192.0.2.2"), "\(one.text)")
            let two = try ask(query + ["2"])
            #expect(two.errors.contains("the newest 2 rows are shown"), "\(two.errors)")
            for all in ["3", "4"] {
                let result = try ask(query + [all])
                #expect(!result.errors.contains("there are more"), "\(result.errors)")
                #expect(result.text.contains("192.0.2.1") && result.text.contains("192.0.2.3"))
            }
        }
    }

    @Test(arguments: ["", "server.ip,", ",server.ip", " "]) func aColumnHasAName(_ fields: String) throws {
        let (ask, _) = try Self.corpus(Self.line(1, "one"))
        let result = try ask(["*", "--fields", fields])
        #expect(
            result.status == 64 && result.errors.contains("--fields are names of fields"),
            "\(result.errors)"
        )
        #expect(try ask(["*", "--fields", "server.ip, server.port"]).text.contains("192.0.2.1"))
    }

    /// Within quotes signs of the language are text, and the words stand beside each other.
    @Test func quotedTextsAreTakenAsTheyAre() throws {
        let titles = ["a (b) and c: d", "c d and a b", #"say \\\"hi\\\""#, "not or and"]
        let (ask, _) = try Self.corpus(titles.enumerated().map { Self.line($0 + 1, $1) }.joined())
        for (query, number) in [
            (#"http.response.title: "a (b) and c: d""#, 1), (#""a (b) and c: d""#, 1), (#""c d""#, 2),
            (#"http.response.title: "c d and a b""#, 1), (#""not or and""#, 1), (#""b and c""#, 1),
            (#"http.response.title: "c d""#, 0), (#""d c""#, 0), (#"http.response.title: "a*""#, 0),
            (#"not http.response.title: "not or and""#, 3),
        ] {
            let result = try ask([query, "--count"])
            #expect(result.text == "\(number)\n", "\(query): \(result.text) \(result.errors)")
        }
    }

    /// Networks as other programs write them.
    @Test func aSpanOrANetmaskIsSaid() throws {
        let (ask, _) = try Self.corpus(Self.line(5, "one"))
        let span =
            "a span of addresses, which a query has as 'server.ip >= 192.0.2.1 and server.ip <= 192.0.2.9'"
        let mask = "a network with its mask, which a query has as '192.0.2.0/24'"
        for (text, word) in [
            ("192.0.2.1-192.0.2.9", span), ("192.0.2.0/255.255.255.0", mask),
            ("192.0.2.0/255.0.255.0", "is no address and no network"),
        ] {
            let field = try ask(["server.ip: \"\(text)\""])
            #expect(field.status == 64 && field.errors.contains(word), "\(field.errors)")
            let finding = try ask(["server.ip: \(text)", "--of", "findings"])
            #expect(finding.status == 64 && finding.errors.contains(word), "\(finding.errors)")
            let bare = try ask([text])
            #expect(bare.status == 2 && bare.errors.contains(word), "\(bare.errors)")
        }
        #expect(try ask(["server.ip >= 192.0.2.1 and server.ip <= 192.0.2.9", "--count"]).text == "1\n")
        #expect(try ask(["192.0.2.0/24", "--count"]).text == "1\n")
    }

    /// Other programs write the names of certificates as ECS's texts alone.
    @Test func namesOfCertificatesAreKeptAsECSHasThem() throws {
        let digest = String(repeating: "AB", count: 32)
        let server =
            #","tls":{"server":{"hash":{"sha256":"\#(digest)"},"subject":"CN=gate,O=Acme","issuer":"CN=Root","not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z"}}"#
        let (ask, path) = try Self.corpus(Self.line(1, "one", server) + Self.line(2, "two"))
        for query in [
            "tls.server.subject: *Acme*", "tls.server.issuer: \"CN=Root\"", "acme",
            "tls.server.x509.subject.distinguished_name: \"CN=gate,O=Acme\"",
            "tls.server.not_after > \"2026-06-01\"",
        ] {
            let result = try ask([query, "--format", "ndjson"])
            let record = try #require(try Program.records(result.text).first, "\(query): \(result.errors)")
            #expect(record.text("tls.server.subject") == "CN=gate,O=Acme")
            #expect(record.text("tls.server.issuer") == "CN=Root")
            #expect(record.text("tls.server.not_after") == "2027-01-01T00:00:00Z")
        }
        let certificate = try ask(["acme", "--of", "certificates", "--format", "ndjson"])
        #expect(
            try Program.records(certificate.text).first?.text("tls.server.subject") == "CN=gate,O=Acme",
            "\(certificate.text)"
        )
        // And as what is written out is read again.
        let exported = try Program.run(["corpus", "export", "--corpus", path])
        let (again, _) = try Self.corpus(exported.text)
        #expect(try again(["tls.server.subject: *Acme*", "--count"]).text == "1\n", "\(exported.text)")
    }

    /// An empty name that another program tells is one, and none that it does not tell.
    @Test func emptyNamesOfOtherProgramsAreFound() throws {
        func server(_ digit: String, _ names: String) -> String {
            #","tls":{"server":{"hash":{"sha256":"\#(String(repeating: digit, count: 64))"}\#(names)}}"#
        }
        let lines = [
            (1, server("A", #","subject":"","issuer":"CN=Root""#)), (2, server("B", "")),
            (3, server("C", #","subject":"CN=gate","issuer":"""#)),
            (4, server("D", #","subject":"","x509":{"serial_number":"01"}"#)),
        ]
        let (ask, path) = try Self.corpus(lines.map { Self.line($0, "one", $1) }.joined())
        func hosts(_ query: String) throws -> [String] {
            try Program.records(ask([query, "--format", "ndjson"]).text).compactMap { $0.text("server.ip") }
                .sorted()
        }
        func check() throws {
            #expect(try hosts("tls.server.subject: \"\"") == ["192.0.2.1", "192.0.2.4"])
            #expect(try hosts("tls.server.issuer: \"\"") == ["192.0.2.3"])
            #expect(try hosts("not tls.server.subject: *") == ["192.0.2.2"])
            #expect(try hosts("tls.server.subject: *") == ["192.0.2.1", "192.0.2.3", "192.0.2.4"])
            #expect(try hosts("tls.server.x509.serial_number: 01") == ["192.0.2.4"])
            let record = try #require(
                try Program.records(ask(["server.ip: 192.0.2.1", "--format", "ndjson"]).text).first
            )
            #expect(record.text("tls.server.subject") == "" && record.text("tls.server.issuer") == "CN=Root")
        }
        try check()
        // What the first record of a certificate did not tell, a later one does.
        let scratch = Scratch()
        let more = try scratch.write("more.ndjson", Self.line(1, "two", server("A", #","subject":"""#)))
        #expect(try Program.run(["corpus", "add", more, "--corpus", path]).status == 0)
        #expect(try Set(hosts("tls.server.subject: \"\"")) == ["192.0.2.1", "192.0.2.4"])
    }

    /// SQLite keeps what was written last beside one name of a file.
    @Test func aCorpusWithTwoNamesIsNotWrittenTo() throws {
        let (ask, path) = try Self.corpus(Self.line(1, "one"))
        try FileManager.default.linkItem(atPath: path, toPath: path + ".other")
        for name in [path, path + ".other"] {
            let refused = try Program.run([
                "decide", "192.0.2.1", "block", "--because", "x", "--corpus", name,
            ])
            #expect(
                refused.status == 1 && refused.errors.contains("2 names (hard links)"),
                "\(refused.errors)"
            )
        }
        #expect(try ask(["*", "--count"]).text == "1\n")
        // The console says so when it begins, before anybody decides.
        let scratch = Scratch()
        let served = try ServerProcess(Program.path, scratch: scratch) { port, _ in
            ["serve", "--corpus", path, "--listen", "127.0.0.1:\(port)"]
        }
        func said() -> String { (try? String(contentsOfFile: scratch.file("log"), encoding: .utf8)) ?? "" }
        #expect(
            eventually { said().contains("decisions can't be remembered") && said().contains("hard links") },
            "\(said())"
        )
        withExtendedLifetime(served) {}
        try FileManager.default.removeItem(atPath: path + ".other")
        let taken = try Program.run(["decide", "192.0.2.1", "block", "--because", "x", "--corpus", path])
        #expect(taken.status == 0, "\(taken.errors)")
    }

    /// Of a value that was damaged, or is of another kind than its field's, nobody knows what it was: so many
    /// are said to be unknown, by a field and by bare words, in the console's search as here.
    @Test func damagedValuesAreSaidToBeUnknown() throws {
        let whole = FaultMatrix.record
        func damaged(_ host: Int, _ old: String, _ new: String) -> String {
            let digest = String(repeating: "0\(host)", count: 32)
            return whole.replacing("203.0.113.7", with: "203.0.113.\(host)")
                .replacing(String(repeating: "AA", count: 32), with: digest)
                .replacing(old, with: new)
        }
        let old = "\"validity_seconds\""
        let days = ["365", "\"a year\"", "365.5", "true", "\"365\""].enumerated().map { host, value in
            damaged(host, old, "\"validity_days\":\(value),\(old)")
        }
        let lines = days.joined()
        let (ask, _) = try Self.corpus(lines)
        let field = try ask(["hallmark.certificate.validity_days >= 100", "--count"])
        #expect(
            field.text == "3\n" && field.errors.contains("the validity of the certificates of 2 sightings"),
            "\(field.text)\(field.errors)"
        )
        let word = try ask(["Covenant"])
        #expect(
            word.status == 1
                && word.errors.contains("of the certificates of 5 sightings could not be judged"),
            "\(word.status) \(word.errors)"
        )
        let page = try ServedCorpus(lines).get("/search?q=Covenant").text
        #expect(
            page.contains("of the certificates of 5 sightings could not be judged"),
            "\(page.suffix(2000))"
        )
    }
}
