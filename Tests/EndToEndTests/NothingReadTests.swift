import Foundation
import TestSupport
import Testing

/// What is no input, leads nowhere or may be waited for for ever is said, and no file takes another's place.
@Suite struct NothingReadTests {
    private static let record = FaultMatrix.record
    private let scratch = Scratch()

    private func text(_ name: String) -> String? {
        try? String(contentsOfFile: scratch.file(name), encoding: .utf8)
    }

    /// A corpus with one sighting.
    private func corpus() throws -> String {
        let corpus = scratch.file("c.sqlite")
        try scratch.write("one", Self.record)
        let added = try Program.run(["corpus", "add", scratch.file("one"), "--corpus", corpus])
        #expect(added.status == 0, "\(added.errors)")
        return corpus
    }

    private func pem() throws -> String {
        let pair = try TestCertificate(subject: "/CN=store.example")
        return try withExtendedLifetime(pair) {
            try String(contentsOfFile: pair.certificate, encoding: .utf8)
        }
    }

    /// What stands beside certificates, between elements and twice in an object is not passed over.
    @Test func whatStandsBesideIsSaid() throws {
        let record = Self.record.trimmingCharacters(in: .newlines)
        let certificate = try pem()
        let files = [
            ("behind", certificate + record + "\n"), ("before", record + "\n" + certificate),
            ("between", certificate + record + "\n" + certificate),
            ("cut", "[" + record), ("comma", "[" + record + ","), ("scalar", "[" + record + ",1,\"x\",null]"),
            ("junk", "[" + record + "]garbage"), ("closed", record + "}\n" + record),
            ("twice", record.dropLast() + ",\"tls\":{}}"),
        ]
        let corpus = scratch.file("beside.sqlite")
        for (name, text) in files {
            let path = try scratch.write(name, text)
            for arguments in [
                ["import", path], ["match", path],
                ["corpus", "add", path, "--corpus", corpus],
                ["enrich", path, "--no-context-names"],
            ] {
                let result = try Program.run(arguments)
                #expect(result.status == 1 && result.errors.contains(name), "\(arguments): \(result.errors)")
            }
        }
        // Comments of OpenSSL's, an array and a sequence of texts are whole.
        for text in [
            "Certificate:\n    Data: { }\n" + certificate, "[\n " + record + " ,\n" + record + "]\n",
            "\u{1e}" + record + "\n\u{1e}" + record + "\n",
        ] {
            let result = try Program.run(["import", scratch.write("whole", text)])
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    /// Bounds of the system's are errors that are said, not signals that end the program.
    @Test func boundsOfTheSystemAreSaid() throws {
        let path = try scratch.write("one", Self.record)
        let corpus = scratch.file("bounded.sqlite")
        for (bound, arguments, word) in [
            ("ulimit -n 7", ["corpus", "add", path, "--corpus", corpus], "ulimit -n"),
            ("ulimit -n 5", ["match", path], "ulimit -n"),
            ("ulimit -f 1", ["corpus", "add", path, "--corpus", corpus], corpus),
            ("ulimit -f 1", ["report", path, "-o", scratch.file("r.html")], "r.html"),
        ] {
            let result = try run(
                "/bin/bash",
                ["-c", bound + "; exec \"$0\" \"$@\"", Program.path] + arguments
            )
            #expect(
                result.status == 1 && result.errors.contains(word),
                "\(bound): \(result.status) \(result.errors)"
            )
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path)
        #expect(left.allSatisfy { !$0.hasSuffix(".tmp") }, "\(left)")
    }

    /// A rule that was cut, packed or damaged is none that may be passed over.
    @Test(arguments: ["logs", "logsource:", "logsource:\n  cat"])
    func ruleThatWasCutIsSaid(_ end: String) throws {
        let head = "title: x\nid: 6a1b5f0c-0f4e-4a52-9e57-0d1f4a3c7b11\nstatus: stable\n"
        let rules = scratch.file("rules")
        try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
        try scratch.write("rules/a.yml", head + end)
        let path = try scratch.write("one", Self.record)
        let result = try Program.run(["match", path, "--signatures", rules])
        #expect(result.status == 1 && result.errors.contains("a.yml"), "\(result.errors)")
        let bytes = Data(try check("gzip", ["-k", "-c", rules + "/a.yml"]).output)
        try bytes.write(to: URL(fileURLWithPath: rules + "/a.yml"))
        let packed = try Program.run(["match", path, "--signatures", rules])
        #expect(packed.status == 1 && packed.errors.contains("packed"), "\(packed.errors)")
    }

    @Test func objectsOfOthersAreNoRecords() throws {
        try scratch.write("foreign", "{\"foo\":1}\n")
        try scratch.write("array", "[{\"foo\":1},{\"bar\":2}]")
        for name in ["foreign", "array"] {
            let file = scratch.file(name)
            let enriched = try Program.run(["enrich", file, "--no-context-names"])
            #expect(
                enriched.status == 1 && enriched.text.isEmpty && enriched.errors.contains(name),
                "\(enriched.errors)"
            )
            let draft = try Program.run(["signatures", "draft", "203.0.113.7:443", file])
            #expect(draft.status == 1 && draft.errors.contains("no observation"), "\(draft.errors)")
        }
        try scratch.write("one", Self.record)
        let right = try Program.run(["enrich", scratch.file("one"), "--no-context-names"])
        #expect(right.status == 0 && !right.text.isEmpty, "\(right.errors)")
    }

