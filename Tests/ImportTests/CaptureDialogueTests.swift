import Bytes
import Foundation
import Import
import Observations
import TestSupport
import Testing
import Wire

/// TLS inside of other protocols, and HTTP in the clear.
@Suite struct CaptureDialogueTests {
    /// What both sides say before TLS, and what it is called.
    struct Dialogue: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lines: [(isClient: Bool, text: [UInt8])]

        init(_ name: String, _ lines: [(Bool, String)]) {
            testDescription = name
            self.lines = lines.map { (isClient: $0.0, text: Array($0.1.utf8)) }
        }

        init(_ name: String, bytes lines: [(Bool, [UInt8])]) {
            testDescription = name
            self.lines = lines.map { (isClient: $0.0, text: $0.1) }
        }
    }

    static let dialogues: [Dialogue] = [
        Dialogue(
            "smtp",
            [
                (false, "220 mx.example.com ESMTP Postfix\r\n"), (true, "EHLO a\r\n"),
                (false, "250-mx\r\n250 STARTTLS\r\n"), (true, "STARTTLS\r\n"), (false, "220 2.0.0 Ready\r\n"),
            ]
        ),
        Dialogue("imap", [(false, "* OK ready\r\n"), (true, "a STARTTLS\r\n"), (false, "a OK begin\r\n")]),
        Dialogue("pop3", [(false, "+OK ready\r\n"), (true, "STLS\r\n"), (false, "+OK begin\r\n")]),
        Dialogue("ftp", [(false, "220 ProFTPD Server\r\n"), (true, "AUTH TLS\r\n"), (false, "234 go\r\n")]),
        Dialogue(
            "xmpp",
            [
                (true, "<?xml version='1.0'?><stream:stream to='a'>"),
                (false, "<?xml version='1.0'?><stream:stream from='a'><stream:features/>"),
                (true, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), (false, "<proceed/>"),
            ]
        ),
        Dialogue(
            "http",
            [(true, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), (false, "HTTP/1.1 200 OK\r\n\r\n")]
        ),
        Dialogue("postgres", bytes: [(true, [0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f]), (false, [0x53])]),
        Dialogue(
            "ldap",
            bytes: [
                (true, [0x30, 0x1d, 2, 1, 1, 0x77, 0x18, 0x80, 0x16] + Array("1.3.6.1.4.1.1466.20037".utf8)),
                (false, [0x30, 0x0c, 2, 1, 1, 0x78, 7, 0x0a, 1, 0, 4, 0, 4, 0]),
            ]
        ),
        Dialogue(
            "mysql",
            bytes: [
                (false, [0x4a, 0, 0, 0, 0x0a] + Array("8.0.36".utf8) + [UInt8](repeating: 0, count: 67)),
                (true, [0x20, 0, 0, 1, 0x85, 0xae, 0x3f, 0x20] + [UInt8](repeating: 0, count: 28)),
            ]
        ),
        Dialogue(
            "rdp",
            bytes: [
                (true, [3, 0, 0, 0x13, 0x0e, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0]),
                (false, [3, 0, 0, 0x13, 0x0e, 0xd0, 0, 0, 0, 0, 0, 2, 0, 8, 0, 1, 0, 0, 0]),
            ]
        ),
    ]

    @Test(arguments: dialogues, [1460, 1]) func tlsIsFoundBehindADialogue(_ dialogue: Dialogue, _ size: Int)
        throws
    {
        var transcript = try CaptureTranscript("--name", "captured.test")
        transcript.flights =
            dialogue.lines.map { CaptureTranscript.Flight(isClient: $0.isClient, bytes: $0.text) }
            + transcript.flights
        let file = CaptureBuilder.pcap(CaptureTranscript.frames(transcript.packets(size: size)))
        let findings = try CaptureFindings(file)
        let found = try #require(findings.only, "\(findings.tally)")
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        #expect(found.serverName == "captured.test")
        #expect(found.startTLS == dialogue.testDescription)
        let said = dialogue.lines.filter { !$0.isClient }.flatMap(\.text)
        #expect(found.captured.observation.startTLS?.greeting == said)
    }

    /// SQL Server's handshake travels in packets of TDS.
    @Test func packetsOfTDSAreOpened() throws {
        var transcript = try CaptureTranscript("--name", "captured.test")
        func packed(_ bytes: [UInt8], size: Int = 700) -> [UInt8] {
            stride(from: 0, to: bytes.count, by: size).flatMap { start in
                let part = bytes[start..<min(bytes.count, start + size)]
                return [0x12, 1] + CaptureBuilder.big(UInt16(part.count + 8)) + [0, 0, 0, 0] + part
            }
        }
        let options: [UInt8] = [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 11, 0, 0, 0, 0, 0, 1]
        transcript.flights =
            [
                CaptureTranscript.Flight(isClient: true, bytes: packed(options)),
                CaptureTranscript.Flight(isClient: false, bytes: [4] + packed(options).dropFirst()),
            ]
            + transcript.flights.map {
                CaptureTranscript.Flight(isClient: $0.isClient, bytes: packed($0.bytes))
            }
        let findings = try CaptureFindings(transcript.file())
        let found = try #require(findings.only, "\(findings.tally)")
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        #expect(found.startTLS == "tds")
    }

    /// A download that holds a handshake is no handshake.
    @Test func bytesOfAHandshakeInAFileAreNone() throws {
        let whole = try CaptureTranscript("--name", "captured.test")
        let bytes = whole.flights.flatMap(\.bytes)
        let head = Array("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n".utf8)
        let transcript = CaptureTranscript([
            CaptureTranscript.Flight(
                isClient: true,
                bytes: Array("GET /trace HTTP/1.1\r\nHost: files.test\r\n\r\n".utf8)
            ),
            CaptureTranscript.Flight(isClient: false, bytes: head + bytes),
        ])
        let found = try #require(try CaptureFindings(transcript.file()).only)
        #expect(found.chain.isEmpty)
        #expect(found.version == 0)
        #expect(found.http.map(\.status) == [200])
        #expect(found.http.first?.url == "http://files.test/trace")
        // And one that somebody uploads by a protocol of which nothing else is known.
        let upload = CaptureTranscript([
            CaptureTranscript.Flight(isClient: false, bytes: Array("220 files.test FTP\r\n".utf8)),
            CaptureTranscript.Flight(isClient: true, bytes: Array("STOR a\r\n".utf8) + bytes),
            CaptureTranscript.Flight(isClient: false, bytes: Array("226 done\r\n".utf8)),
        ])
        #expect(try CaptureFindings(upload.file()).connections.isEmpty)
    }

    // MARK: HTTP

    private static func http(_ lines: (Bool, String)...) -> [UInt8] {
        CaptureTranscript(
            lines.map { CaptureTranscript.Flight(isClient: $0.0, bytes: Array($0.1.utf8)) }
        ).file(port: 8080)
    }

    @Test func requestsAndAnswersArePaired() throws {
        let file = Self.http(
            (true, "GET /one?a=b HTTP/1.1\r\nHost: web.test\r\n\r\n"),
            (false, "HTTP/1.1 200 OK\r\nServer: one\r\nContent-Length: 5\r\n\r\nhello"),
            (
                true,
                "POST /two HTTP/1.1\r\nHost: web.test\r\nContent-Length: 4\r\n\r\nGET HEAD /three HTTP/1.1\r\nHost: web.test\r\n\r\n"
            ),
            (
                false,
                "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nnoHTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"
            ),
            (true, "GET /four HTTP/1.1\r\nHost: bad host\r\n\r\n"),
            (false, "HTTP/1.1 200 OK\r\n\r\n<title>end</title>")
        )
        let found = try #require(try CaptureFindings(file).only)
        #expect(
            found.http.map(\.url) == [
                "http://web.test/one?a=b", "http://web.test/two", "http://web.test/three",
                "http://198.51.100.7:8080/four",
            ]
        )
        #expect(found.http.map(\.status) == [200, 404, 200, 200])
        #expect(
            found.http.map { String(decoding: $0.body, as: UTF8.self) } == [
                "hello", "no", "", "<title>end</title>",
            ]
        )
        #expect(found.http.allSatisfy { $0.end == .complete && !$0.anomalies.contains(.excessBytes) })
        #expect(found.captured.offer == nil)
        #expect(found.captured.observation.isPlain)
    }

    @Test func aProxysRequestNamesWhoIsAsked() throws {
        let file = Self.http(
            (true, "GET http://far.test/x?y HTTP/1.1\r\nHost: far.test\r\n\r\n"),
            (false, "HTTP/1.1 302 Found\r\nLocation: https://far.test/\r\nContent-Length: 0\r\n\r\nmore")
        )
        let found = try #require(try CaptureFindings(file).only)
        #expect(found.http.map(\.url) == ["http://far.test/x?y"])
        #expect(found.http.first?.relations.contains(.redirectToTLS) == true)
        #expect(found.http.first?.anomalies.contains(.excessBytes) == true)
    }

    @Test func anAnswerWithoutItsRequestIsCounted() throws {
        let file = Self.http((false, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
        let findings = try CaptureFindings(file)
        #expect(findings.connections.isEmpty)
        #expect(findings.tally.lackingRequests.count == 1)
    }

    /// The packets of RFC 9001, appendix A: both hellos are read, with keys that follow from the first one.
    @Test func helloesOfQUICAreRead() throws {
        let (client, server) = (CaptureBuilder.client, CaptureBuilder.server)
        let packets = [
            CaptureBuilder.ip(
                client,
                server,
                proto: 17,
                CaptureBuilder.udp(client, server, QUICPackets.client)
            ),
            CaptureBuilder.ip(
                server,
                client,
                proto: 17,
                CaptureBuilder.udp(server, client, QUICPackets.server)
            ),
        ]
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        let found = try #require(findings.connections.first)
        #expect(findings.connections.count == 1)
        #expect(found.serverName == "example.com")
        #expect(found.version == 0x0304)
        #expect(found.captured.isQUIC)
        let offer = try #require(found.captured.offer)
        #expect(JA4.text(offer, over: .quic)?.hasPrefix("q13d0211an_") == true)
        #expect(findings.tally.quic.count == 0)
        // What is not genuine is no hello.
        var spoiled = QUICPackets.client
        spoiled[600] ^= 1
        let other = try CaptureFindings(
            CaptureBuilder.pcap(
                CaptureTranscript.frames([
                    CaptureBuilder.ip(client, server, proto: 17, CaptureBuilder.udp(client, server, spoiled))
                ])
            )
        )
        #expect(other.connections.isEmpty)
        #expect(other.tally.quic.count == 1)
    }

    /// However many datagrams it takes, QUIC between two ends is one connection.
    @Test func quicIsCountedOnce() throws {
        let (client, server) = (CaptureBuilder.client, CaptureBuilder.server)
        let initial: [UInt8] = [0xc3, 0, 0, 0, 1, 8] + [UInt8](repeating: 7, count: 60)
        let packets = [(client, server), (server, client), (client, server)].map { from, to in
            CaptureBuilder.ip(from, to, proto: 17, CaptureBuilder.udp(from, to, initial))
        }
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        #expect(findings.tally.quic.count == 1)
        #expect(findings.tally.quic.firstFrame == 1)
        #expect(findings.connections.isEmpty)
    }

    /// What the record says of a session that was resumed.
    @Test func theRecordSaysThatASessionWasResumed() throws {
        let scratch = Scratch()
        for (options, isResumed) in [(["--resume"], "true"), ([], "false")] {
            let transcript = try options.isEmpty ? CaptureTranscript() : CaptureTranscript("--resume")
            try Data(transcript.file()).write(to: URL(fileURLWithPath: scratch.file("capture")))
            let result = try run(programPath, ["import", scratch.file("capture")])
            let record = try #require(try records(result).first, "\(result.errors)")
            #expect(text(record, "tls.resumed") == isResumed)
            #expect(text(record, "tls.established") == "true")
            #expect(text(record, "hallmark.source.product") == "capture")
        }
    }

    @Test func otherProtocolsAreCounted() throws {
        let file = Self.http((false, "SSH-2.0-OpenSSH_9.2\r\n"), (true, "SSH-2.0-OpenSSH_9.3\r\n"))
        let findings = try CaptureFindings(file)
        #expect(findings.connections.isEmpty)
        #expect(findings.tally.otherFlows == 1)
    }
}

extension CaptureTranscript {
    /// The connection to another port of the server.
    func file(port: UInt16) -> [UInt8] {
        let server = CaptureBuilder.End(address: CaptureBuilder.server.address, port: port)
        return CaptureBuilder.pcap(Self.frames(packets(server: server)))
    }
}
