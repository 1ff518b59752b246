import Foundation
import TestSupport
import Testing

/// What another program wrote is matched and kept as if it had been imported before.
@Suite struct ForeignInputTests {
    @Test func aPacketbeatDocumentIsMatchedAndKept() throws {
        let scratch = Scratch()
        let digest = String(repeating: "AB", count: 32)
        let document = """
            {"@timestamp":"2026-11-22T03:31:00Z","agent":{"type":"packetbeat"},"server":{"ip":"203.0.113.7","port":443},"tls":{"version":"1.3",\
            "server":{"hash":{"sha256":"\(digest)"}}}}

            """
        try FileManager.default.createDirectory(
            atPath: scratch.file("logs"),
            withIntermediateDirectories: true
        )
        let file = try scratch.write("logs/packetbeat.json", document + "{\"@timestamp\":\n")
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        for path in [file, scratch.file("logs")] {
            let match = try Program.run(["match", path] + rules)
            // The line that is cut is said and counted.
            #expect(match.status == 1 && match.errors.contains("packetbeat.json:2: "), "\(match.errors)")
            let records = try Program.records(match.text)
            #expect(records.map { $0.text("event.dataset") } == ["hallmark.import"])
            #expect(records.first?.text("server.ip") == "203.0.113.7")
        }
        let corpus = scratch.file("c.sqlite")
        let add = try Program.run(["corpus", "add", file, "--corpus", corpus])
        #expect(add.status == 1 && add.errors.contains("1 record, 1 new observation"), "\(add.errors)")
        #expect(add.errors.contains("packetbeat.json:2: "))
    }

    /// What any ECS document has tells of no program: a line without a dataset is read by the fields that it
    /// has and is not written anew; one of another program's dataset is refused.
    @Test func anECSLineIsNotTakenForPacketbeats() throws {
        let scratch = Scratch()
        let digest = String(repeating: "AB", count: 32)
        let ends = """
            "server":{"ip":"203.0.113.7","port":443},"tls":{"version":"1.3","server":{"hash":{"sha256":"\(digest)"}}}}

            """
        let bare = "{\"@timestamp\":\"2026-11-22T03:31:00Z\",\(ends)"
        let other = "{\"@timestamp\":\"2026-11-22T03:31:00Z\",\"event\":{\"dataset\":\"zeek.ssl\"},\(ends)"
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        let own = try scratch.write("bare.json", bare)
        let match = try Program.run(["match", own] + rules)
        #expect(match.status == 0 && match.text == bare, "\(match.text)\(match.errors)")
        let corpus = scratch.file("c.sqlite")
        let add = try Program.run(["corpus", "add", own, "--corpus", corpus])
        #expect(add.status == 0 && add.errors.contains("1 record, 1 new observation"), "\(add.errors)")
        let foreign = try scratch.write("other.json", other)
        let refused = try Program.run(["match", foreign] + rules)
        #expect(refused.status == 1 && refused.text.isEmpty && refused.errors.contains("other.json"))
        let kept = try Program.run(["corpus", "add", foreign, "--corpus", corpus])
        #expect(kept.status == 1 && kept.errors.contains("other.json"), "\(kept.errors)")
    }

