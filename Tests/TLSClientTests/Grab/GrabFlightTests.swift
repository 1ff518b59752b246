import Bytes
import Foundation
import TLSClient
import TestSupport
import Testing
import Wire

/// What real servers' flights hold besides the certificate.
@Suite(.serialized) struct GrabFlightTests {
    @Test(arguments: ["-tls1_2", "-tls1_3"]) func certificateRequestIsRead(_ version: String) throws {
        let certificate = try TestCertificate(subject: "/O=Test/CN=Hallmark Test CA")
        let server = try openSSLServer(
            certificate,
            [version, "-Verify", "1", "-CAfile", certificate.certificate]
        )
        let answer = try grab(server.port)
        #expect(answer.action == .certificate)
        #expect(answer.certificates.count == 1)
        let request = answer.flight.certificateRequest
        #expect(request.isPresent)
        #expect(request.signatureSchemes.contains(0x0403))
        #expect(request.types.isEmpty == (version == "-tls1_3"))
        let subject = try check(
            "python3",
            [
                "-c",
                "import sys; from cryptography import x509; "
                    + "print(x509.load_pem_x509_certificate(open(sys.argv[1],'rb').read()).subject.public_bytes().hex())",
                certificate.certificate,
            ]
        )
        #expect(request.authorities.count == 1)
        let name = request.authorities.bytes.map { String(format: "%02x", $0) }.joined()
        #expect(subject.text == name + "\n")
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"]) func stapledResponseIsRead(_ version: String) throws {
        let authority = try TestAuthority()
        let response = authority.scratch.file("response.der")
        let server = try ServerProcess("openssl") { port, _ in
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", authority.leaf, "-key",
                authority.leafKey,
                "-cert_chain", authority.certificate.certificate, "-status_file", response, "-quiet", version,
            ]
        }
        let answer = try grab(server.port)
        #expect(answer.flight.ocspResponse == Array(try Data(contentsOf: URL(fileURLWithPath: response))))
        #expect(answer.certificates.count == 2)
        #expect(try answer.certificates == clientCertificates(server.port))
    }

    @Test func timestampsAndOtherExtensionsOfTheServerAreRead() throws {
        let certificate = try TestCertificate()
        // Context 0x1180: ClientHello, TLS 1.2's ServerHello, TLS 1.3's Certificate; then type, length,
        // value.
        let list: [UInt8] = [0, 9, 0, 3, 1, 2, 3, 0, 2, 4, 5]
        let extensions: [UInt8] = [0, 0, 0x11, 0x80, 0, 18, 0, UInt8(list.count)] + list
        let body = Data(extensions).base64EncodedString()
        let scratch = Scratch()
        let file = try scratch.write(
            "info.pem",
            "-----BEGIN SERVERINFOV2 FOR test-----\n\(body)\n-----END SERVERINFOV2 FOR test-----\n"
        )
        for version in ["-tls1_2", "-tls1_3"] {
            let server = try openSSLServer(certificate, [version, "-serverinfo", file])
            let answer = try grab(server.port)
            #expect(answer.flight.timestamps.count == 2)
            #expect(answer.flight.timestamps.bytes == [1, 2, 3, 4, 5])
        }
    }

    @Test func protocolAndSessionOfNginxAreRead() throws {
        let certificate = try TestCertificate()
        let server = try Nginx.start(
            certificate,
            server: "ssl_protocols TLSv1.2 TLSv1.3; location / { return 200; }"
        )
        let answer = try grab(server.port)
        #expect(answer.certificates.count == 1)
        #expect(String(decoding: answer.flight.nextProtocol, as: UTF8.self) == "http/1.1")
        #expect(answer.flight.version == 0x0304)
        #expect(answer.flight.sessionID == .echoed)
        let hasChangeCipherSpec = answer.flight.hasChangeCipherSpec
        #expect(hasChangeCipherSpec)
        #expect(answer.flight.messages == [2, 8, 11, 15])
        #expect(answer.flight.encryptedExtensions.items.map(\.type).contains(16))
        #expect(answer.flight.records.first?.type == 22)
        #expect(answer.flight.close == nil)
    }

    @Test func retryIsRecorded() throws {
        let certificate = try TestCertificate()
        let server = try openSSLServer(certificate, ["-tls1_3", "-groups", "P-384"])
        let flight = try grab(server.port).flight
        #expect(flight.messages == [2, 2, 8, 11, 15])
        #expect(flight.helloRetryRequest.suite == flight.suite)
        #expect(flight.helloRetryRequest.extensions.items.map(\.type) == [43, 51])
        #expect(flight.serverHello.items.map(\.type) == [43, 51])
    }

    @Test func anonymousServerShowsNoCertificate() throws {
        let server = try ServerProcess("openssl") { port, _ in
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-nocert", "-tls1_2", "-cipher",
                "ADH-AES128-SHA:@SECLEVEL=0", "-quiet",
            ]
        }
        let answer = try grab(server.port)
        #expect(answer.action == .failed(.noCertificate))
        #expect(answer.flight.suite == 0x0034)
        #expect(
            Fallback.next(
                after: .noCertificate,
                suite: answer.flight.suite,
                tried: [.default],
                sentName: true
            ) == .tls12
        )
        #expect(try grab(server.port, look: .tls12).action == .failed(.alert(40)))
    }

    @Test func alertIsRecorded() throws {
        let certificate = try TestCertificate()
        let server = try openSSLServer(certificate, ["-tls1_3"])
        let answer = try grab(server.port, look: .tls12)
        #expect(answer.action == .failed(.alert(70)))
        #expect(answer.flight.alerts == [ServerFlight.Alert(level: 2, code: 70)])
        #expect(answer.flight.close == .alert)
    }

    @Test func warningIsSkipped() throws {
        // JSSE's and old OpenSSL's way to say that they don't know the name.
        let certificate = try TestCertificate()
        let server = try openSSLServer(certificate, ["-tls1_2"])
        let recorded = try grab(server.port).reads.flatMap(\.self)
        let warning: [UInt8] = [21, 3, 3, 0, 2, 1, 112]
        let scripted = try scriptedServer("answer", "hold", [warning, recorded])
        let answer = try grab(scripted.port)
        #expect(answer.action == .certificate)
        #expect(answer.flight.alerts == [ServerFlight.Alert(level: 1, code: 112)])
        #expect(answer.certificates == (try clientCertificates(server.port)))
    }

    @Test(arguments: [
        ("first", "close", "SSH-2.0-OpenSSH_9.2p1\r\n", "ssh"),
        ("first", "hold", "220 mx.test ESMTP ready\r\n", "smtp"),
        ("answer", "close", "HTTP/1.1 400 Bad Request\r\n\r\n", "http"),
        ("first", "reset", "* OK IMAP4rev1 ready\r\n", "imap"),
    ])
    func whatIsNotTLSIsKept(_ when: String, _ end: String, _ text: String, _ name: String) throws {
        let server = try scriptedServer(when, end, [Array(text.utf8)])
        let answer = try grab(server.port)
        #expect(answer.action == .failed(.notTLS))
        #expect(answer.flight.junk == Array(text.utf8))
        #expect(ForeignProtocol.name(answer.flight.junk.span).description == name)
    }

    @Test(arguments: [("close", GrabFailure.closed), ("reset", .reset)])
    func connectionThatEndsIsTold(_ end: String, _ failure: GrabFailure) throws {
        let server = try scriptedServer("answer", end, [])
        let answer = try grab(server.port)
        #expect(answer.action == .failed(failure))
        #expect(answer.flight.close == (end == "close" ? .close : .reset))
    }

    private func scriptedServer(_ when: String, _ end: String, _ parts: [[UInt8]]) throws -> ServerProcess {
        try ServerProcess("python3") { port, _ in
            [tool("scripted_server.py"), "\(port)", when, end]
                + parts.map { $0.map { String(format: "%02x", $0) }.joined() }
        }
    }
}

