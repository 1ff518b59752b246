import Foundation
import TestSupport
import Testing

/// An output of an earlier run is not written over before everything is known to be right.
@Suite struct OldOutputTests {
    private let scratch = Scratch()
    private let scan = ["scan", "127.0.0.1:1", "-q", "--retries", "0", "--connect-timeout", "1"]

    @Test(arguments: ["--iocs", "--decisions", "--passive-dns", "--signatures"])
    func unreadableListsLeaveItAlone(_ option: String) throws {
        let output = try scratch.write("old", "kept\n")
        let list: String
        if option == "--signatures" {
            list = scratch.file("rules")
            try FileManager.default.createDirectory(atPath: list, withIntermediateDirectories: true)
            try scratch.write("rules/a.yml", "title: x\\nlogsource:\\n  category: tls\\ndetection: [\\n")
            try scratch.write(
                "rules/a.yml",
                "title: x\nid: 6a1b5f0c-0f4e-4a52-9e57-0d1f4a3c7b11\nlogsource:\n  cat"
            )
        } else {
            list = try scratch.write("list", "\"foo\" => {bar}; <!-- neither -->\n")
        }
        let rules = option == "--signatures" ? [] : ["--no-signatures"]
        let result = try Program.run(scan + rules + ["-o", output, option, list])
        #expect(result.status == 1, "\(result.errors)")
        #expect(try String(contentsOfFile: output, encoding: .utf8) == "kept\n", "\(result.errors)")
    }

    @Test func namingOneFileTwiceIsAMistakeOfUsage() throws {
        let file = try scratch.write("one", "kept\n")
        let result = try Program.run(scan + ["--no-signatures", "-o", file, "--checkpoint", file])
        #expect(result.status == 64 && result.errors.contains("--checkpoint"), "\(result.errors)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept\n")
    }

    @Test func standardOutputIsNoFileThatIsRead() throws {
        let record = FaultMatrix.record
        let sweep = try scratch.write("sweep", record)
        for words in [
            "export --to csv", "import", "enrich --no-context-names", "compare --expiring 30", "match",
        ] {
            let script = "exec \"$0\" \(words) \"$1\" >> \"$1\""
            let result = try run("/bin/sh", ["-c", script, Program.path, sweep])
            #expect(
                result.status == 64 && result.errors.contains("standard output"),
                "\(words): \(result.errors)"
            )
            #expect(try String(contentsOfFile: sweep, encoding: .utf8) == record)
        }
    }

    /// A graph, and records of roots, from another day stay where a run could not read all.
    @Test func whatWasNotReadWholeReplacesNothing() throws {
        let sweep = try scratch.write("sweep", FaultMatrix.record)
        let corpus = scratch.file("corpus")
        try check(Program.path, ["corpus", "add", sweep, "--corpus", corpus])
        let torn = try scratch.write("torn", FaultMatrix.record + "{\n")
        let graph = try scratch.write("graph.html", "kept\n")
        let pivot = ["--corpus", corpus, "--include-benign", "--graph", graph]
        for (query, status) in [(torn, 1), (String(repeating: "0e", count: 32), 4)] {
            let result = try Program.run(["pivot", query] + pivot)
            #expect(result.status == Int32(status), "\(result.errors)")
            #expect(result.errors.contains("graph.html: not written"), "\(result.errors)")
            #expect(try String(contentsOfFile: graph, encoding: .utf8) == "kept\n")
        }
        _ = try Program.run(["pivot", torn, "--keep-going"] + pivot)
        #expect(try String(contentsOfFile: graph, encoding: .utf8).contains("</html>"))

        let root = try TestCertificate(subject: "/CN=root.example")
        defer { withExtendedLifetime(root) {} }
        let cut = try scratch.write("cut.pem", "-----BEGIN CERTIFICATE-----\nMII")
        let records = try scratch.write("records", "kept\n")
        let rules = [
            "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
        ]
        let audit = ["roots", "audit", "--baseline", root.certificate, "--records", records, "-q"] + rules
        for stores in [[root.certificate, cut], [cut]] {
            let result = try Program.run(audit + stores)
            #expect(result.status == 1 && result.errors.contains("records: not written"), "\(result.errors)")
            #expect(try String(contentsOfFile: records, encoding: .utf8) == "kept\n")
        }
        let going = try Program.run(audit + [root.certificate, cut, "--keep-going"])
        #expect(going.status == 0, "\(going.errors)")
        #expect(try String(contentsOfFile: records, encoding: .utf8).hasPrefix("{\"@timestamp"))
    }

    @Test func aLinkToItselfIsNoHostName() throws {
        let link = scratch.file("loop")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "loop")
        let sweep = try scratch.write("sweep", FaultMatrix.record)
        let corpus = scratch.file("corpus")
        try check(Program.path, ["corpus", "add", sweep, "--corpus", corpus])
        let script = "cd \"$1\" && exec \"$0\" pivot loop --corpus corpus --include-benign"
        let result = try run("/bin/sh", ["-c", script, Program.path, scratch.path])
        #expect(result.status == 1 && result.errors.contains("loop"), "\(result.errors)")
    }

    @Test func whatIsAwaitedIsSaid() throws {
        for words in [
            "match", "compare --expiring 30", "export --to csv", "hunt", "enrich --no-context-names",
            "report", "import", "pivot - --corpus nowhere",
        ] {
            let awaited = "awaited on standard input"
            let result = try run(
                "python3",
                [
                    "-B", projectFolder + "/Tests/Tools/on_terminal.py", awaited, "/bin/sh", "-c",
                    "exec \"$0\" \(words) > /dev/null", Program.path,
                ]
            )
            #expect(result.text.contains(awaited), "\(words): \(result.text)")
        }
    }

    /// A rule that stands in two files counts once.
    @Test func aDoubledRuleIsRefused() throws {
        let folder = projectFolder + "/signatures/tunnel"
        let rule = try #require(
            FileManager.default.subpathsOfDirectory(atPath: folder).sorted().first { $0.hasSuffix(".yml") }
        )
        let rules = scratch.file("rules")
        try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
        for name in ["a.yml", "b.yml"] {
            try FileManager.default.copyItem(atPath: folder + "/" + rule, toPath: rules + "/" + name)
        }
        let sweep = try scratch.write("sweep", FaultMatrix.record)
        let result = try Program.run(["match", sweep, "--no-default-signatures", "--signatures", rules])
        #expect(result.status == 1 && result.errors.contains("b.yml"), "\(result.errors)")
    }

    @Test func wideTextIsCalledByItsName() throws {
        for encoding in ["UTF-32", "UTF-16"] {
            let path = scratch.file("wide")
            let text = try scratch.write("plain", FaultMatrix.record)
            try check("/bin/sh", ["-c", "iconv -f UTF-8 -t \(encoding) '\(text)' > '\(path)'"])
            let result = try Program.run(["match", path])
            #expect(result.status == 1 && result.errors.contains("is \(encoding)"), "\(result.errors)")
        }
    }
}
