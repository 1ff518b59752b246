import Foundation
import TestSupport
import Testing

/// `hallmark signatures measure`, `stale`, `lint --strict` and `show` as a person runs them.
@Suite struct SignatureCommandTests {
    private static let looked = """
        title: Looked at long ago
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
        date: 2020-01-31
        logsource: {product: hallmark}
        detection: {s: {http.response.title: An old panel}, condition: s}
        level: high
        """
    private static let lately = """
        title: Looked at lately
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b53
        date: 2020-01-31
        modified: 2026-06-01
        logsource: {product: hallmark}
        detection: {s: {http.response.title: A new panel}, condition: s}
        level: critical
        """

    /// Both rules in `rules`, and an innocent and a guilty page in folders that say so.
    private static func scratch() throws -> Scratch {
        let scratch = Scratch()
        for folder in ["rules", "known/innocent", "known/Looked at lately", "known/Nobody"] {
            try FileManager.default.createDirectory(
                atPath: scratch.file(folder),
                withIntermediateDirectories: true
            )
        }
        try scratch.write("rules/looked.yml", looked)
        try scratch.write("rules/lately.yml", lately)
        try scratch.write("known/innocent/a.html", "<title>Welcome</title>\n")
        try scratch.write("known/innocent/b.html", "<title>An old panel</title>\n")
        try scratch.write("known/Looked at lately/c.html", "<title>A new panel</title>\n")
        return scratch
    }

    private static func signatures(_ command: String, _ scratch: Scratch, _ arguments: [String]) throws
        -> CommandResult
    {
        try Program.run(
            ["signatures", command, "--no-default-signatures", "--signatures", scratch.file("rules")]
                + arguments
        )
    }

    @Test func measureCountsMatchesAndLeads() throws {
        let scratch = try Self.scratch()
        let result = try Self.signatures("measure", scratch, [scratch.file("known")])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("3 members, leads: 0 high, 0 medium, 2 low; 0 files unreadable"))
        // A title that is too long for the line goes on below it.
        let rows = result.text.split(separator: "\n").filter { $0.first?.isNumber == true }
            .map { $0.split(separator: " ") }
        #expect(rows.count == 2, "\(result.text)")
        // Matches, then leads by label: a title alone stays low.
        #expect(rows.allSatisfy { $0.prefix(4) == ["1", "0", "0", "1"] }, "\(result.text)")
    }

    @Test func measureSaysOfJSONEveryRule() throws {
        let scratch = try Self.scratch()
        try scratch.write("known/innocent/b.html", "<title>Another</title>\n")
        let result = try Self.signatures("measure", scratch, ["--json", scratch.file("known")])
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.contains { $0.contains("Looked at long ago") && $0.contains(#""matches":0"#) })
        #expect(lines.allSatisfy { $0.contains(#""members":3"#) })
    }

    @Test func measureKnowsFromFoldersWhatIsRight() throws {
        let scratch = try Self.scratch()
        let result = try Self.signatures("measure", scratch, ["--calibrate", scratch.file("known")])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.text.split(separator: "\n").contains("| lead, low | 1 | 1 | 50 % |"), "\(result.text)")
        #expect(result.text.contains("| match, unique | 1 | 0 | 100 % |"))
        #expect(result.text.contains("| match, strong | 0 | 1 | 0 % |"))
        #expect(result.text.contains("| lead, high | 0 | 0 | – |"))
        #expect(result.errors.contains("1 member of software, 0 without its lead; 2 innocent"))
    }

    @Test func aFolderThatNamesNobodyIsSaidAndEndsWithOne() throws {
        let scratch = try Self.scratch()
        try scratch.write("known/Nobody/d.html", "<title>A new panel</title>\n")
        let result = try Self.signatures("measure", scratch, ["--calibrate", scratch.file("known")])
        #expect(result.status == 1)
        #expect(result.errors.contains("no rule names 'Nobody', and it is not called innocent"))
        #expect(result.errors.contains("1 file unreadable"))
    }

    @Test func measureOfNothingAndOfNoFileEndsWithOne() throws {
        let scratch = try Self.scratch()
        let missing = try Self.signatures("measure", scratch, [scratch.file("missing")])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("no such file or folder"))
        let empty = try Self.signatures("measure", scratch, [scratch.file("known/Nobody")])
        #expect(empty.status == 1)
        #expect(empty.errors.contains("Nothing was measured."))
        let both = try Self.signatures("measure", scratch, ["--json", "--calibrate", scratch.file("known")])
        #expect(both.status == 64)
    }

    @Test func staleListsWhatNobodyLookedAt() throws {
        let scratch = try Self.scratch()
        let result = try Self.signatures("stale", scratch, ["--older", "2026-01-01"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.text.contains("2020-01-31"))
        #expect(result.text.contains("Looked at long ago"))
        #expect(!result.text.contains("Looked at lately"))
        #expect(result.errors.contains("1 rule of 2"))
        let all = try Self.signatures("stale", scratch, ["--older", "2026-06-02", "--json"])
        #expect(all.text.split(separator: "\n").count == 2)
        let none = try Self.signatures("stale", scratch, ["--older", "2020-01-31"])
        #expect(none.errors.contains("0 rules of 2"))
        #expect(try Self.signatures("stale", scratch, ["--older", "January"]).status == 64)
    }

    @Test func strictLintAsksForWhatShippedRulesHave() throws {
        let scratch = try Self.scratch()
        let lenient = try Program.run(["signatures", "lint", scratch.file("rules")])
        #expect(lenient.status == 0, "\(lenient.text)")
        let strict = try Program.run(["signatures", "lint", "--strict", scratch.file("rules")])
        #expect(strict.status == 1)
        #expect(strict.text.contains("looked.yml"))
        #expect(strict.text.contains("references"))
    }

    @Test func showTakesAnAlias() throws {
        let byAlias = try Program.run(["signatures", "show", "BRc4"])
        let byName = try Program.run(["signatures", "show", "Brute Ratel C4"])
        #expect(byAlias.status == 0, "\(byAlias.errors)")
        #expect(byAlias.text == byName.text)
        #expect(byAlias.text.contains("Brute Ratel C4"))
        let generation = try Program.run([
            "signatures", "show", "Certificate that Mythic or one of its profiles had in its repository",
        ])
        #expect(generation.status == 0, "\(generation.errors)")
        let unknown = try Program.run(["signatures", "show", "BRc44"])
        #expect(unknown.status != 0)
    }
}
