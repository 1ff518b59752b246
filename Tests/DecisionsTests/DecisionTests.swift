import Bytes
@testable import Decisions
import Foundation
import Observations
import TestSupport
import Testing

@Suite struct DecisionTests {
    private static let now = 1_795_000_000_000
    private static let sha256 = String(repeating: "AB", count: 32)
    private static let spki = String(repeating: "CD", count: 32)

    private static func record(
        rules: [(id: String, software: String, field: String, value: String)] = [
            ("r1", "Cobalt Strike", "tls.server.jarm", "27d4")
        ],
        leads: [(software: String, confidence: Int)] = [("Cobalt Strike", 90)]
    ) -> String {
        let matches = rules.map { rule in
            """
            {"rule":{"id":"\(rule.id)"},"software":{"name":"\(rule.software)"},"evidence":[{"kind":"tls","field":"\(rule.field)","value":"\(rule.value)"}]}
            """
        }
        let found = leads.map { #"{"software":{"name":"\#($0.software)"},"confidence":\#($0.confidence)}"# }
        return """
            {"@timestamp":"2026-11-18T10:00:00Z","server":{"ip":"203.0.113.7","port":443,"domain":"gate.example"},\
            "tls":{"server":{"hash":{"sha256":"\(sha256)"},"jarm":"27d4","x509":{"serial_number":"00FE12","alternative_names":["a.example","b.example"]}}},\
            "hallmark":{"certificate":{"spki_sha256":"\(spki)"},"matches":[\(matches.joined(separator: ","))],\
            "leads":[\(found.joined(separator: ","))]}}

            """
    }

    private func decision(
        _ subject: String,
        _ verdict: Decision.Verdict = .dismiss,
        until: Int? = nil,
        evidence: [String] = [],
        time: Int = 0
    ) throws -> Decision {
        Decision(
            try #require(DecisionSubject(subject)),
            verdict,
            because: "because",
            by: "me",
            time: Self.now - 1000 + time,
            until: until,
            evidence: evidence
        )
    }

    /// The strongest lead that is left, and the line as it is then.
    private func marked(_ line: String, _ decisions: [Decision]) throws -> (
        label: LeadLabel?, line: [String: Any]
    ) {
        let marker = DecisionMarker(DecisionIndex(decisions, now: Self.now))
        var buffer = ByteBuffer()
        buffer.append(line)
        let label = marker.mark(&buffer)
        #expect(marker.highest == label)
        let object = try JSONSerialization.jsonObject(with: Data(buffer.text.utf8)) as? [String: Any]
        return (label, try #require(object))
    }

    @Test(arguments: [
        ("203.0.113.7:443", DecisionSubject.endpoint(host: "203.0.113.7", port: 443)),
        ("203.0.113.7", .endpoint(host: "203.0.113.7", port: nil)),
        ("[2001:DB8::1]:8443", .endpoint(host: "2001:db8::1", port: 8443)),
        ("2001:db8::1", .endpoint(host: "2001:db8::1", port: nil)),
        ("Gate.Example:443", .endpoint(host: "gate.example", port: 443)),
        (String(repeating: "ab", count: 32), .certificate(sha256)),
        ("key=" + String(repeating: "cd", count: 32), .key(spki)),
        ("tls.server.jarm=27d4", .mark(field: "tls.server.jarm", value: "27d4")),
        ("http.response.title=a=b", .mark(field: "http.response.title", value: "a=b")),
        ("Gate.Example.:443", .endpoint(host: "gate.example", port: 443)),
        ("gate.example.", .endpoint(host: "gate.example", port: nil)),
        ("::ffff:203.0.113.7", .endpoint(host: "203.0.113.7", port: nil)),
        ("[::FFFF:203.0.113.7]:443", .endpoint(host: "203.0.113.7", port: 443)),
        ("[2001:db8::1]", .endpoint(host: "2001:db8::1", port: nil)),
        ("host7:443", .endpoint(host: "host7", port: 443)),
        (
            "tls.server.hash.sha256=" + String(repeating: "ab", count: 32),
            .mark(field: "tls.server.hash.sha256", value: sha256)
        ),
        (
            "tls.server.x509.serial_number=8:bb:00:ee",
            .mark(field: "tls.server.x509.serial_number", value: "08BB00EE")
        ),
        ("tls.server.jarm=27D4", .mark(field: "tls.server.jarm", value: "27d4")),
        ("server.ip=2001:DB8:0::1", .mark(field: "server.ip", value: "2001:db8::1")),
        ("server.port=0443", .mark(field: "server.port", value: "443")),
        (
            "hallmark.certificate.subject.serial_number=ab1",
            .mark(field: "hallmark.certificate.subject.serial_number", value: "ab1")
        ),
    ])
    func aSubjectIsReadAsAPersonWritesIt(text: String, subject: DecisionSubject) {
        #expect(DecisionSubject(text) == subject)
        #expect(DecisionSubject(subject.kind, subject.value) == subject)
    }

    @Test(arguments: [
        "", "a b", "203.0.113.7:0", "203.0.113.7:99999", "key=12", "no.such.field=1", "tls.server.jarm=",
        "a:b:c", "203.0.113.007", "0x7f000001", "a.0x10", "tls.server.x509.serial_number=abcdeg",
        "203.0.113.300", "203.0.1133.7", "203.0.113", "7", "gate.example.7:443",
        "2001:db8:::5", "2001:db8:1:2:3:4:5:6:443", "a..example", ".example", ".", "[203.0.113.7]:443",
        "[gate.example]", "server.port=http",
        "server.ip=203.0.113.300", "hallmark.certificate.self_signed=perhaps", "hallmark.leads=x",
        // A SHA-1, and a SHA-256 without its last digit.
        String(repeating: "ab", count: 20), String(repeating: "ab", count: 31) + "a",
        String(repeating: "ab", count: 16) + ":443",
    ])
    func whatIsNoSubjectIsRefused(text: String) { #expect(DecisionSubject(text) == nil) }

    @Test(arguments: [
        "203.0.113.7:443", "203.0.113.7", "gate.example", "GATE.example:443",
        String(repeating: "AB", count: 32),
        "key=" + String(repeating: "CD", count: 32), "tls.server.jarm=27d4",
        "tls.server.x509.alternative_names=b.example", "gate.example.:443", "::ffff:203.0.113.7",
        "tls.server.hash.sha256=" + String(repeating: "ab", count: 32), "tls.server.jarm=27D4",
        "server.port=443", "server.domain=GATE.example.", "tls.server.x509.serial_number=fe:12",
    ])
    func aDismissedLeadStaysAndDoesNotCount(subject: String) throws {
        let (label, line) = try marked(Self.record(), [try decision(subject)])
        #expect(label == nil)
        let hallmark = try #require(line["hallmark"] as? [String: Any])
        #expect((hallmark["leads"] as? [Any])?.count == 1)
        let decisions = try #require(hallmark["decisions"] as? [[String: Any]])
        #expect(decisions.first?["dismissed"] as? [String] == ["Cobalt Strike"])
        #expect(decisions.first?["because"] as? String == "because")
    }

    @Test(arguments: [
        "203.0.113.7:8443", "203.0.113.8", "other.example", "tls.server.jarm=27d5",
        "key=" + String(repeating: "AB", count: 32),
    ])
    func anothersDecisionChangesNothing(subject: String) throws {
        let (label, line) = try marked(Self.record(), [try decision(subject)])
        #expect(label == .high)
        #expect((line["hallmark"] as? [String: Any])?["decisions"] == nil)
    }

    @Test func aLeadComesBackWhenItsDateHasPassed() throws {
        #expect(try marked(Self.record(), [try decision("203.0.113.7", until: Self.now + 1)]).label == nil)
        #expect(try marked(Self.record(), [try decision("203.0.113.7", until: Self.now)]).label == .high)
    }

    @Test func aLeadComesBackWhenItsEvidenceChanges() throws {
        let known = ["r1 tls.server.jarm=27d4", "r2 http.response.title=x"]
        let decision = try decision("203.0.113.7", evidence: known)
        #expect(try marked(Self.record(), [decision]).label == nil)
        // Another value, and another rule.
        let value = Self.record(rules: [("r1", "Cobalt Strike", "tls.server.jarm", "ffff")])
        #expect(try marked(value, [decision]).label == .high)
        let rule = Self.record(rules: [
            ("r1", "Cobalt Strike", "tls.server.jarm", "27d4"),
            ("r3", "Cobalt Strike", "http.response.title", "y"),
        ])
        #expect(try marked(rule, [decision]).label == .high)
        // Another software on the same endpoint.
        let other = Self.record(
            rules: [
                ("r1", "Cobalt Strike", "tls.server.jarm", "27d4"),
                ("r9", "Sliver", "tls.server.jarm", "27d4"),
            ],
            leads: [("Cobalt Strike", 90), ("Sliver", 60)]
        )
        #expect(try marked(other, [decision]).label == .medium)
    }

    /// A corpus knows of a lead its software and strength alone.
    @Test func aLeadOfACorpusComesBackWhenItIsStronger() throws {
        let decision = try decision("203.0.113.7", evidence: ["medium Cobalt Strike"])
        #expect(try marked(Self.record(leads: [("Cobalt Strike", 60)]), [decision]).label == nil)
        #expect(try marked(Self.record(leads: [("Cobalt Strike", 90)]), [decision]).label == .high)
    }

    /// What is looked through for what is left to do: another software or a stronger lead is.
    @Test(
        arguments: [
            ([("Cobalt Strike", 60)], true), ([("Cobalt Strike", 90)], false), ([("Sliver", 20)], false),
            ([("Cobalt Strike", 60), ("Sliver", 20)], false), ([], true),
        ] as [([(String, Int)], Bool)]
    )
    func whatIsDecidedLeavesNothingToDo(_ leads: [(String, Int)], _ isDecided: Bool) throws {
        let tree = JSONTree()
        let line = Array(Self.record(rules: [], leads: leads.map { (software: $0.0, confidence: $0.1) }).utf8)
        let record = try line.withUnsafeBytes { try tree.read($0) }
        for evidence in ["medium Cobalt Strike", "strength medium Cobalt Strike"] {
            let decision = try decision("203.0.113.7", evidence: [evidence])
            #expect(DecisionIndex([decision], now: Self.now).isDecided(record) == isDecided)
        }
        #expect(!DecisionIndex([], now: Self.now).isDecided(record))
        // Without evidence it holds for whatever is found.
        #expect(DecisionIndex([try decision("203.0.113.7")], now: Self.now).isDecided(record))
    }

    /// Texts that Unicode takes for equal are two values, as they are in records.
    @Test func subjectsAreToldApartByTheirBytes() throws {
        let field = "tls.server.x509.subject.organization"
        let (composed, apart) = (
            try #require(DecisionSubject("\(field)=Caf\u{e9}")),
            try #require(DecisionSubject("\(field)=Cafe\u{301}"))
        )
        #expect(composed != apart && Set([composed, apart, composed]).count == 2)
        let both = [try decision(composed.value, .block), try decision(apart.value)]
        #expect(DecisionIndex(both, now: 0).holding.count == 2)
    }

    @Test func theLastDecisionOnASubjectCounts() throws {
        let first = try decision("203.0.113.7", time: 1)
        let last = try decision("203.0.113.7", .monitor, time: 2)
        #expect(try marked(Self.record(), [first, last]).label == .high)
        #expect(try marked(Self.record(), [last, first]).label == .high)
    }

    @Test func whatSomebodyBlocksIsNotDismissedByAnother() throws {
        let key = try decision("key=" + Self.spki, .block)
        let (label, line) = try marked(Self.record(), [try decision("203.0.113.7"), key])
        #expect(label == .high)
        let decisions = (line["hallmark"] as? [String: Any])?["decisions"] as? [[String: Any]]
        #expect(decisions?.count == 2)
        #expect(decisions?.contains { $0["dismissed"] != nil } == false)
    }

    @Test func aLineIsReadBackAsItWasWritten() throws {
        let scratch = Scratch()
        let all = [
            try decision(
                "203.0.113.7:443",
                .escalate,
                until: Self.now + 5000,
                evidence: ["a \"b\"", "c\u{1b}[31m"]
            ),
            Decision(
                .key(Self.spki),
                .block,
                because: "näh,\n\"so\"",
                by: "ops",
                reference: "IR-12",
                time: Self.now
            ),
        ]
        let path = try scratch.write("d.ndjson", all.map(\.line).joined() + "{\"no\":1}\n\n{broken\n")
        var unread: [String] = []
        let read = try DecisionFile.read(path) { unread.append($0.description) }
        #expect(read == all)
        #expect(unread.count == 2)
        #expect(unread.first?.contains("d.ndjson:3") == true)
    }

    /// An array may stand for the object, and marks may stand in lists of objects.
    @Test func whatStandsInArraysCounts() throws {
        let record = Self.record()
        let array = record.replacing("\"hallmark\":{", with: "\"hallmark\":[{\"x\":1},{")
            .replacing("]}}\n", with: "]}]}\n")
        #expect(try marked(array, [decision("203.0.113.7:443", .block)]).label == .high)
        for line in [record, array] {
            let mark = "hallmark.leads.software.name=Cobalt Strike"
            #expect(try marked(line, [decision(mark)]).label == nil, "\(line)")
        }
    }

    /// A moment is the same however it is written.
    @Test(arguments: ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z", "2026-01-01T01:00:00+01:00"])
    func aDateHoldsInAllItsSpellings(_ time: String) throws {
        let record = Self.record().replacing(
            "\"serial_number\":\"00FE12\"",
            with: "\"serial_number\":\"00FE12\",\"not_after\":\"2026-01-01T00:00:00Z\""
        )
        #expect(try marked(record, [decision("tls.server.x509.not_after=\(time)")]).label == nil)
        #expect(
            try marked(record, [decision("tls.server.x509.not_after=2026-01-01T00:00:01Z")]).label == .high
        )
    }

    /// A value that is to be blocked for several reasons stands there once, with all of them.
    @Test func aBlocklistGivesAllReasonsOfAValue() throws {
        let decisions = try [("192.0.2.7:443", "a beacon", "T-1"), ("192.0.2.7:8443", "its panel", nil)].map {
            Decision(
                try #require(DecisionSubject($0.0)),
                .block,
                because: $0.1,
                by: "me",
                reference: $0.2,
                time: Self.now - 1000
            )
        }
        let list = Blocklist(DecisionIndex(decisions, now: Self.now))
        let lines = list.text([.addresses]).split(separator: "\n")
        #expect(lines.count == 1 && lines[0].hasPrefix("192.0.2.7 # "), "\(lines)")
        for reason in ["a beacon, port 443, by me, case T-1", "its panel, port 8443, by me"] {
            #expect(lines.first?.contains(reason) == true, "\(lines)")
        }
        // A table has a row for each.
        #expect(list.csv([.addresses]).split(separator: "\r\n").count == 3)
    }

    @Test func aBlocklistSaysWhyAndUntilWhen() throws {
        let decisions = [
            try decision("203.0.113.7:443", .block, until: Self.now + 86_400_000),
            try decision("203.0.113.9", .block, until: Self.now), try decision("bad.example", .block),
            try decision(Self.sha256, .block), try decision("key=" + Self.spki, .dismiss),
            try decision("tls.server.jarm=27d4", .block),
        ]
        let list = Blocklist(DecisionIndex(decisions, now: Self.now))
        #expect(
            list.text(Set(Blocklist.Kind.allCases)).split(separator: "\n").map { $0.prefix { $0 != " " } }
                == [
                    Self.sha256[...], "203.0.113.7", "bad.example",
                ]
        )
        #expect(
            list.text([.addresses]).hasPrefix(
                "203.0.113.7 # because, port 443, by me, decided 2026-11-18, until 2026-11-19"
            )
        )
        #expect(list.without.count == 1)
        #expect(list.csv([.names]).contains("names,bad.example,,because,me,,2026-11-18T"))
    }

    /// What is kept of records tells how strong the lead was: of the same evidence a stronger one is more.
    @Test(arguments: [(40, nil), (60, LeadLabel.medium), (90, .high)] as [(Int, LeadLabel?)])
    func aStrongerLeadOfTheSameEvidenceComesBack(_ confidence: Int, _ left: LeadLabel?) throws {
        let item = "r1 tls.server.jarm=27d4"
        let known = LeadEvidence.strength("Cobalt Strike", .low)
        let line = Self.record(leads: [("Cobalt Strike", confidence)])
        let dismissed = try decision("203.0.113.7", evidence: [known, item])
        #expect(dismissed.rules == ["r1"])
        #expect(try marked(line, [dismissed]).label == left)
        // What an earlier version kept holds as it did.
        #expect(try marked(line, [decision("203.0.113.7", evidence: [item])]).label == nil)
        // The strength alone is no evidence.
        #expect(try marked(line, [decision("203.0.113.7", evidence: [known])]).label != nil)
    }

    /// A finding is dismissed by its name alone where the name says all of it.
    @Test func aFindingThatTellsSomethingElseIsNotDismissed() throws {
        let line = """
            {"hallmark":{"findings":[{"name":"expired","severity":"high","message":"x"},\
            {"name":"signature_lead","severity":"high","message":"x","about":"Sliver"},\
            {"name":"changed","severity":"low","message":"x","about":"JARM from a to b"}]}}
            """
        let tree = JSONTree()
        let items = try Array(line.utf8).withUnsafeBytes { LeadEvidence.findings(try tree.read($0)) }
        #expect(items.count == 3)
        let index = DecisionIndex([try decision("203.0.113.7", evidence: items)], now: Self.now)
        func isDismissed(_ name: String, _ severity: Severity, _ about: String) -> Bool {
            index.dismissal(
                of: (name, severity, about),
                hosts: ["203.0.113.7", ""],
                port: 443,
                certificate: ""
            )
                != nil
        }
        #expect(isDismissed("expired", .high, ""))
        #expect(
            isDismissed("signature_lead", .high, "Sliver") && isDismissed("signature_lead", .low, "Sliver")
        )
        #expect(!isDismissed("signature_lead", .critical, "Sliver"))
        #expect(!isDismissed("signature_lead", .high, "Havoc"))
        #expect(isDismissed("changed", .low, "JARM from a to b"))
        #expect(!isDismissed("changed", .low, "JARM from b to c") && !isDismissed("changed", .low, ""))
        #expect(!isDismissed("weak_key", .high, ""))
    }
}
