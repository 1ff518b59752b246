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
        #expect(
            record.strings("x509.alternative_names") == ["server.test", "192.0.2.1", "2001:db8::1"]
        )
        #expect(record.strings("x509.subject.organization") == ["Example, Inc."])
        #expect(record.string("certificate.anomalies") == nil)
    }
}
