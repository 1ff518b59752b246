import Observations
import Pipeline
import Terminal
import Testing

@testable import hallmark

/// The lines that a scan shows on a terminal.
@Suite struct EndpointTableTests {
    private func row(_ json: String, _ style: ReportStyle = ReportStyle(width: 80)) throws -> String {
        let picker = RecordPicker(EndpointTable.fields)
        try picker.read(Array(json.utf8))
        return EndpointTable(style).row(picker)
    }

    /// A record with a subject, the end of its certificate, and leads.
    private func record(
        ip: String = "192.0.2.7",
        subject: String = "shop.example.com",
        end: String = "2026-12-01T00:00:00Z",
        leads: String = ""
    ) -> String {
        """
        {"@timestamp":"2026-11-22T03:31:00.123Z","server":{"address":"\(ip)","ip":"\(ip)","port":8443},
        "tls":{"server":{"x509":{"subject":{"common_name":["\(subject)"],"distinguished_name":"CN=\(subject)"},
        "issuer":{"distinguished_name":"O=Example","organization":["Example CA"]},"not_after":"\(end)"}}},
        "hallmark":{"leads":[\(leads)]}}
        """.replacing("\n", with: "")
    }

    private let lead = #"{"software":{"name":"Cobalt Strike"},"confidence":95,"label":"high"}"#

    @Test func whatAnEndpointShows() throws {
        #expect(
            try row(record(leads: lead))
                == "192.0.2.7:8443        shop.example.com Example CA         8 Cobalt Stri… 95 high\n"
        )
        let two = lead + #",{"software":{"name":"A"},"confidence":20,"label":"low"}"#
        #expect(try row(record(leads: two)).hasSuffix(" 8 Cobalt S… 95 high +1\n"))
        #expect(try row(record()).hasSuffix(" 8\n"))
        #expect(try row(record(end: "2026-11-20T00:00:00Z")).contains("   -3\n"))
        #expect(try row(record(end: "9999-12-31T23:59:59Z")).contains(" >99k\n"))
        let itself = record().replacing(
            #""hallmark":{"#,
            with: #""hallmark":{"certificate":{"self_signed":true},"#
        )
        #expect(try row(itself).contains(" itself "))
    }

    /// A lead that somebody has dismissed does not stand there like one that nobody has looked at.
    @Test func dismissedLeadsAreSaidToBe() throws {
        let decided = record(leads: lead).replacing(
            #""hallmark":{"#,
            with: #""hallmark":{"decisions":[{"verdict":"dismiss","dismissed":["Cobalt Strike"]}],"#
        )
        #expect(try row(decided).hasSuffix(" 8 Cobalt… 95 dismissed\n"))
        let two = decided.replacing(
            lead,
            with: lead + #",{"software":{"name":"A"},"confidence":20,"label":"low"}"#
        )
        #expect(try row(two).hasSuffix(" 8 A 20 low +1\n"))
    }

    @Test func whatDidNotAnswer() throws {
        let refused = #"{"error":{"code":"connection_refused"},"server":{"ip":"2001:db8::1","port":443}}"#
        #expect(try row(refused) == "[2001:db8::1]:443     connection_refused\n")
        let page =
            #"{"server":{"ip":"192.0.2.1","port":80},"http":{"response":{"status_code":200,"title":"Hi"}}}"#
        #expect(try row(page) == "192.0.2.1:80          HTTP 200 Hi\n")
    }

    /// No line is wider than the terminal, whatever servers write, and no address is cut.
    @Test(arguments: [40, 80, 100, 160], [false, true])
    func linesFit(_ width: Int, _ colour: Bool) throws {
        let wide = String(repeating: "漢字", count: 40)
        let names = [
            "a", String(repeating: "x", count: 300), wide, "e\u{301}\u{301}\u{301}", "\\u001b[31m\\u202e",
        ]
        for name in names {
            for address in ["192.0.2.7", "2001:db8:1111:2222:3333:4444:5555:6666"] {
                let style = ReportStyle(width: width, usesColour: colour)
                let row = try row(record(ip: address, subject: name, leads: lead), style)
                let shown = row.replacing(#/\u{1b}\[[0-9;]*m/#, with: "").dropLast()
                #expect(shown.hasPrefix(address.contains(":") ? "[\(address)]:8443 " : "\(address):8443 "))
                #expect(!shown.contains("\u{1b}") && !shown.contains("\u{202e}") && shown.contains("95 high"))
                #expect(row.contains("\u{1b}") == colour)
                // An address of 46 columns leaves no room on a narrow terminal.
                if width >= 80 { #expect(ReportText.columnCount(shown) <= width, "\(row)") }
            }
        }
        let head = EndpointTable(ReportStyle(width: width)).head
        #expect(head.hasPrefix("ENDPOINT ") && head.hasSuffix(" LEAD\n"))
    }

    /// The strongest leads of a run, wherever they were counted.
    @Test func placesOfLeadsAreBounded() {
        var all = LeadPlaces()
        for batch in 0..<10 {
            var places = LeadPlaces()
            for number in 0..<250 {
                places.add(
                    LeadPlace(
                        endpoint: "192.0.2.1:\(batch * 250 + number)",
                        software: "A",
                        confidence: (batch * 250 + number) % 100,
                        label: "low"
                    )
                )
            }
            all.add(places)
        }
        #expect(all.strongest.prefix(LeadPlaces.limit).map(\.confidence).min() == 96)
        #expect(all.strongest.count <= 2 * LeadPlaces.limit + 250)
    }
}
