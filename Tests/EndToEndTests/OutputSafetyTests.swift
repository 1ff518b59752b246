import Foundation
import TestSupport
import Testing

/// Files that somebody may need are not lost, whoever spells them how and however many runs there are.
@Suite(.serialized) struct OutputSafetyTests {
    private let server: ServerProcess
    private let scratch = Scratch()

    init() throws {
        server = try Nginx.start(try TestCertificate(), listen: "0.0.0.0")
    }

    private func scan(_ range: String) -> [String] {
        ["scan", range, "-p", "\(server.port)", "--include-special", "--probe", "certificate", "-q"]
            + ["--no-signatures", "--seed", "3"]
    }

    private func records(_ name: String = "o.nd") throws -> [Record] {
        try Program.records(try String(contentsOfFile: scratch.file(name), encoding: .utf8))
    }

    /// Runs a scan and kills it as soon as there are records, and some more by chance.
    private func killed(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = command
        try process.run()
        func isReady() -> Bool {
            let length = (try? Data(contentsOf: URL(fileURLWithPath: scratch.file("o.nd"))).count) ?? 0
            return length > 0 && FileManager.default.fileExists(atPath: scratch.file("ck"))
        }
        while process.isRunning, !isReady() { usleep(20_000) }
        usleep(UInt32.random(in: 0..<400_000))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
    }

