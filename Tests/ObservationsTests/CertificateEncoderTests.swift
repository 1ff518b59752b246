import Foundation
import Observations
import TestSupport
import Testing
import Wire

@Suite struct CertificateEncoderTests {
    @Test func leafAsOpenSSLReadsIt() throws {
        let certificate = try TestCertificate(
            subject: "/C=US/O=Example, Inc./CN=server.test",
            extra: ["-addext", "subjectAltName=DNS:server.test,IP:192.0.2.1,IP:2001:db8::1"]
        )
        let record = try EncodedCertificate(pem: certificate.certificate)
        let text = try check(
            "openssl",
            ["x509", "-in", certificate.certificate, "-noout", "-serial", "-subject", "-nameopt"]
                + ["sep_comma_plus_space,esc_2253,utf8"]
        ).text
        let serial = try #require(record.string("x509.serial_number"))
        #expect(text.contains("serial=\(serial)\n"))
        let subject = try #require(record.string("subject"))
        #expect(text.contains("subject=\(subject)\n"))
        #expect(record.strings("x509.alternative_names") == ["server.test", "192.0.2.1", "2001:db8::1"])
        #expect(record.strings("x509.subject.organization") == ["Example, Inc."])
        for name in ["sha256", "sha1", "md5"] {
            let line = try check(
                "openssl",
                ["x509", "-in", certificate.certificate, "-noout", "-fingerprint", "-\(name)"]
            ).text
            let digest = line.split(separator: "=").last?.replacing(":", with: "").dropLast()
            #expect(record.string("hash.\(name)") == digest.map(String.init))
        }
    }

    /// Each member that is written is a field of the list, and none is written in another shape.
    @Test func everyMemberIsAField() throws {
        let fields = Dictionary(uniqueKeysWithValues: Field.all.map { ($0.name, $0) })
        let folder = URL(fileURLWithPath: projectFolder + "/Tests/Fuzz/Seeds")
        var certificate = HandMadeCertificate()
        certificate.validity = DER.sequence(DER.utcTime("250101000000Z"), DER.utcTime("260101000000Z"))
        let rich = [UInt8](try Data(contentsOf: folder.appendingPathComponent("certificate-rich.der")))
        for chain in [[rich, certificate.der], [certificate.der]] {
            let record = try EncodedCertificate(chain)
            for (path, value) in members(record.json) {
                let name = path.hasPrefix("certificate.") ? "hallmark." + path : "tls.server." + path
                let field = try #require(fields[name], "\(name) is no field")
                if field.kind == .objects { continue }
                let isInObject = Field.all.contains { $0.kind == .objects && name.hasPrefix($0.name + ".") }
                #expect((value is [Any]) == (isInObject ? field.isListInEach : field.isArray), "\(name)")
                switch field.kind {
                case .long: #expect(value is Int, "\(name)")
                case .boolean: #expect(value is Bool, "\(name)")
                default: #expect(value is String || value is [String], "\(name)")
                }
            }
        }
    }

    /// All leaves of a tree by their path; those in an array of objects too.
    private func members(_ object: [String: Any], _ prefix: String = "") -> [(String, Any)] {
        object.flatMap { name, value -> [(String, Any)] in
            if let inner = value as? [String: Any] { return members(inner, prefix + name + ".") }
            if let list = value as? [[String: Any]] {
                return [(prefix + name, value)] + list.flatMap { members($0, prefix + name + ".") }
            }
            return [(prefix + name, value)]
        }
    }

    @Test func chain() throws {
        let leaf = HandMadeCertificate()
        var issuer = HandMadeCertificate()
        issuer.subject = leaf.issuer
        let record = try EncodedCertificate([leaf.der, issuer.der, Array("no DER".utf8)])
        #expect(record.int("certificate.chain_length") == 3)
        let chain = try #require(record.value("certificate.chain") as? [[String: Any]])
        try #require(chain.count == 2)
        #expect(chain[0]["subject"] as? String == "C=US, CN=Issuer")
        #expect(chain[0]["self_issued"] as? Bool == true)
        #expect(chain[0]["not_after"] as? String == "2027-01-01T00:00:00Z")
        let alone = try EncodedCertificate([issuer.der])
        #expect((chain[0]["hash"] as? [String: Any])?["sha256"] as? String == alone.string("hash.sha256"))
        #expect(chain[0]["spki_sha256"] as? String == alone.string("certificate.spki_sha256"))
        // What is no certificate has its digest alone.
        #expect(Set(chain[1].keys) == ["hash"])
        let sent = try #require(record.strings("certificate_chain"))
        #expect(sent == [leaf.der, issuer.der, Array("no DER".utf8)].map { Data($0).base64EncodedString() })
    }

