import Foundation
import TestSupport
import Testing
import Transparency

/// What `ct verify` says of files of certificates.
@Suite(.enabled(if: !PythonPackages.isOffline)) struct VerifyFileTests {
    private func logs() throws -> CTLogs {
        try CTLogs("[{\"name\": \"a\", \"kind\": \"rfc6962\", \"entries\": 3}]")
    }

    private func pem(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "-----BEGIN").map {
            "-----BEGIN" + $0
        }
    }

    /// One's own authority logs nothing: that none is there is no fault, and nothing was checked.
    @Test func aCertificateOfOnesOwnAuthority() throws {
        let logs = try logs()
        let own = try TestCertificate()
        defer { withExtendedLifetime(own) {} }
        let table = try logs.run(["verify", own.certificate, "--log-list", logs.list])
        #expect(table.status == 1 && table.text.contains("no SCT: nothing was checked"), "\(table.text)")
        let records = try logs.run([
            "verify", own.certificate, "--log-list", logs.list, "--format", "ndjson",
        ])
        #expect(try CTLogs.objects(records.text).map { $0["outcome"] as? String } == ["none"])
    }

    @Test func aPrecertificateHasNoneYet() throws {
        let logs = try logs()
        let watch = try logs.watch(["--all"])
        let first = try #require(try CTLogs.objects(watch.text).first)
        #expect(first.at("hallmark.ct.entry") as? String == "precertificate")
        let chain = try #require(first.at("tls.server.certificate_chain") as? [String])
        let text = chain.map { "-----BEGIN CERTIFICATE-----\n\($0)\n-----END CERTIFICATE-----\n" }.joined()
        let path = try logs.scratch.write("pre.pem", text)
        let result = try logs.run(["verify", path, "--log-list", logs.list])
        #expect(result.status == 1 && result.text.contains("it is a precertificate"), "\(result.text)")
        let record = try logs.scratch.write("ct.ndjson", watch.text)
        let recorded = try logs.run(["verify", record, "--log-list", logs.list])
        #expect(recorded.status == 1 && recorded.errors.contains("3 precertificates"), "\(recorded.errors)")
    }

    /// Each is checked under the issuer that the file has for it, wherever that stands.
    @Test func severalCertificatesInOneFile() throws {
        let logs = try logs()
        let (one, other) = (try pem(logs.scratch.file("a-0.pem")), try pem(logs.scratch.file("a-1.pem")))
        let path = try logs.scratch.write("several.pem", one[1] + one[0] + other[0])
        let verify = ["verify", "--log-list", logs.list, "--format", "ndjson"]
        let both = try logs.run(verify + [path])
        #expect(both.status == 0, "\(both.text) \(both.errors)")
        #expect(try CTLogs.objects(both.text).map { $0["outcome"] as? String } == ["valid", "valid"])
        #expect(try CTLogs.objects(both.text).map { $0["certificate"] as? Int } == [2, 3])
        // Without its issuer nobody can tell, and no log is to blame.
        let alone = try logs.scratch.write("alone.pem", one[0] + other[0])
        let unknown = try logs.run(verify + [alone])
        #expect(
            unknown.status == 1
                && unknown.errors.contains("the certificate of its issuer is not in the file"),
            "\(unknown.errors)"
        )
        #expect(
            try CTLogs.objects(unknown.text).map { $0["outcome"] as? String } == ["unchecked", "unchecked"]
        )
        // What can't be read keeps nothing else from being checked.
        let torn = try logs.scratch.write(
            "torn.pem",
            one[0] + one[1] + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        )
        let partly = try logs.run(verify + [torn])
        #expect(partly.status == 1 && partly.text.contains("\"valid\""), "\(partly.text) \(partly.errors)")
        let listed = try logs.run(verify + [path, "--sct-list", logs.scratch.file("a-0.sct")])
        #expect(listed.status == 1 && listed.errors.contains("is of one"), "\(listed.errors)")
    }

    private static let object = "1.3.6.1.4.1.11129.2.4.2"

    /// What stands in the extension, and how many SCTs can be read.
    @Test(
        arguments: [
            // No octets, an empty list, one that ends too early, one with a later version's SCT.
            (DER.null, 0), (DER.element(0x04, [0, 0]), 0), (DER.element(0x04, [0]), 0), ([], 0),
            (DER.element(0x04, [0, 9, 0, 7, 0]), 0), (DER.element(0x04, [0, 4, 0, 2, 1, 7]), 0),
            // A good one with bytes behind the list, and behind the octets.
            (DER.element(0x04, VerifyFileTests.list() + [0]), 0),
            (DER.element(0x04, VerifyFileTests.list()) + [0x05, 0x00], 1),
        ] as [([UInt8], Int)]
    )
    func listsThatCantBeReadAreSaid(_ content: [UInt8], _ count: Int) throws {
        var certificate = HandMadeCertificate()
        certificate.extensions.append(DER.certificateExtension(Self.object, content))
        try expect(certificate, isWhole: false, count)
    }

    @Test func aSecondListIsSaid() throws {
        var certificate = HandMadeCertificate()
        let list = DER.certificateExtension(Self.object, DER.element(0x04, VerifyFileTests.list()))
        certificate.extensions.append(list)
        try expect(certificate, isWhole: true, 1)
        certificate.extensions.append(list)
        try expect(certificate, isWhole: false, 1)
    }

    private func expect(_ certificate: HandMadeCertificate, isWhole: Bool, _ count: Int) throws {
        let check = TimestampCheck(LogList(logs: []))
        let found = check.embedded(certificate.der, chain: [], now: 0)
        #expect(found.isWhole == isWhole && found.results.count == count)
        let logs = try logs()
        let path = logs.scratch.file("made.der")
        try Data(certificate.der).write(to: URL(fileURLWithPath: path))
        let result = try logs.run(["verify", path, "--log-list", logs.list])
        #expect(result.status == (isWhole ? 1 : 3) && result.text.contains("unreadable_list") != isWhole)
        #expect(result.text.contains("unknown_log") == (count > 0), "\(result.text) \(result.errors)")
    }

    static func list() -> [UInt8] {
        let timestamp = [0] + [UInt8](repeating: 7, count: 32 + 8) + [0, 0, 4, 3, 0, 1, 9]
        return [0, UInt8(timestamp.count + 2), 0, UInt8(timestamp.count)] + timestamp
    }

    /// A stapled response whose list can't be read is not one without a list.
    @Test func aStapledListThatCantBeReadIsOne() {
        let identifier: [UInt8] = [
            0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x05,
        ]
        #expect(StapledTimestamps.list(in: [0x30, 0x00]) == nil)
        for tail: [UInt8] in [[], [0x04], [0x05, 0x00], [0x04, 0x02, 0x04, 0x09], [0x01, 0x01]] {
            #expect(StapledTimestamps.list(in: identifier + tail) == [])
        }
    }
}
