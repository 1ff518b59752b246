import Foundation
import TestSupport
import Testing

/// What was named and is not looked at is said, whichever file it stands in.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct WatchWordsTests {
    /// A state that somebody edited says nothing against the log.
    @Test func anEditedStateIsRefused() throws {
        let logs = try CTLogs.one("rfc6962", 4)
        let state = logs.scratch.file("state")
        #expect(try logs.watch(["--all", "--state", state]).status == 0)
        let text = try String(contentsOfFile: state, encoding: .utf8)
        let edited = text.replacing("\"handedOut\":8", with: "\"handedOut\":7")
        #expect(edited != text)
        try logs.scratch.write("state", edited)
        let refused = try logs.watch(["--all", "--state", state])
        #expect(refused.status == 1 && refused.errors.contains("was changed since"), "\(refused.errors)")
        #expect(!refused.errors.contains("log_"), "\(refused.errors)")
        #expect(try String(contentsOfFile: state, encoding: .utf8) == edited)
        try logs.scratch.write("state", text)
        #expect(try logs.watch(["--all", "--state", state]).status == 0)
    }

    /// Why a list's only log is passed over is said, and that nothing is left to be read.
    @Test func aListWithoutAReadableLog() throws {
        let logs = try CTLogs.one("rfc6962", 1)
        let text = try String(contentsOfFile: logs.list, encoding: .utf8)
        let cases = [
            (
                text.replacing("\"log_id\": \"", with: "\"log_id\": \"AAAA"),
                "passed over: a: key or log_id is missing"
            ),
            (text.replacing("usable", with: "rejected"), "none of its 1 log can be read now"),
        ]
        for (list, word) in cases {
            #expect(list != text)
            try logs.scratch.write("list", list)
            let result = try logs.run([
                "watch", "--log-list", logs.scratch.file("list"), "--no-signatures", "--all", "--until-head",
            ])
            #expect(result.status == 1 && result.errors.contains(word), "\(result.errors)")
        }
    }

    /// A list that is older than browsers would use is said: newer logs are not on it.
    @Test func anOldListIsSaid() throws {
        let logs = try CTLogs.one("rfc6962", 3)
        let list = try String(contentsOfFile: logs.list, encoding: .utf8)
        let old = list.replacing(
            /"log_list_timestamp": "[^"]*"/,
            with: "\"log_list_timestamp\": \"2020-01-01T00:00:00Z\""
        )
        let path = try logs.scratch.write("old.json", old)
        let chain = logs.scratch.file("a-1.pem")
        let result = try logs.run(["verify", chain, "--log-list", path])
        #expect(result.status == 0 && result.errors.contains("is of 2020-01-01"), "\(result.errors)")
        let fresh = try logs.run(["verify", chain, "--log-list", logs.list])
        #expect(fresh.status == 0 && fresh.errors.isEmpty, "\(fresh.errors)")
    }

    /// What is not looked for is said, and where nothing can be, the run does not begin.
    @Test func whatIsNotWatchedIsSaid() throws {
        let logs = try CTLogs.one("rfc6962", 3)
        let watch = ["watch", "--log-list", logs.list, "--from-start", "--until-head"]
        func inventory(_ text: String) throws -> [String] {
            ["--inventory", try logs.scratch.write("assets.csv", text)]
        }
        let addresses = try logs.run(watch + inventory("address\n192.0.2.1\n"))
        #expect(addresses.status == 1 && addresses.errors.contains("names nothing to watch"))
        let some = try logs.run(
            watch + inventory("address,names\nlong.test,\n192.0.2.1,192.0.2.1\n") + ["--no-signatures"]
        )
        #expect(some.status == 0 && some.errors.contains("'192.0.2.1' is no host name"), "\(some.errors)")
        let short = try logs.run(watch + ["--watch", "abc.test", "--no-signatures"])
        #expect(short.status == 0 && short.errors.contains("no look-alikes of abc.test"), "\(short.errors)")
        // Without the tables a program that stands alone would find few look-alikes.
        let alone = logs.scratch.file("alone")
        try FileManager.default.copyItem(atPath: programPath, toPath: alone)
        let arguments =
            ["ct"] + watch + ["--watch", "norvexa.test", "--no-signatures", "--psl"]
            + [projectFolder + "/publicsuffix/public_suffix_list.dat"]
        let missing = try TestSupport.run(alone, arguments)
        #expect(missing.status == 1 && missing.errors.contains("are not installed"), "\(missing.errors)")
        let without = try TestSupport.run(alone, arguments + ["--no-lookalikes"])
        #expect(without.status == 0, "\(without.errors)")
    }

    /// What is waited for is said: it may be an hour.
    @Test func aListThatIsBusyIsWaitedForAloud() throws {
        let logs = try CTLogs.one("rfc6962", 3)
        let list = logs.url("busy-list").dropLast()
        let result = try logs.run([
            "watch", "--log-list", String(list), "--no-signatures", "--all", "--from-start", "--until-head",
        ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("status 429: asked again in"), "\(result.errors)")
    }

    /// Names that nobody can read may be ours: that they are there is said of each.
    @Test(
        arguments: [
            // Bytes that are no UTF-8, a tag that names don't have, a name of 2,000 bytes, a length beyond
            // the end, and one name within another.
            "3007 8205 ff61fe6263", "3008 0c06 612e74657374",
            "308207d4 828207d0 " + String(repeating: "61", count: 2000),
            // Bytes behind the names: what reads to the end sees other names.
            "3006 8209 612e7465", "300a a208 8206 612e74657374", "3008 8206 612e74657374 8206 622e74657374",
        ]
    )
    func namesThatCantBeReadAreSaid(_ names: String) throws {
        let hex = names.replacing(" ", with: "")
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 4, \"raw\": {\"1\": \"\(hex)\", \"2\": \"\(hex)\"}}]"
        )
        let result = try logs.watch(["--watch", "watched.test"])
        #expect(result.status == 1, "\(result.errors)")
        for entry in 2...5 {
            #expect(result.errors.contains("not all names of entry \(entry) can be read"), "\(result.errors)")
        }
        #expect(result.errors.contains("4 with names that can't be read"), "\(result.errors)")
    }

    @Test func whatWasNamedAndNotLookedAtIsSaid() throws {
        let logs = try CTLogs.one("rfc6962", 3)
        let (good, missing) = (logs.scratch.file("a-1.pem"), logs.scratch.file("missing.pem"))
        let some = try logs.run([
            "verify", good, missing, logs.scratch.file("a-2.pem"), "--log-list", logs.list,
        ])
        #expect(some.status == 1 && some.errors.contains("missing.pem"))
        #expect(some.text.contains("a-1.pem: valid") && some.text.contains("a-2.pem: valid"), "\(some.text)")
        // From a pipe as well, which can't be opened twice.
        let piped = try run(
            programPath,
            ["ct", "verify", "-", "--log-list", logs.list],
            input: Array(try Data(contentsOf: URL(fileURLWithPath: good)))
        )
        #expect(piped.status == 0 && piped.text.contains("valid"), "\(piped.errors)")
        let stranger = try logs.run([
            "verify", good, "--log-list", logs.list, "--log", "http://127.0.0.1:1/other/",
        ])
        #expect(stranger.status == 1 && stranger.errors.contains("was not asked"), "\(stranger.errors)")
        // A log that the list names and that can't be read is not one that there is not.
        let list = try String(contentsOfFile: logs.list, encoding: .utf8)
        let operators = try #require(list.range(of: "\"operators\": ["))
        let broken = try logs.scratch.write(
            "broken.json",
            list.replacingCharacters(
                in: operators,
                with:
                    "\"operators\": [{\"name\": \"X\", \"logs\": [{\"description\": \"lost\", \"url\": \"https://lost.test/\"}]}, "
            )
        )
        let watch = try logs.run([
            "watch", "--log-list", broken, "--no-signatures", "--all", "--from-start", "--until-head",
        ])
        #expect(watch.status == 1 && watch.errors.contains("lost"), "\(watch.errors)")
        #expect(try logs.run(["verify", good, "--log-list", broken]).status == 1)
        let empty = try logs.scratch.write("empty.json", "{\"operators\": []}")
        #expect(try logs.run(["verify", good, "--log-list", empty]).errors.contains("no log in it"))
    }

    @Test func authorisationsAtTheSameTimeAllCount() throws {
        let logs = try CTLogs.one("rfc6962", 12)
        let state = logs.scratch.file("state")
        try logs.scratch.write("state.authorized", String(repeating: "0", count: 64) + " tbs")
        let processes = try (0..<12).map { number in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: programPath)
            process.arguments = [
                "ct", "authorize", "-q", "--state", state, logs.scratch.file("a-\(number).pem"),
            ]
            try process.run()
            return process
        }
        for process in processes {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let lines = try String(contentsOfFile: state + ".authorized", encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 13 && Set(lines).count == 13)
        #expect(lines.allSatisfy { $0.prefix(64).allSatisfy(\.isHexDigit) && $0.hasSuffix(" tbs") })
    }
}
