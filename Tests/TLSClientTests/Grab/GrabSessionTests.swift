import Bytes
import TLSClient
import TestSupport
import Testing
import Wire

/// Our own TLS 1.3 to its end, beside libssl's.
@Suite(.serialized) struct GrabSessionTests {
    private static let request = "GET / HTTP/1.1\r\nHost: server.test\r\nConnection: close\r\n\r\n"

    private static let more: [ServerCase] = [
        ServerCase(
            name: "P-384 certificate",
            algorithm: ["ec", "ec_paramgen_curve:P-384"],
            server: ["-tls1_3"],
            version: 0x0304,
            scheme: 0x0503
        ),
        ServerCase(
            name: "RSA of 4096 bits",
            algorithm: ["rsa:4096"],
            server: ["-tls1_3"],
            version: 0x0304
        ),
        ServerCase(
            name: "RSA-PSS with SHA-512",
            algorithm: ServerCase.rsa,
            server: ["-tls1_3", "-sigalgs", "rsa_pss_rsae_sha512"],
            version: 0x0304,
            scheme: 0x0806
        ),
        ServerCase(
            name: "RSA-PSS with SHA-384",
            algorithm: ServerCase.rsa,
            server: ["-tls1_3", "-sigalgs", "rsa_pss_rsae_sha384"],
            version: 0x0304,
            scheme: 0x0805
        ),
        ServerCase(
            name: "client certificate wished",
            server: ["-tls1_3", "-verify", "1"],
            version: 0x0304
        ),
        ServerCase(
            name: "no tickets",
            server: ["-tls1_3", "-num_tickets", "0"],
            version: 0x0304
        ),
        ServerCase(
            name: "many tickets",
            server: ["-tls1_3", "-num_tickets", "20"],
            version: 0x0304
        ),
        ServerCase(
            name: "SHA-384 after a retry",
            server: ["-tls1_3", "-groups", "P-384", "-ciphersuites", "TLS_AES_256_GCM_SHA384"],
            version: 0x0304,
            suite: 0x1302
        ),
    ]

    private static var cases: [ServerCase] { ServerCase.all.filter { $0.version == 0x0304 } + more }