    @Test func aMistypedCorpusIsNotMade() throws {
        let typo = scratch.file("typo.sqlite")
        for arguments in [
            ["corpus", "prune", "--before", "2025-01-01"],
            ["decide", "203.0.113.7", "block", "--because", "x"],
        ] {
            let result = try Program.run(arguments + ["--corpus", typo])
            #expect(result.status == 1 && result.errors.contains("no such corpus"), "\(result.errors)")
            #expect(!FileManager.default.fileExists(atPath: typo))
            try scratch.write("nothing", "")
            let empty = try Program.run(arguments + ["--corpus", scratch.file("nothing")])
            #expect(empty.status == 1 && text("nothing") == "", "\(empty.errors)")
        }
    }

    @Test func aCorpusOfNothingIsNothingToLookAt() throws {
        let corpus = try corpus()
        let pruned = try Program.run(["corpus", "prune", "--before", "2026-11-27", "--corpus", corpus])
        #expect(pruned.status == 0, "\(pruned.errors)")
        try scratch.write("list", "203.0.113.7\n")
        for arguments in [["corpus", "export"], ["corpus", "listed", "--iocs", scratch.file("list")]] {
            let result = try Program.run(arguments + ["--corpus", corpus])
            #expect(result.status == 1 && result.errors.contains("c.sqlite"), "\(result.errors)")
        }
        let listed = try Program.run(["blocklist", "--corpus", corpus])
        #expect(listed.status == 0 && listed.errors.contains("nothing is to be blocked"), "\(listed.errors)")
    }

    /// Who reads a pipe in a folder may wait for ever; who passes it over has not read the folder.
    @Test func pipesInFoldersAreSaid() throws {
        let folder = scratch.file("folder")
        try check("bash", ["-ec", "mkdir \"$0\" && mkfifo \"$0/pipe\"", folder])
        try scratch.write("folder/one", Self.record)
        for arguments in [["match", folder], ["enrich", folder, "--no-context-names"], ["hunt", folder]] {
            let result = try Program.run(arguments)
            #expect(result.status == 1 && result.errors.contains("pipe"), "\(arguments) \(result.errors)")
        }
        try scratch.write("folder/one", "203.0.113.7\n")
        let listed = try Program.run(["match", try scratch.write("one", Self.record), "--iocs", folder])
        #expect(listed.status == 1 && listed.errors.contains("pipe"), "\(listed.errors)")
    }

