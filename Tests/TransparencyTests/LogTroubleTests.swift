import Foundation
import TestSupport
import Testing

/// Logs that are out of order, or lie, at a bad moment: nothing is lost by it, and nothing is taken for
/// proven.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct LogTroubleTests {
    /// A time at the end of what can be counted in nanoseconds.
    @Test(arguments: ["rfc6962", "static"]) func aTimeFarAheadStopsNothing(_ kind: String) throws {
        let result = try CTLogs.one(kind, 4, "{\"far\": 1}").watch(["--all"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try CTLogs.indices(result.text) == [0, 2, 4, 6])
        let far = try #require(try CTLogs.objects(result.text).dropFirst().first)
        #expect(far.at("hallmark.ct.timestamp") as? String == "2262-04-11T23:47:16.855Z")
    }

    /// What was sent in place of an entry was handed out; the true one comes when the log is honest again.
    @Test(arguments: ["rfc6962", "static"]) func theTrueEntryComesAfterAFalseOne(_ kind: String) throws {
        let logs = try CTLogs.one(kind, 6, "{\"altered\": 2}")
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        let arguments = ["--watch", "watched.test", "--no-lookalikes", "-o", out, "--state", state]
        let first = try logs.watch(arguments)
        #expect(first.status == 1 && first.errors.contains("log_false_root"), "\(first.errors)")
        try logs.control("a", "altered=-1")
        let second = try logs.watch(arguments)
        #expect(second.status == 0, "\(second.errors)")
        // The precertificate that was kept back; its certificate came the first time, and is the same.
        let records = try CTLogs.objects(String(contentsOfFile: out, encoding: .utf8))
        #expect(records.contains { $0.findings == ["unknown_certificate"] })
    }

    /// What was read and is not proven yet binds the log as well.
    @Test func aHeadBelowWhatWasReadIsNoHead() throws {
        let logs = try CTLogs.one("rfc6962", 600, "{\"most\": 8}")
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programPath)
        process.arguments = [
            "ct", "watch", "--log-list", logs.list, "--no-signatures", "--from-start", "--rate", "6", "--all",
            "-q", "-o", out, "--state", state,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        #expect(eventually { ((try? Data(contentsOf: URL(fileURLWithPath: out)))?.count ?? 0) > 0 })
        usleep(600_000)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try logs.control("a", "shrink=true&false_root=true")
        let result = try logs.watch(["--all", "-o", out, "--state", state, "--interval", "0.05"])
        #expect(result.status == 1 && result.errors.contains("log_shrank"), "\(result.errors)")
    }

    /// A page in place of a head ends nothing that goes on.
    @Test func aBadHeadThrowsNothingBack() throws {
        let logs = try CTLogs.one("rfc6962", 100, "{\"bad_heads\": 2, \"most\": 8}")
        let out = logs.scratch.file("out")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programPath)
        process.arguments = [
            "ct", "watch", "--log-list", logs.list, "--no-signatures", "--from-start", "--rate", "20",
            "--all",
            "-q", "-o", out, "--interval", "0.1",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        #expect(
            eventually {
                let text = (try? String(contentsOfFile: out, encoding: .utf8)) ?? ""
                return ((try? CTLogs.indices(text)) ?? []).count == 100
            }
        )
        process.terminate()
        process.waitUntilExit()
    }

    /// No head is as long, and nobody reads it to its end.
    @Test(arguments: ["rfc6962", "static"]) func aHeadLongerThanAnyIsNone(_ kind: String) throws {
        let logs = try CTLogs.one(kind, 3, "{\"long_head\": 67108864}")
        let result = try logs.watch(["--all"])
        #expect(result.status == 1 && result.errors.contains("log_bad_head"), "\(result.errors)")
        #expect(result.errors.contains("longer than any"), "\(result.errors)")
        let verify = try logs.run([
            "verify", logs.scratch.file("a-1.pem"), "--log-list", logs.list, "--ask-all",
        ])
        #expect(verify.status == 1 && verify.text.contains("not found out"), "\(verify.text)")
    }

    /// A head that comes byte by byte is given up after half a minute, and said.
    @Test func aHeadThatDripsIsGivenUp() throws {
        let logs = try CTLogs.one("rfc6962", 3, "{\"drip\": 1}")
        let errors = try logs.scratch.write("errors", "")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programPath)
        process.arguments = ["ct", "watch", "--log-list", logs.list, "--no-signatures", "--all"]
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer { process.waitUntilExit() }
        defer { process.terminate() }
        #expect(
            eventually {
                (try? String(contentsOfFile: errors, encoding: .utf8).contains("still trying")) ?? false
            }
        )
    }

    /// Entries that come byte by byte are not waited for, which is said: who stops then has not watched the
    /// log.
    @Test(arguments: ["rfc6962", "static"]) func entriesThatDripAreSaid(_ kind: String) throws {
        let logs = try CTLogs.one(kind, 40, "{\"drip_entries\": 1}")
        let errors = try logs.scratch.write("errors", "")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programPath)
        process.arguments = [
            "ct", "watch", "--log-list", logs.list, "--no-signatures", "--all", "--from-start",
            "--until-head",
        ]
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        // A tile can't be asked for in parts: it is given up after a minute or two.
        let word = kind == "static" ? "given up" : "come too slowly"
        let isSaid = eventually {
            (try? String(contentsOfFile: errors, encoding: .utf8).contains(word)) ?? false
        }
        if kind != "static" { process.interrupt() }
        process.waitUntilExit()
        let text = try String(contentsOfFile: errors, encoding: .utf8)
        #expect(isSaid && process.terminationStatus == 1, "\(text)")
        #expect(text.contains("not read to the head: 1 log"), "\(text)")
    }
}
