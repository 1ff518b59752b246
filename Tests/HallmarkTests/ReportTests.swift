import Foundation
import Observations
import Terminal
import Testing

@testable import hallmark

/// The report of `validate`, from records as the scanner writes them.
@Suite struct ReportTests {
    static let suspicious = """
        {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"kind":"alert","outcome":"success"},
        "server":{"address":"shop.example.com","ip":"203.0.113.7","port":8443,"domain":"shop.example.com"},
        "tls":{"version":"1.3","version_protocol":"tls","cipher":"TLS_AES_128_GCM_SHA256","server":{
        "hash":{"sha256":"87F2085C32B6A2CC709B365F55873E207A9CAA10BFFECF2FD16D3CF9D94D390C"},
        "jarm":"07d14d16d21d21d07c42d41d00041d24a458a375eef0c576d23a7bab9a9fb1",
        "x509":{"serial_number":"08BB00EE","not_before":"2015-05-20T18:26:24Z","not_after":"2025-05-17T18:26:24Z",
        "subject":{"distinguished_name":"C=, ST=, L=, O=, OU=, CN=Major Cobalt Strike"},
        "issuer":{"distinguished_name":"CN=Major Cobalt Strike"},"public_key_algorithm":"RSA",
        "public_key_size":2048,"alternative_names":["a.test","b.test"]}}},
        "url":{"full":"https://shop.example.com:8443/","path":"/"},
        "http":{"version":"1.1","request":{"method":"GET"},"response":{"status_code":404,
        "status_line":"HTTP/1.1 404 Not Found","title":"Not found","header":{"server":["Apache"]},
        "header_order":"Date,Server","anomalies":["bare_lf"],"body":{"bytes":0,"truncated":false}}},
        "hallmark":{"proof":"proven","certificate":{"spki_sha256":"AA","validity_days":3650,"self_signed":true,
        "anomalies":["negative_serial"]},
        "http":[{"url":{"full":"https://shop.example.com:8443/a"},"http":{"request":{"method":"POST"},
        "response":{"status_code":302,"redirect":"https://elsewhere.test/"}}}],
        "favicon":{"mmh3":-1234},
        "probes":[{"kind":"certificate","outcome":"success"},
        {"kind":"jarm","outcome":"failure","code":"connection_timeout"},
        {"kind":"favicon","outcome":"skipped","reason":"no page answered"}],
        "sni_variants":[{"server_name":"","kind":"none","certificate_sha256":"BB"}],
        "matches":[{"rule":{"id":"r1","name":"Cobalt Strike default serial","level":"critical"},
        "software":{"id":"S0154","name":"Cobalt Strike"},"specificity":"unique",
        "evidence":[{"kind":"certificate","field":"tls.server.x509.serial_number","value":"08BB00EE"}]},
        {"rule":{"id":"r2","name":"Java 11","level":"informational"},"benign":"Java web server","specificity":"weak",
        "evidence":[{"kind":"tls","field":"tls.server.jarm","value":"07d1"}]}],
        "leads":[{"software":{"id":"S0154","name":"Cobalt Strike"},"confidence":95,"label":"high",
        "kinds":["certificate","tls"],"corroborate":["http"],"against":["Java servers share the JARM"]}],
        "assessment":["any_path"]}}
        """

    @Test func aLeadWithEvidenceAndNextSteps() throws {
        let text = try report(
            Self.suspicious,
            ReportStyle(width: 160),
            describe: { $0 == "r1" ? "Why it tells." : nil }
        )
        for expected in [
            "shop.example.com:8443 (203.0.113.7), 2026-11-22T03:31:00.123Z",
            "STRONG LEAD: Cobalt Strike (S0154), confidence 95 of 99",
            "tls.server.x509.serial_number = 08BB00EE",
            "Cobalt Strike default serial: practically only this tool shows it.", "Why it tells.",
            "Java servers share the JARM", "Java web server (Java 11)", "CN=Major Cobalt Strike",
            "(3650 days), expired", "negative_serial", "by itself: its own key signed it",
            "The server proved that it holds the key.", "no name: another certificate, BB",
            "07d14d16d21d21d07c42d41d00041d24a458a375eef0c576d23a7bab9a9fb1", "HTTP/1.1 404 Not Found",
            "POST https://shop.example.com:8443/a", "https://elsewhere.test/", "MurmurHash3 -1234",
            "no answer that counts: connection_timeout", "not tested: no page answered",
            "ssl.cert.serial:146473198",
            "hallmark pivot shop.example.com:8443 --corpus sweeps.sqlite",
            "It answers any path with success.",
        ] {
            #expect(text.contains(expected), "\(expected)")
        }
        #expect(!text.contains("\u{1b}"))
    }