    /// Output of `match` and of `compare` holds lines that are no records: who reads records passes them
    /// over, says how many there were, and ends well.
    @Test func ourOwnConclusionsArePassedOver() throws {
        let scratch = Scratch()
        let record = """
            {"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
            "server":{"address":"192.0.2.1","ip":"192.0.2.1","port":443},"tls":{"server":{"hash":{"sha256":"\(
            String(repeating: "AB", count: 32))"}}}}

            """
        let count = """
            {"@timestamp":"2026-11-22T03:31:00.000Z","event":{"kind":"alert","dataset":"hallmark.correlation"},\
            "hallmark":{"correlation":{"rule":{"name":"x","level":"high"},"group":[],"count":3}}}

            """
        let inventory = try scratch.write("i.csv", "address,ports\n192.0.2.1,443\n192.0.2.2,443\n")
        let sweep = try scratch.write("sweep.ndjson", record)
        let found = try Program.run(["compare", sweep, "--inventory", inventory, "--format", "ndjson"])
        #expect(found.text.contains("hallmark.finding"), "\(found)")
        let mixed = try scratch.write("mixed.ndjson", record + count + found.text)
        let lines = found.text.split(separator: "\n").count + 1
        let corpus = scratch.file("c.sqlite")
        // A corpus keeps findings.
        let added = try Program.run(["corpus", "add", mixed, "--corpus", corpus])
        #expect(added.status == 0, "\(added)")
        #expect(
            added.errors.contains(
                ", \(lines - 1) finding\(lines == 2 ? "" : "s"); 1 line of correlations passed over"
            ),
            "\(added)"
        )
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        for command in [
            ["match", mixed] + rules,
            ["compare", mixed, "--baseline", sweep], ["hunt", mixed] + rules,
        ] {
            let result = try Program.run(command)
            #expect(result.status == 0, "\(command): \(result)")
            #expect(
                (result.text + result.errors).contains(
                    "\(lines) lines of findings or correlations passed over"
                ),
                "\(result)"
            )
        }
        let measured = try Program.run(["signatures", "measure", mixed] + rules)
        #expect(measured.status == 0 && measured.errors.contains("\(lines) of another kind"), "\(measured)")
        let written = try Program.run(["export", "--to", "csv", mixed])
        #expect(
            written.status == 0 && written.errors.contains("1 line of correlations passed over"),
            "\(written)"
        )
        #expect(written.text.split(whereSeparator: \.isNewline).count == 1 + lines, "\(written.text)")
        // With what was seen in it, it is no line of ours.
        let forged = try scratch.write(
            "forged.ndjson",
            record
                + count.replacing("{\"kind\"", with: #"{"kind""#)
                .replacing(#""hallmark":{"#, with: #""server":{"ip":"192.0.2.9"},"hallmark":{"#)
        )
        #expect(try Program.run(["match", forged] + rules).status == 1)
        #expect(try Program.run(["corpus", "add", forged, "--corpus", corpus]).status == 1)
    }

    /// Programs differ in which of two equal names counts and in what a number is that nothing holds: no
    /// command takes such a line for a record, and each says where it stands.
    @Test(arguments: [
        #""server":{"ip":"192.0.2.1"}"#, #""tls":{"server":{"jarm":"aa","j\u0061rm":"bb"}}"#,
        #""x":1e999999"#,
        #""tls":{"server":{"x509":{"version_number":-}}}"#,
        #""y":"# + String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000),
    ])
    func whatIsAmbiguousIsReadByNobody(_ member: String) throws {
        let scratch = Scratch()
        let good = """
            {"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
            "server":{"address":"192.0.2.1","ip":"192.0.2.1","port":443}
            """
        let file = try scratch.write("bad.ndjson", good + "}\n" + good + "," + member + "}\n")
        let inventory = try scratch.write("i.csv", "address,ports\n192.0.2.1,443\n")
        let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
        for command in [
            ["match", file] + rules, ["corpus", "add", file, "--corpus", scratch.file("c.sqlite")],
            ["compare", file, "--inventory", inventory], ["compare", file, "--baseline", file],
            ["compare", file, "--expiring", "30"], ["compare", file, "--adopt"], ["hunt", file] + rules,
            ["enrich", file], ["report", file], ["export", "--to", "csv", file],
            ["signatures", "measure", file] + rules,
        ] {
            let result = try Program.run(command)
            #expect(result.status == 1, "\(command): \(result)")
            let isPlaced = result.errors.contains("bad.ndjson:2") || result.errors.contains("line 2")
            #expect(isPlaced, "\(command): \(result.errors)")
        }
    }
}
