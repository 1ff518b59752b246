import Foundation
import TestSupport
import Testing

/// Records of ours that come back: as they were written, but for who connected where that is not to be told.
@Suite struct RecordFormatTests {
    private let scratch = Scratch()

    /// Two records with clients, by lines.
    private func seen() throws -> String {
        try scratch.write(
            "ssl.log",
            ZeekLines.connection(ZeekLines.day, "10.0.0.1", chain: ZeekLines.one)
                + ZeekLines.connection(ZeekLines.day, "10.0.0.2", chain: ZeekLines.two)
        )
        let result = try run(programPath, ["import", scratch.file("ssl.log")])
        #expect(result.status == 0, "\(result.errors)")
        return result.text
    }

    /// The records in each of the forms in which they come back.
    private func forms(_ lines: String) throws -> [String] {
        let records = lines.split(separator: "\n").map(String.init)
        let hits = records.map { "{\"_index\":\"h\",\"_id\":\"1\",\"_source\":\($0)}" }
        let all = [
            ("lines.ndjson", lines), ("array.json", "[\(records.joined(separator: ",\n"))]"),
            ("search.json", "{\"took\":1,\"hits\":{\"total\":2,\"hits\":[\(hits.joined(separator: ","))]}}"),
            ("dump.json", hits.joined(separator: "\n") + "\n"),
        ]
        return try all.map { name, text in
            try scratch.write(name, text)
            return scratch.file(name)
        }
    }

    @Test func everyFormIsTakenByEveryCommand() throws {
        let original = try seen()
        for file in try forms(original) {
            let imported = try run(programPath, ["import", file])
            #expect(imported.status == 0 && imported.text == original, "\(file): \(imported.errors)")
            let rules = ["--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel"]
            let matched = try run(programPath, ["match"] + rules + [file])
            #expect(try records(matched).count == 2, "\(file): \(matched.errors)")
            let corpus = file + ".sqlite"
            let added = try run(programPath, ["corpus", "add", file, "--corpus", corpus])
            #expect(added.status == 0 && added.errors.contains("2 records"), "\(file): \(added.errors)")
        }
    }

    @Test func nobodyIsToldWhereThatWasAsked() throws {
        try scratch.write("key", "0123456789abcdef0123456789abcdef")
        for file in try forms(seen()) {
            for arguments in [["--no-clients"], ["--pseudonymize", scratch.file("key")]] {
                for from in [[], ["--from", "hallmark"]] {
                    let result = try run(programPath, ["import"] + arguments + from + [file])
                    #expect(result.status == 0, "\(result.errors)")
                    #expect(try records(result).count == 2)
                    #expect(!result.text.contains("10.0.0."), "\(file) \(arguments): \(result.text)")
                    #expect(result.text.contains("pseudonym") == (arguments.count == 2))
                }
            }
        }
        // As the import of the log itself says it.
        let arguments = ["import", "--pseudonymize", scratch.file("key")]
        let direct = try records(run(programPath, arguments + [scratch.file("ssl.log")]))
        let again = try records(run(programPath, arguments + [scratch.file("lines.ndjson")]))
        #expect(
            direct.map { texts($0, "hallmark.clients") }.count
                == again.map { texts($0, "hallmark.clients") }.count
        )
        for (one, other) in zip(direct, again) {
            let clients = [one, other].map { ($0["hallmark"] as? Record)?["clients"] as? [Record] ?? [] }
            #expect(clients[0].map { text($0, "pseudonym") } == clients[1].map { text($0, "pseudonym") })
        }
    }

    /// What a comparison found or a correlation counted stands beside records, and is none.
    @Test func conclusionsAreNoMistake() throws {
        let finding =
            "{\"@timestamp\":\"2026-01-01T00:00:00Z\",\"event\":{\"dataset\":\"hallmark.finding\"}}\n"
        let result = try run(programPath, ["import"], input: Array((try seen() + finding).utf8))
        #expect(result.status == 0 && result.errors.contains("1 of other things"), "\(result.errors)")
        #expect(try records(result).count == 2)
        let other = finding.replacing("hallmark.finding", with: "other")
        let broken = try run(programPath, ["import"], input: Array((try seen() + other).utf8))
        #expect(broken.status == 1 && broken.errors.contains("no record of ours: 1"), "\(broken.errors)")
    }

    /// Names with dots in them, as some exports have, and members that others added.
    @Test func clientsAreFoundHoweverTheyStand() throws {
        try scratch.write("key", "0123456789abcdef0123456789abcdef")
        try scratch.write(
            "flat.ndjson",
            """
            {"@timestamp":"2026-01-01T00:00:00Z","event":{"dataset":"hallmark.import"},"server.ip":"203.0.113.7","client.ip":["10.0.0.1"],\
            "source":{"ip":"10.0.0.1"},"user.name":"u10.0.0.9","hallmark.clients":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}],\
            "hallmark":{"proof":"presented"}}

            """
        )
        // Which of several values belong to one client nobody knows: nothing of such a line is told.
        let split = try scratch.write(
            "split.ndjson",
            """
            {"@timestamp":"2026-01-01T00:00:00Z","event":{"dataset":"hallmark.import"},"server.ip":"203.0.113.7",\
            "hallmark.clients.ip":["10.0.0.1","10.0.0.2"],"hallmark.clients.user":["10.0.0.3"]}

            """
        )
        let refused = try run(programPath, ["import", "--from", "hallmark", split])
        #expect(refused.status == 1 && refused.text.isEmpty, "\(refused.text)\(refused.errors)")
        for arguments in [["--no-clients"], ["--pseudonymize", scratch.file("key")]] {
            let result = try run(
                programPath,
                ["import", "--from", "hallmark"] + arguments + [scratch.file("flat.ndjson")]
            )
            #expect(result.status == 0 && !result.text.contains("10.0.0."), "\(result.text)\(result.errors)")
            #expect(result.text.contains("203.0.113.7") && result.text.contains("presented"))
        }
    }
}
