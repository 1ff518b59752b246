import Foundation
import TestSupport
import Testing

/// `hallmark ct watch` over logs that are slow, busy, cut off, packed and growing.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct FollowTests {
    /// Each entry once, whatever the logs do: a certificate, as which its precertificate counts.
    @Test func fourLogsAtOnceWithFaults() throws {
        let logs = try CTLogs(
            """
            [{"name": "a", "kind": "rfc6962", "entries": 150,
              "faults": {"every": 5, "status": 429, "cut": true, "slow": true, "most": 32}},
             {"name": "b", "kind": "static", "entries": 400, "faults": {"every": 4, "status": 503, "cut": true}},
             {"name": "c", "kind": "rfc6962", "entries": 90, "faults": {"packed": true, "grow": 3, "future_type": true}},
             {"name": "d", "kind": "static", "entries": 130, "faults": {"packed": true, "vanish": true, "grow": 2}}]
            """
        )
        let result = try logs.watch([
            "--all", "-o", logs.scratch.file("out"), "--state", logs.scratch.file("state"),
        ])
        #expect(result.status == 0, "\(result.errors)")
        let records = try CTLogs.objects(String(contentsOfFile: logs.scratch.file("out"), encoding: .utf8))
        for (log, least) in [("a", 150), ("b", 400), ("c", 93), ("d", 132)] {
            let own = records.filter { $0.at("hallmark.ct.log") as? String == log }
            #expect(own.count == least, "\(log): \(own.count)")
            #expect(own.allSatisfy { $0.at("hallmark.ct.entry") as? String == "precertificate" })
        }
        #expect(Set(records.map(\.place)).count == records.count)
        let digests = records.compactMap { $0.at("hallmark.certificate.tbs_no_ct_sha256") as? String }
        #expect(Set(digests).count == records.count)
        #expect(
            records.allSatisfy { $0.at("event.dataset") as? String == "hallmark.ct" && $0["server"] == nil }
        )
        #expect(result.errors.contains("1 of unknown kinds"))
    }

    /// Killed again and again; nothing is lost and nothing comes twice.
    @Test func killsLoseNothingAndRepeatNothing() throws {
        let logs = try CTLogs(
            """
            [{"name": "a", "kind": "rfc6962", "entries": 200, "faults": {"most": 8, "grow": 1}},
             {"name": "b", "kind": "static", "entries": 300}]
            """
        )
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        for round in 0..<12 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: programPath)
            process.arguments = [
                "ct", "watch", "--log-list", logs.list, "--no-signatures", "--from-start", "--rate", "6",
                "--all", "-q",
                "-o", out, "--state", state, "--interval", "0.1", "--partial-after", "0.05",
            ]
            process.standardError = FileHandle.nullDevice
            try process.run()
            // Some of it is written each time.
            let before = size(out)
            _ = eventually { size(out) > before || !process.isRunning }
            #expect(process.isRunning && size(out) > before, "round \(round)")
            usleep(UInt32(30_000 * round))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let result = try logs.watch(["--all", "-o", out, "--state", state])
        #expect(result.status == 0, "\(result.errors)")
        let records = try CTLogs.objects(String(contentsOfFile: out, encoding: .utf8))
        #expect(Set(records.map(\.place)).count == records.count)
        for log in ["a", "b"] {
            let entries = try logs.control(log, "")["entries"] ?? 0
            let own = records.filter { $0.at("hallmark.ct.log") as? String == log }
            let places = Set(own.compactMap { $0.at("hallmark.ct.index") as? Int })
            // Of each certificate one entry of two, up to the head that the last run saw.
            #expect(places == Set(stride(from: 0, to: entries, by: 2)), "\(log): \(own.count) of \(entries)")
        }
    }

    private func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    @Test(arguments: ["rfc6962", "static"]) func aWatchFromNowBeginsWithAProvenTree(_ kind: String) throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 200}]")
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        let common = [
            "watch", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--until-head",
            "-o", out,
            "--state", state,
        ]
        #expect(try logs.run(common).status == 0)
        #expect(try String(contentsOfFile: out, encoding: .utf8) == "")
        try logs.control("a", "issue=60")
        let result = try logs.run(common)
        #expect(result.status == 0, "\(result.errors)")
        let records = try CTLogs.objects(String(contentsOfFile: out, encoding: .utf8))
        #expect(records.count == 60)
        #expect(records.first?.at("hallmark.ct.index") as? Int == 400)
    }

    /// A watch begins with the first head that it sees, however long it takes the log to prove its tree.
    @Test(arguments: ["rfc6962", "static"]) func aWatchFromNowLosesNothingBeforeItsProof(_ kind: String)
        throws
    {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 100, \"faults\": {\"refuse\": 403}}]"
        )
        let out = logs.scratch.file("out")
        let common = [
            "watch", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--until-head",
            "--interval", "0.05", "-o", out, "--state", logs.scratch.file("state"),
        ]
        #expect(try logs.run(common).status == 1)
        try logs.control("a", "issue=5")
        try logs.control("a", "refuse=0")
        let result = try logs.run(common)
        #expect(result.status == 0, "\(result.errors)")
        let records = try CTLogs.objects(String(contentsOfFile: out, encoding: .utf8))
        #expect(records.compactMap { $0.at("hallmark.ct.index") as? Int } == [200, 202, 204, 206, 208])
    }

    @Test(arguments: ["rfc6962", "static"]) func aRangeIsReadInParallelAndProven(_ kind: String) throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 400, \"faults\": {\"no_entry_proof\": true}}]"
        )
        let arguments = [
            "backfill", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--from", "300",
            "--to", "600",
        ]
        let result = try logs.run(arguments)
        #expect(result.status == 0, "\(result.errors)")
        let indices = try CTLogs.objects(result.text).compactMap { $0.at("hallmark.ct.index") as? Int }
        #expect(indices == Array(stride(from: 300, to: 600, by: 2)))
    }

    @Test(
        arguments: [
            ("false_root", "log_false_root"), ("bad_signature", "log_bad_signature"),
            ("shrink", "log_shrank"), ("absurd", "log_bad_head"), ("fork", "log_forked"),
            ("torn_entry", "log_bad_entry"),
        ]
    )
    func misbehaviourIsNamedAndItsEvidenceKept(_ fault: String, _ finding: String) throws {
        for kind in ["rfc6962", "static"] {
            let isFromBegin = fault == "torn_entry"
            let faults = isFromBegin ? "{\"torn_entry\": true}" : "{}"
            let logs = try CTLogs(
                "[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 50, \"faults\": \(faults)}]"
            )
            let arguments = ["--all", "-o", logs.scratch.file("out"), "--state", logs.scratch.file("state")]
            let first = try logs.watch(arguments)
            if !isFromBegin {
                #expect(first.status == 0, "\(first.errors)")
                // A false root shows when there is something to read; the others show at once.
                if fault == "false_root" { try logs.control("a", "issue=5") }
                try logs.control("a", "\(fault)=true")
                #expect(try logs.watch(arguments).status == 1)
            } else {
                #expect(first.status == 1)
            }
            let lines = try CTLogs.objects(String(contentsOfFile: logs.scratch.file("out"), encoding: .utf8))
            let found = lines.filter { $0.at("event.dataset") as? String == "hallmark.finding" }
            // A log that signs another root than its entries have can't prove that it is consistent either.
            let names = Set(found.flatMap(\.findings))
            let allowed: Set = fault == "false_root" && kind == "rfc6962" ? ["log_forked"] : [finding]
            #expect(names == allowed, "\(kind): \(names)")
            let evidence = try #require(found.first?.at("file.path") as? String)
            let kept = try #require(
                try CTLogs.objects(String(contentsOfFile: evidence, encoding: .utf8)).first
            )
            #expect(names.contains(kept["finding"] as? String ?? ""))
            #expect((kept["heads"] as? [Any])?.isEmpty == (isFromBegin || fault == "absurd"))
        }
    }

    /// The hashes of the entries behind one that can't be read tell where they begin: it alone is named and
    /// counted, and the tree is proven all the same.
    @Test func aTornTileHidesOneEntry() throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"static\", \"entries\": 300, \"faults\": {\"torn_entry\": true}}]"
        )
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        let result = try logs.watch(["--all", "-o", out, "--state", state])
        #expect(result.status == 1, "\(result.errors)")
        let lines = try CTLogs.objects(String(contentsOfFile: out, encoding: .utf8))
        let read = lines.compactMap { $0.at("hallmark.ct.index") as? Int }
        // Two entries a certificate, and one that is torn before the sixth certificate.
        #expect(read == Array(stride(from: 0, to: 10, by: 2)) + Array(stride(from: 11, to: 601, by: 2)))
        let findings = lines.filter { $0.at("event.dataset") as? String == "hallmark.finding" }
        #expect(findings.map(\.findings) == [["log_bad_entry"]])
        #expect(result.errors.contains("Entry 10 can't be read"), "\(result.errors)")
        #expect(result.errors.contains("1 unreadable") && !result.errors.contains("can't be had"))
        // The head was proven with the hash of what was not read.
        let again = try logs.watch(["--all", "-o", out, "--state", state])
        #expect(again.status == 0, "\(again.errors)")
    }

    /// What was invented later is the log's right: where it ends its hash tells, and nobody is accused.
    @Test(arguments: ["rfc6962", "static"]) func aKindOfTheFutureIsPassedOver(_ kind: String) throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 300, \"faults\": {\"future_type\": true}}]"
        )
        let result = try logs.watch(["--all"])
        #expect(result.status == 0 && !result.errors.contains("log_"), "\(result.errors)")
        #expect(result.errors.contains("1 of unknown kinds"), "\(result.errors)")
        let lines = try CTLogs.objects(result.text)
        let read = lines.compactMap { $0.at("hallmark.ct.index") as? Int }
        #expect(read == Array(stride(from: 0, to: 6, by: 2)) + Array(stride(from: 7, to: 601, by: 2)))
    }

    /// What is no answer, or was cut on its way, loses no entry, however often it comes.
    @Test(arguments: ["\"pages\": 4", "\"empty_tiles\": 4", "\"cut_tiles\": 4", "\"broken_once\": [5, 3]"])
    func aTileThatIsNoneLosesNothing(_ fault: String) throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"static\", \"entries\": 40, \"faults\": {\(fault)}}]"
        )
        let result = try logs.watch(["--all"])
        #expect(result.status == 0 && !result.errors.contains("log_"), "\(result.errors)")
        let read = try CTLogs.objects(result.text).compactMap { $0.at("hallmark.ct.index") as? Int }
        #expect(read == Array(stride(from: 0, to: 80, by: 2)))
    }

    /// An entry that was another's on its way, once or twice, convicts nobody: it is read again, and held
    /// against the log's hashes.
    @Test(
        arguments: [("rfc6962", 1), ("static", 1), ("static", 2), ("rfc6962", 1000), ("static", 1000)],
        ["60", "80"]
    )
    func whatDoesNotFitAHeadIsReadTwice(_ fault: (kind: String, count: Int), _ end: String) throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"\(fault.kind)\", \"entries\": 40, \"faults\": {\"altered\": 10, \"altered_times\": \(fault.count)}}]"
        )
        let result = try logs.run([
            "backfill", "--log-list", logs.list, "--no-signatures", "--all", "--rate", "500", "--to", end,
        ])
        let isFalse = fault.count == 1000
        #expect(result.status == (isFalse ? 1 : 0), "\(result.errors)")
        #expect(result.errors.contains("log_false_root") == isFalse, "\(result.errors)")
        #expect(result.errors.contains("they are read again"), "\(result.errors)")
        let read = try CTLogs.objects(result.text).compactMap { $0.at("hallmark.ct.index") as? Int }
        // What another entry stood for came as its certificate first.
        #expect(isFalse || Set(read.map { $0 / 2 }) == Set(0..<(Int(end) ?? 0) / 2), "\(read)")
    }

    /// A log that grew on another tree has signed two heads that can't both be true.
    @Test(arguments: ["rfc6962", "static"]) func aForkThatGrewIsConvictedByTwoHeads(_ kind: String) throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 50}]")
        let arguments = ["--all", "-o", logs.scratch.file("out"), "--state", logs.scratch.file("state")]
        #expect(try logs.watch(arguments).status == 0)
        try logs.control("a", "rewrite=10")
        try logs.control("a", "issue=5")
        let result = try logs.watch(arguments)
        #expect(result.status == 1 && result.errors.contains("log_forked"), "\(result.errors)")
        let lines = try CTLogs.objects(String(contentsOfFile: logs.scratch.file("out"), encoding: .utf8))
        let found = lines.filter { $0.at("event.dataset") as? String == "hallmark.finding" }
        #expect(found.map(\.findings) == [["log_forked"]])
        let evidence = try #require(found.first?.at("file.path") as? String)
        let kept = try #require(try CTLogs.objects(String(contentsOfFile: evidence, encoding: .utf8)).first)
        let heads = try #require(kept["heads"] as? [[String: Any]])
        #expect(heads.compactMap { $0["tree_size"] as? Int } == [100, 110])
        // What it logs is read all the same, at each run, and each says what the log is.
        func read() throws -> [Int] {
            try CTLogs.objects(String(contentsOfFile: logs.scratch.file("out"), encoding: .utf8))
                .compactMap { $0.at("hallmark.ct.index") as? Int }
        }
        #expect(try read() == Array(stride(from: 0, to: 110, by: 2)))
        try logs.control("a", "issue=5")
        let again = try logs.watch(arguments)
        #expect(again.status == 1 && again.errors.contains("log_forked"), "\(again.errors)")
        #expect(try read() == Array(stride(from: 0, to: 120, by: 2)))
    }

    /// One proof that leads nowhere may be a cache's, two are the log's.
    @Test func consistencyIsAskedForTwice() throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 50}]")
        let arguments = ["--all", "--state", logs.scratch.file("state")]
        #expect(try logs.watch(arguments).status == 0)
        for (count, isForked) in [(1, false), (2, true)] {
            try logs.control("a", "issue=5")
            try logs.control("a", "no_consistency=\(count)")
            let result = try logs.watch(arguments)
            #expect(result.status == (isForked ? 1 : 0), "\(result.errors)")
            #expect(result.errors.contains("log_forked") == isForked, "\(result.errors)")
            #expect(try CTLogs.objects(result.text).compactMap { $0.at("hallmark.ct.index") }.count == 5)
        }
    }
}
