import Bytes
import Observations
import TestSupport
import Testing
import Wire

/// Which hosts a certificate is for, by the examples of RFC 6125, section 6.4, and `openssl x509 -checkhost`.
@Suite struct CertificateCoverTests {
    static let names = [
        "server.test", "SERVER.TEST", "www.server.test", "a.www.server.test", "server.test.", "example",
        "test",
        "a.wild.test", "wild.test", "a.b.wild.test", "A.WILD.TEST", "192.0.2.1", "192.0.2.2",
        "2001:db8::1", "2001:db8::2", "commonname.test", "xn--bcher-kva.test", "b\u{fc}cher.test",
    ]

    @Test func asOpenSSLSays() throws {
        let certificate = try TestCertificate(
            subject: "/CN=commonname.test",
            extra: [
                "-addext",
                "subjectAltName=DNS:server.test,DNS:*.wild.test,IP:192.0.2.1,IP:2001:db8::1,DNS:xn--bcher-kva.test",
            ]
        )
        try compare(certificate)
    }

    @Test func commonNameAloneCounts() throws {
        try compare(TestCertificate(subject: "/CN=commonname.test"))
        try compare(TestCertificate(subject: "/CN=*.wild.test"))
        // An e-mail address is no name of a host: the CN still counts.
        try compare(
            TestCertificate(
                subject: "/CN=commonname.test",
                extra: ["-addext", "subjectAltName=email:a@server.test"]
            )
        )
    }

    private func compare(_ certificate: TestCertificate) throws {
        let der = try check("openssl", ["x509", "-in", certificate.certificate, "-outform", "DER"]).output
        var encoder = CertificateEncoder()
        encoder.read(der.span, [ByteRange(0, der.count)].span)
        for name in Self.names {
            let isAddress =
                name.first?.isNumber == true && name.allSatisfy { !$0.isLetter } || name.contains(":")
            let option = isAddress ? "-checkip" : "-checkhost"
            let text = try check("openssl", ["x509", "-in", certificate.certificate, "-noout", option, name])
                .text
            let covers = encoder.covers(name: name)
            #expect(covers == text.contains("does match"), "\(name)")
        }
    }

    @Test func wildcardsOfAWholeDomainDoNot() {
        #expect(!covers("*.test", "a.test"))
        #expect(!covers("*", "test"))
        #expect(!covers("*.", "a."))
        #expect(!covers("a*.server.test", "ab.server.test"))
        #expect(!covers("a.*.test", "a.b.test"))
        #expect(covers("*.server.test", "a.server.test"))
    }

    private func covers(_ pattern: String, _ name: String) -> Bool {
        var certificate = HandMadeCertificate()
        certificate.extensions = [
            HandMadeCertificate.alternativeNames(DER.element(0x82, Array(pattern.utf8)))
        ]
        let der = certificate.der
        var encoder = CertificateEncoder()
        encoder.read(der.span, [ByteRange(0, der.count)].span)
        return encoder.covers(name: name)
    }
}
