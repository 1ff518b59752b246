import Foundation
import TestSupport
import Testing

/// Logs that grow are gone on with: when lines are appended, when a file is rotated and when it is emptied.
@Suite struct FollowTests {
    private let scratch = Scratch()

    /// Runs the program over growing files, and a script beside it that lets them grow.
    ///
    /// - Parameter script: `records N` waits until so many records have been written.
    private func follow(_ files: [String], _ script: String) throws -> (
        records: [Record], said: String, words: String
    ) {
        let frame = """
            cd "$1"
            "$0" import --follow --interval 0 \(files.joined(separator: " ")) > out 2> errors & follower=$!
            records() {
              for _ in $(seq 600); do [ "$(wc -l < out)" -ge "$1" ] && return; sleep 0.1; done
              echo "only $(wc -l < out) records of $1"
            }
            \(script)
            kill -TERM $follower
            wait $follower
            echo "status $?"
            """
        let words = try run("bash", ["-c", frame, programPath, scratch.path]).text
        let out = try String(contentsOfFile: scratch.file("out"), encoding: .utf8)
        let lines = try out.split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? Record ?? [:]
        }
        return (lines, try String(contentsOfFile: scratch.file("errors"), encoding: .utf8), words)
    }

    @Test func aGrowingPairOfLogsIsJoined() throws {
        try scratch.write("ssl.log", ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one))
        try scratch.write("x509.log", ZeekLines.certificate(ZeekLines.day, ZeekLines.one))
        try scratch.write(
            "more-ssl",
            ZeekLines.connection(ZeekLines.day + 9, "192.0.2.2", chain: ZeekLines.two, server: "203.0.113.8")
        )
        try scratch.write(
            "more-x509",
            ZeekLines.certificate(ZeekLines.day + 9, ZeekLines.two, name: "b.example")
        )
        // The second connection comes before its certificate, and in two pieces.
        let (records, said, words) = try follow(
            ["ssl.log", "x509.log"],
            """
            records 1
            head -c 100 more-ssl >> ssl.log; sleep 0.3; tail -c +101 more-ssl >> ssl.log
            cat more-x509 >> x509.log
            records 2
            """
        )
        #expect(words == "status 0\n", "\(said)")
        #expect(records.map { text($0, "server.ip") } == ["203.0.113.7", "203.0.113.8"])
        #expect(records.map { text($0, "hallmark.source.fidelity") } == ["text", "text"])
        #expect(said.contains("2 files, 4 lines: "), "\(said)")
    }

    @Test(arguments: [
        "mv ssl.log ssl.1.log; cat next > ssl.log",
        "cp ssl.log ssl.1.log; : > ssl.log; sleep 0.5; cat next >> ssl.log",
    ])
    func rotationLosesNothing(_ rotation: String) throws {
        let lines = (0..<3).map {
            ZeekLines.connection(
                ZeekLines.day + $0,
                "192.0.2.1",
                chain: ZeekLines.one,
                server: "203.0.113.\($0)"
            )
        }
        // A connection whose certificate is not known yet would be waited with.
        try scratch.write("x509.log", ZeekLines.certificate(ZeekLines.day, ZeekLines.one))
        try scratch.write("ssl.log", lines[0])
        try scratch.write("late", lines[1])
        try scratch.write("next", lines[2])
        let (records, said, words) = try follow(
            ["ssl.log", "x509.log"],
            """
            records 1
            cat late >> ssl.log
            records 2
            \(rotation)
            records 3
            """
        )
        #expect(words == "status 0\n", "\(said)")
        #expect(records.map { text($0, "server.ip") } == ["203.0.113.0", "203.0.113.1", "203.0.113.2"])
        #expect(!said.contains("skipped"), "\(said)")
    }

    /// What a writer had begun when its file was emptied is one broken line, and no part of the next one.
    @Test func aLineThatIsCutByRotationIsCounted() throws {
        let lines = (0..<2).map {
            ZeekLines.connection(
                ZeekLines.day + $0,
                "192.0.2.1",
                chain: ZeekLines.one,
                server: "203.0.113.\($0)"
            )
        }
        try scratch.write("x509.log", ZeekLines.certificate(ZeekLines.day, ZeekLines.one))
        try scratch.write("ssl.log", lines[0] + "{\"ts\":1,\"uid\":")
        try scratch.write("next", lines[1])
        let (records, said, words) = try follow(
            ["ssl.log", "x509.log"],
            "records 1; sleep 0.5; mv ssl.log old; cat next > ssl.log; records 2"
        )
        #expect(words == "status 1\n", "\(said)")
        #expect(records.count == 2)
        #expect(said.contains("skipped: no JSON: 1, first at ssl.log:2"), "\(said)")
    }

    /// Emptied and written beyond its old size before anybody looked.
    @Test func aFileThatHasGrownAnewIsReadFromItsBegin() throws {
        func line(_ number: Int) -> String {
            ZeekLines.connection(
                ZeekLines.day + number,
                "192.0.2.1",
                chain: ZeekLines.one,
                server: "203.0.113.\(number)"
            )
        }
        try scratch.write("x509.log", ZeekLines.certificate(ZeekLines.day, ZeekLines.one))
        try scratch.write("ssl.log", line(0))
        try scratch.write("next", (1...6).map(line).joined())
        let (records, said, words) = try follow(
            ["ssl.log", "x509.log"],
            "records 1; cat next > ssl.log; records 7"
        )
        #expect(words == "status 0\n", "\(said)")
        #expect(records.map { text($0, "server.ip") } == (0...6).map { "203.0.113.\($0)" })
    }

    /// A log that its writer has just begun, and one that it has not begun yet.
    @Test func aFileThatIsEmptyOrNotThereIsWaitedFor() throws {
        try scratch.write("x509.log", ZeekLines.certificate(ZeekLines.day, ZeekLines.one))
        try scratch.write("ssl.log", "")
        let lines = (0..<2).map {
            ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one, server: "203.0.113.\($0)")
        }
        try scratch.write("one", lines[0])
        try scratch.write("two", lines[1])
        let (records, said, words) = try follow(
            ["ssl.log", "later.log", "x509.log"],
            "head -c 100 one >> ssl.log; sleep 0.3; tail -c +101 one >> ssl.log; records 1; cp two later.log; records 2"
        )
        #expect(words == "status 0\n", "\(said)")
        #expect(records.map { text($0, "server.ip") } == ["203.0.113.0", "203.0.113.1"])
        #expect(
            said.contains("later.log: nothing stands in it yet, or nothing that is known; it is waited for"),
            "\(said)"
        )
    }

    @Test func aFileThatNeverComesIsALoss() throws {
        try scratch.write("ssl.log", ZeekLines.connection(ZeekLines.day, "192.0.2.1", chain: ZeekLines.one))
        try scratch.write("cut.log", "{\"ts\":1,")
        let (_, said, words) = try follow(["ssl.log", "never.log", "cut.log"], "sleep 1")
        #expect(words == "status 1\n", "\(said)")
        #expect(said.contains("cut.log: is of no kind that is known"), "\(said)")
        #expect(said.contains("never.log: No such file or directory"), "\(said)")
    }

    @Test func standardInputIsNotFollowed() throws {
        #expect(try run(programPath, ["import", "--follow"]).status == 64)
        #expect(try run(programPath, ["import", "--follow", "--interval", "-1", "x"]).status == 64)
    }
}