    /// Its evidence comes before what merely identifies the endpoint.
    @Test func searchesBeginWithTheEvidence() throws {
        let text = try report(Self.suspicious, ReportStyle(width: 160))
        let serial = try #require(text.range(of: "Who else has tls.server.x509.serial_number"))
        let digest = try #require(text.range(of: "Who else has tls.server.hash.sha256"))
        #expect(serial.lowerBound < digest.lowerBound)
        #expect(!text.contains("Who else has tls.server.jarm = 07d1?"))
    }

    @Test func noLead() throws {
        let text = try report(
            #"{"event":{"outcome":"success"},"server":{"ip":"2001:db8::1","port":443},"hallmark":{}}"#,
            ReportStyle()
        )
        #expect(text.hasPrefix("[2001:db8::1]:443\nNO LEAD: no mark was looked for.\n"))
    }

    /// How far the look went stands in the first line, for a lead and for none.
    @Test func whatWasNotLookedForIsSaid() throws {
        let untested = #"""
            "untested":[{"what":"GET /login","reason":"budget","marks":30,"software":["A","B"]},
            {"what":"jarm","reason":"connection_timeout","marks":1,"software":["C"]}]
            """#
        func text(_ marks: String, _ more: String = "") throws -> String {
            try report(
                #"{"event":{"outcome":"success"},"server":{"ip":"192.0.2.1","port":443},"hallmark":{"marks":{\#(marks)}\#(more)}}"#,
                ReportStyle(width: 400)
            )
        }
        let some = try text(#""known":243,"tested":212,"# + untested)
        #expect(
            some.contains(
                "\nNO LEAD: none of the 212 marks that were tested is there; 31 of 243 could not be looked for: "
                    + "GET /login (budget), jarm (connection_timeout).\n"
            )
        )
        #expect(some.contains("30 marks of A, B: the endpoint's budget was used up"), "\(some)")
        #expect(
            try text(#""known":243,"tested":243"#).contains("\nNO LEAD: none of the 243 marks is there.\n")
        )
        #expect(
            try text(#""known":1,"tested":0,"# + untested).contains("\nNO LEAD: no mark was looked for.\n")
        )
        let lead = #","leads":[{"software":{"name":"A"},"confidence":60,"label":"medium"}]"#
        let found = try text(#""known":243,"tested":212,"# + untested, lead)
        #expect(found.contains("\n31 of 243 could not be looked for: GET /login (budget), jarm"), "\(found)")
    }

    @Test func failure() throws {
        let text = try report(
            #"{"event":{"outcome":"failure"},"error":{"code":"tls_alert","message":"handshake_failure"},"server":{"ip":"192.0.2.1","port":443}}"#,
            ReportStyle()
        )
        #expect(text.contains("NOT SEEN: tls_alert: handshake_failure"))
    }

    /// Whatever stands in a record's strings, no terminal control comes through.
    @Test func nothingReachesTheTerminal() throws {
        let evil = [
            "\u{1b}]0;x\u{7}\u{1b}[2J", "\u{9b}31m", "a\u{202e}b", "a\u{2066}b\u{2069}", "\r\nfake: line",
            "\u{200b}\u{200d}\u{feff}", "\u{7f}\u{0}", "a\u{2028}b",
        ]
        for text in evil {
            let json = try JSONEncoder().encode(text)
            let quoted = String(String(decoding: json, as: UTF8.self).dropFirst().dropLast())
            var record = Self.suspicious
            for value in [
                "shop.example.com", "Major Cobalt Strike", "08BB00EE", "Not found", "Apache", "Java 11",
                "negative_serial", "r1", "no page answered", "connection_timeout", "elsewhere.test",
                "Cobalt Strike", "any_path", "2026-11-22T03:31:00.123Z", "certificate\"",
                "HTTP/1.1 404 Not Found",
            ] {
                let end = value.hasSuffix("\"") ? "\"" : ""
                record = record.replacing(value, with: value.dropLast(end.count) + quoted + end)
            }
            for style in [ReportStyle(width: 40), ReportStyle(width: 160, usesColour: true)] {
                var output = try report(record, style, describe: { _ in text })
                if style.usesColour { output = output.replacing(#/\e\[[0-9;]+m/#, with: "") }
                let bad = output.unicodeScalars.filter { scalar in
                    scalar != "\n"
                        && (scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                            || scalar.properties.generalCategory == .format || scalar.value == 0x2028)
                }
                #expect(bad.isEmpty)
                #expect(!output.split(separator: "\n").contains { $0.hasPrefix("fake") })
            }
        }
    }

    @Test(arguments: [40, 60, 80, 120])
    func linesKeepToTheWidth(_ width: Int) throws {
        let text = try report(Self.suspicious, ReportStyle(width: width))
        let isLong = { (line: Substring) in ReportText.columnCount(line) > width }
        // Searches and commands are for copying: they alone are not broken.
        let names = ["Shodan", "Censys", "FOFA", "crt.sh", "hallmark"]
        for line in text.split(separator: "\n") where isLong(line) {
            #expect(names.contains { line.drop { $0 == " " }.hasPrefix($0) }, "\(line)")
        }
    }

    @Test(arguments: [
        ("one two three", 7, ["one two", "three"]), ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("中文字符", 4, ["中文", "字符"]), ("", 10, [""]), ("a  b", 10, ["a  b"]),
    ])
    func wraps(_ text: String, _ width: Int, _ lines: [String]) {
        #expect(ReportText.wrapped(text, to: width) == lines)
    }

    @Test func colourOnlyWhereItIsWanted() throws {
        let colour = try report(Self.suspicious, ReportStyle(width: 100, usesColour: true))
        #expect(colour.contains("\u{1b}[1;31mSTRONG LEAD"))
        let plain = colour.replacing(#/\e\[[0-9;]+m/#, with: "")
        #expect(plain == (try report(Self.suspicious, ReportStyle(width: 100))))
    }

    @Test func styleOfAFile() throws {
        let null = try #require(FileHandle(forWritingAtPath: "/dev/null"))
        let style = ReportStyle.suiting(null.fileDescriptor, ["COLUMNS": "72"])
        #expect(style.width == 72)
        #expect(!style.usesColour)
        #expect(ReportStyle.suiting(null.fileDescriptor, [:]).width == 100)
    }

    /// Colour and width of a pseudo-terminal, with and without NO_COLOR.
    @Test func styleOfATerminal() throws {
        var controller: Int32 = 0
        var terminal: Int32 = 0
        var size = winsize(ws_row: 24, ws_col: 91, ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&controller, &terminal, nil, nil, &size) == 0)
        defer {
            close(controller)
            close(terminal)
        }
        #expect(ReportStyle.suiting(terminal, [:]).usesColour)
        #expect(ReportStyle.suiting(terminal, [:]).width == 91)
        #expect(!ReportStyle.suiting(terminal, ["NO_COLOR": "1"]).usesColour)
        #expect(ReportStyle.suiting(terminal, ["NO_COLOR": ""]).usesColour)
        #expect(!ReportStyle.suiting(terminal, ["TERM": "dumb"]).usesColour)
    }

    @Test(arguments: [
        ("a.test:443", "a.test:443"), ("[::1]:1", "'[::1]:1'"), ("x'; rm", "'x'\\''; rm'"), ("-x", "'-x'"),
        ("", "''"),
    ])
    func shellQuoting(_ text: String, _ quoted: String) {
        #expect(Report.quoted(text) == quoted)
    }

    /// The report reads fields that records have.
    @Test func theRecordHasOnlyKnownFields() throws {
        let known = Set(Field.all.map(\.name))
        let record = try #require(
            try JSONSerialization.jsonObject(with: Data(Self.suspicious.utf8)) as? [String: Any]
        )
        func check(_ value: Any, _ name: String) {
            switch value {
            case let object as [String: Any]:
                object.forEach { check($1, name.isEmpty ? $0 : "\(name).\($0)") }
            case let list as [[String: Any]] where !name.hasPrefix("hallmark.http"):
                list.forEach { check($0, name) }
            default: #expect(known.contains(name) || name.hasPrefix("http.response.header."), "\(name)")
            }
        }
        check(record, "")
    }

    private func report(
        _ json: String,
        _ style: ReportStyle,
        describe: @escaping (String) -> String? = { _ in nil }
    ) throws -> String {
        let record = try #require(RecordView(line: Array(json.utf8)))
        return Report(record, style, corpus: "sweeps.sqlite", describe: describe).text()
    }
}