    @Test(arguments: ["o.nd", "./o.nd", "sub/../o.nd", "link.nd"])
    func aResumedRunKnowsItsOutputByWhateverName(_ name: String) throws {
        let command = scan("127.50.0.0/25") + ["--rate", "40"]
        try FileManager.default.createDirectory(
            atPath: scratch.file("sub"),
            withIntermediateDirectories: true
        )
        try killed(command + ["-o", scratch.file("o.nd"), "--checkpoint", scratch.file("ck")])
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("link.nd"),
            withDestinationPath: "o.nd"
        )
        let result = try Program.run(
            command + ["-o", scratch.path + "/" + name, "--resume", scratch.file("ck"), "--rate", "0"]
        )
        #expect(result.status == 0, "\(result.errors)")
        let endpoints = try records().map(\.endpoint)
        #expect(Set(endpoints).count == 128)
        #expect(endpoints.count <= 128)
    }

    @Test(arguments: [["--sni", "other.example"], ["--sni", "none"], []])
    func pairsAreNotRecordedTwice(_ option: [String]) throws {
        let pairs = (0..<60).flatMap { ["127.50.1.\($0),a\($0).example", "127.50.1.\($0),b\($0).example"] }
        let list = try scratch.write("pairs.txt", pairs.joined(separator: "\n"))
        let command =
            ["scan", "-i", list, "-p", "\(server.port)", "--probe", "certificate", "-q", "--no-signatures"]
            + ["--seed", "3", "--rate", "50", "-o", scratch.file("o.nd")] + option
        try killed(command + ["--checkpoint", scratch.file("ck")])
        let result = try Program.run(command + ["--resume", scratch.file("ck"), "--rate", "0"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try records().count == 120)
    }

    @Test func anotherFileWithRecordsIsRefusedAndStays() throws {
        let command = scan("127.50.0.0/29")
        let first = try Program.run(
            command + ["-o", scratch.file("o.nd"), "--checkpoint", scratch.file("ck")]
        )
        #expect(first.status == 0)
        try scratch.write("old.nd", "precious\n")
        let other = try Program.run(
            command + ["-o", scratch.file("old.nd"), "--resume", scratch.file("ck")]
        )
        #expect(other.status == 64 && other.errors.contains("is not the file that the interrupted run"))
        #expect(try String(contentsOfFile: scratch.file("old.nd"), encoding: .utf8) == "precious\n")
        try FileManager.default.removeItem(atPath: scratch.file("o.nd"))
        let gone = try Program.run(command + ["-o", scratch.file("o.nd"), "--resume", scratch.file("ck")])
        #expect(gone.status == 64 && gone.errors.contains("are gone"), "\(gone.errors)")
    }

    /// Everything that refuses a run does so before the output is touched.
    @Test(arguments: [
        ["--summary", "/nonexistent/s.json"], ["--inventory", "/nonexistent"], ["--scope", "/nonexistent"],
        ["--checkpoint", "/nonexistent/ck"], ["--resume", "/nonexistent"], ["--corpus", "/nonexistent/c"],
        ["-i", "/nonexistent"], ["--checkpoint", "FILE"], ["--summary", "FILE"], ["--inventory", "FILE"],
        ["-i", "FILE"], ["--corpus", "FILE"],
    ])
    func aRefusedRunLeavesTheOldOutput(_ option: [String]) throws {
        let old = try scratch.write("old.nd", "precious\n")
        let result = try Program.run(
            scan("127.50.0.0/29") + ["-o", old] + option.map { $0 == "FILE" ? old : $0 }
        )
        #expect(result.status != 0 && !result.errors.isEmpty)
        #expect(try String(contentsOfFile: old, encoding: .utf8) == "precious\n", "\(option)")
    }

    @Test func aFileThatIsNoCheckpointIsNotWrittenOver() throws {
        let list = try scratch.write("hosts.txt", "127.0.0.1\n")
        let result = try Program.run(scan("127.50.0.0/29") + ["-o", "-", "--checkpoint", list])
        #expect(result.status != 0 && result.errors.contains("not written over"), "\(result.errors)")
        #expect(try String(contentsOfFile: list, encoding: .utf8) == "127.0.0.1\n")
    }

    /// A second run on the same output or checkpoint is refused while the first one goes on.
    @Test(arguments: ["output", "checkpoint"])
    func twoRunsDoNotShareAFile(_ shared: String) throws {
        let slow =
            scan("127.50.2.0/24") + [
                "--rate", "40", "-o", scratch.file("o.nd"), "--checkpoint", scratch.file("ck"),
            ]
        let mine =
            shared == "output"
            ? ["-o", scratch.file("o.nd"), "--checkpoint", scratch.file("ck2")]
            : ["-o", scratch.file("o2.nd"), "--checkpoint", scratch.file("ck")]
        let first = Process()
        first.executableURL = URL(fileURLWithPath: Program.path)
        first.arguments = slow
        try first.run()
        while !FileManager.default.fileExists(atPath: scratch.file("ck")) { usleep(20_000) }
        let second = try Program.run(scan("127.50.3.0/24") + mine)
        #expect(second.status == 1, "\(second.errors)")
        #expect(second.errors.contains("another run"), "\(second.errors)")
        first.waitUntilExit()
        #expect(first.terminationStatus == 0)
        #expect(try Set(records().map(\.endpoint)).count == 256)
    }

    @Test func aDashIsStandardOutput() throws {
        let result = try Program.run(scan("127.50.0.0/29") + ["-o", "-"])
        #expect(try Program.records(result.text).count == 8)
        #expect(!FileManager.default.fileExists(atPath: "-"))
    }

    /// The summary that can't be written at the end takes nothing with it.
    @Test func anUnwritableSummaryLosesNothingElse() throws {
        let folder = scratch.file("gone")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // Gone when the scan has begun to write, and long before its 128 endpoints are through.
        let script =
            "(until [ -s \"$2\" ]; do sleep 0.05; done; rmdir \"$1\") > /dev/null 2>&1 & shift 2; exec \"$@\""
        let result = try run(
            "bash",
            ["-c", script, "bash", folder, scratch.file("o.nd"), Program.path] + scan("127.50.0.0/25") + [
                "--rate", "60", "--summary", folder + "/s.json", "--corpus", scratch.file("c.sqlite"), "-o",
                scratch.file("o.nd"),
            ],
            environment: ["HALLMARK_SIGNATURES": projectFolder + "/signatures"]
        )
        #expect(result.status == 1 && result.errors.contains("s.json"), "\(result.errors)")
        #expect(try records().count == 128)
        let stats = try Program.run(["corpus", "stats", "--corpus", scratch.file("c.sqlite")])
        #expect(stats.text.contains("128"), "\(stats.text) \(stats.errors)")
    }

    /// A scan with a few rules: without any there are no leads to fail on.
    private func matched(_ target: String) -> [String] {
        scan(target).filter { $0 != "--no-signatures" } + [
            "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
        ]
    }

    /// What the interrupted run found counts for the exit code of the one that ends the work.
    @Test(arguments: [true, false])
    func findingsFromBeforeTheStopCount(_ isInCheckpoint: Bool) throws {
        let output = scratch.file("o.nd")
        let command = matched("127.50.0.0/29") + ["-o", output, "--fail-on", "high"]
        let first = try Program.run(command + ["--checkpoint", scratch.file("ck")])
        #expect(first.status == 0)
        var state = try String(contentsOfFile: scratch.file("ck"), encoding: .utf8)
        #expect(state.contains("\"records\" : 8"), "\(state)")
        if isInCheckpoint {
            state = state.replacing("\"records\" : 8", with: "\"lead.high.Some Tool\" : 1, \"records\" : 8")
            try scratch.write("ck", state)
        } else {
            let record =
                #"{"server":{"address":"127.99.0.1","ip":"127.99.0.1","port":1},"event":{"outcome":"success"},"#
                + #""hallmark":{"leads":[{"software":{"name":"Some Tool"},"confidence":90,"label":"high"}]}}"#
            let file = try #require(FileHandle(forWritingAtPath: output))
            try file.seekToEnd()
            try file.write(contentsOf: Data((record + "\n").utf8))
        }
        let resumed = try Program.run(
            command + ["--resume", scratch.file("ck"), "--summary", scratch.file("s.json")]
        )
        #expect(resumed.status == 3, "\(resumed.errors)")
        let summary = try String(contentsOfFile: scratch.file("s.json"), encoding: .utf8)
        #expect(summary.contains("Some Tool"))
    }

    /// What of a run was done before is counted once, wherever it was noted, and a dismissed lead stays one.
    @Test func whatWasWrittenBehindTheCheckpointCountsAsWhatItIs() throws {
        let output = scratch.file("o.nd")
        let command =
            matched("127.50.0.0/29") + ["-o", output, "--fail-on", "high", "--threads", "1", "-c", "1"]
        #expect(try Program.run(command + ["--checkpoint", scratch.file("ck")]).status == 0)
        // As if it had been killed before its last four records were noted.
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n").map(
            String.init
        )
        try #require(lines.count == 8)
        var state = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: scratch.file("ck"))))
                as? [String: Any]
        )
        var place = try #require(state["output"] as? [String: Any])
        place["offset"] = lines[..<4].reduce(0) { $0 + $1.utf8.count + 1 }
        state["output"] = place
        var progress = try #require(state["progress"] as? [String: Any])
        (progress["low_water"], progress["done"]) = (4, [[Int]]())
        state["progress"] = progress
        state["counts"] = ["records": 4, "outcome.failure": 4, "error.connection_refused": 4]
        try JSONSerialization.data(withJSONObject: state).write(to: URL(fileURLWithPath: scratch.file("ck")))
        let lead = #"{"software":{"name":"Some Tool"},"confidence":90,"label":"high"}"#
        let more =
            #","hallmark":{"leads":[\#(lead)],"decisions":[{"verdict":"dismiss","dismissed":["Some Tool"]}],"#
            + #""marks":{"known":9,"tested":7},"probes":[{"code":"local_error"}]}}"#
        var last = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[7].utf8)) as? [String: Any]
        )
        last["hallmark"] = nil
        let bare = String(decoding: try JSONSerialization.data(withJSONObject: last), as: UTF8.self)
        let text = (lines[..<7] + [bare.dropLast() + more]).joined(separator: "\n") + "\n"
        try scratch.write("o.nd", text)
        let resumed = try Program.run(
            command + ["--resume", scratch.file("ck"), "--summary", scratch.file("s.json")]
        )
        // Something was lost to the machine, and no lead counts that was dismissed.
        #expect(resumed.status == 1, "\(resumed.errors)")
        let data = try Data(contentsOf: URL(fileURLWithPath: scratch.file("s.json")))
        let summary = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for (member, count) in [
            ("targets", 8), ("records", 8), ("records_before", 8), ("resumed", 8), ("leads_found", 1),
            ("lost_here", 1), ("untested_endpoints", 1), ("untested_marks", 2), ("connections", 0),
        ] {
            #expect(summary[member] as? Int == count, "\(member): \(summary[member] ?? "")")
        }
    }

    /// A draft is only ever created: links that lie in its place are not followed.
    @Test func noLinkIsFollowed() throws {
        let victim = try scratch.write("victim", "precious\n")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.file("ck"),
            withDestinationPath: "victim"
        )
        let result = try Program.run(
            scan("127.50.0.0/29") + ["-o", scratch.file("o.nd"), "--checkpoint", scratch.file("ck")]
        )
        #expect(result.status != 0)
        #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious\n")
    }

    /// Who reads a named pipe may go away; what was asked for is then not whole.
    @Test func aReaderThatGoesAwayIsSaid() throws {
        let scratch = Scratch()
        let result = try run(
            "bash",
            [
                "-c",
                """
                cd "$0" && mkfifo f && (head -c 10 f > /dev/null &)
                exec "$1" scan 127.0.0.0/22:9 --include-special --no-signatures -q -o f
                """, scratch.path, Program.path,
            ]
        )
        #expect(
            result.status == 1 && result.errors.contains("went away"),
            "\(result.status) \(result.errors)"
        )
    }
}
