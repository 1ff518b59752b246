import Foundation
import TestSupport
import Testing

/// What a scan makes of dialogues that lead to no TLS, and how often it asks.
@Suite(.serialized) struct StartTLSScanTests {
    /// A server that runs `body` for each connection `c`, the `n`th, and counts them in a file.
    ///
    /// While the file `turning` lies beside the count, `turns` is true for one connection, which takes the
    /// file away.
    private func server(_ body: String) throws -> (
        ServerProcess, count: () -> Int, turnOneAway: () throws -> Void
    ) {
        let log = Scratch()
        try log.write("count", "")
        let path = log.file("count")
        let server = try ServerProcess("python3", keeping: [log]) { port, scratch in
            let script = try scratch.write("server.py", Self.python(body))
            return [script, "\(port)", path]
        }
        let count = { (try? Data(contentsOf: URL(fileURLWithPath: path)).count) ?? -1 }
        // The start looked once whether the port answers.
        for _ in 0..<1000 where count() < 1 { usleep(10_000) }
        return (server, count, { try log.write("count.turning", "") })
    }

    private static func python(_ body: String) -> String {
        """
        import os, socket, ssl, sys, threading, time
        def takes_turn():
            try: os.unlink(sys.argv[2] + '.turning')
            except OSError: return False
            return True
        def serve(c, n, turn):
            turns = lambda: turn
            c.settimeout(20)
            try:
        \(body.split(separator: "\n").map { "        " + $0 }.joined(separator: "\n"))
                while c.recv(4096): pass
            except OSError: pass
            c.close()
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
        n = 0
        while True:
            c, _ = listener.accept()
            n += 1
            # Before it is counted: who waits for the count turns away the next one.
            turn = takes_turn()
            open(sys.argv[2], "ab").write(b".")
            threading.Thread(target=serve, args=(c, n, turn), daemon=True).start()
        """
    }

    private func scan(_ name: String, _ port: UInt16, _ more: [String] = []) throws -> Record {
        let records = try Program.scan(
            ["127.0.0.1:\(port)", "--probe", "certificate", "--starttls", name] + more
        )
        return try #require(records.first)
    }

    /// (protocol, what the server does, code, a part of the message, connections).
    static let cases: [(String, String, String, String, Int)] = [
        ("smtp", "c.sendall(b'SSH-2.0-x\\r\\n')", "wrong_protocol", "SSH-2.0-x", 1),
        ("postgres", "c.sendall(b'SSH-2.0-x\\r\\n')", "wrong_protocol", "SSH-2.0-x", 1),
        (
            "xmpp", "c.recv(999); c.sendall(b'HTTP/1.1 400 Bad\\r\\n\\r\\n')", "wrong_protocol",
            "HTTP/1.1 400", 1
        ),
        ("smtp", "c.sendall(b'554 go away\\r\\n')", "starttls_error", "554 go away", 1),
        ("smtp", "c.sendall(b'421 4.7.0 full\\r\\n')", "starttls_error", "421 4.7.0 full", 2),
        ("imap", "c.sendall(b'* BYE full\\r\\n')", "starttls_error", "* BYE full", 2),
        ("pop3", "c.sendall(b'-ERR [SYS/TEMP] full\\r\\n')", "starttls_error", "-ERR [SYS/TEMP] full", 2),
        (
            "smtp", "c.sendall(b'220 x\\r\\n'); c.recv(99); c.sendall(b'250 HELP\\r\\n')", "starttls_refused",
            "STARTTLS is not offered", 1
        ),
        ("smtp", "c.close()", "connection_closed", "the server closed", 1),
        (
            "smtp", "c.sendall(b'220 x\\r\\n'); c.recv(99); c.close()", "starttls_error", "closed before TLS",
            1
        ),
        ("smtp", "time.sleep(9)", "tls_timeout", "no answer", 1),
        ("ldap", "c.recv(99); time.sleep(9)", "tls_timeout", "no answer", 1),
    ]

