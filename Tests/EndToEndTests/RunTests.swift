import Foundation
import TestSupport
import Testing

/// What a run does besides scanning: order, interruption, going on, and refusing to.
@Suite(.serialized) struct RunTests {
    private let certificate: TestCertificate
    private let server: ServerProcess

    init() throws {
        certificate = try TestCertificate()
        server = try Nginx.start(certificate, listen: "0.0.0.0")
    }

    /// 1,024 addresses of loopback, all answered by one server.
    private var range: [String] {
        ["127.20.0.0/22", "-p", "\(server.port)", "--include-special", "--probe", "certificate"]
    }

    private var allAddresses: Set<String> {
        Set((0..<1024).map { "127.20.\($0 / 256).\($0 % 256):\(server.port)" })
    }

    @Test func everyEndpointExactlyOnce() throws {
        let records = try Program.scan(range)
        #expect(records.count == 1024)
        #expect(Set(records.map(\.endpoint)) == allAddresses)
        #expect(records.allSatisfy { $0.text("event.outcome") == "success" })
        #expect(try schemaErrors(records.map(\.line).joined(separator: "\n")) == "")
    }

    @Test func shardsAreDisjointAndWhole() throws {
        let parts = try (1...3).map { part in
            try Program.scan(range + ["--seed", "7", "--shard", "\(part)/3"]).map(\.endpoint)
        }
        #expect(parts.reduce(0) { $0 + $1.count } == 1024)
        #expect(Set(parts.joined()) == allAddresses)
    }

