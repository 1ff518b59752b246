import Foundation
import TestSupport
import Testing
import Wire

/// SQL Server, played by Python's own TLS inside pre-login packets.
@Suite struct TDSTests {
    @Test func handshakeInPackets() throws {
        let certificate = try TestCertificate()
        let server = try ServerProcess("python3") { port, scratch in
            let path = try scratch.write("tds.py", Self.server)
            return [path, "\(port)", certificate.certificate, certificate.key]
        }
        let client = try Client(.tds, port: server.port)
        #expect(client.isUpgraded, "\(client.result)")
        #expect(client.dialogue.framing.isBare == false)
        #expect(try client.handshake().contains("subject=CN = server.test"))
    }

    @Test func packetsAreOfTheRightSize() {
        let framing = StartTLSFraming(.tds)
        let packets = framing.wrap([UInt8](repeating: 7, count: 10_000).span)
        #expect(packets.count == 10_000 + 3 * 8)
        #expect(Array(packets[..<8]) == [0x12, 0, 0x10, 0, 0, 0, 0, 0])
        #expect(packets[2 * 4096 + 1] == 1)
        var reader = StartTLSFraming(.tds)
        var bytes: [UInt8] = []
        for byte in packets { bytes += reader.unwrap([byte].span) ?? [] }
        #expect(bytes == [UInt8](repeating: 7, count: 10_000))
    }

    @Test(arguments: [[0x17, 3, 3, 0, 8, 0, 0, 0], [0x12, 1, 0, 7, 0, 0, 0, 0]] as [[UInt8]])
    func whatIsNoPacket(_ bytes: [UInt8]) {
        var framing = StartTLSFraming(.tds)
        #expect(framing.unwrap(bytes.span) == nil)
    }

    @Test func bareFramingChangesNothing() {
        var framing = StartTLS(.smtp, host: "").framing
        #expect(framing.isBare)
        #expect(framing.wrap([1, 2].span) == [1, 2])
        #expect(framing.unwrap([3].span) == [3])
    }

    /// TLS 1.2, as SQL Server speaks it below TDS 8; answers are split over packets.
    static let server = """
        import socket, ssl, struct, sys
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))

        def packet(s):
            head = b""
            while len(head) < 8:
                more = s.recv(8 - len(head))
                if not more: raise EOFError
                head += more
            rest = struct.unpack(">H", head[2:4])[0] - 8
            body = b""
            while len(body) < rest:
                more = s.recv(rest - len(body))
                if not more: raise EOFError
                body += more
            return head[0], body

        while True:
            s, _ = listener.accept()
            try:
                kind, body = packet(s)
                assert kind == 0x12 and body[0] == 0
                options = bytes([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 255]) + bytes([16, 0, 0, 0, 0, 0, 1])
                s.sendall(struct.pack(">BBHHBB", 4, 1, 8 + len(options), 0, 1, 0) + options)
                inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
                tls = context.wrap_bio(inward, outward, server_side=True)
                while True:
                    try:
                        tls.do_handshake()
                        done = True
                    except ssl.SSLWantReadError:
                        done = False
                    data = outward.read()
                    while data:
                        piece, data = data[:100], data[100:]
                        s.sendall(struct.pack(">BBHHBB", 0x12, 0 if data else 1, 8 + len(piece), 0, 0, 0) + piece)
                    if done: break
                    inward.write(packet(s)[1])
                packet(s)
            except (EOFError, OSError):
                pass
            s.close()
        """
}