    @Test(arguments: cases)
    func failsOnce(_ name: String, _ body: String, _ code: String, _ message: String, _ count: Int) throws {
        let (server, connections, _) = try server(body)
        let before = connections()
        // A try that ends for want of time is made again: none may but those that are to.
        let patience = code == "tls_timeout" ? "3" : "60"
        let record = try scan(name, server.port, ["--handshake-timeout", patience, "--retries", "1"])
        #expect(record.code == code, "\(record.line)")
        #expect(record.text("error.message")?.contains(message) == true, "\(record.line)")
        #expect(connections() - before == count)
        #expect(try schemaErrors(record.line) == "")
    }

    @Test func retriesAreAsManyAsAsked() throws {
        let (server, connections, _) = try server("c.sendall(b'421 full\\r\\n')")
        for retries in [0, 3] {
            let before = connections()
            _ = try scan("smtp", server.port, ["--retries", "\(retries)"])
            #expect(connections() - before == retries + 1)
        }
    }

    /// A server that turns a client away once, and one that knows itself by another name.
    @Test func theSecondTryReachesTheCertificate() throws {
        let certificate = try LabCertificate("/CN=mail.test")
        let tls = """
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("\(certificate.certificate)", "\(certificate.key)")
            c = context.wrap_socket(c, server_side=True)
            """
        let (mail, _, turnOneAway) = try server(
            """
            if turns(): c.sendall(b'421 full\\r\\n'); c.close()
            c.sendall(b'220 x\\r\\n'); c.recv(99); c.sendall(b'250 STARTTLS\\r\\n'); c.recv(99)
            c.sendall(b'220 go\\r\\n')
            \(tls)
            """
        )
        try turnOneAway()
        let refused = try scan("smtp", mail.port)
        #expect(refused.text("tls.server.subject") == "CN=mail.test", "\(refused.line)")
        let probes = try #require(refused["hallmark.probes"] as? [[String: Any]])
        #expect(probes.prefix(2).map { $0["outcome"] as? String } == ["failure", "success"])
        #expect(probes[1]["reason"] as? String == "retry")

        let (chat, _, _) = try server(
            """
            hello = c.recv(999)
            head = b"<stream:stream xmlns:stream='http://etherx.jabber.org/streams' from='real.test'>"
            if b"to='real.test'" not in hello:
                c.sendall(head + b"<stream:error><host-unknown/></stream:error></stream:stream>"); c.close()
            c.sendall(head + b"<stream:features><starttls/></stream:features>"); c.recv(999)
            c.sendall(b"<proceed/>")
            \(tls)
            """
        )
        let record = try scan("xmpp", chat.port)
        #expect(record.text("tls.server.subject") == "CN=mail.test", "\(record.line)")
    }

    /// Plaintext behind the go-ahead is named, and does not keep the certificate from being read.
    @Test func injectedPlaintextIsNamed() throws {
        let certificate = try LabCertificate("/CN=mail.test")
        let (mail, _, _) = try server(
            """
            c.sendall(b'220 x\\r\\n'); c.recv(99); c.sendall(b'250 STARTTLS\\r\\n'); c.recv(99)
            c.sendall(b'220 go\\r\\n250 injected\\r\\n')
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain("\(certificate.certificate)", "\(certificate.key)")
            c = context.wrap_socket(c, server_side=True)
            """
        )
        let record = try scan("smtp", mail.port)
        #expect(record.text("tls.server.subject") == "CN=mail.test", "\(record.line)")
        #expect(record["hallmark.starttls.anomalies"] as? [String] == ["bytes_before_tls"])
        #expect(try schemaErrors(record.line) == "")
    }

    @Test func headersThatCantBeSentAreRefused() throws {
        let result = try Program.run(["scan", "--header", "X(y): z", "127.0.0.1:1"])
        #expect(result.status == 64)
        #expect(result.errors.contains("'(' can't stand in a header's name"))
    }
}
