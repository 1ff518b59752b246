import Foundation
import TestSupport
import Testing

/// Logs that are out of order, or lie, at a bad moment: nothing is lost by it, and nothing is taken for
/// proven.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct LogTroubleTests {
    private func logs(_ kind: String, _ entries: Int, _ faults: String = "{}") throws -> CTLogs {
        try CTLogs(
            """
            [{"name": "a", "kind": "\(kind)", "entries": \(entries), "names": {"1": ["a.watched.test"]}, "faults": \(faults)}]
            """
        )
    }

    private func indices(_ text: String) throws -> [Int] {
        try CTLogs.objects(text).compactMap { $0.at("hallmark.ct.index") as? Int }
    }

    /// A time at the end of what can be counted in nanoseconds.
    @Test(arguments: ["rfc6962", "static"]) func aTimeFarAheadStopsNothing(_ kind: String) throws {
        let result = try logs(kind, 4, "{\"far\": 1}").watch(["--all"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try indices(result.text) == [0, 2, 4, 6])
        let far = try #require(try CTLogs.objects(result.text).dropFirst().first)
        #expect(far.at("hallmark.ct.timestamp") as? String == "2262-04-11T23:47:16.855Z")
    }

    /// What was sent in place of an entry was handed out; the true one comes when the log is honest again.
    @Test(arguments: ["rfc6962", "static"]) func theTrueEntryComesAfterAFalseOne(_ kind: String) throws {
        let logs = try logs(kind, 6, "{\"altered\": 2}")
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

    /// A head that is smaller and older, as a cache gives it, and with a root of its own, as no cache does.
    @Test(arguments: [("rfc6962", true), ("static", true), ("rfc6962", false), ("static", false)])
    func anOlderHeadIsHeldAgainstTheTree(_ kind: String, _ isForged: Bool) throws {
        let logs = try logs(kind, 100)
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        let arguments = ["--all", "-o", out, "--state", state, "--interval", "0.05"]
        #expect(try logs.watch(arguments).status == 0)
        try logs.control("a", "shrink=true&ahead=-7200000&false_root=\(isForged)")
        let result = try logs.watch(arguments)
        #expect(result.status == 1 && result.errors.contains("older"), "\(result.errors)")
        #expect(result.errors.contains("log_forked") == isForged, "\(result.errors)")
    }

    /// A head from before a log's end has fewer entries, and one from after it may not have.
    @Test(arguments: [("rfc6962", true), ("static", true), ("rfc6962", false), ("static", false)])
    func aHeadFromBeforeTheEndHasFewerEntries(_ kind: String, _ isOld: Bool) throws {
        let logs = try logs(kind, 10)
        let state = """
            "state": {"readonly": {"timestamp": "2026-01-01T00:00:00Z", "final_tree_head": {"tree_size": 20, "sha256_root_hash": "\(String(repeating: "A", count: 43))="}}}
            """
        let list = try String(contentsOfFile: logs.list, encoding: .utf8)
        let path = try logs.scratch.write("ended.json", list.replacing(/"state": \{.*?\}\}/, with: state))
        try logs.control("a", "shrink=true&ahead=\(isOld ? -630_720_000_000 : 0)")
        let result = try logs.run([
            "watch", "--log-list", path, "--no-signatures", "--all", "--from-start", "--until-head",
            "--interval", "0.05", "--rate", "500",
        ])
        #expect(result.status == 1, "\(result.errors)")
        #expect(result.errors.contains("log_shrank") == !isOld, "\(result.errors)")
        #expect(result.errors.contains("older than its end with 20") == isOld, "\(result.errors)")
    }

    /// What was read and is not proven yet binds the log as well.
    @Test func aHeadBelowWhatWasReadIsNoHead() throws {
        let logs = try logs("rfc6962", 600, "{\"most\": 8}")
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

    /// A state that somebody edited says nothing against the log.
    @Test func anEditedStateIsRefused() throws {
        let logs = try logs("rfc6962", 4)
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
        let logs = try logs("rfc6962", 1)
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

    /// A page in place of a head ends nothing that goes on.
    @Test func aBadHeadThrowsNothingBack() throws {
        let logs = try logs("rfc6962", 100, "{\"bad_heads\": 2, \"most\": 8}")
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
                return ((try? indices(text)) ?? []).count == 100
            }
        )
        process.terminate()
        process.waitUntilExit()
    }

    /// No head is as long, and nobody reads it to its end.
    @Test(arguments: ["rfc6962", "static"]) func aHeadLongerThanAnyIsNone(_ kind: String) throws {
        let logs = try logs(kind, 3, "{\"long_head\": 67108864}")
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
        let logs = try logs("rfc6962", 3, "{\"drip\": 1}")
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
        let logs = try logs(kind, 40, "{\"drip_entries\": 1}")
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

    /// A list that is older than browsers would use is said: newer logs are not on it.
    @Test func anOldListIsSaid() throws {
        let logs = try logs("rfc6962", 3)
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

    /// A log that finds no entry by its hash has not lost the one that was asked for.
    @Test func aLogThatProvesNothingHasLostNothing() throws {
        let logs = try logs("rfc6962", 3, "{\"no_proofs\": true}")
        let list = try String(contentsOfFile: logs.list, encoding: .utf8).replacing("86400", with: "1")
        let path = try logs.scratch.write("impatient.json", list)
        let verify = ["verify", logs.scratch.file("a-1.pem"), "--log-list", path, "--ask-all"]
        let unknown = try logs.run(verify)
        #expect(unknown.status == 1 && unknown.text.contains("proves no other entry"), "\(unknown.text)")
        try logs.control("a", "no_proofs=false")
        try logs.control("a", "forget=true")
        let lost = try logs.run(verify)
        #expect(lost.status == 3 && lost.text.contains("log_missing_entry"), "\(lost.text)")
    }

    /// A head from before the end of the maximum merge delay, as a cache keeps it, need not have the entry,
    /// whatever the time is now.
    @Test(arguments: ["rfc6962", "static"]) func anOldHeadHasLostNothing(_ kind: String) throws {
        let logs = try logs(kind, 3)
        let list = try String(contentsOfFile: logs.list, encoding: .utf8).replacing("86400", with: "1")
        let path = try logs.scratch.write("impatient.json", list)
        // Of the six entries the head has three.
        let verify = ["verify", logs.scratch.file("a-2.pem"), "--log-list", path, "--ask-all"]
        try logs.control("a", "shrink=true&ahead=-7200000")
        let unknown = try logs.run(verify)
        #expect(unknown.status == 1 && !unknown.text.contains("log_"), "\(unknown.text)")
        #expect(unknown.text.contains("not found out: its head is older than"), "\(unknown.text)")
        try logs.control("a", "ahead=0")
        let lost = try logs.run(verify)
        #expect(lost.status == 3 && lost.text.contains("log_missing_entry"), "\(lost.text)")
    }

    /// What is not looked for is said, and where nothing can be, the run does not begin.
    @Test func whatIsNotWatchedIsSaid() throws {
        let logs = try logs("rfc6962", 3)
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
        let logs = try logs("rfc6962", 3)
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

    /// A log that refuses is not one that lies.
    @Test(arguments: ["rfc6962", "static"]) func aRefusalIsNoEvidence(_ kind: String) throws {
        let logs = try logs(kind, 10, "{\"refuse\": 403}")
        let watch = try logs.run([
            "watch", "--log-list", logs.list, "--no-signatures", "--all", "--until-head", "--interval",
            "0.05",
            "--rate", "100",
        ])
        #expect(watch.status == 1 && watch.text.isEmpty, "\(watch.text)")
        #expect(watch.errors.contains("status 403") && !watch.errors.contains("log_"), "\(watch.errors)")
        let list = try String(contentsOfFile: logs.list, encoding: .utf8).replacing("86400", with: "1")
        let path = try logs.scratch.write("impatient.json", list)
        let verify = try logs.run(["verify", logs.scratch.file("a-1.pem"), "--log-list", path, "--ask-all"])
        #expect(
            verify.status == 1 && verify.text.contains("not found out"),
            "\(verify.text) \(verify.errors)"
        )
    }

    /// A proxy's page in place of a proof is no proof of anything, at the begin of a range and at its end.
    @Test(arguments: ["rfc6962", "static"]) func aPageInPlaceOfAProofIsNone(_ kind: String) throws {
        let logs = try logs(kind, 100)
        let backfill = [
            "backfill", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--to", "60",
        ]
        for from in ["0", "20"] {
            try logs.control("a", "proof_pages=2")
            let result = try logs.run(backfill + ["--from", from])
            #expect(result.status == 0 && !result.errors.contains("log_"), "\(result.errors)")
            #expect(try indices(result.text).last == 58)
        }
        try logs.control("a", "proof_pages=1000")
        let always = try logs.run(backfill)
        #expect(always.status == 1 && !always.errors.contains("log_"), "\(always.errors)")
        #expect(always.errors.contains("can't be proven: the answer can't be read"), "\(always.errors)")
    }

    /// A proof that leads nowhere convicts a log that gives it twice.
    @Test(arguments: ["rfc6962", "static"]) func aProofIsAskedForTwice(_ kind: String) throws {
        let logs = try logs(kind, 100, "{\"false_proofs\": 1}")
        let backfill = [
            "backfill", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--from", "20",
            "--to", "60",
        ]
        let once = try logs.run(backfill)
        #expect(once.status == 0 && !once.errors.contains("log_"), "\(once.errors)")
        try logs.control("a", "false_proofs=1000")
        let always = try logs.run(backfill)
        #expect(always.status == 1 && always.errors.contains("log_false_root"), "\(always.errors)")
    }

    @Test(arguments: ["rfc6962", "static"]) func aRangeIsReadOnceAndAnotherIsAnother(_ kind: String) throws {
        let logs = try logs(kind, 100)
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        func backfill(_ from: String, _ to: String) throws -> CommandResult {
            try logs.run([
                "backfill", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--from",
                from,
                "--to", to, "-o", out, "--state", state,
            ])
        }
        for _ in 0..<2 {
            let result = try backfill("20", "60")
            #expect(result.status == 0, "\(result.errors)")
            let read = try indices(String(contentsOfFile: out, encoding: .utf8))
            #expect(read == Array(stride(from: 20, to: 60, by: 2)))
        }
        let other = try backfill("80", "90")
        #expect(other.status == 1 && other.errors.contains("another state"), "\(other.errors)")
    }

    /// A state that has gone beyond the end of a range holds all of it, whether a head has proven that
    /// already or not.
    @Test(arguments: ["rfc6962", "static"]) func aRangeWithinWhatWasReadIsDone(_ kind: String) throws {
        let logs = try logs(kind, 100)
        func backfill(_ to: String, _ state: String) throws -> CommandResult {
            try logs.run([
                "backfill", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--to", to,
                "-o", logs.scratch.file("\(state).out"), "--state", logs.scratch.file(state),
            ])
        }
        #expect(try backfill("150", "part").status == 0)
        let watch = ["--all", "-o", logs.scratch.file("whole.out"), "--state", logs.scratch.file("whole")]
        #expect(try logs.watch(watch).status == 0)
        for (to, state) in [("149", "part"), ("100", "whole")] {
            let result = try backfill(to, state)
            #expect(result.status == 0 && !result.errors.contains("log_"), "\(result.errors)")
            #expect(result.errors.contains("none before \(to) is left"), "\(result.errors)")
        }
    }

    @Test func whatWasNamedAndNotLookedAtIsSaid() throws {
        let logs = try logs("rfc6962", 3)
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
        let logs = try logs("rfc6962", 12)
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
