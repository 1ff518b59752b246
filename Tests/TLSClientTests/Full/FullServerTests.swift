import TLSClient
import TestSupport
import Testing
import Wire

@Suite(.serialized) struct FullServerTests {
    /// Those of the grab's cases that take libssl other ways.
    private static let cases = [
        "ChaCha20-Poly1305", "AES-128-CCM-8", "P-384", "brainpool in TLS 1.2", "TLS 1.1 only", "TLS 1.0 only",
        "Ed448", "RSA-PSS in TLS 1.2", "null cipher",
    ]

    @Test(arguments: ServerCase.all.filter { Self.cases.contains($0.name) })
    func theHandshakeShowsWhatTheClientOfOpenSSLSees(_ test: ServerCase) throws {
        let certificate = try TestCertificate(algorithm: test.algorithm)
        let server = try openSSLServer(certificate, test.server)
        let answer = try shake(server.port, try TLSContext())
        let expected = try clientCertificates(server.port, test.client)
        #expect(!expected.isEmpty)
        #expect(answer.isComplete, "\(answer.error?.description ?? "no error")")
        #expect(answer.certificates == expected)
        let flight = answer.flight
        #expect(flight.version == test.version)
        if let suite = test.suite { #expect(flight.suite == suite) }
        if let group = test.group { #expect(flight.group == group) }
        if let scheme = test.scheme { #expect(flight.signatureScheme == scheme) }
        #expect(flight.messages.first == 2)
        // The first flight's last message, which a grab reads on to.
        #expect(flight.messages.last == (test.version == 0x0304 ? 15 : 14))
        #expect(flight.close == nil)
    }

    /// Both handshakes fill a flight alike.
    @Test(arguments: ["-tls1_2", "-tls1_3"]) func bothHandshakesRecordTheSame(version: String) throws {
        let server = try openSSLServer(try TestCertificate(algorithm: ["rsa:2048"]), [version])
        let full = try shake(server.port, try TLSContext())
        let grabbed = try grab(server.port)
        #expect(full.flight.chain == grabbed.flight.chain)
        #expect(full.flight.version == grabbed.flight.version)
        #expect(full.flight.legacyVersion == grabbed.flight.legacyVersion)
        #expect(full.flight.recordVersion == grabbed.flight.recordVersion)
        #expect(full.flight.downgrade == grabbed.flight.downgrade)
        #expect(full.flight.messages == grabbed.flight.messages)
        #expect(full.flight.records.map(\.type) == grabbed.flight.records.map(\.type))
        #expect(full.flight.hasSecureRenegotiation == grabbed.flight.hasSecureRenegotiation)
        #expect((full.flight.sessionID == .echoed) == (version == "-tls1_3"))
    }

    @Test(arguments: [1, 7, 65536]) func bytesMayComeInAnyPieces(chunk: Int) throws {
        let scratch = Scratch()
        let text = String(repeating: "0123456789abcdef", count: 4096)
        try scratch.write("page", text)
        let server = try Nginx.start(
            try TestCertificate(),
            server: "root \(scratch.path); ssl_protocols TLSv1.2 TLSv1.3;"
        )
        let request = "GET /page HTTP/1.1\r\nHost: server.test\r\nConnection: close\r\n\r\n"
        let answer = try shake(
            server.port,
            try TLSContext(protocols: ["http/1.1"]),
            request: request,
            chunk: chunk
        )
        #expect(answer.isComplete)
        #expect(answer.isEnded)
        #expect(answer.nextProtocol == "http/1.1")
        let response = String(decoding: answer.data, as: UTF8.self)
        #expect(response.hasPrefix("HTTP/1.1 200 OK\r\n"))
        let isWhole = response.hasSuffix("\r\n\r\n" + text)
        #expect(isWhole)
        // Finished, session tickets and data are no part of the flight.
        #expect(answer.flight.messages == [2, 8, 11, 15])
    }

    @Test(arguments: [["h2", "http/1.1"], ["http/1.1"], []]) func offersTheProtocolsGiven(protocols: [String])
        throws
    {
        let server = try openSSLServer(try TestCertificate(), ["-alpn", "h2,http/1.1"])
        let answer = try shake(server.port, try TLSContext(protocols: protocols))
        #expect(answer.isComplete)
        #expect(answer.nextProtocol == protocols.first)
        #expect(String(decoding: answer.flight.nextProtocol, as: UTF8.self) == protocols.first ?? "")
    }

    @Test func sendsTheServerNameOrNone() throws {
        let one = try TestCertificate(subject: "/CN=one.test")
        let two = try TestCertificate(subject: "/CN=two.test")
        let server = try openSSLServer(
            one,
            ["-servername", "two.test", "-cert2", two.certificate, "-key2", two.key]
        )
        let context = try TLSContext()
        let named = try shake(server.port, context, serverName: "two.test")
        let bare = try shake(server.port, context, serverName: nil)
        // A name too long for SNI is left out.
        let long = try shake(server.port, context, serverName: String(repeating: "x", count: 300))
        #expect(named.certificates == (try der(two)))
        #expect(bare.certificates == (try der(one)))
        #expect(long.certificates == (try der(one)))
    }

    @Test func endsInOrderWhenAsked() throws {
        let server = try openSSLServer(try TestCertificate(), [])
        let answer = try shake(server.port, try TLSContext(), closes: true)
        #expect(answer.isComplete)
        #expect(answer.isEnded)
        #expect(answer.alertSent == ServerFlight.Alert(level: 1, code: 0))
    }

    /// One context serves many sessions, which share the room of its recorders.
    @Test func nothingOfOneServerIsSeenAtTheNext() throws {
        let context = try TLSContext()
        let first = try openSSLServer(
            try TestCertificate(algorithm: ["rsa:2048"]),
            ["-tls1_2", "-Verify", "1"]
        )
        let second = try openSSLServer(try TestCertificate(), ["-tls1_3"])
        let fresh = try shake(second.port, try TLSContext())
        let before = try shake(first.port, context)
        let after = try shake(second.port, context)
        #expect(before.flight.certificateRequest.isPresent)
        #expect(after.flight.chain == fresh.flight.chain)
        #expect(after.flight.messages == fresh.flight.messages)
        #expect(after.flight.alerts.isEmpty && after.flight.close == nil)
        #expect(!after.flight.certificateRequest.isPresent)
        #expect(after.alertSent == nil)
    }

    private func der(_ certificate: TestCertificate) throws -> [[UInt8]] {
        [try check("openssl", ["x509", "-in", certificate.certificate, "-outform", "DER"]).output]
    }
}
