import Foundation
import TestSupport
import Testing

/// What would accuse a log rests on what it said, twice, and on nothing that a cache or a proxy can do.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct LogAccusationTests {
    /// A head that is smaller and older, as a cache gives it, and with a root of its own, as no cache does.
    @Test(arguments: [("rfc6962", true), ("static", true), ("rfc6962", false), ("static", false)])
    func anOlderHeadIsHeldAgainstTheTree(_ kind: String, _ isForged: Bool) throws {
        let logs = try CTLogs.one(kind, 100)
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
        let logs = try CTLogs.one(kind, 10)
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

    /// A log that finds no entry by its hash has not lost the one that was asked for.
    @Test func aLogThatProvesNothingHasLostNothing() throws {
        let logs = try CTLogs.one("rfc6962", 3, "{\"no_proofs\": true}")
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
        let logs = try CTLogs.one(kind, 3)
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

    /// A log that refuses is not one that lies.
    @Test(arguments: ["rfc6962", "static"]) func aRefusalIsNoEvidence(_ kind: String) throws {
        let logs = try CTLogs.one(kind, 10, "{\"refuse\": 403}")
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
        let logs = try CTLogs.one(kind, 100)
        let backfill = [
            "backfill", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--to", "60",
        ]
        for from in ["0", "20"] {
            try logs.control("a", "proof_pages=2")
            let result = try logs.run(backfill + ["--from", from])
            #expect(result.status == 0 && !result.errors.contains("log_"), "\(result.errors)")
            #expect(try CTLogs.indices(result.text).last == 58)
        }
        try logs.control("a", "proof_pages=1000")
        let always = try logs.run(backfill)
        #expect(always.status == 1 && !always.errors.contains("log_"), "\(always.errors)")
        #expect(always.errors.contains("can't be proven: the answer can't be read"), "\(always.errors)")
    }

    /// A proof that leads nowhere convicts a log that gives it twice.
    @Test(arguments: ["rfc6962", "static"]) func aProofIsAskedForTwice(_ kind: String) throws {
        let logs = try CTLogs.one(kind, 100, "{\"false_proofs\": 1}")
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
        let logs = try CTLogs.one(kind, 100)
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
            let read = try CTLogs.indices(String(contentsOfFile: out, encoding: .utf8))
            #expect(read == Array(stride(from: 20, to: 60, by: 2)))
        }
        let other = try backfill("80", "90")
        #expect(other.status == 1 && other.errors.contains("another state"), "\(other.errors)")
    }

    /// A state that has gone beyond the end of a range holds all of it, whether a head has proven that
    /// already or not.
    @Test(arguments: ["rfc6962", "static"]) func aRangeWithinWhatWasReadIsDone(_ kind: String) throws {
        let logs = try CTLogs.one(kind, 100)
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
}
