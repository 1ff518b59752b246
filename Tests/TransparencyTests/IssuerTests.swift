import Foundation
import Observations
import TestSupport
import Testing

/// Who may issue for a name, and whose keys are whose.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct IssuerTests {
    private func logs(_ extra: String = "") throws -> CTLogs {
        try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 3, \"names\": {\"0\": [\"www.one.test\"], "
                + "\"1\": [\"www.two.test\"]}\(extra)}]"
        )
    }

    private func findings(_ logs: CTLogs, _ arguments: [String]) throws -> [String] {
        let result = try logs.watch(arguments + ["--no-lookalikes"])
        #expect(result.status == 0, "\(result.errors)")
        return try CTLogs.objects(result.text).flatMap { record in
            record.findings.map { "\(record.at("hallmark.ct.index") ?? "") \($0)" }
        }
    }

    private func findings(_ logs: CTLogs, yaml: String) throws -> [String] {
        let file = try logs.scratch.write("names.yaml", "- name: one.test\n  closed: false\n" + yaml)
        return try findings(logs, ["--watch", file])
    }

    @Test(
        arguments: [
            ("C=US, O=Let's Encrypt, CN=R10", "CN = R10, O = \"Let's Encrypt\", C = US", true),
            ("C=US, O=DigiCert\\, Inc., CN=X", "cn=x,o=\"DigiCert, Inc.\",c=us", true),
            ("C=US, O=a + OU=b", "/C=US/O=a/OU=b", true), ("O=a, CN=b", "O=a", false),
            ("C=HU, CN=Főtan", "CN = F\\C5\\91tan, C = HU", true), ("CN=a\\,b", "CN=a\\2Cb", false),
            ("O=a, CN=b", "O=a, CN=c", false), ("O=a, O=a", "O=a", false),
        ]
    )
    func wholeNamesHoweverTheyAreWritten(_ one: String, _ other: String, _ isSame: Bool) {
        #expect((DistinguishedNameKey.make(one) == DistinguishedNameKey.make(other)) == isSame)
        #expect(DistinguishedNameKey.make(one) != nil && DistinguishedNameKey.make(other) != nil)
        #expect(DistinguishedNameKey.make("Let's Encrypt") == nil)
    }

    /// As the record writes it, and as OpenSSL does.
    @Test func anIssuersWholeNameIsTaken() throws {
        let logs = try logs()
        let record = try #require(
            try CTLogs.objects(try logs.watch(["--watch", "one.test", "--no-lookalikes"]).text).first
        )
        let written = try #require(record.at("tls.server.issuer") as? String)
        #expect(try findings(logs, yaml: "  issuers: [\"\(written)\"]\n") == [])
        let openssl = try check(
            "openssl",
            ["x509", "-in", logs.scratch.file("a-0.pem"), "-noout", "-issuer"]
        ).text.trimmingCharacters(in: .whitespacesAndNewlines).replacing("issuer=", with: "")
        #expect(try findings(logs, yaml: "  issuers: [\"\(openssl)\"]\n") == [])
        #expect(
            try findings(logs, yaml: "  issuers: [\"O=Test Authority, CN=Another\"]\n") == [
                "0 unexpected_issuer"
            ]
        )
        let inventory = try logs.scratch.write(
            "assets.yaml",
            "assets:\n  - address: www.one.test\n    issuers: [\"\(written)\"]\n"
        )
        #expect(try findings(logs, ["--inventory", inventory]) == [])
    }

    /// The name says who, and the key that it is no other of that name: both have to hold.
    @Test func aNameAndAKeyHaveToHoldBoth() throws {
        let logs = try logs()
        let record = try #require(
            try CTLogs.objects(try logs.watch(["--watch", "one.test", "--no-lookalikes"]).text).first
        )
        let key = try #require(record.at("hallmark.ct.issuer_key_hash") as? String)
        let other = String(key.reversed())
        func found(_ issuers: String, _ key: String) throws -> [String] {
            try findings(logs, yaml: "  issuers: [\(issuers)]\n  issuer_keys: ['\(key)']\n")
        }
        #expect(try found("test authority", key) == [])
        #expect(try found("test authority", other) == ["0 unexpected_issuer"])
        #expect(try found("somebody else", key) == ["0 unexpected_issuer"])
    }

    /// The inventory says keys as well: in a column, in YAML, and for all in the policy.
    @Test func anInventoryNamesTheKeysThatIssue() throws {
        let logs = try logs()
        let record = try #require(
            try CTLogs.objects(try logs.watch(["--watch", "one.test", "--no-lookalikes"]).text).first
        )
        let key = try #require(record.at("hallmark.ct.issuer_key_hash") as? String)
        let other = String(key.reversed())
        func found(_ name: String, _ text: String) throws -> [String] {
            try findings(logs, ["--inventory", try logs.scratch.write(name, text)])
        }
        let csv = "address,issuers,issuer_keys\nwww.one.test,"
        #expect(try found("a.csv", csv + ",\(other);SHA256:\(key.lowercased())\n") == [])
        #expect(try found("a.csv", csv + "Test Authority,\(other)\n") == ["0 unexpected_issuer"])
        #expect(try found("a.csv", csv + "Somebody,\(key)\n") == ["0 unexpected_issuer"])
        let yaml = "  - address: www.one.test\n"
        #expect(try found("a.yaml", "assets:\n\(yaml)    issuer_keys: ['\(key)']\n") == [])
        #expect(
            try found("a.yaml", "policy:\n  issuer_keys: '\(other)'\nassets:\n\(yaml)") == [
                "0 unexpected_issuer"
            ]
        )
        let wrong = try logs.scratch.write("a.csv", csv + ",none\n")
        let refused = try logs.watch(["--inventory", wrong])
        #expect(
            refused.status == 1 && refused.errors.contains("'none' in 'issuer_keys'"),
            "\(refused.errors)"
        )
    }

    /// Of a certificate that was logged alone the issuer beside it tells the key.
    @Test(arguments: ["rfc6962", "static"]) func aCertificateAloneHasItsIssuersKey(_ kind: String) throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"\(kind)\", \"entries\": 3, \"names\": {\"0\": [\"www.one.test\"]}}]"
        )
        let all = try CTLogs.objects(try logs.watch(["--all"]).text)
        let key = try #require(all.first?.at("hallmark.ct.issuer_key_hash") as? String)
        func found(_ key: String) throws -> [String] {
            let file = try logs.scratch.write(
                "names.yaml",
                "- name: one.test\n  closed: false\n  issuer_keys: ['\(key)']\n"
            )
            let result = try logs.run([
                "backfill", "--log-list", logs.list, "--no-signatures", "--watch", file, "--from", "1",
                "--to",
                "2", "--rate", "500",
            ])
            #expect(result.status == 0, "\(result.errors)")
            return try CTLogs.objects(result.text).flatMap(\.findings)
        }
        #expect(try found(key) == [])
        #expect(try found(String(key.reversed())) == ["unexpected_issuer"])
    }

    /// Nothing beside a certificate tells its issuer's key: the precertificate, which does, is looked at all
    /// the same, and of who has issued it is told once.
    @Test func aCertificateDoesNotHideWhoIssuedItsPrecertificate() throws {
        let logs = try logs(", \"faults\": {\"late\": 0, \"bare\": true}")
        let all = try CTLogs.objects(try logs.watch(["--all"]).text)
        let key = try #require(all.compactMap { $0.at("hallmark.ct.issuer_key_hash") as? String }.first)
        func found(_ issuer: String, _ key: String) throws -> [String] {
            try findings(logs, yaml: "  issuers: [\(issuer)]\n  issuer_keys: ['\(key)']\n")
        }
        #expect(try found("test authority", key) == [])
        #expect(try found("test authority", String(key.reversed())) == ["1 unexpected_issuer"])
        #expect(try found("somebody else", String(key.reversed())) == ["0 unexpected_issuer"])
    }

    /// The certificate of an issuer is no reason to wait for what is known without it.
    @Test func anIssuerThatIsNotToBeHadHoldsNothingUp() throws {
        let logs = try CTLogs(
            "[{\"name\": \"a\", \"kind\": \"static\", \"entries\": 3, \"names\": {\"0\": [\"www.one.test\"]}, "
                + "\"faults\": {\"no_issuers\": 503}}]"
        )
        let found = try findings(logs, yaml: "  issuers: [nobody]\n")
        #expect(found == ["0 unexpected_issuer"])
    }

    /// All certificates of the log have one key: it is one asset's alone.
    @Test func aKeyOfOneAssetAuthorisesNothingForAnother() throws {
        let logs = try logs()
        let record = try #require(
            try CTLogs.objects(try logs.watch(["--watch", "one.test", "--no-lookalikes"]).text).first
        )
        let key = try #require(record.at("hallmark.certificate.spki_sha256") as? String)
        let other = String(repeating: "AB", count: 32)
        let inventory = try logs.scratch.write(
            "assets.csv",
            "address,keys\nwww.one.test,\(key)\nwww.two.test,\(other)\n"
        )
        #expect(try findings(logs, ["--inventory", inventory]) == ["2 unknown_certificate"])
    }

    /// The digest of a certificate tells nothing of its precertificate; its key and its TBS digest do.
    @Test func pinsThatHoldForThePrecertificate() throws {
        let logs = try logs()
        let seen = try run(programPath, ["import", "-q", logs.scratch.file("a-0.pem")])
        let final = try #require(try CTLogs.objects(seen.text).first)
        func found(_ column: String, _ path: String) throws -> [String] {
            let value = try #require(final.at(path) as? String)
            let file = try logs.scratch.write("assets.csv", "address,\(column)\nwww.one.test,\(value)\n")
            return try findings(logs, ["--inventory", file])
        }
        #expect(try found("certificates", "tls.server.hash.sha256") == ["0 unknown_certificate"])
        #expect(try found("keys", "hallmark.certificate.spki_sha256") == [])
        #expect(try found("tbs", "hallmark.certificate.tbs_no_ct_sha256") == [])
    }
}
