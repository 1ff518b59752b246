import Bytes
import Foundation
import TLSClient
import TestSupport
import Testing
import Wire

/// Servers that OpenSSL no longer talks to: their certificate is compared with the file they serve.
@Suite(.serialized) struct GrabLegacyTests {
    @Test(
        .enabled(if: !PythonPackages.isOffline),
        arguments: [
            ("ssl3", "rc4", UInt16(0x0300), [UInt16(0x0005), 0x0004, 0xc011]),
            ("ssl3", "3des", 0x0300, [0x000a, 0x0016, 0xc012]),
            ("tls1", "rc4", 0x0301, [0x0005, 0x0004, 0xc011]),
            ("tls1", "3des", 0x0301, [0x000a, 0x0016, 0xc012]),
            ("tls1_2", "rc4", 0x0303, [0x0005, 0x0004, 0xc011]),
            ("tls1_2", "null", 0x0303, [0x003b, 0x0002, 0xc010]),
        ]
    )
    func oldServersShowTheirCertificate(
        _ version: String,
        _ cipher: String,
        _ number: UInt16,
        _ suites: [UInt16]
    ) throws {
        try PythonPackages.install()
        let certificate = try TestCertificate(algorithm: ["rsa:2048"])
        let server = try ServerProcess("python3") { port, _ in
            [tool("legacy_server.py"), "\(port)", certificate.certificate, certificate.key, version, cipher]
        }
        for look in [ClientHello.Look.default, .tls12, .legacy] {
            // The fallbacks are not made for servers that have nothing but TLS 1.2 or null.
            if look != .default, cipher == "null" || look == .legacy && version == "tls1_2" { continue }
            let answer = try grab(server.port, look: look)
            #expect(answer.action == .certificate)
            let pem = try String(contentsOfFile: certificate.certificate, encoding: .utf8)
            #expect(answer.certificates == certificates(pem: pem))
            #expect(answer.flight.version == number)
            #expect(suites.contains(answer.flight.suite ?? 0))
        }
    }

    /// What such a server with tlslite-ng sent, so that SSL 3.0 is tested without it too.
    @Test func recordedFlightOfSSL3IsRead() throws {
        let flight = try String(contentsOfFile: tool("flights/ssl3-rc4.hex"), encoding: .utf8)
        let server = try ServerProcess("python3") { port, _ in
            [tool("scripted_server.py"), "\(port)", "answer", "hold", flight]
        }
        let answer = try grab(server.port)
        let pem = try String(contentsOfFile: tool("flights/ssl3-rc4.pem"), encoding: .utf8)
        #expect(answer.action == .certificate)
        #expect(answer.certificates == certificates(pem: pem))
        #expect(answer.flight.version == 0x0300)
        #expect(answer.flight.recordVersion == 0x0300)
        #expect(answer.flight.suite == 0x0005)
        #expect(answer.flight.serverHello.items.isEmpty)
    }

    @Test(arguments: [
        ("NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+ARCFOUR-128", UInt16(0x0301)),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+3DES-CBC", 0x0303),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP521R1", 0x0304),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM-8", 0x0304),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CAMELLIA-256-GCM", 0x0303),
    ])
    func serversOfGnuTLSShowTheirCertificate(_ priority: String, _ version: UInt16) throws {
        let certificate = try TestCertificate(algorithm: ["rsa:2048"])
        let server = try ServerProcess("gnutls-serv") { port, _ in
            [
                "--quiet", "--port=\(port)", "--x509certfile=\(certificate.certificate)",
                "--x509keyfile=\(certificate.key)", "--priority=\(priority)",
            ]
        }
        let answer = try grab(server.port)
        let pem = try String(contentsOfFile: certificate.certificate, encoding: .utf8)
        #expect(answer.action == .certificate)
        #expect(answer.certificates == certificates(pem: pem))
        #expect(answer.flight.version == version)
        // gnutls-serv asks every client for a certificate.
        #expect(answer.flight.certificateRequest.isPresent)
    }
}

/// A script among the test tools.
func tool(_ name: String) -> String {
    URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Tools/" + name).path
}
