import Foundation
import TestSupport
import Testing

/// What is found in logs for names that are watched, and what logs have promised.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct WatchTests {
    private static let names =
        "\"names\": {\"0\": [\"*.Watched.test\", \"other.test\"], \"1\": [\"login-watched.test\"], "
        + "\"2\": [\"xn--wtched-bua.test\"], \"3\": [\"watched.test.evil.test\"], \"4\": [\"a.watched.test\", \"b.watched.test\", "
        + "\"c.watched.test\"], \"5\": [\"innocent.test\"]}"

    private func logs(days: Int = 90, kind: String = "rfc6962") throws -> CTLogs {
        try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 8, \"days\": \(days), \(Self.names)}]"
        )
    }

    private func found(_ logs: CTLogs, _ arguments: [String]) throws -> [[String: Any]] {
        let result = try logs.watch(arguments)
        #expect(result.status == 0, "\(result.errors)")
        return try CTLogs.objects(result.text)
    }

    @Test func whatNobodyOrderedAndWhatLooksLikeOurs() throws {
        let logs = try logs()
        let records = try found(logs, ["--watch", "watched.test", "--burst", "3"])
        // Precertificates are the even entries.
        let byIndex = Dictionary(
            records.compactMap { record in
                (record.at("hallmark.ct.index") as? Int).map { ($0, record.findings) }
            },
            uniquingKeysWith: +
        )
        #expect(
            byIndex == [
                0: ["unknown_certificate"], 2: ["lookalike"], 4: ["lookalike"], 6: ["lookalike"],
                8: ["unknown_certificate", "burst"],
            ] || byIndex[8].map { Set($0) } == ["unknown_certificate", "burst"],
            "\(byIndex)"
        )
        let likeness = records.compactMap { ($0.at("hallmark.findings") as? [[String: Any]])?.first }
        #expect(
            likeness.compactMap { $0["reason"] as? String } == ["added_word", "homoglyph", "as_subdomain"],
            "\(likeness)"
        )
        #expect(records.first?.at("hallmark.ct.issuer_key_hash") as? String != nil)
        #expect(try found(logs, ["--watch", "watched.test", "--no-lookalikes"]).count == 2)
        #expect(try found(logs, ["--watch", "nobody.test"]).isEmpty)
    }

    @Test func issuersByNameAndByKey() throws {
        let logs = try logs()
        func names(_ yaml: String) throws -> [String] {
            let file = try logs.scratch.write("names.yaml", yaml)
            return try found(logs, ["--watch", file, "--no-lookalikes", "--burst", "100"]).flatMap(\.findings)
        }
        let open = "- name: watched.test\n  closed: false\n"
        #expect(try names(open + "  issuers: [test authority]\n") == [])
        #expect(
            try names(open + "  issuers: [Somebody Else]\n") == ["unexpected_issuer", "unexpected_issuer"]
        )
        let record = try #require(try found(logs, ["--watch", "watched.test"]).first)
        let key = try #require(record.at("hallmark.ct.issuer_key_hash") as? String)
        #expect(try names(open + "  issuer_keys: ['\(key)']\n") == [])
        #expect(try names(open + "  issuer_keys: ['\(String(key.reversed()))']\n").count == 2)
    }

    @Test func whatIsAuthorisedIsNoFinding() throws {
        let logs = try logs()
        let state = logs.scratch.file("state")
        let ordered = [0, 4].map { logs.scratch.file("a-\($0).pem") }
        // Each file holds the issuer's certificate as well, which nobody has ordered.
        let authorised = try logs.run(["authorize", "--state", state] + ordered)
        #expect(authorised.status == 0 && authorised.errors.contains("2 certificates authorised"))
        #expect(
            try String(contentsOfFile: state + ".authorized", encoding: .utf8).split(separator: "\n").count
                == 2
        )
        let names = ["--watch", "watched.test", "--no-lookalikes", "--state", state]
        #expect(try found(logs, names).isEmpty)
        // An inventory authorises by the same digests, and watches its hosts.
        let tbs = try #require(
            try found(logs, ["--watch", "watched.test", "--no-lookalikes"]).first?.at(
                "hallmark.certificate.tbs_no_ct_sha256"
            )
                as? String
        )
        let inventory = try logs.scratch.write(
            "assets.csv",
            "address,tbs\n*.watched.test,\(tbs)\n"
        )
        let rest = try found(logs, ["--inventory", inventory, "--no-lookalikes", "--burst", "100"])
        #expect(rest.flatMap(\.findings) == ["unknown_certificate"])
    }

    @Test(arguments: [(300, "validity_too_long"), (5, "short_lived")])
    func validityByTheDayOfIssuance(_ days: Int, _ finding: String) throws {
        let file = "- name: watched.test\n  closed: false\n"
        let logs = try logs(days: days)
        let yaml = try logs.scratch.write("names.yaml", file)
        let findings = try found(logs, ["--watch", yaml, "--no-lookalikes", "--burst", "100"]).flatMap(
            \.findings
        )
        #expect(findings == [finding, finding])
    }

    @Test(arguments: ["rfc6962", "static"]) func promisesAreCheckedAndKept(_ kind: String) throws {
        let logs = try logs(kind: kind)
        let chain = logs.scratch.file("a-1.pem")
        let verify = ["verify", chain, "--log-list", logs.list, "--format", "ndjson"]
        let kept = try logs.run(verify + ["--ask-all"])
        #expect(kept.status == 0, "\(kept.text) \(kept.errors)")
        let object = try #require(try CTLogs.objects(kept.text).first)
        #expect(object["outcome"] as? String == "valid")
        #expect((object["inclusion"] as? String)?.hasPrefix("included at 2 of") == true)
        // Whoever has not issued it says nothing of what the log has signed.
        let stranger = try TestCertificate()
        defer { withExtendedLifetime(stranger) {} }
        let wrong = try logs.run(verify + ["--issuer", stranger.certificate])
        #expect(wrong.status == 1 && wrong.text.contains("\"unchecked\""))
        #expect(wrong.errors.contains("the certificate of its issuer is not in"), "\(wrong.errors)")
        let others = try self.logs()
        let unknown = try logs.run(["verify", chain, "--log-list", others.list])
        #expect(unknown.status == 1 && unknown.text.contains("unknown_log"))
    }

    /// What a scan has recorded: SCTs in the certificate, in the handshake, and in an OCSP response.
    @Test func sctsOfScannedEndpointsAreChecked() throws {
        let logs = try logs()
        let pem = try String(contentsOfFile: logs.scratch.file("a-1.pem"), encoding: .utf8)
        let chain: [String] = pem.split(separator: "-----BEGIN CERTIFICATE-----").map {
            String($0).replacing("-----END CERTIFICATE-----", with: "").replacing("\n", with: "")
        }
        let sct = try Data(contentsOf: URL(fileURLWithPath: logs.scratch.file("a-1.sct")))
        let list = wrapped(2, wrapped(2, Array(sct)))
        let stapled = [
            0x30, 0, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05, 0x04, 0x81,
            UInt8(list.count + 3), 0x04, 0x81, UInt8(list.count),
        ]
        func record(_ port: Int, _ chain: [String], _ tls: String, _ verified: String = "valid") -> String {
            let certificates = chain.map { "\"\($0)\"" }.joined(separator: ",")
            return """
                {"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.observation"},"server":{"address":"192.0.2.1","port":\(port)},\
                "tls":{"server":{"hash":{"sha256":"\(String(repeating: "AB", count: 32))"},"certificate_chain":[\(certificates)]}},"hallmark":{"tls":{\(tls)},"verification":{"chain":"\(verified)"}}}

                """
        }
        let stranger = try TestCertificate()
        defer { withExtendedLifetime(stranger) {} }
        let bare = try Data(
            check("openssl", ["x509", "-in", stranger.certificate, "-outform", "DER"]).output
        )
        .base64EncodedString()
        var spoiled = sct
        spoiled[spoiled.count - 1] ^= 1
        let path = try logs.scratch.write(
            "scan.ndjson",
            record(1, chain, "\"scts\":[\"\(sct.base64EncodedString())\"]")
                + record(2, chain, "\"ocsp_response\":\"\(Data(stapled + list).base64EncodedString())\"")
                + record(3, chain, "\"scts\":[\"\(spoiled.base64EncodedString())\"]")
                + record(4, [bare], "") + record(5, [bare], "", "self-signed certificate")
        )
        let result = try logs.run(["verify", path, "--log-list", logs.list, "--format", "ndjson"])
        let found = try CTLogs.objects(result.text).map { object in
            ["endpoint", "source", "outcome"].map { object[$0] as? String ?? "" }.joined(separator: " ")
        }
        #expect(
            found == [
                "192.0.2.1:1 certificate valid", "192.0.2.1:1 tls valid", "192.0.2.1:1  too_few_scts",
                "192.0.2.1:2 certificate valid", "192.0.2.1:2 ocsp valid", "192.0.2.1:2  too_few_scts",
                "192.0.2.1:3 certificate valid", "192.0.2.1:3 tls invalid", "192.0.2.1:3  too_few_scts",
                "192.0.2.1:4  missing_sct",
            ],
            "\(result.errors)"
        )
        #expect(result.status == 3)
    }

    /// In a corpus a log's precertificate and an endpoint's certificate are joined by what both have.
    @Test func anEndpointJoinsItsPrecertificate() throws {
        let logs = try logs()
        let (logged, corpus) = (logs.scratch.file("ct.ndjson"), logs.scratch.file("corpus.sqlite"))
        #expect(try logs.watch(["--all", "-o", logged]).status == 0)
        let seen = try run(programPath, ["import", "-q", logs.scratch.file("a-1.pem")])
        var record = try #require(try CTLogs.objects(seen.text).first)
        let digest = try #require(record.at("hallmark.certificate.tbs_no_ct_sha256") as? String)
        let certificate = try #require(record.at("tls.server.hash.sha256") as? String)
        var event = record["event"] as? [String: Any] ?? [:]
        event["dataset"] = "hallmark.observation"
        record["event"] = event
        record["@timestamp"] = "2026-11-27T10:00:00.000Z"
        record["server"] = ["ip": "192.0.2.9", "address": "192.0.2.9", "port": 443]
        let line = try JSONSerialization.data(withJSONObject: record)
        let scanned = try logs.scratch.write("scan.ndjson", String(decoding: line, as: UTF8.self) + "\n")
        let added = try run(programPath, ["corpus", "add", "--corpus", corpus, logged, scanned])
        #expect(added.status == 0, "\(added.errors)")
        let pivot = try run(programPath, ["pivot", "--corpus", corpus, certificate])
        #expect(pivot.status == 0, "\(pivot.errors)")
        #expect(pivot.text.contains("192.0.2.9:443"))
        #expect(pivot.text.contains("\(digest)\n    2 of 9 certificates"), "\(pivot.text)")
    }

    private func wrapped(_ width: Int, _ bytes: [UInt8]) -> [UInt8] {
        (0..<width).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }

    @Test func aPromiseThatWasNotKept() throws {
        let logs = try logs()
        try logs.control("a", "forget=true")
        let list = try String(contentsOfFile: logs.list, encoding: .utf8).replacing(
            "\"mmd\": 86400",
            with: "\"mmd\": 1"
        )
        let path = try logs.scratch.write("impatient.json", list)
        let result = try logs.run(["verify", logs.scratch.file("a-1.pem"), "--log-list", path, "--ask-all"])
        #expect(result.status == 3 && result.text.contains("log_missing_entry"))
        // A finding of its own: with the head that does not have it, and the promise.
        let kept = try logs.run([
            "verify", logs.scratch.file("a-1.pem"), "--log-list", path, "--ask-all", "--format", "ndjson",
            "--evidence", logs.scratch.file("kept"),
        ])
        let finding = try #require(
            try CTLogs.objects(kept.text).first { $0.findings == ["log_missing_entry"] }
        )
        let severity = (finding.at("hallmark.findings") as? [[String: Any]])?.first?["severity"] as? String
        #expect(severity == "critical")
        let file = try #require(finding.at("file.path") as? String)
        let evidence = try #require(try CTLogs.objects(String(contentsOfFile: file, encoding: .utf8)).first)
        #expect((evidence["heads"] as? [Any])?.count == 1)
        #expect(
            (evidence["sct"] as? String)?.isEmpty == false && (evidence["bytes"] as? String)?.isEmpty == false
        )
        let patient = try logs.run([
            "verify", logs.scratch.file("a-1.pem"), "--log-list", logs.list, "--ask-all",
        ])
        #expect(patient.status == 0 && patient.text.contains("not yet among"))
    }

    /// Debian's certspotter, which is another's work, follows the same log and finds the same certificates.
    @Test func certspotterReportsTheSame() throws {
        let logs = try logs()
        let folder = logs.scratch.file("certspotter")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let names = try logs.scratch.write("watchlist", ".watched.test\n")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "certspotter", "-logs", logs.list, "-state_dir", folder, "-watchlist", names, "-stdout",
        ]
        try logs.scratch.write("spotted", "")
        process.standardOutput = try FileHandle(
            forWritingTo: URL(fileURLWithPath: logs.scratch.file("spotted"))
        )
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        func spotted() -> String {
            (try? String(contentsOfFile: logs.scratch.file("spotted"), encoding: .utf8)) ?? ""
        }
        // Each certificate stands in the log twice, and this version of certspotter says both.
        _ = eventually { spotted().components(separatedBy: "Pubkey").count > 4 }
        let text = spotted().lowercased()
        let ours = try found(logs, ["--watch", "watched.test", "--no-lookalikes"])
        #expect(ours.count == 2)
        for record in ours {
            let key = try #require(record.at("tls.server.x509.alternative_names") as? [String])
            for name in key { #expect(text.contains(name.lowercased())) }
        }
        for other in ["innocent.test", "login-watched.test"] { #expect(!text.contains(other)) }
    }
}
