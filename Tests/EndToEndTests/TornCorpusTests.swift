import Foundation
import TestSupport
import Testing

/// A corpus whose rows name missing ones, whatever a command asks of it.
@Suite struct TornCorpusTests {
    private let scratch = Scratch()

    private func make(_ sql: String) throws -> String {
        let lines = (1...3).map { number in
            let digest = String(repeating: "A\(number)", count: 32)
            return """
                {"@timestamp":"2026-11-22T03:31:00.123Z","event":{"dataset":"hallmark.observation","outcome":"success"},\
                "server":{"address":"203.0.113.\(number)","ip":"203.0.113.\(number)","port":443},"tls":{"server":{"jarm":\
                "\(String(repeating: "27", count: 31))","hash":{"sha256":"\(digest)"}}},"hallmark":{"leads":[]}}
                """
        }
        let sweep = try scratch.write("sweep", lines.joined(separator: "\n") + "\n")
        let corpus = scratch.file("corpus")
        try check(Program.path, ["corpus", "add", sweep, "--corpus", corpus])
        try check("sqlite3", [corpus, sql])
        return corpus
    }

    private static let rules = [
        "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
    ]

    @Test(arguments: [
        "DELETE FROM certificates", "DELETE FROM endpoints", "DELETE FROM appearances",
        "UPDATE endpoints SET ip = 'nowhere' || id", "UPDATE appearances SET marks = 'nothing'",
    ])
    func everyCommandSaysIt(_ sql: String) throws {
        let corpus = try make(sql)
        // Endpoints that are gone can't be found by their address, and rows can't be told by what they lack.
        var commands = [
            ["corpus", "stats", "--corpus", corpus], ["corpus", "export", "--corpus", corpus],
            ["hunt", "--corpus", corpus] + Self.rules, ["report", "--corpus", corpus],
            ["search", "*", "--corpus", corpus, "--format", "ndjson"],
            ["pivot", "203.0.113.1:443", "--corpus", corpus] + Self.rules,
        ]
        if sql.hasPrefix("DELETE") {
            commands += [
                ["search", "*", "--corpus", corpus], ["search", "*", "--corpus", corpus, "--count"],
                ["search", "*", "--corpus", corpus, "--group-by", "server.port"],
                ["corpus", "prune", "--before", "2020-01-01", "--corpus", corpus],
                ["pivot", String(repeating: "A1", count: 32), "--corpus", corpus] + Self.rules,
            ]
        } else if sql.contains("endpoints") {
            commands.removeLast()
        }
        for command in commands {
            let result = try Program.run(command)
            #expect(result.status == 1, "\(command): \(result.status) \(result.text)")
            #expect(result.errors.contains("damaged"), "\(command): \(result.errors)")
        }
    }

    /// Links, marks and leads that hang in the air are found by who looks at all.
    @Test(arguments: [
        "INSERT INTO names VALUES ('example.a', 99)", "INSERT INTO certificate_marks VALUES (1, 99)",
        "INSERT INTO appearance_marks VALUES (1, 99)",
        "INSERT INTO leads (sighting, software, confidence, time) VALUES (99, 'x', 1, 1)",
        "DELETE FROM sightings WHERE id = 1", "INSERT INTO failures VALUES (99, 1, 'x')",
        // Between others that are there.
        "DELETE FROM sightings WHERE id = 2", "DELETE FROM certificates WHERE id = 2",
        "DELETE FROM endpoints WHERE id = 2", "INSERT INTO names VALUES ('example.a', -1)",
        """
        INSERT INTO certificates SELECT 9223372036854775807, randomblob(32), subject, issuer, serial, not_before, not_after,
        spki, tbs, shape, hashes, x509, details, added, der FROM certificates WHERE id = 1;
        INSERT INTO certificate_marks VALUES (1, 99)
        """,
    ])
    func statsAndPruneLookAtAll(_ sql: String) throws {
        let corpus = try make(sql)
        for command in [["stats"], ["prune", "--before", "2020-01-01"]] {
            let result = try Program.run(["corpus"] + command + ["--corpus", corpus])
            #expect(result.status == 1 && result.errors.contains("missing"), "\(command): \(result.errors)")
        }
    }

    @Test func aWholeCorpusIsNoDamage() throws {
        let corpus = try make("SELECT 1")
        for command in [["stats"], ["prune", "--before", "2020-01-01"], ["export"]] {
            #expect(try Program.run(["corpus"] + command + ["--corpus", corpus]).status == 0)
        }
        #expect(try Program.run(["search", "*", "--corpus", corpus]).status == 0)
    }
}
