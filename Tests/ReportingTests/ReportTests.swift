import Bytes
import Observations
import Reporting
import TestSupport
import Testing

/// What a report says of records, and that nothing in it is anything but text.
@Suite struct ReportTests {
    /// Lines with the room behind them that readers want.
    private static func facts(_ lines: [String]) -> SweepFacts {
        let facts = SweepFacts()
        for line in lines {
            let bytes = Array(line.utf8) + Array(repeating: 0x20, count: RecordPicker.padding)
            let isRecord = bytes.withUnsafeBytes {
                facts.add(line: UnsafeRawBufferPointer(rebasing: $0[..<line.utf8.count]))
            }
            #expect(isRecord, "\(line)")
        }
        return facts
    }

    private static func input() -> ReportInput { ReportInput(now: 1_790_000_000_000, version: "1.0") }

    private static func text(_ document: ReportDocument, _ format: ReportFormat = .markdown) -> String {
        var out = ByteBuffer()
        format.write(document, to: &out)
        return out.text
    }

    private static func record(_ host: Int, _ more: String = "", time: String = "2026-06-01T01:00:00.000Z")
        -> String
    {
        #"{"@timestamp":"\#(time)","event":{"outcome":"success","dataset":"hallmark.observation"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443}\#(more)}"#
    }

    private static let lead =
        #","hallmark":{"matches":[{"rule":{"id":"r-1","name":"The mark"},"software":{"name":"Sliver"},"#
        + #""evidence":[{"kind":"jarm","field":"tls.server.jarm","value":"07d1"}]}],"#
        + #""leads":[{"software":{"name":"Sliver"},"confidence":80,"label":"high","kinds":["jarm"],"#
        + #""against":["a look-alike"]}]}"#

    @Test func evidenceStandsBeforeConfidence() throws {
        let text = Self.text(SweepReport(Self.facts([Self.record(1, Self.lead)]), Self.input()).document)
        let evidence = try #require(text.firstRange(of: "tls.server.jarm = 07d1 (The mark)"))
        let confidence = try #require(text.firstRange(of: "80 of 99 (high), by jarm"))
        #expect(evidence.lowerBound < confidence.lowerBound)
        #expect(text.contains("a look-alike") && text.contains("| The mark | r-1 | 1 |"))
        #expect(text.contains("Leads: 1 high, 0 medium, 0 low"))
    }

