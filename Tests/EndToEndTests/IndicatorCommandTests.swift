import Foundation
import TestSupport
import Testing

/// `--iocs` of `match` and `scan`, as a person uses it.
@Suite struct IndicatorCommandTests {
    private static func line(_ host: Int) -> String {
        #"{"@timestamp":"2026-06-01T01:00:00.000Z","ecs":{"version":"9.0.0"},"#
            + #""event":{"kind":"event","category":["network"],"type":["info"],"outcome":"success","dataset":"hallmark.observation"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"hallmark":{}}"#
            + "\n"
    }

    @Test func matchTellsWhatIsListedAndFailsOnIt() throws {
        let scratch = Scratch()
        let sweep = try scratch.write("sweep.ndjson", Self.line(7) + Self.line(8))
        let list = try scratch.write("ours.txt", "#! date: 2026-05-20\n#! feed: Ours\n192.0.2.7 # beacon\n")
        let result = try Program.run([
            "match", sweep, "--iocs", list, "--only-leads", "--fail-on", "medium",
        ])
        #expect(
            result.status == 3 && result.errors.contains("listed by others: 1 observation"),
            "\(result.errors)"
        )
        let record = try #require(try Program.records(result.text).first)
        #expect(record.endpoint == "192.0.2.7:443")
        let indicators = try #require(record["hallmark.indicators"] as? [[String: Any]])
        #expect(indicators.count == 1 && indicators[0]["description"] as? String == "beacon")
        #expect(indicators[0]["date"] as? String == "2026-05-20T00:00:00Z")
        #expect(try schemaErrors(result.text) == "")
        // A dismissed lead comes back when another list names it.
        let decisions = scratch.file("decisions.ndjson")
        let assessed = try scratch.write("assessed.ndjson", result.text)
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "dismiss", "--because", "ours", "--by", "me", "--records", assessed,
            "--decisions", decisions,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        let again = ["match", sweep, "--fail-on", "low", "--decisions", decisions, "--iocs"]
        #expect(try Program.run(again + [list]).status == 0)
        let other = try scratch.write("theirs.txt", "#! feed: Theirs\n192.0.2.7\n")
        #expect(try Program.run(again + [other]).status == 3)
        // Or when the same list knows more.
        for more in ["software: Havoc", "confirmed: yes"] {
            let text = "#! date: 2026-05-20\n#! feed: Ours\n#! \(more)\n192.0.2.7 # beacon\n"
            #expect(try Program.run(again + [scratch.write("more.txt", text)]).status == 3, "\(more)")
        }
    }

    /// A comparison takes a dismissal of a lead as `match` does: by what spoke for it.
    @Test func aComparisonKnowsADismissedLead() throws {
        let scratch = Scratch()
        let digest = String(repeating: "AB", count: 32)
        let line = Self.line(7).replacing(
            "\"hallmark\":{}",
            with: "\"tls\":{\"server\":{\"hash\":{\"sha256\":\"\(digest)\"}}},\"hallmark\":{}"
        )
        let list = try scratch.write("ours.txt", "#! date: 2026-05-20\n#! feed: Ours\n192.0.2.7\n")
        let matched = try Program.run([
            "match", scratch.write("sweep.ndjson", line), "--iocs", list,
        ])
        let sweep = try scratch.write("matched.ndjson", matched.text)
        let inventory = try scratch.write("inventory.csv", "address,ports\n192.0.2.7,443\n")
        let decisions = scratch.file("decisions.ndjson")
        let compare = [
            "compare", sweep, "--inventory", inventory, "--format", "ndjson", "--fail-on", "high",
            "--keep-going",
        ]
        let before = try Program.run(compare)
        #expect(before.status == 3 && before.text.contains("signature_lead"), "\(before.errors)")
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "dismiss", "--because", "ours", "--by", "me", "--records", sweep,
            "--decisions", decisions,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        let after = try Program.run(compare + ["--decisions", decisions])
        #expect(after.status == 0 && after.text.contains("(dismissed by me: ours)"), "\(after.text)")
        // With another list's word the lead counts again.
        let other = try scratch.write("theirs.txt", "#! date: 2026-05-20\n#! feed: Theirs\n192.0.2.7\n")
        let again = try Program.run(["match", sweep, "--iocs", other])
        _ = try scratch.write("matched.ndjson", again.text)
        #expect(try Program.run(compare + ["--decisions", decisions]).status == 3)
    }

    @Test func whatCannotBeReadEndsWithOne() throws {
        let scratch = Scratch()
        let sweep = try scratch.write("sweep.ndjson", Self.line(7))
        let list = try scratch.write("ours.txt", "192.0.2.9\nno such thing\nnor this\n")
        let result = try Program.run(["match", sweep, "--iocs", list])
        #expect(
            result.status == 1 && result.errors.contains("ours.txt:2: 'no such thing' is")
                && result.errors.contains("1 indicator read; 2 lines or parts could not be read"),
            "\(result.errors)"
        )
        #expect(try Program.run(["match", sweep, "--iocs", list, "--keep-going"]).status == 0)
        #expect(try Program.run(["match", sweep, "--iocs", scratch.file("missing")]).status == 1)
        let device = try Program.run(["match", sweep, "--iocs", "/dev/zero"])
        #expect(device.status == 1 && device.errors.contains("is a device"), "\(device.errors)")
        let feed = try scratch.write(
            "misp.json",
            #"{"Event":{"info":"x","Attribute":[{"type":"ip-dst","value":"192.0.2.7","to_ids":false}]}}"#
        )
        let nothing = try Program.run(["match", sweep, "--iocs", feed])
        #expect(
            nothing.status == 1 && nothing.errors.contains("not meant for detection"),
            "\(nothing.errors)"
        )
    }

    @Test func scanLooksUpWhatItSees() throws {
        let server = try ScriptedPeer([.reset])
        let scratch = Scratch()
        let list = try scratch.write(
            "ours.txt",
            "#! date: 2026-11-01\n#! confirmed: yes\n127.0.0.0/8\n127.0.0.1:\(server.port)\n"
        )
        for rules in [["--no-signatures"], []] {
            let result = try Program.run(
                ["scan", "127.0.0.1:\(server.port)", "--iocs", list, "--fail-on", "low"] + rules
            )
            #expect(result.status == 3, "\(result.errors)")
            let record = try #require(try Program.records(result.text).first)
            let indicators = try #require(record["hallmark.indicators"] as? [[String: Any]], "\(record.line)")
            #expect(indicators.compactMap { $0["kind"] as? String } == ["endpoint", "range"])
        }
    }

    /// What a record does not tell of lists is said at the run's end, quiet or not.
    @Test func whatIsLeftOutOfARecordIsSaid() throws {
        let server = try ScriptedPeer([.reset])
        let scratch = Scratch()
        let sweep = try scratch.write("sweep.ndjson", Self.line(7))
        let lines = ["192.0.2.7", "127.0.0.1"].map { address in
            (0..<10).map { "\(address) # \($0)\n" }.joined()
        }
        let list = try scratch.write("ours.txt", lines.joined())
        let corpus = scratch.file("seen.sqlite")
        let seen = try scratch.write("seen.ndjson", Self.certificate(7, "A1", key: "B1"))
        #expect(try Program.run(["corpus", "add", seen, "--corpus", corpus]).status == 0)
        for arguments in [
            ["match", sweep], ["enrich", sweep, "--no-context-names"],
            ["corpus", "listed", "--corpus", corpus],
            ["scan", "127.0.0.1:\(server.port)", "--no-signatures"],
        ] {
            let result = try Program.run(arguments + ["--iocs", list, "-q"])
            #expect(
                result.status == 0 && result.errors.contains("lists: 2 more entries of lists left out"),
                "\(arguments): \(result.errors)"
            )
        }
    }

    // MARK: Earlier cases

    private static func certificate(_ host: Int, _ digest: String, key: String) -> String {
        #"{"@timestamp":"2026-06-01T01:00:00.000Z","ecs":{"version":"9.0.0"},"#
            + #""event":{"kind":"event","category":["network"],"type":["info"],"outcome":"success","dataset":"hallmark.observation"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
            + #""tls":{"server":{"hash":{"sha256":"\#(String(repeating: digest, count: 32))"},"x509":{"serial_number":"0\#(host)"}}},"#
            + #""hallmark":{"certificate":{"spki_sha256":"\#(String(repeating: key, count: 32))"}}}"# + "\n"
    }

    @Test func whatSharesAMarkWithAnEarlierCaseSaysItsReference() throws {
        let scratch = Scratch()
        let corpus = scratch.file("seen.sqlite")
        let first = try scratch.write("first.ndjson", Self.certificate(7, "A1", key: "B1"))
        #expect(try Program.run(["corpus", "add", first, "--corpus", corpus]).status == 0)
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "block", "--because", "a beacon", "--by", "me", "--case", "T-9",
            "--corpus", corpus,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        // Another address and certificate, with the key that the blocked endpoint once showed.
        let next = try scratch.write(
            "next.ndjson",
            Self.certificate(8, "A2", key: "B1") + Self.certificate(9, "A3", key: "B3")
        )
        let result = try Program.run(["match", next, "--decisions", corpus, "--only-leads"])
        let records = try Program.records(result.text)
        #expect(records.map(\.endpoint) == ["192.0.2.8:443"], "\(result.errors)")
        // One's own decisions are no list of others.
        #expect(
            result.errors.contains("decided to be blocked or escalated: 1 observation")
                && !result.errors.contains("listed by others"),
            "\(result.errors)"
        )
        let mark = try #require((records.first?["hallmark.indicators"] as? [[String: Any]])?.first)
        #expect(mark["case"] as? String == "T-9" && mark["feed"] as? String == "decisions")
        #expect(mark["field"] as? String == "hallmark.certificate.spki_sha256")
        #expect(mark["description"] as? String == "block: a beacon")
        #expect(try Program.run(["match", first, "--decisions", corpus, "--only-leads", "-q"]).text != "")
    }

    @Test func enrichWritesTheEvidenceAndCorpusListedLooksBack() throws {
        let scratch = Scratch()
        let list = try scratch.write(
            "ours.txt",
            "#! date: 2026-05-20\n" + String(repeating: "A1", count: 32) + "\n"
        )
        let sweep = try scratch.write(
            "sweep.ndjson",
            Self.certificate(7, "A1", key: "B1") + Self.certificate(8, "A2", key: "B2")
        )
        let enriched = try Program.run(["enrich", sweep, "--no-context-names", "--iocs", list])
        #expect(
            enriched.status == 0 && enriched.errors.contains("listed by others: 1 record"),
            "\(enriched.errors)"
        )
        let records = try Program.records(enriched.text)
        #expect(records.map { $0["hallmark.indicators"] != nil } == [true, false])
        #expect(records.allSatisfy { $0["hallmark.leads"] == nil })
        #expect(try schemaErrors(enriched.text) == "")
        // Leads are made afterwards, of what the records tell; and enriched again they are as before.
        let matched = try TestSupport.run(
            Program.path,
            ["match", "--only-leads", "--fail-on", "medium"],
            input: Array(enriched.text.utf8),
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures"]
        )
        #expect(matched.status == 3)
        #expect(try Program.records(matched.text).map(\.endpoint) == ["192.0.2.7:443"])
        let again = try scratch.write("again.ndjson", enriched.text)
        #expect(
            try Program.run(["enrich", again, "--no-context-names", "--iocs", list]).text == enriched.text
        )
        let assessed = try scratch.write("assessed.ndjson", matched.text)
        let other = try scratch.write("other.txt", "198.51.100.1\n")
        let cleared = try Program.run(["enrich", assessed, "--no-context-names", "--iocs", other])
        let record = try #require(try Program.records(cleared.text).first)
        #expect(record["hallmark.indicators"] == nil && record["hallmark.leads"] != nil)
        let corpus = scratch.file("seen.sqlite")
        #expect(try Program.run(["corpus", "add", sweep, "--corpus", corpus]).status == 0)
        let listed = try Program.run(["corpus", "listed", "--corpus", corpus, "--iocs", list, "--fail"])
        #expect(listed.status == 3 && listed.errors.contains("2 sightings, 1 of them"), "\(listed.errors)")
        #expect(try Program.records(listed.text).map { $0.text("server.ip") } == ["192.0.2.7"])
        #expect(try Program.run(["corpus", "listed", "--corpus", corpus]).status == 64)
        let late = ["corpus", "listed", "--corpus", corpus, "--iocs", list, "--since", "2026-07-01", "-q"]
        #expect(try Program.run(late).text == "")
    }

    /// An entry had aged when its lead was dismissed; listed anew by date the lead is stronger, and counts.
    @Test func anEntryThatIsListedAnewBringsItsLeadBack() throws {
        let scratch = Scratch()
        let sweep = try scratch.write("sweep.ndjson", Self.line(7))
        func list(_ date: String) throws -> String {
            try scratch.write("ours.txt", "#! date: \(date)\n#! feed: Ours\n192.0.2.7:443\n")
        }
        let old = try Program.run(["match", sweep, "--iocs", try list("2020-01-01")])
        let decisions = scratch.file("decisions.ndjson")
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "dismiss", "--because", "ours", "--records",
            try scratch.write("assessed.ndjson", old.text), "--decisions", decisions,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        for (date, status) in [("2020-01-01", 0), ("2026-05-20", 3), ("2020-01-01", 0)] {
            let result = try Program.run([
                "match", sweep, "--fail-on", "low", "--decisions", decisions, "--iocs", try list(date),
            ])
            #expect(result.status == Int32(status), "\(date): \(result.text) \(result.errors)")
        }
    }

    /// A change is dismissed, and not every change of the endpoint.
    @Test func aChangeToSomethingElseComesBack() throws {
        let scratch = Scratch()
        func sweep(_ name: String, _ version: String) throws -> String {
            let line = Self.line(7).replacing("\"hallmark\":{}", with: "\"tls\":{\"version\":\"\(version)\"}")
            return try scratch.write(name, line)
        }
        let (first, second) = (try sweep("1.ndjson", "1.3"), try sweep("2.ndjson", "1.2"))
        let third = try sweep("3.ndjson", "1.0")
        let decisions = scratch.file("decisions.ndjson")
        func compare(_ baseline: String, _ later: String) throws -> CommandResult {
            try Program.run(
                [
                    "compare", later, "--baseline", baseline, "--format", "ndjson", "--fail-on", "low",
                ] + (FileManager.default.fileExists(atPath: decisions) ? ["--decisions", decisions] : [])
            )
        }
        let found = try compare(first, second)
        #expect(found.status == 3 && found.text.contains("\"name\":\"changed\""), "\(found.errors)")
        let record = try #require(try Program.records(found.text).first)
        #expect(
            (record["hallmark.findings"] as? [[String: Any]])?.first?["about"] as? String
                == "TLS version from 1.3 to 1.2"
        )
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "dismiss", "--because", "ours", "--records",
            try scratch.write("findings.ndjson", found.text), "--decisions", decisions,
        ])
        #expect(decided.status == 0 && decided.errors.contains("1 lead or finding"), "\(decided.errors)")
        #expect(try compare(first, second).status == 0)
        #expect(try compare(first, third).status == 3)
        #expect(try compare(second, third).status == 3)
    }

    /// A certificate that is not authorised is dismissed, and not every one that may come.
    @Test func anotherUnauthorisedCertificateComesBack() throws {
        let scratch = Scratch()
        let pinned = String(repeating: "C1", count: 32)
        let inventory = try scratch.write(
            "inventory.csv",
            "address,ports,certificates\n192.0.2.7,443,\(pinned)\n"
        )
        let decisions = scratch.file("decisions.ndjson")
        func compare(_ digest: String, _ more: [String] = []) throws -> CommandResult {
            let sweep = try scratch.write("\(digest).ndjson", Self.certificate(7, digest, key: digest))
            return try Program.run(
                [
                    "compare", sweep, "--inventory", inventory, "--format", "ndjson", "--fail-on", "high",
                    "--keep-going",
                ] + more
            )
        }
        let found = try compare("A1")
        #expect(found.status == 3 && found.text.contains("unauthorized_certificate"), "\(found.errors)")
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "dismiss", "--because", "ours", "--records",
            try scratch.write("findings.ndjson", found.text), "--decisions", decisions,
        ])
        #expect(decided.status == 0, "\(decided.errors)")
        #expect(try compare("A1", ["--decisions", decisions]).status == 0)
        let other = try compare("A2", ["--decisions", decisions])
        #expect(other.status == 3 && !other.text.contains("(dismissed"), "\(other.text)")
    }

    /// A corpus that is named as a list is told by its kind, and prints nothing of what it holds.
    @Test func aDatabaseIsNoList() throws {
        let scratch = Scratch()
        let corpus = scratch.file("seen.sqlite")
        let seen = try scratch.write("seen.ndjson", Self.certificate(7, "A1", key: "B1"))
        #expect(try Program.run(["corpus", "add", seen, "--corpus", corpus]).status == 0)
        let list = try scratch.write("ours.txt", "192.0.2.7\n")
        let result = try Program.run([
            "corpus", "listed", "--corpus", corpus, "--iocs", corpus, "--iocs", list,
        ])
        #expect(result.status == 1 && result.errors.contains("seen.sqlite: is a database (SQLite)"))
        #expect(result.errors.split(separator: "\n").count < 8, "\(result.errors)")
        #expect(result.text.contains("192.0.2.7"), "\(result.errors)")
    }

    /// A lead that a list alone made says by what, wherever it is written.
    @Test func anExportSaysWhatIsListed() throws {
        let scratch = Scratch()
        let sweep = try scratch.write("sweep.ndjson", Self.line(7) + Self.line(8))
        let list = try scratch.write(
            "ours.txt",
            "#! date: 2026-05-20\n192.0.2.7\n#! software: Sliver\n192.0.2.8:443\n192.0.2.8\n"
        )
        let matched = try Program.run(["match", sweep, "--iocs", list])
        let assessed = try scratch.write("assessed.ndjson", matched.text)
        let blocklist = try Program.run(["export", "--to", "blocklist", "--least", "low", assessed])
        #expect(
            blocklist.text.contains("known infrastructure on port 443, medium (50), listed address, seen")
        )
        #expect(
            blocklist.text.contains("Sliver on port 443, medium (60), listed address+listed endpoint, seen"),
            "\(blocklist.text)"
        )
        // A record that does not tell what is listed has no kind, and no gap for it.
        let bare = try scratch.write(
            "bare.ndjson",
            Self.line(9).replacing(
                #""hallmark":{}"#,
                with:
                    #""hallmark":{"leads":[{"software":{"name":"Sliver"},"confidence":60,"label":"medium","kinds":[]}]}"#
            )
        )
        for format in ["blocklist", "misp"] {
            let result = try Program.run(["export", "--to", format, "--least", "low", bare])
            #expect(result.status == 0 && result.text.contains("medium (60)"), "\(result.errors)")
            #expect(!result.text.contains("(60), ,") && !result.text.contains("(60), \""), "\(result.text)")
        }
    }
}
