import Foundation
import TestSupport
import Testing

/// What of an entry counts is what the log has signed, and names are found however certificates cover them.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct SignedEntryTests {
    /// A log may send anything beside its leaf; the names that count are the leaf's.
    @Test(arguments: ["rfc6962", "static"]) func theLeafCountsWhateverStandsBesideIt(_ kind: String) throws {
        let logs = try CTLogs(
            """
            [{"name": "a", "kind": "\(kind)", "entries": 6, "names": {"1": ["a.watched.test"], "2": ["b.watched.test"],
              "3": ["c.watched.test"]}, "faults": {"swapped": 1, "junk": 2, "signing": 3}}]
            """
        )
        let watched = try logs.scratch.write(
            "watch.yaml",
            "- name: watched.test\n  issuers: [test authority]\n"
        )
        let result = try logs.watch(["--watch", watched, "--no-lookalikes"])
        #expect(result.status == 1, "\(result.errors)")
        let lines = try CTLogs.objects(result.text)
        let records = lines.filter { $0.at("event.dataset") as? String == "hallmark.ct" }
        // The certificates, which follow their precertificates, are no others.
        #expect(records.compactMap { $0.at("hallmark.ct.index") as? Int } == [2, 4, 6])
        #expect(records.allSatisfy { $0.findings == ["unknown_certificate"] }, "\(records.map(\.findings))")
        // Digests of a certificate that was put together are of nothing that anybody has issued.
        #expect(records.allSatisfy { $0.at("hallmark.ct.reconstructed") as? Bool == true })
        let bad = lines.filter { $0.findings == ["log_bad_entry"] }
        #expect(bad.count == 2)
        for index in [2, 4] { #expect(result.errors.contains("beside entry \(index) ")) }
    }

    /// A wildcard covers names that it does not stand below.
    @Test func aWildcardThatCoversAWatchedNameIsFound() throws {
        let logs = try CTLogs(
            """
            [{"name": "a", "kind": "rfc6962", "entries": 6, "names": {"0": ["*.watched.test"], "1": ["*.test"],
              "2": ["*.b.watched.test"], "3": ["https://watched.test/login"]}}]
            """
        )
        func indices(_ name: String) throws -> [Int] {
            let result = try logs.watch(["--watch", name, "--no-lookalikes"])
            #expect(result.status == 0, "\(result.errors)")
            return try CTLogs.objects(result.text).compactMap { $0.at("hallmark.ct.index") as? Int }
        }
        #expect(try indices("www.watched.test") == [0])
        #expect(try indices("watched.test") == [0, 2, 4, 6])
        #expect(try indices(".watched.test") == [0, 2, 4, 6])
        #expect(try indices("x.y.watched.test") == [])
    }

    @Test(arguments: [
        "wat ched.test", "watched.test:443", "watched.test,other.test", "192.0.2.1", "...", "a..b",
    ])
    func whatCanBeNoNameIsNotWatchedInSilence(_ text: String) throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 1}]")
        let result = try logs.watch(["--watch", text])
        #expect(result.status != 0 && result.errors.contains("neither a file nor a name"), "\(result.errors)")
    }

    /// A watch runs for ever, and certificates are ordered meanwhile.
    @Test func whatIsAuthorisedWhileAWatchRunsCounts() throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 2}]")
        let (out, state) = (logs.scratch.file("out"), logs.scratch.file("state"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programPath)
        process.arguments = [
            "ct", "watch", "--log-list", logs.list, "--no-signatures", "--all", "-q", "--watch", "a.test",
            "--no-lookalikes", "-o", out, "--state", state, "--interval", "0.1",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { process.waitUntilExit() }
        defer { process.terminate() }
        func records() throws -> [[String: Any]] {
            try CTLogs.objects((try? String(contentsOfFile: out, encoding: .utf8)) ?? "")
        }
        // It has begun when it has noted where.
        #expect(
            eventually {
                (try? String(contentsOfFile: state, encoding: .utf8).contains("hasBegun\":true")) ?? false
            }
        )
        try logs.control("a", "issue=1")
        #expect(eventually { (try? records().count) == 1 })
        #expect(try records().first?.findings == ["unknown_certificate"])
        // All certificates of the log have one key.
        let authorised = try logs.run(["authorize", "--key", "--state", state, logs.scratch.file("a-0.pem")])
        #expect(authorised.status == 0)
        // Twice a second it looks whether something was authorised.
        usleep(1_500_000)
        try logs.control("a", "issue=1")
        #expect(eventually { (try? records().count) == 2 })
        #expect(try records().last?.findings == [])
    }

    /// The list says with which tree a log has ended.
    @Test func theEndOfALogIsHeldAgainstTheList() throws {
        let logs = try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 5}]")
        let list = try String(contentsOfFile: logs.list, encoding: .utf8)
        func findings(_ size: Int, _ root: String) throws -> Set<String> {
            let end = "{\"tree_size\": \(size), \"sha256_root_hash\": \"\(root)\"}"
            let ended = list.replacing(
                "{\"usable\": {\"timestamp\": \"2026-01-01T00:00:00Z\"}}",
                with: "{\"readonly\": {\"timestamp\": \"2026-01-01T00:00:00Z\", \"final_tree_head\": \(end)}}"
            )
            let path = try logs.scratch.write("ended.json", ended)
            let result = try logs.run(
                ["watch", "--log-list", path, "--no-signatures", "--all", "--from-start", "--until-head"]
            )
            let names = Set(try CTLogs.objects(result.text).flatMap(\.findings))
            #expect(result.status == (names.isEmpty ? 0 : 1), "\(result.errors)")
            return names
        }
        let head = try check("curl", ["-sf", logs.url("a") + "ct/v1/get-sth"]).text
        let root = try #require(try CTLogs.objects(head).first?["sha256_root_hash"] as? String)
        let other = String(repeating: "A", count: 43) + "="
        #expect(try findings(10, root) == [])
        #expect(try findings(10, other) == ["log_forked"])
        #expect(try findings(12, root) == ["log_shrank"])
        #expect(try findings(8, root) == ["log_grew_after_end"])
    }

    /// A log that wants to be left alone for long is not silent trouble.
    @Test func aLongHoldIsSaid() throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 2, \"faults\": {\"every\": 1, \"status\": 429, \"retry_after\": 86400}}]"
        )
        let errors = try logs.scratch.write("errors", "")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: programPath)
        process.arguments = ["ct", "watch", "--log-list", logs.list, "--no-signatures", "--all"]
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let held = "asks to be left alone for 86400 seconds: it is asked again after 3600"
        #expect(
            eventually {
                (try? String(contentsOfFile: errors, encoding: .utf8).contains(held))
                    ?? false
            }
        )
        process.terminate()
        process.waitUntilExit()
    }

    /// Who issued a static log's certificates lies apart in it, and stands in the record as with other logs.
    @Test func theIssuersOfAStaticLogAreInTheRecord() throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"static\", \"entries\": 2}, {\"name\": \"b\", \"kind\": \"rfc6962\", \"entries\": 2}]"
        )
        let result = try logs.watch(["--all"])
        #expect(result.status == 0, "\(result.errors)")
        let lengths = try CTLogs.objects(result.text).map {
            $0.at("hallmark.certificate.chain_length") as? Int
        }
        #expect(lengths == [2, 2, 2, 2], "\(lengths)")
    }
}
