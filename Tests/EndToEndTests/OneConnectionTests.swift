import Foundation
import TestSupport
import Testing

/// What one connection can show is not asked for by a second one.
@Suite(.serialized) struct OneConnectionTests {
    /// A server of OpenSSL's that notes what it gets: `a` for a connection, `h` for a complete handshake, `r`
    /// for a request.
    private static let script = """
        import socket, ssl, sys, threading
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[4])
        context.maximum_version = ssl.TLSVersion[sys.argv[5]]
        log = open(sys.argv[2], "ab", buffering=0)
        def serve(peer):
            try:
                peer.settimeout(20)
                tls = context.wrap_socket(peer, server_side=True)
                log.write(b"h")
                data = b""
                while part := tls.recv(65536):
                    data += part
                    while b"\\r\\n\\r\\n" in data:
                        data = data.split(b"\\r\\n\\r\\n", 1)[1]
                        log.write(b"r")
                        tls.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")
            except OSError:
                pass
            peer.close()
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64)
        while True:
            peer, _ = listener.accept()
            log.write(b"a")
            threading.Thread(target=serve, args=(peer,), daemon=True).start()
        """

    /// One visit's record, what the server noted of it, and how many handshakes of ours libssl made again.
    private func visit(_ version: String, _ options: [String]) throws -> (
        record: Record, connections: Int, handshakes: Int, requests: Int, repeated: Int
    ) {
        let log = Scratch()
        try log.write("log", "")
        let path = log.file("log")
        let pair = try LabCertificate("/CN=one.test")
        let server = try ServerProcess("python3", keeping: [log, pair.scratch]) { port, scratch in
            let script = try scratch.write("server.py", Self.script)
            return [script, "\(port)", path, pair.certificate, pair.key, version]
        }
        func count(_ byte: Character) throws -> Int {
            try String(contentsOfFile: path, encoding: .utf8).count { $0 == byte }
        }
        // The start looked once whether the port answers.
        for _ in 0..<1000 where try count("a") < 1 { usleep(10_000) }
        let before = try count("a")
        let summary = log.file("summary")
        let arguments = ["127.0.0.1:\(server.port)", "--no-signatures", "--summary", summary] + options
        let record = try #require(try Program.scan(arguments).first)
        #expect(try schemaErrors(record.line) == "")
        let data = try Data(contentsOf: URL(fileURLWithPath: summary))
        let told = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return (
            record, try count("a") - before, try count("h"), try count("r"),
            try #require(told["handshakes_repeated"] as? Int)
        )
    }

    private static let hellosOfJARM = 10

    /// The connection that shows the certificate proves it, and takes the requests.
    @Test(arguments: [[], ["--prove"], ["--prove", "--verify"]])
    func theGrabGoesOn(_ options: [String]) throws {
        let (record, connections, handshakes, requests, repeated) = try visit(
            "TLSv1_3",
            ["--probe", "full"] + options
        )
        #expect(connections == Self.hellosOfJARM + 1)
        #expect(handshakes == 1)
        #expect(requests == 2)
        #expect(repeated == 0)
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.number("http.response.status_code") == 200)
        #expect(record["hallmark.connections"] == nil)
        #expect(record.text("tls.server.jarm")?.count == 62)
        #expect(record.text("tls.server.subject") == "CN=one.test")
        #expect((record.text("hallmark.verification.chain") != nil) == options.contains("--verify"))
    }

    /// What of TLS 1.2 is libssl's costs its connection, and no more.
    @Test(arguments: [[], ["--prove"]])
    func olderServersAreAskedTwice(_ options: [String]) throws {
        let (record, connections, handshakes, requests, repeated) = try visit(
            "TLSv1_2",
            ["--probe", "full"] + options
        )
        #expect(connections == Self.hellosOfJARM + 2)
        #expect(handshakes == 1)
        #expect(requests == 2)
        #expect(repeated == 0)
        #expect(record.text("hallmark.proof") == "proven")
        #expect(record.number("http.response.status_code") == 200)
    }

    /// However far a flight is read, it is the same one.
    @Test func theStackIsTheSame() throws {
        let ways = [["certificate"], ["certificate", "--prove"], ["full"], ["full", "--prove"]]
        let stacks = try ways.map { try visit("TLSv1_3", ["--probe"] + $0).record }
        let texts = stacks.map { $0.text("hallmark.stack_text") }
        #expect(texts[0] != nil && Set(texts).count == 1)
        let sizes = stacks.map { ($0["hallmark.tls.record_sizes"] as? [Int])?.count }
        #expect(sizes[0] != nil && Set(sizes).count == 1)
    }
}