/// A CA with a leaf and an OCSP response for it.
private struct TestAuthority {
    let scratch = Scratch()
    let certificate: TestCertificate
    var leaf: String { scratch.file("leaf.pem") }
    var leafKey: String { scratch.file("leaf.key") }

    init() throws {
        certificate = try TestCertificate(subject: "/CN=Test CA")
        let authority = ["-CA", certificate.certificate, "-CAkey", certificate.key]
        try check(
            "openssl",
            [
                "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                "/CN=server.test", "-keyout", leafKey, "-out", scratch.file("leaf.csr"),
            ]
        )
        try check(
            "openssl",
            ["x509", "-req", "-in", scratch.file("leaf.csr"), "-set_serial", "7", "-out", leaf] + authority
        )
        // What `openssl ca` would have written of the leaf: valid, expiry, serial, file, subject.
        try scratch.write("index.txt", "V\t351231235959Z\t\t07\tunknown\t/CN=server.test\n")
        try check(
            "openssl",
            [
                "ocsp", "-index", scratch.file("index.txt"), "-CA", certificate.certificate, "-rsigner",
                certificate.certificate, "-rkey", certificate.key, "-issuer", certificate.certificate,
                "-cert",
                leaf, "-respout", scratch.file("response.der"), "-noverify",
            ]
        )
    }
}
