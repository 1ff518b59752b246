import Foundation
import TestSupport
import Testing

/// `hallmark search`, `decide`, `decisions`, `blocklist` and what they change elsewhere, as a person runs
/// them.
@Suite struct DecisionCommandTests {
    private static let rule = """
        title: The mark
        id: 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
        logsource: {product: hallmark}
        detection: {s: {http.response.title|startswith: marked}, condition: s}
        level: high
        """

    private static func line(_ host: Int, _ title: String) -> String {
        #"{"@timestamp":"2026-06-01T01:00:00.000Z","event":{"outcome":"success"},"#
            + #""server":{"address":"192.0.2.\#(host)","ip":"192.0.2.\#(host)","port":443},"#
            + #""http":{"response":{"title":"\#(title)"}},"hallmark":{}}"# + "\n"
    }

    private static func scratch(_ lines: String) throws -> Scratch {
        let scratch = Scratch()
        let rules = scratch.file("rules")
        try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
        try scratch.write("rules/mark.yml", rule)
        try scratch.write("sweep.ndjson", lines)
        return scratch
    }

    private static func match(_ scratch: Scratch, _ file: String, _ arguments: [String] = []) throws
        -> CommandResult
    {
        let rules = ["--no-default-signatures", "--signatures", scratch.file("rules")]
        return try Program.run(["match", scratch.file(file), "--fail-on", "low"] + rules + arguments)
    }