    @Test func aPipeThatNobodyReadsIsNotWaitedFor() throws {
        let pipe = scratch.file("pipe")
        try check("mkfifo", [pipe])
        let scan = [
            "scan", "127.0.0.1:1", "-q", "--no-signatures", "--progress", "never", "--omit-failures",
        ]
        let result = try Program.run(scan + ["--summary", pipe])
        #expect(result.status == 1 && result.errors.contains("nobody reads from it"), "\(result.errors)")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("endless"),
            withDestinationPath: "/dev/zero"
        )
        let endless = try Program.run(["scan", "-i", scratch.file("endless"), "-q", "--no-signatures"])
        #expect(endless.status != 0 && endless.errors.contains("has no end"), "\(endless.errors)")
    }

    @Test func nothingTakesTheInputsPlace() throws {
        let corpus = try corpus()
        let sweep = scratch.file("one")
        let pem = try pem()
        try scratch.write("store.pem", pem)
        try scratch.write("page.html", pem)
        try scratch.write("assets.csv", "host,port\n203.0.113.7,443\n")
        let inventory = scratch.file("assets.csv")
        let before = try Data(contentsOf: URL(fileURLWithPath: corpus))
        let wrong = [
            ["report", "--corpus", corpus, "-o", corpus], ["report", sweep, "-o", sweep],
            ["report", sweep, "--inventory", inventory, "-o", inventory],
            ["roots", "audit", scratch.file("store.pem"), "--records", scratch.file("store.pem")],
            ["pivot", scratch.file("page.html"), "--corpus", corpus, "--graph", scratch.file("page.html")],
        ]
        for arguments in wrong {
            let result = try Program.run(arguments)
            #expect(
                result.status == 64 && result.errors.contains("is named by both"),
                "\(arguments) \(result.errors)"
            )
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: corpus)) == before)
        #expect(text("one") == Self.record && text("store.pem") == pem && text("page.html") == pem)
        #expect(text("assets.csv")?.hasPrefix("host,port") == true)
        let report = try Program.run(["report", sweep, "-o", "-"])
        #expect(report.status == 0 && report.text.contains("<html"), "\(report.errors)")
        #expect(!FileManager.default.fileExists(atPath: "-"))
        let dash = try Program.run([
            "scan", "127.0.0.1:1", "-q", "--no-signatures", "--progress", "never", "--summary", "-",
        ])
        #expect(dash.status == 1 && dash.errors.contains("is no file here"), "\(dash.errors)")
    }

    @Test func noWatchReadsWhatStandsBesideNoState() throws {
        let certificate = try scratch.write("ordered.pem", try pem())
        try scratch.write("foreign", "{\"foo\":1}\n")
        let refused = try Program.run(["ct", "authorize", certificate, "--state", scratch.file("foreign")])
        #expect(refused.status == 1 && refused.errors.contains("no state"), "\(refused.errors)")
        let new = try Program.run(["ct", "authorize", certificate, "--state", scratch.file("new")])
        #expect(new.status == 0 && new.errors.contains("is not there yet"), "\(new.errors)")
    }

    /// A file of settings that was put there and can't be reached holds exclusions that would not count.
    @Test func settingsThatLeadNowhereAreSaid() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.file("hallmark"),
            withIntermediateDirectories: true
        )
        let place = scratch.file("hallmark/hallmark.yaml")
        try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: "/nowhere/at/all")
        let environment = [
            "XDG_CONFIG_HOME": scratch.path, "HALLMARK_SIGNATURES": projectFolder + "/signatures",
        ]
        let command = ["scan", "192.0.2.1", "--dry-run"]
        let broken = try TestSupport.run(Program.path, command, environment: environment)
        #expect(broken.status != 0 && broken.errors.contains(place), "\(broken.errors)")
        try FileManager.default.removeItem(atPath: place)
        try check("mkfifo", [place])
        let pipe = try TestSupport.run(Program.path, command, environment: environment)
        #expect(pipe.status != 0 && pipe.errors.contains("is a pipe"), "\(pipe.errors)")
    }
}