    /// A lead that rests on lists says which, since when and with which words.
    @Test func whatListsSayIsEvidence() throws {
        let lead =
            #","hallmark":{"indicators":[{"kind":"address","field":"server.ip","value":"192.0.2.1","feed":"Ours","#
            + #""date":"2026-05-01T00:00:00Z","description":"second stage","tlp":"amber","case":"C-7","#
            + #""confirmed":true,"aged":true},{"kind":"address","field":"server.ip","value":"192.0.2.1","#
            + #""feed":"Theirs","software":{"name":"Sliver"}}],"#
            + #""leads":[{"software":{"name":"known infrastructure"},"confidence":40,"label":"low","kinds":["hosting"]},"#
            + #"{"software":{"name":"Sliver"},"confidence":50,"label":"medium","kinds":["hosting"]}]}"#
        let text = Self.text(SweepReport(Self.facts([Self.record(1, lead)]), Self.input()).document)
        #expect(
            text.contains(
                "server.ip = 192.0.2.1 (listed by Ours, 2026-05-01: second stage; TLP amber; case C-7; confirmed by you; aged)"
            ),
            "\(text)"
        )
        #expect(text.contains("server.ip = 192.0.2.1 (listed by Theirs)"), "\(text)")
        #expect(!text.contains("the record keeps none"))
    }

    @Test func whatNobodyToldIsSaidToBeUnknown() {
        let text = Self.text(SweepReport(Self.facts([Self.record(1)]), Self.input()).document)
        for word in [
            "No scope is recorded", "Nothing earlier was given", "No inventory was given", "No summary",
        ] {
            #expect(text.contains(word), "\(word)")
        }
    }

    /// That nothing matched says something only where somebody looked.
    @Test func whatNoRuleReadIsNoAbsenceOfLeads() throws {
        let plain = (1...3).map { Self.record($0, #","hallmark":{"scan":{"id":"s-1"}}"#) }
        let nobody = Self.text(SweepReport(Self.facts(plain), Self.input()).document)
        #expect(nobody.contains("No record tells that rules were matched with it"))
        #expect(!nobody.contains("that nothing matched proves"))
        #expect(nobody.contains("of 3 records nobody told that rules read them"))
        #expect(nobody.contains("3 records of 3 of which nobody told"))
        // One names the rules: of the others nothing is known.
        let some = plain + [Self.record(4, #","hallmark":{"signatures":{"digest":"AB"}}"#)]
        let partly = Self.text(SweepReport(Self.facts(some), Self.input()).document)
        #expect(
            partly.contains("that nothing matched proves")
                && partly.contains("3 records of 4 of which nobody told")
        )
        // The summary of their scan says that it matched.
        var input = Self.input()
        for (rules, isSaid) in [(0, false), (300, true)] {
            let summary = #"{"scan_id":"s-1","records":3,"signatures":{"rules":\#(rules)}}"#
            input.runs = [try RunSummary.read(Array(summary.utf8), name: "summary.json")]
            let text = Self.text(SweepReport(Self.facts(plain), input).document)
            #expect(text.contains("that nothing matched proves") == isSaid)
            #expect(text.contains("nobody told") != isSaid)
        }
    }

    @Test func theLatestRecordOfAnEndpointCounts() {
        let facts = Self.facts([
            Self.record(1, Self.lead), Self.record(1, time: "2026-06-02T01:00:00.000Z"),
        ])
        var input = Self.input()
        let old = RFC3339.milliseconds("2026-06-01T01:00:00Z")
        for (time, message) in [(old, "it was weak"), (nil, "it is missing")] {
            input.findings.append(
                ReportFinding(
                    place: "192.0.2.1:443",
                    time: time,
                    name: time == nil ? "missing_endpoint" : "weak_key",
                    severity: "high",
                    message: message
                )
            )
        }
        let text = Self.text(SweepReport(facts, input).document)
        #expect(text.contains("1 endpoint in 2 records") && !text.contains("Sliver"))
        #expect(!text.contains("it was weak") && text.contains("it is missing"))
    }

    @Test func aDismissalThatTheRecordTellsIsKept() {
        let decided =
            Self.lead.dropLast().dropLast(0)
            + #","decisions":[{"subject":{"kind":"endpoint","value":"192.0.2.1:443"},"verdict":"dismiss","#
            + #""because":"ours","by":"me","case":"T-1","dismissed":["Sliver"]}]}"#
        let text = Self.text(
            SweepReport(Self.facts([Self.record(1, String(decided))]), Self.input()).document
        )
        #expect(text.contains("Sliver (dismissed)") && text.contains("1 more was dismissed"))
        #expect(text.contains("dismiss by me, case T-1, on 192.0.2.1:443: ours"))
    }

    private static let hostile = [
        "<script>alert(1)</script>", "\" onmouseover=\"x", "]]><!--", "</title><img src=x onerror=y>",
        "a|b|c",
        "[x](javascript:alert(1))", "https://evil.example/", "\u{202e}gnp.exe", "`code` *bold* # head",
        "\u{1b}[31m",
        "www.evil.example", "a@evil.example", "&lt;script&gt;",
    ]

    @Test(arguments: ReportFormat.allCases) func nothingForeignIsMarkup(_ format: ReportFormat) {
        var lines: [String] = []
        for (number, text) in Self.hostile.enumerated() {
            var quoted = ByteBuffer()
            quoted.string(text)
            let value = quoted.text
            lines.append(
                #"{"@timestamp":"2026-06-01T01:00:00Z","event":{"outcome":"success"},"server":{"address":\#(value),"domain":\#(value),"port":\#(number)},"#
                    + #""tls":{"version":\#(value),"curve":\#(value),"client":{"server_name":\#(value)},"#
                    + #""server":{"x509":{"subject":{"distinguished_name":\#(value)},"#
                    + #""issuer":{"distinguished_name":\#(value)}}}},"error":{"code":\#(value)},"#
                    + #""observer":{"version":\#(value)},"hallmark":{"scan":{"id":\#(value),"scope":\#(value)},"#
                    + #""signatures":{"digest":\#(value)},"marks":{"untested":[{"what":\#(value),"reason":\#(value),"marks":1}]},"#
                    + #""findings":[{"name":\#(value),"severity":\#(value),"message":\#(value),"owner":\#(value)}],"#
                    + #""decisions":[{"subject":{"value":\#(value)},"verdict":\#(value),"because":\#(value)}],"#
                    + #""matches":[{"rule":{"id":\#(value),"name":\#(value)},"software":{"name":\#(value)},"#
                    + #""evidence":[{"field":\#(value),"value":\#(value)}]}],"#
                    + #""leads":[{"software":{"name":\#(value)},"confidence":50,"kinds":[\#(value)],"against":[\#(value)],"#
                    + #""corroborate":[\#(value)]}]}}"#
            )
        }
        var input = Self.input()
        input.title = Self.hostile[3]
        input.unread = Self.hostile
        input.inventory = Self.hostile[0]
        input.baseline = Self.hostile[1]
        input.scopes = [
            .init(name: Self.hostile[0], authorization: Self.hostile[2], includes: Self.hostile, rate: 1)
        ]
        input.runs = [
            .init(name: Self.hostile[0], facts: [(Self.hostile[1], Self.hostile[3])], gaps: Self.hostile)
        ]
        let whole = Self.text(SweepReport(Self.facts(lines), input).document, format)
        // What stands behind a backslash is itself in Markdown, and nothing else.
        let text = format == .html ? whole : whole.replacing("\\<", with: "").replacing("\\]", with: "")
        for word in ["<script", "<img", "<!--", "\u{202e}", "\u{1b}"] {
            #expect(!text.contains(word), "\(word)")
        }
        switch format {
        case .html:
            #expect(!text.contains("\" onmouseover"))
            #expect(text.contains("&lt;script&gt;alert(1)") && text.contains("&amp;lt;script"))
            #expect(!text.contains("href=\"http") && !text.contains("javascript:alert(1)\""))
        case .markdown:
            #expect(!text.contains("](javascript") && !text.contains("s://evil") && !text.contains("|b|"))
            #expect(!text.contains("a@evil") && !text.contains("www.evil") && !text.contains(" `code"))
        }
    }

    @Test func fiveThousandEndpointsFitIntoTwoMegabytes() {
        let lines = (0..<5000).map { number in
            #"{"@timestamp":"2026-06-01T01:00:00.000Z","event":{"outcome":"success"},"#
                + #""server":{"ip":"198.51.\#(number / 250).\#(number % 250)","port":8443,"domain":"host-\#(number).subsidiary.example.com"},"#
                + #""tls":{"version":"1.3","curve":"x25519","server":{"hash":{"sha256":"\#(String(repeating: "AB", count: 32))"},"#
                + #""x509":{"subject":{"distinguished_name":"C=DE, ST=Bayern, L=Muenchen, O=Example Holding GmbH, CN=host-\#(number).subsidiary.example.com"},"#
                + #""issuer":{"distinguished_name":"C=US, O=Example Trust Services, CN=Example TLS RSA CA G1 2026"},"#
                + #""not_after":"2027-06-01T00:00:00Z"}}},"hallmark":{"findings":[{"name":"weak_key","severity":"high","#
                + #""message":"The RSA key of 1024 bits is shorter than the 2048 bits of the policy."},"#
                + #"{"name":"old_protocol","severity":"medium","message":"The endpoint negotiated TLS 1.0; the policy wants TLS 1.2."},"#
                + #"{"name":"expiring","severity":"medium","message":"The certificate ends 2026-06-20T00:00:00Z, in 18 days."},"#
                + #"{"name":"appeared","severity":"medium","message":"The endpoint answers now with CN=host-\#(number).subsidiary.example.com."},"#
                + #"{"name":"unknown_endpoint","severity":"high","message":"An endpoint inside owned ranges answers with a certificate of CN=host-\#(number)."}]}}"#
        }
        let document = SweepReport(Self.facts(lines), Self.input()).document
        let text = Self.text(document, .html)
        #expect(text.utf8.count < 2_000_000, "\(text.utf8.count)")
        #expect(text.contains("host-4999"))
    }

    @Test func aLongTableSaysWhatItLeavesOut() {
        var input = Self.input()
        input.mostRows = 2
        let facts = Self.facts((1...5).map { Self.record($0) })
        #expect(Self.text(SweepReport(facts, input).document).contains("3 more endpoints left out here"))
    }

    @Test func aSummaryTellsRatesAndWhatIsMissing() throws {
        let summary = """
            {"scan_id":"s-1","start":"2026-06-01T01:00:00Z","end":"2026-06-01T01:01:40Z","records":1000,
            "records_before":0,"targets":1200,"resumed":0,"connections":3000,"interrupted":true,"lost_here":2,
            "errors":{"connection_timeout":400,"tls_alert":3},"seed":7,"shard":"1/1","scope":"lab",
            "command_line":["hallmark","scan","192.0.2.0/24"]}
            """
        let run = try RunSummary.read(Array(summary.utf8), name: "summary.json")
        let facts = Dictionary(uniqueKeysWithValues: run.facts.map { ($0.name, $0.value) })
        #expect(facts["rate"] == "10 records a second over 100 seconds")
        #expect(facts["errors"] == "connection_timeout 400, tls_alert 3")
        #expect(facts["command"] == "hallmark scan 192.0.2.0/24")
        #expect(
            run.gaps.contains("200 targets have no record")
                && run.gaps.contains("it was stopped before its end")
        )
        #expect(throws: FileError.self) { try RunSummary.read(Array("{}".utf8), name: "x") }
        #expect(throws: FileError.self) { try RunSummary.read(Array("{".utf8), name: "x") }
    }
}