    @Test func aDismissedLeadDoesNotFailAndComesBackWithOtherEvidence() throws {
        let scratch = try Self.scratch(Self.line(7, "marked") + Self.line(8, "plain"))
        let file = scratch.file("decisions.ndjson")
        let first = try Self.match(scratch, "sweep.ndjson")
        #expect(first.status == 3)
        try scratch.write("assessed.ndjson", first.text)
        let decided = try Program.run([
            "decide", "192.0.2.7:443", "dismiss", "--because", "ours", "--by", "me", "--case", "T-1",
            "--records",
            scratch.file("assessed.ndjson"), "--decisions", file,
        ])
        #expect(
            decided.status == 0 && decided.errors.contains("with the evidence of 1 lead or finding"),
            "\(decided.errors)"
        )
        let second = try Self.match(scratch, "sweep.ndjson", ["--decisions", file])
        #expect(second.status == 0 && second.errors.contains("dismissed: 1 lead"), "\(second.errors)")
        #expect(
            second.errors.contains("; 1 dismissed")
                && second.errors.contains(
                    "192.0.2.7:443 The mark: dismissed by me, case T-1: ours"
                ),
            "\(second.errors)"
        )
        let record = try #require(try Program.records(second.text).first)
        #expect((record["hallmark.leads"] as? [Any])?.count == 1)
        let decisions = try #require(record["hallmark.decisions"] as? [[String: Any]])
        #expect(decisions.first?["case"] as? String == "T-1")
        // Matched again, the record is marked once and as before.
        try scratch.write("again.ndjson", second.text)
        #expect(try Self.match(scratch, "again.ndjson", ["--decisions", file]).text == second.text)
        #expect(try Self.match(scratch, "again.ndjson").status == 3)
        // Another title is other evidence.
        try scratch.write("changed.ndjson", Self.line(7, "marked anew"))
        #expect(try Self.match(scratch, "changed.ndjson", ["--decisions", file]).status == 3)
        let counted = try Program.run([
            "signatures", "list", "--decided", file, "--no-default-signatures", "--signatures",
            scratch.file("rules"),
        ])
        #expect(
            counted.text.contains("only dismissed") && counted.text.contains("The mark"),
            "\(counted.errors)"
        )
        // What was blocked without evidence may be about any rule.
        _ = try Program.run([
            "decide", "203.0.113.9:443", "block", "--because", "seen elsewhere", "--decisions", file,
        ])
        let more = try Program.run([
            "signatures", "list", "--decided", file, "--no-default-signatures", "--signatures",
            scratch.file("rules"),
        ])
        #expect(more.text.contains("The mark") && !more.text.contains("only dismissed"), "\(more.text)")
    }

    /// A dismissal that was written with a mistake would hold for more than was meant, or for ever.
    @Test(arguments: [
        ("\"evidence\":\"a\"", "'evidence' is no list of texts"),
        ("\"evidence\":[]", "'evidence' is no list of texts"),
        ("\"evidence\":[1,null]", "'evidence' is no list of texts"),
        ("\"evidence\":[\"a\",1]", "'evidence' is no list of texts"),
        ("\"untill\":\"2026-12-01T00:00:00Z\"", "there is no 'untill'; is it until?"),
        ("\"Until\":\"2026-12-01T00:00:00Z\"", "there is no 'Until'; is it until?"),
    ])
    func aMistypedDecisionIsNone(_ member: String, _ reason: String) throws {
        let scratch = try Self.scratch(Self.line(7, "marked"))
        let file = try scratch.write(
            "d.ndjson",
            """
            {"@timestamp":"2026-11-18T10:00:00Z","hallmark":{"decision":{"subject":{"kind":"endpoint","value":"203.0.113.7:443"},\
            "verdict":"dismiss","because":"known","by":"me",\(member)}}}

            """
        )
        let result = try Self.match(scratch, "sweep.ndjson", ["--decisions", file])
        #expect(result.status == 3 && result.errors.contains("d.ndjson:1: \(reason)"), "\(result.errors)")
    }

    @Test func aCorpusRemembersAndItsFileCanBeKept() throws {
        let scratch = try Self.scratch(Self.line(7, "marked"))
        let corpus = scratch.file("c.sqlite")
        try scratch.write("assessed.ndjson", try Self.match(scratch, "sweep.ndjson").text)
        #expect(
            try Program.run(["corpus", "add", scratch.file("assessed.ndjson"), "--corpus", corpus]).status
                == 0
        )
        for (verdict, reason) in [("monitor", "first"), ("block", "then =cmd")] {
            let result = try Program.run([
                "decide", "192.0.2.7", verdict, "--because", reason, "--by", "me", "--until", "2999-01-01",
                "--corpus",
                corpus,
            ])
            #expect(result.status == 0, "\(result.errors)")
        }
        let list = try Program.run(["decisions", "--corpus", corpus])
        #expect(list.text.contains("block") && !list.text.contains("monitor"))
        let history = try Program.run(["decisions", "--history", "--format", "ndjson", "--corpus", corpus])
        #expect(try Program.records(history.text).count == 2)
        try scratch.write("kept.ndjson", history.text)
        for source in [["--corpus", corpus], ["--decisions", scratch.file("kept.ndjson")]] {
            let blocked = try Program.run(["blocklist"] + source)
            #expect(blocked.text.hasPrefix("192.0.2.7 # then =cmd, by me, decided "), "\(blocked.text)")
            let table = try Program.run(["blocklist", "--format", "csv"] + source)
            #expect(table.text.contains("addresses,192.0.2.7,,then =cmd,me,,"))
        }
        // A corpus is taken wherever a file of decisions is.
        let marked = try Self.match(scratch, "sweep.ndjson", ["--decisions", corpus])
        #expect(marked.status == 3 && marked.text.contains(#""verdict":"block""#))
    }

    /// What shares a mark with an earlier case is found with that case's reference; what was merely watched,
    /// or decided of something else, says nothing.
    @Test func aPivotSaysWhichCaseAMarkIsOf() throws {
        let scratch = try Self.scratch((7...9).map { Self.line($0, "marked") }.joined())
        let corpus = scratch.file("c.sqlite")
        #expect(
            try Program.run(["corpus", "add", scratch.file("sweep.ndjson"), "--corpus", corpus]).status == 0
        )
        func decide(_ subject: String, _ verdict: String, _ reference: String) throws {
            let result = try Program.run([
                "decide", subject, verdict, "--because", "stolen \u{1b}[31mlogins", "--by", "me", "--case",
                reference, "--corpus", corpus,
            ])
            #expect(result.status == 0, "\(result.errors)")
        }
        func pivot(_ format: String) throws -> String {
            let result = try Program.run([
                "pivot", "192.0.2.7:443", "--include-benign", "--format", format, "--corpus", corpus,
            ])
            #expect(result.status == 0, "\(result.errors)")
            return result.text
        }
        try decide("192.0.2.8:443", "monitor", "IR-1")
        try decide("192.0.2.200", "block", "IR-2")
        #expect(try !pivot("table").contains("decided:"))
        try decide("192.0.2.8", "escalate", "IR-3")
        try decide("192.0.2.9:443", "block", "IR-4")
        let table = try pivot("table")
        #expect(table.contains("decided: escalate in case IR-3: 192.0.2.8, stolen"))
        #expect(table.contains("decided: block in case IR-4: 192.0.2.9:443, stolen"))
        #expect(!table.contains("IR-1") && !table.contains("IR-2") && !table.contains("\u{1b}"))
        let cases = try Program.records(try pivot("ndjson")).flatMap {
            ($0["decisions"] as? [[String: Any]] ?? []).compactMap { $0["case"] as? String }
        }
        #expect(cases.sorted() == ["IR-3", "IR-4"])
    }

    @Test func whatCanNotBeReadIsSaid() throws {
        let scratch = try Self.scratch(Self.line(7, "plain"))
        try scratch.write("d.ndjson", "{\"hallmark\":{}}\n")
        let result = try Self.match(scratch, "sweep.ndjson", ["--decisions", scratch.file("d.ndjson")])
        #expect(
            result.status == 1 && result.errors.contains("d.ndjson:1: holds no hallmark.decision"),
            "\(result.errors)"
        )
        #expect(
            try Self.match(
                scratch,
                "sweep.ndjson",
                ["--decisions", scratch.file("d.ndjson"), "--keep-going"]
            ).status == 0
        )
        for arguments in [["a b", "dismiss"], ["192.0.2.7", "forget"]] {
            let wrong = try Program.run(
                ["decide"] + arguments + ["--because", "x", "--decisions", scratch.file("e")]
            )
            #expect(wrong.status == 64)
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.file("e")))
    }

    @Test func aCorpusIsSearched() throws {
        let scratch = try Self.scratch(Self.line(7, "marked") + Self.line(8, "=plain"))
        let corpus = scratch.file("c.sqlite")
        #expect(
            try Program.run(["corpus", "add", scratch.file("sweep.ndjson"), "--corpus", corpus]).status == 0
        )
        func search(_ arguments: String...) throws -> CommandResult {
            try Program.run(["search"] + arguments + ["--corpus", corpus])
        }
        let table = try search("http.response.title: mark*")
        #expect(table.status == 0 && table.text.contains("192.0.2.7") && !table.text.contains("192.0.2.8"))
        #expect(try search("*", "--count").text == "2\n")
        let rows = try search("plain", "--format", "csv", "--fields", "server.ip,http.response.title")
        #expect(rows.text == "server.ip,http.response.title\r\n192.0.2.8,'=plain\r\n")
        #expect(
            try Program.records(try search("marked", "--format", "ndjson").text).first?.text("server.ip")
                == "192.0.2.7"
        )
        #expect(try search("*", "--group-by", "server.port").text.contains("443"))
        #expect(try search("marked", "--explain").text.contains("is(null, \"marked\")"))
        #expect(try search("nothing").status == 2)
        let wrong = try search("server.prot: 1")
        #expect(wrong.status == 64 && wrong.errors.contains("is it server.port?"))
        #expect(wrong.errors.contains("Usage: hallmark search ") && !wrong.errors.contains("<subcommand>"))
        #expect(wrong.errors.contains("See 'hallmark search --help'"), "\(wrong.errors)")
        #expect(try search("192.0.2.7", "--count").text == "1\n")
        let signs = try search("\"+++\"")
        #expect(signs.status == 64 && signs.errors.contains("no letter and no digit"), "\(signs.errors)")
        let star = try search("http.response.title: \"mark*\"")
        #expect(star.status == 2 && star.errors.contains("within quotes is a star"), "\(star.errors)")
        let cut = try search("plain+", "--count")
        #expect(cut.text == "1\n" && cut.errors.contains("looked for as 'plain'"), "\(cut.errors)")
    }

    /// What is no address is no name, and nothing is remembered of it.
    @Test func whatHoldsForNothingIsRefused() throws {
        let scratch = try Self.scratch(Self.line(7, "marked"))
        let corpus = scratch.file("c.sqlite")
        _ = try Program.run(["corpus", "add", scratch.file("sweep.ndjson"), "--corpus", corpus])
        func decide(_ subject: String, _ more: [String] = []) throws -> CommandResult {
            try Program.run(["decide", subject, "block", "--because", "x", "--corpus", corpus] + more)
        }
        for subject in ["192.0.2.007", "192.0.2.300", "192.0.22222.7:443", "1.2.3.4.5"] {
            let result = try decide(subject)
            #expect(result.status == 64 && result.errors.contains("no endpoint"), "\(result.errors)")
        }
        let past = try decide("192.0.2.7", ["--until", "2020-01-01"])
        #expect(past.status == 64 && past.errors.contains("has passed"), "\(past.errors)")
        #expect(try Program.run(["decisions", "--corpus", corpus]).text.isEmpty)
        #expect(try decide("::ffff:192.0.2.7").status == 0)
        #expect(try Program.run(["blocklist", "--corpus", corpus]).text.hasPrefix("192.0.2.7 #"))
    }

    @Test func whatIsDatedInTheFutureIsSaid() throws {
        let scratch = Scratch()
        let line = #"""
            {"@timestamp":"2999-01-01T00:00:00.000Z","hallmark":{"decision":{"subject":{"kind":"endpoint","value":"192.0.2.7"},"verdict":"dismiss","because":"x","by":"me"}}}

            """#
        let file = try scratch.write("d.ndjson", line)
        let result = try Program.run(["decisions", "--decisions", file])
        #expect(result.status == 0 && result.errors.contains("is dated 2999-01-01"), "\(result.errors)")
    }

    /// What is no corpus is not said to be a file without decisions.
    @Test(arguments: ["hunt", "report"]) func anEmptyFileIsNoCorpus(_ command: String) throws {
        let scratch = Scratch()
        let empty = try scratch.write("empty.sqlite", "")
        let result = try Program.run([command, "--corpus", empty])
        #expect(result.status == 1 && result.errors.contains("is not a Hallmark corpus"), "\(result.errors)")
        #expect(!result.errors.contains("no decision"), "\(result.errors)")
    }

    /// Who blocks a key or escalates a mark means every endpoint that shows it, for comparisons as well.
    @Test func whatSomebodyBlocksFailsAComparison() throws {
        let scratch = Scratch()
        let sweep = try scratch.write("sweep.ndjson", FaultMatrix.record)
        let assets = try scratch.write("assets.csv", "kind,address\nowned,203.0.113.0/24\n")
        let file = scratch.file("decisions.ndjson")
        func decide(_ words: [String]) throws {
            try check(
                Program.path,
                ["decide"] + words + ["--because", "x", "--by", "me", "--decisions", file]
            )
        }
        let compare = ["compare", sweep, "--inventory", assets, "--decisions", file, "--fail-on", "low"]
        let report = ["report", sweep, "--inventory", assets, "--decisions", file, "--format", "markdown"]
        try decide(["203.0.113.7:443", "dismiss"])
        #expect(try Program.run(compare).status == 0)
        #expect(try Program.run(report).text.contains("(dismissed"))
        try decide(["key=" + String(repeating: "AA", count: 32), "block"])
        let result = try Program.run(compare)
        #expect(result.status == 3 && !result.text.contains("(dismissed"), "\(result)")
        #expect(try !Program.run(report).text.contains("(dismissed"))
    }
}
