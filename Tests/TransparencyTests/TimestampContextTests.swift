import Foundation
import TestSupport
import Testing

/// What a record says of the SCTs that its endpoint showed.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct TimestampContextTests {
    private func logs() throws -> CTLogs {
        try CTLogs(
            """
            [{"name": "a", "kind": "rfc6962", "entries": 2, "days": 90, "operator": "One"},
             {"name": "b", "kind": "static", "entries": 2, "days": 200, "operator": "Two"},
             {"name": "c", "kind": "rfc6962", "entries": 1, "days": 90, "operator": "One"}]
            """
        )
    }

    private func record(_ chain: [String], _ scts: [Data] = [], isVerified: Bool = true) -> String {
        let certificates = chain.map { "\"\($0)\"" }.joined(separator: ",")
        let promises = scts.map { "\"\($0.base64EncodedString())\"" }.joined(separator: ",")
        let sent = scts.isEmpty ? "" : "\"tls\":{\"scts\":[\(promises)]},"
        return """
            {"@timestamp":"2026-11-22T03:31:00Z","event":{"dataset":"hallmark.observation"},"server":{"ip":"192.0.2.1","port":443},"tls":{"server":{"hash":{"sha256":\
            "\(String(format: "%064llX", UInt64(bitPattern: Int64(chain.hashValue))))"},"certificate_chain":[\(certificates)]}},"hallmark":{\(sent)"verification":{"chain":\
            "\(isVerified ? "valid" : "self-signed certificate")"}}}

            """
    }

    private func chain(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "-----BEGIN CERTIFICATE-----").map
        {
            String($0).replacing("-----END CERTIFICATE-----", with: "").replacing("\n", with: "")
        }
    }

    @Test func aRecordSaysWhichPromisesHold() throws {
        let logs = try logs()
        func sct(_ name: String) throws -> Data {
            try Data(contentsOf: URL(fileURLWithPath: logs.scratch.file(name)))
        }
        let (short, long) = (try chain(logs.scratch.file("a-1.pem")), try chain(logs.scratch.file("b-1.pem")))
        let stranger = try TestCertificate()
        defer { withExtendedLifetime(stranger) {} }
        let bare = try chain(stranger.certificate)
        var spoiled = try sct("a-1.b.sct")
        spoiled[spoiled.count - 1] ^= 1
        let own = try sct("a-1.sct")
        let path = try logs.scratch.write(
            "scan.ndjson",
            [
                // Two operators suffice; one operator's two logs do not, nor one log alone.
                record(short, [own, try sct("a-1.b.sct")]), record(short, [own, try sct("a-1.c.sct")]),
                record(short), record(short, [spoiled]), record(bare), record(bare, isVerified: false),
                // Who embeds one SCT in a certificate for more than 180 days may still send two beside it.
                record(long, [try sct("b-1.a.sct"), try sct("b-1.sct")]),
                record(long, [try sct("b-1.a.sct")]),
                // Without the issuer the embedded one can't be checked.
                record([short[0]], isVerified: false),
            ]
            .joined()
        )
        let result = try run(
            programPath,
            ["enrich", path, "--no-context-names", "--no-context-revocation", "--log-list", logs.list]
        )
        #expect(result.status == 0, "\(result.errors)")
        let found = try CTLogs.objects(result.text).map { object in
            let context = object.at("hallmark.context.transparency") as? [String: Any] ?? [:]
            let outcomes = (context["scts"] as? [[String: Any]] ?? []).map {
                "\($0["source"] ?? "")/\($0["log"] ?? "")/\($0["operator"] ?? "")/\($0["outcome"] ?? "")"
            }
            return
                ([context["valid"].map { "\($0)" } ?? "-"] + (context["anomalies"] as? [String] ?? [])
                + outcomes)
                .joined(separator: " ")
        }
        let embedded = "certificate/a/One/valid"
        #expect(
            found == [
                "3 \(embedded) tls/a/One/valid tls/b/Two/valid",
                "3 too_few_scts \(embedded) tls/a/One/valid tls/c/One/valid", "1 too_few_scts \(embedded)",
                "1 too_few_scts invalid_sct \(embedded) tls/b/Two/invalid", "0 missing_sct", "-",
                "3 certificate/b/Two/valid tls/a/One/valid tls/b/Two/valid",
                "2 too_few_scts certificate/b/Two/valid tls/a/One/valid", "0 certificate/a/One/unchecked",
            ]
        )
        let unreadable = try run(programPath, ["enrich", path, "--log-list", stranger.certificate])
        #expect(unreadable.status == 1 && unreadable.errors.contains("log list"), "\(unreadable.errors)")
    }

    /// What a record says of its certificate's digest is not what is kept: the certificate is.
    @Test func whatIsReadCountsNotTheDigestThatIsClaimed() throws {
        let logs = try logs()
        let stranger = try TestCertificate()
        defer { withExtendedLifetime(stranger) {} }
        let claimed = "\"sha256\":\"\(String(repeating: "AB", count: 32))\""
        let lines = try [chain(logs.scratch.file("a-1.pem")), chain(stranger.certificate)].map { chain in
            record(chain).replacing(/"sha256":"[^"]*"/, with: claimed)
        }
        let path = try logs.scratch.write("forged.ndjson", lines.joined())
        let result = try run(
            programPath,
            ["enrich", path, "--no-context-names", "--no-context-revocation", "--log-list", logs.list]
        )
        let anomalies = try CTLogs.objects(result.text).map {
            $0.at("hallmark.context.transparency.anomalies") as? [String] ?? []
        }
        #expect(anomalies == [["too_few_scts"], ["missing_sct"]], "\(result.errors)")
    }

    /// An authority that a person named owes nobody SCTs.
    @Test func aChainOfOnesOwnAuthorityMissesNothing() throws {
        let logs = try logs()
        let stranger = try TestCertificate()
        defer { withExtendedLifetime(stranger) {} }
        let own = try record(chain(stranger.certificate)).replacing(
            "\"chain\":\"valid\"",
            with: "\"chain\":\"valid\",\"trust\":\"own\""
        )
        let path = try logs.scratch.write("own.ndjson", own)
        let enriched = try run(
            programPath,
            ["enrich", path, "--no-context-names", "--no-context-revocation", "--log-list", logs.list]
        )
        #expect(enriched.status == 0 && !enriched.text.contains("missing_sct"), "\(enriched.text)")
        let verified = try logs.run(["verify", path, "--log-list", logs.list])
        #expect(verified.status == 0 && !verified.text.contains("missing_sct"), "\(verified.text)")
    }

    /// What can't be read is said to be, in whatever form it comes.
    @Test func timestampsInOddFormsDoNotVanish() throws {
        let logs = try logs()
        let short = try chain(logs.scratch.file("a-1.pem"))
        var later = try Data(contentsOf: URL(fileURLWithPath: logs.scratch.file("a-1.sct")))
        later[0] = 1
        let good = record(short, [later], isVerified: false)
        let list = "[\"\(later.base64EncodedString())\"]"
        let lines = [
            good, good.replacing(list, with: "\"no base64\""), good.replacing(list, with: "[\"AA\", 7]"),
            good.replacing("\"scts\":" + list, with: "\"ocsp_response\":\"no base64\""),
            good.replacing("[\"\(short[0])", with: "[\"%%\",\"\(short[0])"),
        ]
        #expect(Set(lines).count == lines.count)
        let path = try logs.scratch.write("odd.ndjson", lines.joined())
        let enriched = try run(
            programPath,
            ["enrich", path, "--no-context-names", "--no-context-revocation", "--log-list", logs.list]
        )
        let anomalies = try CTLogs.objects(enriched.text).map {
            $0.at("hallmark.context.transparency.anomalies") as? [String] ?? []
        }
        #expect(
            anomalies == Array(repeating: ["unreadable_sct_list"], count: lines.count),
            "\(enriched.errors)"
        )
        let verified = try logs.run(["verify", path, "--log-list", logs.list])
        #expect(verified.status == 3, "\(verified.errors)")
        #expect(
            verified.text.components(separatedBy: "unreadable_list").count == lines.count + 1,
            "\(verified.text)"
        )
    }

    /// A chain in another order than servers are to send, and one that was left out, are no log's fault, nor
    /// an endpoint's that has too few.
    @Test func whatCantBeCheckedIsNoAnomaly() throws {
        let logs = try logs()
        let (one, other) = (try chain(logs.scratch.file("a-1.pem")), try chain(logs.scratch.file("b-1.pem")))
        let sent = try ["a-1.sct", "a-1.b.sct"].map {
            try Data(contentsOf: URL(fileURLWithPath: logs.scratch.file($0)))
        }
        let lines = [
            record([one[0], other[0], one[1]], sent), record([one[0]]),
            record(one, isVerified: false).replacing("\"verification\":{", with: "\"verified\":{"),
        ]
        let path = try logs.scratch.write("order.ndjson", lines.joined())
        let enriched = try run(
            programPath,
            ["enrich", path, "--no-context-names", "--no-context-revocation", "--log-list", logs.list]
        )
        let found = try CTLogs.objects(enriched.text)
        #expect(found.map { $0.at("hallmark.context.transparency.valid") as? Int } == [3, 0, 1])
        #expect(
            found.map { $0.at("hallmark.context.transparency.anomalies") as? [String] ?? [] }
                == [[], ["too_few_scts"], []],
            "\(enriched.text)"
        )
    }

    /// What is no record for others is none here.
    @Test func damagedRecordsAreRefused() throws {
        let logs = try logs()
        let good = try record(chain(logs.scratch.file("a-1.pem")), isVerified: false)
            .replacing("\"verification\":{", with: "\"verified\":{")
        let path = logs.scratch.file("damaged.ndjson")
        func verify(_ lines: [String], _ more: [String] = []) throws -> CommandResult {
            try logs.scratch.write("damaged.ndjson", lines.joined())
            return try logs.run(["verify", path, "--log-list", logs.list] + more)
        }
        #expect(try verify([good]).status == 0)
        for (old, new, name) in [
            ("\"port\":443", "\"port\":65536", "server.port"),
            ("\"@timestamp\":\"2026-11-22T03:31:00Z\",", "", "@timestamp"),
            ("hallmark.observation", "other.observation", "no record of ours"),
            ("\"tls\":{", "\"tls\":7,\"other\":{", "tls"), ("}}}", "}}", "damaged.ndjson:2: "),
        ] {
            let bad = good.replacing(old, with: new, maxReplacements: 1)
            #expect(bad != good)
            let result = try verify([good, bad, good])
            #expect(result.status == 1, "\(new): \(result.errors)")
            #expect(result.errors.contains("damaged.ndjson:2: ") && result.errors.contains(name))
            #expect(result.errors.contains("1 line or part could not be read"), "\(result.errors)")
            #expect(try verify([good, bad], ["--keep-going"]).status == 0)
            #expect(try verify([bad], ["--keep-going"]).status == 1)
        }
        // Findings stand beside records in one file.
        let finding = good.replacing("hallmark.observation", with: "hallmark.finding")
        let both = try verify([good, finding])
        #expect(both.status == 0 && both.errors.contains("1 line of findings"), "\(both.errors)")
    }

    /// A chain that was verified and shows no SCT that could be checked, beside one that nobody verified.
    @Test func whetherSCTsAreNeededIsSaidNotToBeKnown() throws {
        let logs = try logs()
        let stranger = try TestCertificate()
        defer { withExtendedLifetime(stranger) {} }
        let bare = try record(chain(stranger.certificate), isVerified: false)
        func verify(_ line: String) throws -> CommandResult {
            try logs.run(["verify", logs.scratch.write("bare.ndjson", line), "--log-list", logs.list])
        }
        let refused = try verify(bare)
        #expect(
            refused.status == 0 && refused.errors.contains("1 record without any SCT"),
            "\(refused.errors)"
        )
        let unverified = try verify(bare.replacing("\"verification\":{", with: "\"verified\":{"))
        #expect(
            unverified.status == 1 && unverified.errors.contains("scan with --verify"),
            "\(unverified.errors)"
        )
    }

    @Test func aListOfLogsMayBeginWithAMark() throws {
        let logs = try logs()
        let list = try Data(contentsOf: URL(fileURLWithPath: logs.list))
        let path = logs.scratch.file("marked.json")
        try (Data([0xef, 0xbb, 0xbf]) + list).write(to: URL(fileURLWithPath: path))
        let result = try logs.run(["verify", logs.scratch.file("a-1.pem"), "--log-list", path])
        #expect(result.status == 0, "\(result.errors)")
    }

    /// A retired log's promises of later than that are worth nothing.
    @Test func aLogThatRetiredPromisesNoMore() throws {
        let logs = try logs()
        let list = try String(contentsOfFile: logs.list, encoding: .utf8)
        func outcome(_ since: String) throws -> String {
            let path = try logs.scratch.write(
                "retired.json",
                list.replacing(
                    "{\"usable\": {\"timestamp\": \"2026-01-01T00:00:00Z\"}}",
                    with: "{\"retired\": {\"timestamp\": \"\(since)\"}}"
                )
            )
            return try logs.run(["verify", logs.scratch.file("a-1.pem"), "--log-list", path]).text
        }
        #expect(try outcome("2026-01-01T00:00:00Z").contains("log_not_trusted"))
        #expect(try outcome("2099-01-01T00:00:00Z").contains("valid"))
    }
}