    @Test func exclusionsAlwaysWin() throws {
        let records = try Program.scan(range + ["--exclude", "127.20.1.0/24", "--exclude", "127.20.0.7"])
        #expect(records.count == 1024 - 256 - 1)
        #expect(
            !records.contains { $0.endpoint.hasPrefix("127.20.1.") || $0.endpoint.hasPrefix("127.20.0.7:") }
        )
    }

    @Test func scopeRefusesWithARecord() throws {
        let scratch = Scratch()
        let scope = try scratch.write(
            "scope.yaml",
            """
            name: lab
            authorization: T-1
            include: [127.20.0.0/30]
            ports: [\(server.port)]
            """
        )
        let records = try Program.scan([
            "127.20.0.1:\(server.port)", "127.20.9.9:\(server.port)", "--scope", scope, "--probe",
            "certificate",
        ])
        let codes = Dictionary(uniqueKeysWithValues: records.map { ($0.endpoint, $0.code ?? "none") })
        #expect(codes == ["127.20.0.1:\(server.port)": "none", "127.20.9.9:\(server.port)": "out_of_scope"])
        #expect(records.allSatisfy { $0.code != nil || $0.text("hallmark.scan.scope") == "lab" })
    }

    @Test func dryRunScansNothing() throws {
        let result = try Program.run(["scan", "--dry-run", "10.0.0.0/8", "-p", "1-3", "--include-special"])
        #expect(result.status == 0)
        #expect(result.text.replacing(",", with: "").contains("50331648"))
    }

    /// Killed at any moment, both runs together hold every endpoint, and only what was in flight twice.
    @Test(arguments: [0.15, 0.4, 0.8])
    func killedRunGoesOn(after seconds: Double) throws {
        let scratch = Scratch()
        let output = scratch.file("out.ndjson")
        let state = scratch.file("state")
        let pace = ["-c", "8", "--rate", "800", "--seed", "3", "--no-signatures", "-q", "-o", output]
        let killed = try run(
            "timeout",
            ["-s", "KILL", "\(seconds)", Program.path, "scan"] + range + pace + ["--checkpoint", state]
        )
        #expect(killed.status != 0)
        // Killed before there was a checkpoint, nothing had been scanned: begin anew.
        let option = FileManager.default.fileExists(atPath: state) ? "--resume" : "--checkpoint"
        let resumed = try Program.run(["scan"] + range + pace + [option, state])
        #expect(resumed.status == 0, "\(resumed.errors)")
        let records = try Program.records(try String(contentsOfFile: output, encoding: .utf8))
        #expect(Set(records.map(\.endpoint)) == allAddresses)
        #expect(records.count <= 1024 + 8)
    }

    /// A corpus that can't take more in the middle of a run: the output goes on, nothing counts as done any
    /// more, and a run that goes on brings the corpus what it lacks.
    @Test func whatTheCorpusDidNotTakeComesWithTheNextRun() throws {
        let scratch = Scratch()
        let (output, state) = (scratch.file("out.ndjson"), scratch.file("state"))
        let corpus = scratch.file("c.sqlite")
        let common =
            ["scan"] + range + [
                "--no-signatures", "-q", "-o", output, "--corpus", corpus, "--rate", "150", "--seed", "3",
            ]
        let errors = try scratch.write("errors", "")
        let first = Process()
        first.executableURL = URL(fileURLWithPath: Program.path)
        first.arguments = common + ["--checkpoint", state]
        first.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        try first.run()
        #expect(eventually { ((try? endpoints(corpus)) ?? 0) > 50 })
        let hidden = scratch.file("hidden")
        _ = try check("python3", ["-c", Self.hide, corpus, hidden])
        first.waitUntilExit()
        #expect(first.terminationStatus == 1)
        let said = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(said.contains("sightings") && said.contains("--resume \(state)"), "\(said)")
        #expect(try endpoints(corpus) < 1024)
        let written = try Program.records(try String(contentsOfFile: output, encoding: .utf8))
        #expect(Set(written.map(\.endpoint)) == allAddresses)
        _ = try check("python3", ["-c", Self.show, corpus, hidden])
        let second = try Program.run(common + ["--resume", state])
        #expect(second.status == 0, "\(second.errors)")
        #expect(try endpoints(corpus) == 1024)
        let records = try Program.records(try String(contentsOfFile: output, encoding: .utf8))
        #expect(records.count == 1024 && Set(records.map(\.endpoint)) == allAddresses)
    }

    /// Takes a table out of a corpus that is being written, and puts it back word for word.
    private static let hide = """
        import pickle, sqlite3, sys
        db = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("BEGIN IMMEDIATE")
        made = db.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'sightings' AND sql IS NOT NULL").fetchall()
        pickle.dump((made, db.execute("SELECT * FROM sightings").fetchall()), open(sys.argv[2], "wb"))
        db.execute("DROP TABLE sightings")
        db.execute("COMMIT")
        """
    private static let show = """
        import pickle, sqlite3, sys
        made, rows = pickle.load(open(sys.argv[2], "rb"))
        db = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("BEGIN IMMEDIATE")
        for sql, in made: db.execute(sql)
        for row in rows: db.execute("INSERT INTO sightings VALUES (" + ", ".join("?" * len(row)) + ")", row)
        db.execute("COMMIT")
        """

    private func endpoints(_ corpus: String) throws -> Int {
        let count = try check("sqlite3", [corpus, "SELECT count(*) FROM endpoints"]).text
        return try #require(Int(count.trimmingCharacters(in: .newlines)))
    }

    @Test func anotherRunIsNotResumed() throws {
        let scratch = Scratch()
        let state = scratch.file("state")
        let base = ["scan", "--no-signatures", "-q", "-o", scratch.file("out"), "--probe", "certificate"]
        let first = try Program.run(base + ["127.20.0.1:\(server.port)", "--checkpoint", state])
        #expect(first.status == 0)
        let other = try Program.run(base + ["127.20.0.2:\(server.port)", "--resume", state])
        #expect(other.status != 0)
        #expect(other.errors.contains("targets:"), "\(other.errors)")
    }

    @Test func interruptDrains() throws {
        let scratch = Scratch()
        let output = scratch.file("out.ndjson")
        // A parent that blocks the signal, as some do, must not make the scan deaf to it.
        let block =
            "import os,signal,sys; signal.pthread_sigmask(signal.SIG_BLOCK, {2, 15}); os.execvp(sys.argv[1], sys.argv[1:])"
        let result = try run(
            "/usr/bin/python3",
            ["-c", block, "timeout", "-s", "INT", "3", Program.path, "scan"] + range
                + [
                    "-c", "8", "--rate", "150", "--no-signatures", "-q", "-o", output, "--checkpoint",
                    scratch.file("state"),
                ]
        )
        // timeout says 124 when it had to signal, whatever the program's own code.
        #expect(result.status == 124, "\(result.errors)")
        let records = try Program.records(try String(contentsOfFile: output, encoding: .utf8))
        #expect(!records.isEmpty && records.count < 1024)
        #expect(Set(records.map(\.endpoint)).count == records.count)
        let state = try String(contentsOfFile: scratch.file("state"), encoding: .utf8)
        #expect(state.contains("low_water"))
    }

    @Test func brokenPipeEndsTheRunCleanly() throws {
        let command = ([Program.path, "scan", "--no-signatures", "-q"] + range).map { "'\($0)'" }.joined(
            separator: " "
        )
        let result = try run("bash", ["-c", "set -o pipefail; \(command) | head -n 1"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Program.records(result.text).count == 1)
    }

    @Test func fullDiskIsSaid() throws {
        let result = try Program.run(["scan", "--no-signatures", "-q", "-o", "/dev/full"] + range)
        #expect(result.status == 1)
        #expect(result.errors.contains("No space left on device"), "\(result.errors)")
    }

    @Test func unwritableOutputIsSaidBeforeAnythingIsScanned() throws {
        let result = try Program.run(["scan", "--no-signatures", "-o", "/nonexistent/out"] + range)
        #expect(result.status != 0)
        #expect(result.errors.contains("/nonexistent/out: No such file or directory"), "\(result.errors)")
    }

    @Test func malformedTargetsAreNamedAndTheRestGoesOn() throws {
        let scratch = Scratch()
        let list = try scratch.write(
            "targets.txt",
            "# a comment\n127.20.0.1:\(server.port)\n300.1.2.3\n127.20.0.2:99999\n127.20.0.2:\(server.port)\n"
        )
        let result = try Program.run(["scan", "--no-signatures", "--probe", "certificate", "-i", list])
        #expect(try Program.records(result.text).count == 2)
        #expect(result.errors.contains("targets.txt:4"), "\(result.errors)")
        #expect(result.status == 1)
        #expect(result.errors.contains("targets that were not understood: 2"), "\(result.errors)")
        let stream = try Program.run(["scan", "--no-signatures", "-"], input: "127.20.0.1:1\n300.1.2.3\n")
        #expect(stream.status == 1 && stream.errors.contains("standard input:2"), "\(stream.errors)")
        #expect(stream.errors.contains("targets that were not understood: 1"), "\(stream.errors)")
        let going = try Program.run(["scan", "--dry-run", "--keep-going", "-i", list])
        #expect(going.status == 0)
    }

    @Test(arguments: [
        ["198.18.0.0/24"], ["127.0.0.1", "--exclude", "127.0.0.1"], ["fe80::/120", "--dry-run"],
    ])
    func nothingLeftIsSaidAndNoSuccess(_ arguments: [String]) throws {
        let result = try Program.run(["scan", "--no-signatures", "-q"] + arguments)
        #expect(result.status == 1)
        #expect(result.errors.contains("nothing is left to scan"), "\(result.errors)")
    }

    /// Standard input, or a list, in which nothing is; 64 is for what was typed.
    @Test(arguments: [
        ("", "no target is named"), ("# nothing\n\n", "no target is named"),
        ("open udp 53 8.0.0.1 1\n", "1 line of other scanners' lists without an open TCP port"),
        ("127.0.0.0/24\n", "127.0.0.0/8: 256 addresses (Loopback)"), ("Host is up\n", "1 line"),
    ])
    func emptyListsAreNoSuccess(_ text: String, _ why: String) throws {
        let scratch = Scratch()
        let list = try scratch.write("list", text)
        for arguments in [["-"], ["-i", "-"], [], ["-", "--dry-run"], ["-i", list]] {
            let result = try Program.run(["scan", "--no-signatures"] + arguments, input: text)
            #expect(result.status == 1 && result.output.isEmpty, "\(arguments): \(result.errors)")
            let isRead = result.errors.contains(why) || result.errors.contains("could be understood")
            #expect(isRead, "\(arguments): \(result.errors)")
        }
        #expect(try Program.run(["scan", "Host is up"]).status == 64)
    }

    /// The name of a column is nobody's host, and is said, for somebody may have called one so.
    @Test func namesOfColumnsAreNoHosts() throws {
        let scratch = Scratch()
        for word in [
            "Target", "server", "URL", "Hostname", "IPs", "port", "ip_address", "domain", "\"Asset\"",
        ] {
            let list = try scratch.write("list", "# mine\n\(word)\n127.20.0.1\n")
            for arguments in [["-i", list], ["-"]] {
                let result = try Program.run(
                    ["scan", "--no-signatures", "--dry-run"] + arguments,
                    input: "\(word)\n127.20.0.1\n"
                )
                #expect(
                    result.status == 0 && result.text.hasPrefix("1 endpoint\n"),
                    "\(word): \(result.text)"
                )
                #expect(result.text.contains("names a column and is no target"), "\(word): \(result.text)")
            }
            let stream = try Program.run(
                ["scan", "--no-signatures", "--probe", "certificate", "-"],
                input: "\(word)\n127.20.0.1:1\n"
            )
            #expect(try Program.records(stream.text).count == 1)
            #expect(stream.errors.contains("names a column and is no target"), "\(word): \(stream.errors)")
            let quiet = try Program.run(
                [
                    "scan", "--no-signatures", "--probe", "certificate", "-q", "--summary",
                    scratch.file("summary"), "-i", try scratch.write("short", "\(word)\n127.20.0.1:1\n"), "-",
                ],
                input: "\(word)\n127.20.0.2:1\n"
            )
            let summary = try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(fileURLWithPath: scratch.file("summary")))
            )
            let leftOut = (summary as? [String: Any])?["left_out"] as? [String: Int]
            #expect(leftOut?["column_names"] == 2, "\(word): \(quiet.errors) \(summary)")
            let below = try Program.run(["scan", "--dry-run", "-"], input: "127.20.0.1\n\(word)\n")
            #expect(below.status == 1 && below.text.hasPrefix("1 endpoint\n"), "\(word): \(below.text)")
        }
        // What was typed is what it says, as is a name with a dot behind it or a port.
        for (arguments, input) in [(["target"], ""), (["-"], "server.\n"), (["-"], "target:443\n")] {
            let result = try Program.run(["scan", "--dry-run", "--no-signatures"] + arguments, input: input)
            #expect(result.status == 0 && result.text.contains("1 name"), "\(arguments): \(result.text)")
        }
    }

    /// What ranges pass over is said by block, also of a list in standard input.
    @Test func passedOverBlocksAreNamed() throws {
        let ranges = "126.255.255.255-127.0.0.0\n9.255.255.255-10.0.0.1\n"
        let result = try Program.run(["scan", "--dry-run", "-"], input: ranges)
        #expect(
            result.status == 0 && result.text.hasPrefix("2 endpoints\n"),
            "\(result.text)\(result.errors)"
        )
        for line in ["10.0.0.0/8: 2 addresses (Private-Use)", "127.0.0.0/8: 1 address (Loopback)"] {
            #expect(result.text.contains("\n\(line)\n"))
        }
        let stream = try Program.run(
            ["scan", "--no-signatures", "-"],
            input: "127.0.0.1:9\n127.0.0.0/30\nopen udp 53 8.0.0.1 1\n"
        )
        #expect(stream.status == 0)
        #expect(stream.errors.contains("127.0.0.0/8: 4 addresses (Loopback)\n"), "\(stream.errors)")
        #expect(stream.errors.contains("1 line of other scanners' lists without an open TCP port"))
    }

    @Test func privateRangesThatAreNamedAreScanned() throws {
        let result = try Program.run(["scan", "--dry-run", "10.0.0.0/24", "fd00::/120", "127.0.0.0/30"])
        #expect(result.status == 0 && result.text.hasPrefix("512 endpoints\n"), "\(result.text)")
        #expect(result.text.contains("4 special-purpose, passed over"))
    }

    @Test func standardInputIsStreamed() throws {
        let records = try Program.scan(
            ["-", "--probe", "certificate"],
            input: "127.20.0.1:\(server.port)\n\n# nothing\n127.20.0.2:\(server.port)\n"
        )
        #expect(Set(records.compactMap { $0.text("server.ip") }) == ["127.20.0.1", "127.20.0.2"])
    }

    @Test func summaryTellsTheRun() throws {
        let scratch = Scratch()
        _ = try Program.scan([
            "127.20.0.1:\(server.port)", "--summary", scratch.file("summary.json"), "--seed", "5",
        ])
        let data = try Data(contentsOf: URL(fileURLWithPath: scratch.file("summary.json")))
        let summary = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(summary["records"] as? Int == 1 && summary["seed"] as? Int == 5)
        #expect((summary["outcomes"] as? [String: Int]) == ["success": 1])
    }

    @Test(arguments: [
        ["scan", "--concurrency", "0", "192.0.2.1"], ["scan", "--shard", "4/3", "192.0.2.1"],
        ["scan", "--sni"], ["scan", "--resume", "/nonexistent", "192.0.2.1"],
        ["scan", "-p", "70000", "192.0.2.1"],
        ["scan", "--scope", "/nonexistent", "192.0.2.1"], ["scan", "--starttls", "gopher", "127.0.0.1:1"],
        ["scan", "nonsense:::"],
    ])
    func badArgumentsAreRefusedWithAReason(arguments: [String]) throws {
        let result = try Program.run(arguments)
        #expect(result.status != 0)
        #expect(!result.errors.isEmpty && result.output.isEmpty)
    }
}