    @Test func chainOutput() throws {
        let chain = [HandMadeCertificate().der, HandMadeCertificate().der]
        for (output, count) in [(CertificateEncoder.ChainOutput.full, 2), (.leaf, 1), (.none, nil)] {
            var encoder = CertificateEncoder(chainOutput: output)
            let record = try EncodedCertificate(chain, with: &encoder)
            #expect(record.strings("certificate_chain")?.count == count)
        }
    }

    @Test func endlessChainIsCounted() throws {
        let chain = [[UInt8]](repeating: HandMadeCertificate().der, count: 500)
        let record = try EncodedCertificate(chain)
        #expect(record.int("certificate.chain_length") == 500)
        #expect((record.value("certificate.chain") as? [Any])?.count == CertificateEncoder.chainLimit - 1)
    }

    @Test func whatIsNoCertificateKeepsItsDigests() throws {
        let record = try EncodedCertificate([Array("no DER".utf8)])
        let digest = try check("openssl", ["dgst", "-sha1"], input: Array("no DER".utf8)).text
        let expected = digest.split(separator: " ").last?.uppercased().dropLast()
        #expect(record.string("hash.sha1") == expected.map(String.init))
        #expect(record.anomalies == ["unparsable_certificate"])
        #expect(record.value("x509") == nil)
        #expect(record.strings("certificate_chain")?.count == 1)
    }

    @Test func nothingOfAnEarlierCertificateIsLeft() throws {
        let folder = URL(fileURLWithPath: projectFolder + "/Tests/Fuzz/Seeds")
        let rich = [UInt8](try Data(contentsOf: folder.appendingPathComponent("certificate-rich.der")))
        var encoder = CertificateEncoder()
        _ = try EncodedCertificate([rich, rich], with: &encoder)
        let again = try EncodedCertificate([HandMadeCertificate().der], with: &encoder)
        #expect(try again.text == EncodedCertificate([HandMadeCertificate().der]).text)
        let none = try EncodedCertificate([], with: &encoder)
        #expect(none.text == "{}")
        let hasLeaf = encoder.hasLeaf
        #expect(!hasLeaf)
    }

    /// Serial numbers as Python's integers.
    @Test(arguments: [
        ([0x01], "1", 1, 1), ([0x00, 0x8b, 0xb0, 0x0e], "8BB00E", 24, 4),
        ([0x08, 0xbb, 0x00, 0xee], "8BB00EE", 28, 4),
        ([0x00], "0", 0, 1), ([0xff], "-1", 1, 1), ([0x80], "-80", 8, 1), ([0xff, 0x00], "-100", 9, 2),
        ([0xfe, 0xff], "-101", 9, 2), ([0x00, 0x00, 0x05], "5", 3, 3),
        ([0x80, 0x00, 0x00], "-800000", 24, 3),
    ])
    func serial(_ bytes: [UInt8], _ integer: String, _ bits: Int, _ count: Int) throws {
        var certificate = HandMadeCertificate()
        certificate.serial = DER.integer(bytes)
        let record = try EncodedCertificate([certificate.der])
        #expect(record.string("certificate.serial.integer") == integer)
        #expect(record.int("certificate.serial.bits") == bits)
        #expect(record.int("certificate.serial.bytes") == count)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        #expect(record.string("x509.serial_number") == hex)
    }

