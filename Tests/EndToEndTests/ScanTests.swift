import Foundation
import TestSupport
import Testing

/// `hallmark scan` against real servers, and against what is none.
@Suite(.serialized) struct ScanTests {
    /// Each server shows the certificate that openssl made for it.
    @Test func everyServerYieldsItsCertificate() throws {
        let certificate = try TestCertificate(
            subject: "/C=DE/O=Example GmbH/CN=server.test",
            extra: ["-addext", "subjectAltName=DNS:server.test,IP:127.0.0.1"]
        )
        let rsa = try TestCertificate(subject: "/CN=rsa.test", algorithm: ["rsa:2048"])
        func openssl(_ arguments: [String]) throws -> ServerProcess {
            try ServerProcess("openssl") { port, _ in
                ["s_server", "-accept", "127.0.0.1:\(port)", "-quiet"]
                    + ["-cert", certificate.certificate, "-key", certificate.key] + arguments
            }
        }
        let servers: [(server: ServerProcess, version: String)] = [
            (try openssl(["-tls1_3"]), "1.3"),
            (try openssl(["-tls1_2"]), "1.2"),
            (try openssl(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]), "1.1"),
            (try openssl(["-tls1", "-cipher", "ALL:@SECLEVEL=0"]), "1.0"),
            (try Nginx.start(certificate, server: "ssl_protocols TLSv1.2 TLSv1.3;"), "1.3"),
            (
                try ServerProcess("gnutls-serv") { port, _ in
                    [
                        "--port", "\(port)", "--x509certfile", rsa.certificate, "--x509keyfile", rsa.key,
                        "--quiet",
                    ]
                }, "1.3"
            ),
            (try openssl(["-Verify", "1", "-tls1_2"]), "1.2"),
            (try openssl(["-Verify", "1", "-tls1_3"]), "1.3"),
        ]
        for mode in [["--probe", "certificate"], ["--prove"]] {
            let records = try Program.scan(servers.map { "127.0.0.1:\($0.server.port)" } + mode)
            #expect(records.count == servers.count)
            #expect(try schemaErrors(records.map(\.line).joined(separator: "\n")) == "")
            for (server, version) in servers {
                let record = try #require(records.first { $0.number("server.port") == Int(server.port) })
                #expect(record.text("event.outcome") == "success")
                #expect(record.text("tls.version") == version, "\(server.port) \(mode)")
                let isRSA = record.text("tls.server.x509.public_key_algorithm") == "RSA"
                let expected = try fingerprint(isRSA ? rsa : certificate)
                #expect(record.text("tls.server.hash.sha256") == expected)
            }
            let proofs = Set(records.compactMap { $0.text("hallmark.proof") })
            #expect(mode == ["--prove"] ? proofs.contains("proven") : proofs == ["presented"])
        }
    }

    /// What a server showed before it turned a fallback down stays in the record.
    @Test func whatAnEarlierHelloShowedIsKept() throws {
        let server = try ServerProcess("openssl") { port, _ in
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-quiet", "-nocert", "-tls1_2", "-cipher",
                "aNULL:@SECLEVEL=0",
            ]
        }
        let record = try #require(
            try Program.scan(["127.0.0.1:\(server.port)", "--probe", "certificate"]).first
        )
        #expect(record.code == "no_certificate")
        #expect(record.text("tls.version") == "1.2")
        #expect(record.text("tls.cipher")?.contains("_anon_") == true)
        let probes = try #require(record["hallmark.probes"] as? [[String: Any]])
        #expect(probes.compactMap { $0["code"] as? String } == ["no_certificate", "tls_alert", "tls_alert"])
    }

    /// Upper-case hex without colons, as the record has it.
    private func fingerprint(_ certificate: TestCertificate) throws -> String {
        let text = try check(
            "openssl",
            ["x509", "-in", certificate.certificate, "-noout", "-fingerprint", "-sha256"]
        ).text
        return String(text.split(separator: "=")[1].filter { $0 != ":" && !$0.isNewline })
    }

    /// What refuses, is silent, resets, closes, or speaks something else, each has its code.
    @Test func everyFailureHasItsCode() throws {
        func scripted(_ body: String) throws -> ServerProcess {
            try ServerProcess("/usr/bin/python3") { port, scratch in
                let script = """
                    import socket, struct, sys, time
                    listener = socket.create_server(("127.0.0.1", \(port)), backlog=64)
                    while True:
                        peer, _ = listener.accept()
                        try:
                            \(body)
                        except OSError:
                            pass
                    """
                return [try scratch.write("peer.py", script)]
            }
        }
        let reset =
            "peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); peer.recv(1); peer.close()"
        let silent = try scripted("keep = globals().setdefault('kept', []); keep.append(peer)")
        let resetting = try scripted(reset)
        let closing = try scripted("peer.recv(65536); peer.close()")
        let http = try scripted(
            "peer.recv(65536); peer.sendall(b'HTTP/1.1 400 Bad Request\\r\\n\\r\\n'); peer.close()"
        )
        let ssh = try scripted("peer.sendall(b'SSH-2.0-OpenSSH_9.2\\r\\n'); peer.recv(65536); peer.close()")
        let alert = try scripted(
            "peer.recv(65536); peer.sendall(bytes([21, 3, 3, 0, 2, 2, 40])); peer.close()"
        )
        let refused = freePort()
        let expected: [UInt16: String] = [
            silent.port: "tls_timeout", resetting.port: "connection_reset", closing.port: "connection_closed",
            http.port: "not_tls", ssh.port: "not_tls", alert.port: "tls_alert", refused: "connection_refused",
        ]
        let records = try Program.scan(
            expected.keys.map { "127.0.0.1:\($0)" } + ["--handshake-timeout", "3", "--probe", "full"]
        )
        #expect(records.count == expected.count)
        for record in records {
            let port = try #require(record.number("server.port"))
            #expect(record.code == expected[UInt16(port)], "\(record.line)")
            #expect(record.text("event.outcome") == "failure")
        }
        #expect(try schemaErrors(records.map(\.line).joined(separator: "\n")) == "")
        let protocols = Set(records.compactMap { $0.text("hallmark.not_tls.protocol") })
        #expect(protocols == ["http", "ssh"])
    }

    @Test func namesGetTheirServerName() throws {
        let certificate = try TestCertificate(subject: "/CN=localhost")
        let server = try Nginx.start(certificate)
        let records = try Program.scan([
            "localhost:\(server.port)", "127.0.0.1:\(server.port),other.test", "--no-ipv6",
        ])
        #expect(Set(records.compactMap { $0.text("tls.client.server_name") }) == ["localhost", "other.test"])
        #expect(
            records.contains {
                $0.text("server.domain") == "localhost" && $0.text("server.ip") == "127.0.0.1"
            }
        )
        let bare = try Program.scan(["127.0.0.1:\(server.port)"])
        #expect(bare.first?["tls.client"] == nil)
    }

    @Test func verificationIsRecordedAndStopsNothing() throws {
        let certificate = try TestCertificate(
            subject: "/CN=localhost",
            extra: ["-addext", "subjectAltName=DNS:localhost"]
        )
        let server = try Nginx.start(certificate)
        let target = ["localhost:\(server.port)", "--no-ipv6", "--verify"]
        let unknown = try Program.scan(target)
        #expect(unknown.first?.text("hallmark.verification.chain") == "self-signed certificate")
        #expect(unknown.first?.text("hallmark.verification.name") == "valid")
        let trusted = try Program.scan(
            target + ["--ca-file", certificate.certificate, "--sni", "wrong.test"]
        )
        #expect(trusted.first?.text("hallmark.verification.chain") == "valid")
        #expect(trusted.first?.text("hallmark.verification.name") == "mismatch")
    }

    @Test func fullProbingProvesAndAsks() throws {
        let certificate = try TestCertificate(subject: "/CN=localhost")
        let server = try Nginx.start(
            certificate,
            server:
                "ssl_protocols TLSv1.2 TLSv1.3; location / { default_type text/html; return 200 '<title>Hi</title>'; }"
        )
        let record = try #require(Program.scan(["127.0.0.1:\(server.port)", "--probe", "full"]).first)
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.number("http.response.status_code") == 200)
        #expect(record.text("http.response.title") == "Hi")
        #expect(record["hallmark.jarm.complete"] as? Bool == true)
        #expect(record.text("tls.server.jarm")?.count == 62)
        #expect(try schemaErrors(record.line) == "")
    }

    @Test func plainHTTPIsAsked() throws {
        let server = try ServerProcess("/usr/bin/python3") { port, scratch in
            ["-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", scratch.path]
        }
        let record = try #require(Program.scan(["http://127.0.0.1:\(server.port)/"]).first)
        #expect(record.text("event.outcome") == "success")
        #expect(record.number("http.response.status_code") == 200)
        #expect(record.text("network.protocol") == "http")
        #expect(try schemaErrors(record.line) == "")
    }
}
