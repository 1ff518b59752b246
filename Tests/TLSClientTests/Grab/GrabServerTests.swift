import TLSClient
import TestSupport
import Testing
import Wire

/// A server and what its flight must show.
struct ServerCase: CustomTestStringConvertible, Sendable {
    var name: String
    var algorithm = ["ec", "ec_paramgen_curve:P-256"]
    var server: [String]
    var client: [String] = []
    var version: UInt16
    var suite: UInt16?
    var group: UInt16?
    var scheme: UInt16?
    var retry: UInt16?

    var testDescription: String { name }

    static let rsa = ["rsa:2048"]
    static let weak = ["-cipher", "ALL:@SECLEVEL=0"]

    static let all: [ServerCase] = [
        ServerCase(
            name: "AES-128-GCM",
            server: ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"],
            version: 0x0304,
            suite: 0x1301,
            group: 29,
            scheme: 0x0403
        ),
        ServerCase(
            name: "AES-256-GCM",
            server: ["-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"],
            version: 0x0304,
            suite: 0x1302,
            group: 29
        ),
        ServerCase(
            name: "ChaCha20-Poly1305",
            server: ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
            version: 0x0304,
            suite: 0x1303,
            group: 29
        ),
        ServerCase(
            name: "AES-128-CCM",
            server: ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"],
            client: ["-ciphersuites", "TLS_AES_128_CCM_SHA256"],
            version: 0x0304,
            suite: 0x1304,
            group: 29
        ),
        ServerCase(
            name: "AES-128-CCM-8",
            server: ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_8_SHA256"],
            client: ["-ciphersuites", "TLS_AES_128_CCM_8_SHA256"],
            version: 0x0304,
            suite: 0x1305,
            group: 29
        ),
        ServerCase(
            name: "P-256",
            server: ["-tls1_3", "-groups", "P-256"],
            version: 0x0304,
            group: 23
        ),
        ServerCase(
            name: "P-384",
            server: ["-tls1_3", "-groups", "P-384"],
            version: 0x0304,
            group: 24,
            retry: 24
        ),
        ServerCase(
            name: "P-521 and its certificate",
            algorithm: ["ec", "ec_paramgen_curve:P-521"],
            server: ["-tls1_3", "-groups", "P-521", "-ciphersuites", "TLS_AES_128_GCM_SHA256"],
            version: 0x0304,
            suite: 0x1301,
            group: 25,
            scheme: 0x0603,
            retry: 25
        ),
        ServerCase(
            name: "X448",
            server: ["-tls1_3", "-groups", "X448"],
            version: 0x0304,
            group: 30,
            retry: 30
        ),
        ServerCase(
            name: "padded records",
            server: ["-tls1_3", "-record_padding", "512"],
            version: 0x0304
        ),
        ServerCase(
            name: "records of 512 bytes",
            algorithm: rsa,
            server: ["-tls1_3", "-max_send_frag", "512"],
            version: 0x0304,
            scheme: 0x0804
        ),
        ServerCase(
            name: "records of 512 bytes in TLS 1.2",
            algorithm: rsa,
            server: ["-tls1_2", "-max_send_frag", "512"],
            version: 0x0303,
            group: 29
        ),
        ServerCase(
            name: "ECDHE in TLS 1.2",
            server: ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
            version: 0x0303,
            suite: 0xc02b,
            group: 29,
            scheme: 0x0403
        ),
        ServerCase(
            name: "DHE in TLS 1.2",
            algorithm: rsa,
            server: ["-tls1_2", "-cipher", "DHE-RSA-AES256-SHA256"],
            version: 0x0303,
            suite: 0x006b,
            scheme: 0x0804
        ),
        ServerCase(
            name: "RSA key exchange",
            algorithm: rsa,
            server: ["-tls1_2", "-cipher", "AES128-SHA"],
            version: 0x0303,
            suite: 0x002f
        ),
        ServerCase(
            name: "null cipher",
            algorithm: rsa,
            server: ["-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"],
            client: ["-cipher", "NULL-SHA256:@SECLEVEL=0"],
            version: 0x0303,
            suite: 0x003b
        ),
        ServerCase(
            name: "DSS",
            algorithm: ["dsa"],
            server: ["-tls1_2", "-cipher", "DHE-DSS-AES128-SHA:@SECLEVEL=0"],
            client: ["-cipher", "DHE-DSS-AES128-SHA:@SECLEVEL=0", "-sigalgs", "DSA+SHA256"],
            version: 0x0303,
            suite: 0x0032
        ),
        ServerCase(
            name: "brainpool in TLS 1.2",
            server: ["-tls1_2", "-groups", "brainpoolP256r1"],
            client: ["-groups", "brainpoolP256r1:P-256"],
            version: 0x0303,
            group: 26
        ),
        ServerCase(
            name: "TLS 1.1 only",
            algorithm: rsa,
            server: ["-tls1_1"] + weak,
            client: ["-tls1_1"] + weak,
            version: 0x0302
        ),
        ServerCase(
            name: "TLS 1.0 only",
            algorithm: rsa,
            server: ["-tls1"] + weak,
            client: ["-tls1"] + weak,
            version: 0x0301
        ),
        ServerCase(
            name: "Ed25519",
            algorithm: ["ed25519"],
            server: [],
            version: 0x0304,
            scheme: 0x0807
        ),
        ServerCase(
            name: "Ed25519 in TLS 1.2",
            algorithm: ["ed25519"],
            server: ["-tls1_2"],
            version: 0x0303,
            scheme: 0x0807
        ),
        ServerCase(
            name: "Ed448",
            algorithm: ["ed448"],
            server: [],
            version: 0x0304,
            scheme: 0x0808
        ),
        ServerCase(
            name: "RSA-PSS",
            algorithm: ["rsa-pss", "rsa_keygen_bits:2048"],
            server: [],
            version: 0x0304,
            scheme: 0x0809
        ),
        ServerCase(
            name: "RSA-PSS in TLS 1.2",
            algorithm: ["rsa-pss", "rsa_keygen_bits:2048"],
            server: ["-tls1_2"],
            version: 0x0303,
            scheme: 0x0809
        ),
    ]
}