    /// The zero time of Go, the end of .NET's calendar, and an end before the begin.
    @Test func oddTimes() throws {
        var certificate = HandMadeCertificate()
        certificate.validity = DER.sequence(
            DER.generalizedTime("00010101000000Z"),
            DER.generalizedTime("99991231235959Z")
        )
        let record = try EncodedCertificate([certificate.der])
        #expect(record.string("not_before") == "0001-01-01T00:00:00Z")
        #expect(record.string("not_after") == "9999-12-31T23:59:59Z")
        #expect(record.int("certificate.validity_days") == 3_652_058)
        certificate.validity = DER.sequence(DER.utcTime("260102000000Z"), DER.utcTime("260101120000Z"))
        let backwards = try EncodedCertificate([certificate.der])
        #expect(backwards.int("certificate.validity_days") == -1)
        #expect(backwards.int("certificate.validity_seconds") == -43_200)
        #expect(backwards.int("certificate.validity_calendar_years") == nil)
    }

    @Test func emptyAndAbsentNames() throws {
        var certificate = HandMadeCertificate()
        certificate.subject = DER.sequence()
        let empty = try EncodedCertificate([certificate.der])
        #expect(empty.string("x509.subject.distinguished_name") == "")
        #expect(empty.string("certificate.subject_attributes") == "")
        certificate.subject = DER.name(("2.5.4.10", ""), ("2.5.4.3", ""))
        let blank = try EncodedCertificate([certificate.der])
        #expect(blank.string("subject") == "O=, CN=")
        #expect(blank.strings("x509.subject.organization") == [""])
        #expect(blank.strings("x509.subject.country") == nil)
        certificate.subject = []
        let absent = try EncodedCertificate([certificate.der])
        #expect(absent.value("x509.subject") == nil)
        #expect(absent.value("subject") == nil)
    }

    @Test func multiValuedAndUnknownAttributes() throws {
        var certificate = HandMadeCertificate()
        certificate.subject = DER.sequence(
            DER.rdn(("2.5.4.11", DER.utf8("a")), ("2.5.4.11", DER.utf8("b"))),
            DER.rdn(("2.25.329800735698586629295641978511506172918", DER.utf8("x"))),
            DER.rdn(("1.2.840.113549.1.9.1", DER.ia5("a@b.test")))
        )
        let record = try EncodedCertificate([certificate.der])
        #expect(record.string("certificate.subject_attributes")?.hasPrefix("OU+OU,") == true)
        #expect(record.strings("x509.subject.organizational_unit") == ["a", "b"])
        #expect(record.strings("certificate.subject.email_address") == ["a@b.test"])
    }

    /// The text of names as `openssl x509 -nameopt sep_comma_plus_space,esc_2253,utf8` prints it.
    @Test(arguments: [
        "a,b", "a+b", "\"quoted\"", "back\\slash", "<tag>", "a;b", "#hash", " lead", "trail ", "in side",
        "Zürich", "a=b",
        "\\", " ", "", "日本",
    ])
    func escapes(_ value: String) throws {
        var certificate = HandMadeCertificate()
        certificate.subject = DER.name(("2.5.4.10", value), ("2.5.4.3", "x"))
        let scratch = Scratch()
        try Data(certificate.der).write(to: URL(fileURLWithPath: scratch.file("der")))
        let line = try check(
            "openssl",
            ["x509", "-inform", "DER", "-in", scratch.file("der"), "-noout", "-subject", "-nameopt"]
                + ["sep_comma_plus_space,esc_2253,utf8"]
        ).text
        let record = try EncodedCertificate([certificate.der])
        #expect("subject=\(record.string("subject") ?? "nothing")\n" == line)
        #expect(record.strings("x509.subject.organization") == [value])
    }

    /// Control characters, terminal escapes and NUL come out as JSON, not as themselves.
    @Test func hostileText() throws {
        var certificate = HandMadeCertificate()
        certificate.subject = DER.name(("2.5.4.3", "a\u{0}b\u{1b}[31m\n\u{7f}\"\\"))
        let record = try EncodedCertificate([certificate.der])
        #expect(record.strings("x509.subject.common_name") == ["a\u{0}b\u{1b}[31m\n\u{7f}\"\\"])
        #expect(record.string("subject") == "CN=a\\00b\u{1b}[31m\n\u{7f}\\\"\\\\")
        #expect(record.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f })
    }
}
