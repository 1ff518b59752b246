import Foundation
import TestSupport
import Testing

/// `hallmark match` and `hallmark signatures` as a person runs them.
@Suite struct MatchTests {
    private static let rule = """
        title: The mark
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
        name: mark
        logsource: {product: hallmark}
        detection: {s: {http.response.title|contains: marked, http.response.html_hash: 7}, condition: s}
        level: high
        """
    private static let correlation = """
        title: Marked twice
        correlation:
          type: event_count
          rules: [mark]
          group-by: [server.ip]
          timespan: 1d
          condition: {gte: 2}
        level: medium
        """

    private static func line(_ title: String, _ hour: Int) -> String {
        #"{"@timestamp":"2026-06-01T0\#(hour):00:00.000Z","server":{"ip":"192.0.2.7"},"http":{"response":{"title":"\#(title)","html_hash":7}}}"#
            + "\n"
    }

    /// Rules in a folder of their own, beside what a test writes.
    private static func scratch(_ files: [String: String] = [:]) throws -> Scratch {
        let scratch = Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.file("rules"),
            withIntermediateDirectories: true
        )
        try FileManager.default.createDirectory(
            atPath: scratch.file("data/below"),
            withIntermediateDirectories: true
        )
        try scratch.write("rules/mark.yml", rule)
        for (name, text) in files { try scratch.write(name, text) }
        return scratch
    }

    private static func match(_ scratch: Scratch, _ arguments: [String], input: String = "") throws
        -> CommandResult
    {
        try Program.run(
            ["match", "--no-default-signatures", "--signatures", scratch.file("rules")] + arguments,
            input: input
        )
    }

    @Test func readsStandardInputFilesAndFolders() throws {
        let scratch = try Self.scratch([
            "data/a.ndjson": line("marked", 1) + line("plain", 2),
            "data/below/b.ndjson": line("marked too", 3), "data/readme.txt": "no record\n",
        ])
        let input = line("marked", 1) + line("plain", 2)
        let piped = try Self.match(scratch, [], input: input)
        #expect(piped.status == 0)
        #expect(piped.errors.contains("2 observations, 1 with a match, 0 lines unreadable"))
        #expect(piped.text.split(separator: "\n").count == 2)
        let file = try Self.match(scratch, ["-q", scratch.file("data/a.ndjson")])
        #expect(file.text == piped.text)
        #expect(file.errors.isEmpty)
        let both = try Self.match(scratch, ["-q", "-", scratch.file("data")], input: input)
        #expect(both.text.hasPrefix(piped.text + piped.text))
        #expect(try Program.records(both.text).count == 5)
        let leads = try Self.match(scratch, ["-q", "--only-leads", scratch.file("data")])
        #expect(
            try Program.records(leads.text).map { $0.text("http.response.title") } == [
                "marked", "marked too",
            ]
        )
    }

    private func line(_ title: String, _ hour: Int) -> String { Self.line(title, hour) }

    @Test func nothingToMatchIsSaid() throws {
        let scratch = try Self.scratch(["empty.ndjson": "", "blank.ndjson": "\n \n"])
        for file in [scratch.file("empty.ndjson"), scratch.file("blank.ndjson"), "/dev/null", "-"] {
            let result = try Self.match(scratch, [file])
            #expect(result.status == 1, "\(file)")
            #expect(result.errors.contains(": there is nothing in it: no observation and no certificate"))
            #expect(result.output.isEmpty)
            #expect(
                result.errors.hasSuffix(
                    "\n0 observations, 0 with a match, 0 lines unreadable, 1 more could not be read\n"
                )
            )
            // Where the rules come from is said, since they are not the installed ones.
            #expect(result.errors.hasPrefix("hallmark: rules: \(scratch.path)"))
        }
    }

    /// A pipe can be read only once, from its first byte on.
    @Test func readsAPipeByName() throws {
        let scratch = try Self.scratch(["a.ndjson": (0..<5000).map { line("marked", $0 % 10) }.joined()])
        let command =
            "'\(Program.path)' match -q --only-leads --no-default-signatures --signatures "
            + "'\(scratch.file("rules"))' <(cat '\(scratch.file("a.ndjson"))')"
        let result = try check("bash", ["-c", command])
        #expect(result.text.split(separator: "\n").count == 5000)
    }

    /// A folder's pipes that nobody writes are not waited for; they are said, and so is a link to nowhere.
    @Test func passesOverWhatIsNoFile() throws {
        let scratch = try Self.scratch(["data/a.ndjson": line("marked", 1)])
        try check("mkfifo", [scratch.file("data/pipe")])
        try check("ln", ["-s", "/nowhere", scratch.file("data/link")])
        let result = try run(
            "timeout",
            [
                "60", Program.path, "match", "-q", "--no-default-signatures", "--signatures",
                scratch.file("rules"), scratch.file("data"),
            ]
        )
        #expect(result.status == 1)
        let link = "\(scratch.file("data/link")): No such file or directory\n"
        let pipe = "\(scratch.file("data/pipe")): is a pipe, a socket or a device, and not read in a folder\n"
        #expect(result.errors == link + pipe)
        #expect(try Program.records(result.text).count == 1)
    }

    @Test func saysWhichFileAndLineItCannotRead() throws {
        let scratch = try Self.scratch(["junk": "words\n", "a.ndjson": line("marked", 1) + "{bad\n"])
        let missing = try Self.match(scratch, ["-q", scratch.file("none")])
        #expect(missing.status == 1)
        #expect(missing.errors == "\(scratch.file("none")): No such file or directory\n")
        let junk = try Self.match(scratch, ["-q", scratch.file("junk")])
        #expect(junk.status == 1)
        #expect(junk.errors == "\(scratch.file("junk")): is neither NDJSON, PEM nor DER\n")
        let bad = try Self.match(scratch, ["-q", scratch.file("a.ndjson")])
        #expect(bad.status == 1)
        #expect(bad.errors.hasPrefix("\(scratch.file("a.ndjson")):2: "))
        #expect(try Program.records(bad.text).count == 1)
    }

    /// A rule that can't be read is said, left out and counted; what claims to be none of ours is counted
    /// only.
    @Test func unreadableRulesEndWithOne() throws {
        let scratch = try Self.scratch()
        let folder = scratch.file("more")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try scratch.write(
            "more/ours.yml",
            "title: T\nlogsource: {product: hallmark}\ndetection: {s: {jarm: a}, condition: s}\n"
        )
        try scratch.write("more/compose.yml", "services: {}\n")
        for (options, status) in [([], 1), (["--keep-going"], 0)] as [([String], Int32)] {
            let result = try Self.match(
                scratch,
                ["--signatures", folder] + options,
                input: line("marked", 1)
            )
            #expect(result.status == status)
            let error =
                "hallmark: not read: \(folder)/ours.yml:3:17: unknown field jarm; is it tls.server.jarm?\n"
            #expect(result.errors.contains(error), "\(result.errors)")
            #expect(result.errors.contains("hallmark: rules passed over: 1 of YAML that is no rule\n"))
            #expect(result.errors.hasSuffix("\n1 rule could not be read\n"))
            #expect(try Program.records(result.text).first?.leads.count == 1)
        }
    }

    @Test(arguments: [("low", 3), ("medium", 3), ("high", 0)])
    func failsFromALabelOn(_ label: String, _ status: Int32) throws {
        // A rule of level high is strong evidence, and that alone a medium lead.
        let scratch = try Self.scratch()
        let result = try Self.match(scratch, ["-q", "--fail-on", label], input: line("marked", 1))
        #expect(result.status == status)
        #expect(try Program.records(result.text).count == 1)
        #expect(try Self.match(scratch, ["-q", "--fail-on", label], input: line("plain", 1)).status == 0)
    }

    @Test func correlatesOverSeveralSweeps() throws {
        let scratch = try Self.scratch([
            "rules/twice.yml": Self.correlation, "one.ndjson": line("marked", 1),
            "two.ndjson": line("marked", 5),
        ])
        let files = [scratch.file("one.ndjson"), scratch.file("two.ndjson")]
        let one = try Self.match(scratch, ["-q"] + files.prefix(1))
        #expect(try Program.records(one.text).count == 1)
        let both = try Program.records(Self.match(scratch, ["-q"] + files).text)
        #expect(both.count == 3)
        let finding = try #require(both.last)
        #expect(finding.text("event.dataset") == "hallmark.correlation")
        #expect(finding.text("hallmark.correlation.rule.name") == "Marked twice")
        #expect(finding.number("hallmark.correlation.count") == 2)
        #expect(finding.text("hallmark.correlation.first") == "2026-06-01T01:00:00.000Z")
        #expect(finding.text("hallmark.correlation.last") == "2026-06-01T05:00:00.000Z")
    }

    /// A person's rules stand beside the shipped ones, or instead of them; a rule that can't be read stops
    /// the run.
    @Test func loadsOwnRulesBesideTheShippedOnes() throws {
        let scratch = try Self.scratch()
        let certificate =
            projectFolder + "/Tests/SignaturesTests/Fixtures/Defaults/c2.cobalt-strike.default-serial.pem"
        let der = scratch.file("data/a.der")
        try check("openssl", ["x509", "-in", certificate, "-outform", "DER", "-out", der])
        let input = scratch.file("data")
        let own = ["--signatures", scratch.file("rules")]
        let shipped = try Program.run(["match", "-q", "--only-leads", input, certificate])
        #expect(try Program.records(shipped.text).count == 2)
        let beside = try Program.run(
            ["match", "-q", "--only-leads", "-", der] + own,
            input: line("marked", 1)
        )
        #expect(try Program.records(beside.text).count == 2)
        #expect(try Self.match(scratch, ["-q", "--only-leads", input]).output.isEmpty)
        let none = try Program.run(["match", "--no-default-signatures"])
        #expect(none.status == 64)

        try scratch.write("rules/bad.yml", Self.rule.replacing("|contains", with: "|like"))
        let bad = try Program.run(["match", "-q"] + own, input: line("marked", 1))
        #expect(bad.status == 1)
        #expect(bad.errors.contains("rules/bad.yml:5:17: unknown modifier like"))
    }

    @Test func listsShowsAndChecksRules() throws {
        let all = try Program.run(["signatures", "list", "--json"])
        let rules = try Program.records(all.text)
        #expect(rules.count > 500)
        #expect(rules.contains { $0.text("family") == "correlation" })
        let table = try Program.run(["signatures", "list", "--software", "S0154"])
        #expect(table.text.hasPrefix("FAMILY  SOFTWARE"))
        #expect(table.errors.hasSuffix(" rules\n"))
        let shown = try Program.run(["signatures", "show", "09bf25f2-61b9-5318-b954-1c892a90c886"]).text
        #expect(shown.contains("Speaks for Cobalt Strike: practically nothing else shows this."))
        #expect(shown.contains("\nShodan: ssl.cert.serial:146473198\n"))
        let correlation = try Program.run([
            "signatures", "show", "One self-issued certificate on five hosts or more",
        ])
        #expect(correlation.text.contains("at least 5 values of server.ip"))
        let nothing = try Program.run(["signatures", "show", "nothing of the kind"])
        #expect(nothing.status == 1)
        #expect(nothing.errors == "no rule and no software is called nothing of the kind\n")
        for (arguments, word) in [
            (["--software", "Geacn"], "no rule is for software called Geacn; is it Geacon?\n"),
            (["--family", "rats"], "no rule is of the family rats; is it rat?\n"),
            (
                ["--family", "rat", "--software", "Geacon"],
                "no rule of the family rat is for software called Geacon\n"
            ),
        ] {
            let none = try Program.run(["signatures", "list"] + arguments)
            #expect(none.status == 1 && none.output.isEmpty)
            #expect(none.errors == word)
        }

        let scratch = try Self.scratch()
        let good = try Program.run(["signatures", "lint", scratch.file("rules")])
        #expect(good.status == 0)
        #expect(good.errors == "1 file, 1 rule, 0 findings\n")
        try scratch.write("rules/bad.yml", Self.rule.replacing("condition: s", with: "condition: t"))
        let bad = try Program.run(["signatures", "lint", "--json", scratch.file("rules")])
        #expect(bad.status == 1)
        let finding = try #require(try Program.records(bad.text).first)
        #expect(finding.number("line") == 5)
        #expect(finding.text("message") == "condition: no search is named t")
        // Several are told in one go, by the test of examples as well.
        try scratch.write("rules/worse.yml", Self.rule.replacing("condition: s", with: "condition: u"))
        try scratch.write(
            "rules/pattern.yml",
            "title: P\nlogsource: {product: hallmark}\ndetection: {s: {http.response.title|re: '('}, condition: s}\n"
        )
        for command in ["lint", "test"] {
            let several = try Program.run(["signatures", command, scratch.file("rules")])
            #expect(several.status == 1)
            for name in ["bad.yml", "worse.yml", "pattern.yml"] {
                #expect(several.text.contains(name), "\(command): \(several.text) \(several.errors)")
            }
        }
        let tested = try Program.run(["signatures", "test", projectFolder + "/signatures/tunnel"])
        #expect(tested.status == 0)
        #expect(tested.errors.hasSuffix(", 0 failures\n"))
    }
}