@Suite(.serialized) struct GrabServerTests {
    @Test(arguments: ServerCase.all) func certificateIsThatOfTheClientOfOpenSSL(_ test: ServerCase) throws {
        let certificate = try makeCertificate(test)
        let server = try openSSLServer(certificate, test.server)
        let answer = try grab(server.port)
        let expected = try clientCertificates(server.port, test.client)
        #expect(!expected.isEmpty)
        #expect(answer.action == .certificate)
        #expect(answer.certificates == expected)
        let flight = answer.flight
        #expect(flight.version == test.version)
        if let suite = test.suite { #expect(flight.suite == suite) }
        if let group = test.group { #expect(flight.group == group) }
        if let scheme = test.scheme { #expect(flight.signatureScheme == scheme) }
        #expect(flight.helloRetryRequest.group == test.retry)
    }

    @Test(arguments: ClientHello.Look.allCases) func everyLookGetsTheCertificate(_ look: ClientHello.Look)
        throws
    {
        let certificate = try look == .ecdsa ? TestCertificate() : TestCertificate(algorithm: ServerCase.rsa)
        let server = try openSSLServer(certificate, ServerCase.weak)
        let answer = try grab(server.port, look: look)
        #expect(answer.action == .certificate)
        #expect(try answer.certificates == clientCertificates(server.port))
        let version: UInt16 =
            switch look {
            case .legacy: 0x0301
            case .tls12: 0x0303
            default: 0x0304
            }
        #expect(answer.flight.version == version)
    }

    @Test func browserIsAskedForAnotherKeyShare() throws {
        let certificate = try TestCertificate()
        let server = try openSSLServer(certificate, ["-tls1_3", "-groups", "P-256"])
        let answer = try grab(server.port, look: .browser)
        #expect(answer.action == .certificate)
        #expect(answer.flight.helloRetryRequest.group == 23)
        #expect(answer.flight.group == 23)
    }

    private func makeCertificate(_ test: ServerCase) throws -> TestCertificate {
        guard test.algorithm == ["dsa"] else { return try TestCertificate(algorithm: test.algorithm) }
        let scratch = Scratch()
        try check("openssl", ["dsaparam", "-out", scratch.file("dsa.pem"), "2048"])
        return try TestCertificate(algorithm: ["dsa:" + scratch.file("dsa.pem")])
    }
}
