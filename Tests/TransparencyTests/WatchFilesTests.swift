import Foundation
import TestSupport
import Testing

/// What a watch is given that it can't or must not use: said, and nothing lost.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct WatchFilesTests {
    private func logs(_ more: String = "") throws -> CTLogs {
        try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 20\(more)}]")
    }

    /// Cutting a short file to a longer length would fill it with bytes that are no records.
    @Test func anOutputThatWasMovedOrCutIsRefused() throws {
        let logs = try logs()
        let (output, moved) = (logs.scratch.file("ct.ndjson"), logs.scratch.file("ct.ndjson.1"))
        let arguments = ["--all", "-o", output, "--state", logs.scratch.file("ct.state")]
        #expect(try logs.watch(arguments).status == 0)
        let whole = try Data(contentsOf: URL(fileURLWithPath: output))
        try FileManager.default.moveItem(atPath: output, toPath: moved)
        for rest in [Data(), whole.prefix(whole.count - 1)] {
            try rest.write(to: URL(fileURLWithPath: output))
            let result = try logs.watch(arguments)
            #expect(result.status == 1 && result.errors.contains("moved or cut"), "\(result.errors)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: output)) == rest)
        }
        try whole.write(to: URL(fileURLWithPath: output))
        #expect(try logs.watch(arguments).status == 0)
    }

    @Test(arguments: ["", ".met", ".authorized"])
    func theOutputIsNoneOfTheStatesFiles(_ end: String) throws {
        let logs = try logs()
        let state = logs.scratch.file("ct.state")
        let result = try logs.watch(["--all", "--state", state, "-o", logs.scratch.file("./ct.state" + end)])
        #expect(result.status == 64 && result.errors.contains("different files"), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: state))
    }

    @Test func twoWatchesDoNotShareAState() throws {
        let logs = try logs()
        let state = logs.scratch.file("ct.state")
        let common = ["ct", "watch", "--log-list", logs.list, "--no-signatures", "--from-start", "--all"]
        let script = """
            cd '\(logs.scratch.path)'
            '\(programPath)' \(common.joined(separator: " ")) --interval 60 --state ct.state > first 2> err < /dev/null & first=$!
            until [ -s ct.state ]; do sleep 0.1; done
            '\(programPath)' \(common.joined(separator: " ")) --until-head --state ct.state > second 2>&1
            echo $?
            cat second
            kill -TERM $first; wait $first
            """
        let result = try TestSupport.run("bash", ["-c", script], environment: ["NO_COLOR": "1"])
        #expect(
            result.text.hasPrefix("1\n") && result.text.contains("another run is using this state"),
            "\(result.text)"
        )
        #expect(try logs.watch(["--all", "--state", state]).status == 0)
    }

    /// A head of the future would make all later ones old ones of a cache.
    @Test(arguments: ["rfc6962", "static"]) func aHeadOfTheFutureIsNotBelieved(_ kind: String) throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 20}]")
        let arguments = ["--all", "-o", logs.scratch.file("out"), "--state", logs.scratch.file("state")]
        try logs.control("a", "ahead=315360000000")
        #expect(try logs.watch(arguments).status == 1)
        try logs.control("a", "ahead=0")
        #expect(try logs.watch(arguments).status == 0)
        try logs.control("a", "shrink=true")
        #expect(try logs.watch(arguments).status == 1)
        let lines = try CTLogs.objects(String(contentsOfFile: logs.scratch.file("out"), encoding: .utf8))
        #expect(
            lines.flatMap(\.findings).filter { $0.hasPrefix("log_") } == ["log_future_head", "log_shrank"]
        )
    }

    @Test func whatIsNotThereIsSaid() throws {
        let logs = try logs()
        for name in ["nmaes.yaml", "names.yml", "lists/names"] {
            let result = try logs.watch(["--watch", name])
            #expect(result.status == 1 && result.errors.contains("no such file"), "\(result.errors)")
        }
        let wide = try logs.watch(["--watch", "com"])
        #expect(wide.status == 0 && wide.errors.contains("public suffix"), "\(wide.errors)")
        #expect(try logs.watch(["--watch", "a.test", "--allow", ""]).status == 64)
        for (from, to) in [("99", "100"), ("10", "100")] {
            let result = try logs.run([
                "backfill", "--log-list", logs.list, "--from", from, "--to", to, "--all", "--no-signatures",
            ])
            #expect(result.status == 1 && result.errors.contains("has 40 entries"), "\(result.errors)")
        }
        for text in ["{}", "{\"operators\":[]}", "{\"event\":{\"dataset\":\"hallmark.ct\"}}"] {
            let path = try logs.scratch.write("none.ndjson", text + "\n")
            let result = try logs.run(["verify", path, "--log-list", logs.list])
            #expect(
                result.status == 1 && result.errors.contains("no record with a certificate"),
                "\(result.errors)"
            )
        }
    }

    /// Letters that nobody sees, and a whole name before a dash.
    @Test func tricksInNamesAreSeenThrough() throws {
        let names = [
            "norv\\u200bexa.test", "nor\\u202evexa.test", "norvexa.test-secure.net",
            "www.norvexa.test-login.example",
        ]
        let listed = names.enumerated().map { "\"\($0)\": [\"\($1)\"]" }.joined(separator: ", ")
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 5, \"names\": {\(listed)}}]"
        )
        let result = try logs.watch(["--watch", "norvexa.test"])
        #expect(result.status == 0, "\(result.errors)")
        let found = try CTLogs.objects(result.text).map { $0.findings }
        #expect(
            found == [["unknown_certificate"], ["unknown_certificate"], ["lookalike"], ["lookalike"]],
            "\(result.text)"
        )
    }
}