    /// The same chain, the same proof, the same answer over HTTP.
    @Test(arguments: cases, [65536, 1]) func agreesWithLibssl(_ test: ServerCase, chunk: Int) throws {
        let server = try openSSLServer(try TestCertificate(algorithm: test.algorithm), test.server + ["-www"])
        let theirs = try shake(server.port, try TLSContext(protocols: []), request: Self.request)
        let ours = try prove(server.port, try GrabContext(), request: Self.request, chunk: chunk)
        #expect(theirs.isComplete)
        #expect(ours.isComplete, "\(ours.error?.description ?? "no error")")
        #expect(!ours.certificates.isEmpty && ours.certificates == theirs.certificates)
        if let suite = test.suite { #expect(ours.flight.suite == suite) }
        if let scheme = test.scheme { #expect(ours.flight.signatureScheme == scheme) }
        let isAsked = test.server.contains("-verify")
        #expect(ours.flight.messages.last == 15 && ours.flight.certificateRequest.isPresent == isAsked)
        let text = String(decoding: ours.data, as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.0 200 ok"), "\(text.prefix(80))")
        #expect(text.contains("</HTML>") || text.contains("</pre>"))
    }

    @Test func readsAPageOfManyRecords() throws {
        let scratch = Scratch()
        let page = String(repeating: "0123456789abcdef", count: 16_384)
        try scratch.write("page", page)
        let server = try Nginx.start(
            try TestCertificate(),
            server: "root \(scratch.path); ssl_protocols TLSv1.3;"
        )
        let request = Self.request.replacing("GET /", with: "GET /page")
        for chunk in [7, 65536] {
            let answer = try prove(
                server.port,
                try GrabContext(protocols: ["http/1.1"]),
                request: request,
                chunk: chunk
            )
            #expect(answer.isComplete && answer.isEnded)
            #expect(answer.nextProtocol == "http/1.1")
            let isWhole = String(decoding: answer.data, as: UTF8.self).hasSuffix("\r\n\r\n" + page)
            #expect(isWhole)
        }
    }

    /// What an older version signs is libssl's to check.
    @Test func leavesOlderVersionsToLibssl() throws {
        let server = try openSSLServer(try TestCertificate(), ["-tls1_2"])
        let answer = try prove(server.port, try GrabContext())
        #expect(!answer.isComplete)
        #expect(answer.error?.failure == .unchecked)
        #expect(answer.flight.version == 0x0303)
    }

    @Test func checksChainAndName() throws {
        let certificate = try TestCertificate(extra: ["-addext", "subjectAltName=DNS:server.test"])
        let server = try openSSLServer(certificate, ["-tls1_3"])
        let session = GrabSession(try GrabContext(), serverName: "server.test")
        #expect(try converse(server.port, session).isComplete)
        let store = try TrustStore(file: certificate.certificate)
        #expect(session.verify(store, name: "server.test", address: [])?.chain == "valid")
        #expect(session.verify(store, name: "server.test", address: [])?.name == "valid")
        #expect(session.verify(store, name: "other.test", address: [])?.name == "mismatch")
    }

    // MARK: Liars

    private func liar(_ mode: String, _ certificate: TestCertificate, key: String? = nil) throws
        -> ServerProcess
    {
        try PythonPackages.install()
        return try ServerProcess("python3") { port, _ in
            [
                projectFolder + "/Tests/Tools/lying_server.py", "\(port)", certificate.certificate,
                key ?? certificate.key, mode,
            ]
        }
    }

    @Test(.enabled(if: !PythonPackages.isOffline), arguments: ["honest", "asks", "update"])
    func believesWhoTellsTheTruth(mode: String) throws {
        for algorithm in [["ec", "ec_paramgen_curve:P-256"], ServerCase.rsa] {
            let server = try liar(mode, try TestCertificate(algorithm: algorithm))
            let context = try GrabContext()
            for chunk in [65536, 1] {
                let answer = try prove(server.port, context, request: Self.request, chunk: chunk)
                #expect(answer.isComplete, "\(answer.error?.description ?? "no error")")
                let text = String(decoding: answer.data, as: UTF8.self)
                #expect(text.hasSuffix("\r\n\r\n" + String(repeating: "0123456789abcdef", count: 512)))
            }
        }
    }

    @Test(
        .enabled(if: !PythonPackages.isOffline),
        arguments: [("signature", GrabFailure.violation(.signature)), ("finished", .violation(.finished))]
    )
    func nothingSpoiledIsProven(_ mode: String, _ failure: GrabFailure) throws {
        for algorithm in [["ec", "ec_paramgen_curve:P-256"], ServerCase.rsa] {
            let server = try liar(mode, try TestCertificate(algorithm: algorithm))
            let answer = try prove(server.port, try GrabContext(), request: Self.request)
            #expect(!answer.isComplete && answer.data.isEmpty)
            #expect(answer.error?.failure == failure)
            #expect(answer.certificates.count == 1)
        }
    }

    /// The certificate is another's: whoever shows it has not its key.
    @Test(.enabled(if: !PythonPackages.isOffline)) func anothersCertificateIsNotProven() throws {
        let (victim, attacker) = (try TestCertificate(), try TestCertificate())
        let server = try liar("honest", victim, key: attacker.key)
        let answer = try prove(server.port, try GrabContext(), request: Self.request)
        #expect(!answer.isComplete && answer.data.isEmpty)
        #expect(answer.error?.failure == .violation(.signature))
    }

    /// A genuine signature over the transcript of another connection.
    @Test(.enabled(if: !PythonPackages.isOffline)) func aCapturedSignatureProvesNothing() throws {
        let server = try liar("captured", try TestCertificate())
        let context = try GrabContext()
        #expect(try prove(server.port, context).isComplete)
        let answer = try prove(server.port, context)
        #expect(!answer.isComplete)
        #expect(answer.error?.failure == .violation(.signature))
    }

    /// Our key shares are those of the connection before, our random is not.
    @Test func aReplayedFlightProvesNothing() throws {
        let server = try openSSLServer(try TestCertificate(), ["-tls1_3"])
        let context = try GrabContext()
        let first = try prove(server.port, context)
        #expect(first.isComplete)
        let session = GrabSession(context, serverName: "server.test")
        session.receive(first.received.span)
        #expect(throws: TLSError.self) { try session.handshake() }
        #expect(session.flight.chain.isEmpty)
    }
}
