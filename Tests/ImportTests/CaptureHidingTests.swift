import Bytes
import Foundation
import Import
import Observations
import TestSupport
import Testing
import Wire

/// What is in a capture is found, wherever its packets stand and whatever a server says before; what is not
/// in it is said.
@Suite struct CaptureHidingTests {
    private static func transcript() throws -> CaptureTranscript {
        try CaptureTranscript("--name", "captured.test")
    }

    private func findings(_ packets: [[UInt8]]) throws -> CaptureFindings {
        try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
    }

    private static func said(_ isClient: Bool, _ text: [UInt8]) -> CaptureTranscript.Flight {
        CaptureTranscript.Flight(isClient: isClient, bytes: text)
    }

    private static func said(_ isClient: Bool, _ text: String) -> CaptureTranscript.Flight {
        said(isClient, Array(text.utf8))
    }

    // MARK: Loss

    @Test func aServersFirstSegmentThatIsMissingIsSaid() throws {
        var packets = try Self.transcript().packets(size: 500)
        let place = try #require(packets.firstIndex { isServer($0) && payload($0) > 0 })
        packets.remove(at: place)
        let findings = try findings(packets)
        let found = try #require(findings.only)
        #expect(findings.tally.holes.count == 1)
        #expect(found.captured.missing == 500)
        #expect(found.error?.message == "bytes are missing in the capture")
        #expect(found.serverName == "captured.test")
    }

    @Test func aClientsHelloThatIsMissingIsSaid() throws {
        var packets = try Self.transcript().packets()
        packets.remove(at: 3)
        let findings = try findings(packets)
        #expect(findings.tally.holes.count == 1)
        #expect(try #require(findings.only).chain.count == 2)
    }

    /// Nothing waits behind the hole, and the stream's end or the client's acknowledgement shows it.
    @Test(arguments: [true, false]) func whatIsMissingAtTheEndIsSaid(_ hasEnd: Bool) throws {
        var transcript = try Self.transcript()
        transcript.flights = Array(transcript.flights.prefix(2))
        var packets = transcript.packets(size: 700)
        let last = try #require(packets.lastIndex { isServer($0) && payload($0) > 0 })
        packets.remove(at: last)
        if !hasEnd { packets.removeLast() }
        let findings = try findings(packets)
        #expect(findings.tally.holes.count == 1, "\(findings.tally)")
    }

    @Test func aCaptureThatEndsInAHandshakeSaysSo() throws {
        let packets = try Self.transcript().packets(size: 500)
        let first = try #require(packets.firstIndex { isServer($0) && payload($0) > 0 })
        let findings = try findings(Array(packets[...first]))
        #expect(findings.tally.cutOff.count == 1)
        #expect(findings.tally.holes.count == 0)
    }

    @Test func anAnswerWhoseEndIsMissingIsNotWhole() throws {
        let transcript = CaptureTranscript([
            Self.said(true, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
            Self.said(false, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"),
        ])
        let findings = try findings(Array(transcript.packets().dropLast(2)))
        let exchange = try #require(findings.only?.http.first)
        #expect(exchange.bodyIsTruncated)
        #expect(!exchange.anomalies.contains(.bodyIncomplete))
        #expect(findings.tally.cutOff.count == 1)
    }

    // MARK: Order

    @Test(arguments: [1460, 100]) func packetsInAnyOrderAreReadWithTheirBegin(_ size: Int) throws {
        let packets = try Self.transcript().packets(size: size)
        var random = Sequence(seed: 7)
        for disordered in [Array(packets.reversed()), packets.shuffled(using: &random)] {
            let findings = try findings(disordered)
            #expect(findings.tally.midstream.count == 0)
            // What stands too far from its place is said, and never that it began before.
            guard findings.tally.disordered.count == 0 else {
                #expect(size == 100)
                continue
            }
            let found = try #require(findings.only, "\(findings.tally)")
            #expect(found.chain.count == 2)
            #expect(found.serverName == "captured.test")
        }
    }

    // MARK: VLANs

    private func tagged(_ packet: [UInt8], _ vlan: UInt8) -> CaptureBuilder.Frame {
        CaptureBuilder.Frame(bytes: CaptureBuilder.ethernet([0, vlan, 8, 0] + packet, type: 0x8100))
    }

    @Test func theSamePortsInTwoVLANsAreTwoConnections() throws {
        let transcript = try Self.transcript()
        let (one, other) = (transcript.packets(), transcript.packets(clientStart: 77, serverStart: 88))
        let frames = zip(one, other).flatMap { [tagged($0, 1), tagged($1, 2)] }
        let findings = try CaptureFindings(CaptureBuilder.pcap(frames))
        #expect(findings.connections.map(\.chain.count) == [2, 2])
    }

    @Test func aDirectionInAnotherVLANIsTheSameConnection() throws {
        let packets = try Self.transcript().packets()
        let frames = packets.map { tagged($0, isServer($0) ? 2 : 1) }
        let found = try #require(try CaptureFindings(CaptureBuilder.pcap(frames)).only)
        #expect(found.chain.count == 2)
        #expect(found.serverName == "captured.test")
        // Captured before a router and behind it.
        let twice = packets.flatMap { [tagged($0, 1), tagged($0, 2)] }
        #expect(try #require(try CaptureFindings(CaptureBuilder.pcap(twice)).only).chain.count == 2)
    }

    @Test func fragmentsThatComeTwiceAreNoLoss() throws {
        let frames = try Self.transcript().packets().flatMap { packet -> [CaptureBuilder.Frame] in
            let (from, to) =
                isServer(packet)
                ? (CaptureBuilder.server, CaptureBuilder.client)
                : (CaptureBuilder.client, CaptureBuilder.server)
            let content = Array(packet[20...])
            let id = UInt16(truncatingIfNeeded: content.hashValue)
            return stride(from: 0, to: content.count, by: 200).flatMap { start in
                let part = Array(content[start..<min(content.count, start + 200)])
                let fragment = CaptureBuilder.fragment(
                    from,
                    to,
                    part,
                    at: start,
                    more: start + 200 < content.count,
                    id: id
                )
                return [fragment, fragment].map { CaptureBuilder.Frame(bytes: CaptureBuilder.ethernet($0)) }
            }
        }
        let findings = try CaptureFindings(CaptureBuilder.pcap(frames))
        #expect(try #require(findings.only).chain.count == 2)
        #expect(findings.tally.fragments == 0)
    }

    // MARK: Files

    @Test func filesThatWerePutTogetherAreRead() throws {
        let transcript = try Self.transcript()
        let other = CaptureBuilder.End(address: [203, 0, 113, 9], port: 443)
        let (one, two) = (
            CaptureTranscript.frames(transcript.packets()),
            CaptureTranscript.frames(transcript.packets(server: other)).map { frame in
                var frame = frame
                frame.time += 30 * 86_400_000_000_000
                return frame
            }
        )
        let files = [
            CaptureBuilder.pcap(one) + CaptureBuilder.pcap(two),
            CaptureBuilder.pcap(one) + CaptureBuilder.pcap(two, isBig: true, isFine: true),
            CaptureBuilder.pcap(one) + CaptureBuilder.pcapng(two),
            CaptureBuilder.pcapng(one) + CaptureBuilder.pcap(two),
        ]
        for file in files {
            for piece in [1 << 20, 7] {
                let findings = try CaptureFindings(file, piece: piece)
                #expect(findings.connections.map(\.chain.count) == [2, 2])
                #expect(findings.tally.damages.isEmpty)
                #expect(findings.tally.frames == one.count + two.count)
            }
        }
    }

    /// A time that can't be before a damage hides nothing behind it.
    @Test func aWrongTimeBeforeADamageHidesNothing() throws {
        var frames = CaptureTranscript.frames(try Self.transcript().packets())
        frames[2].time = 2_700_000_000_000_000_000
        let early = CaptureBuilder.pcap(Array(frames.prefix(3)))
        let late = CaptureBuilder.pcap(frames).dropFirst(early.count)
        let findings = try CaptureFindings(early + [UInt8](repeating: 0xa5, count: 1001) + late)
        #expect(try #require(findings.only, "\(findings.tally)").chain.count == 2)
        #expect(findings.tally.frames == frames.count)
    }

    // MARK: Words before TLS

    @Test(
        arguments: [
            [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3], [0x16, 3, 3, 0, 0x50, 2, 0, 0, 0x4c, 3, 3],
            [0x15, 3, 3, 0, 2, 2, 40],
        ] as [[UInt8]]
    ) func aGreetingHidesNoTLS(_ bytes: [UInt8]) throws {
        var transcript = try Self.transcript()
        transcript.flights =
            [
                Self.said(false, Array("220 mx ".utf8) + bytes + Array(" ready\r\n".utf8)),
                Self.said(true, "STARTTLS\r\n"), Self.said(false, "220 go\r\n"),
            ] + transcript.flights
        let found = try #require(try CaptureFindings(transcript.file(port: 25)).only)
        #expect(found.chain.count == 2)
        #expect(found.serverName == "captured.test")
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"])
    func aGreetingOfHTTPHidesNoTLS(_ greeting: String) throws {
        var transcript = try Self.transcript()
        transcript.flights =
            [
                Self.said(false, greeting), Self.said(true, "STARTTLS\r\n"), Self.said(false, "220 go\r\n"),
            ] + transcript.flights
        let found = try #require(try CaptureFindings(transcript.file(port: 25)).only)
        #expect(found.chain.count == 2)
    }

    @Test(arguments: ["Content-Length: 5\r\n", "Connection: close\r\nContent-Length: 5\r\n"])
    func tlsBehindHTTPIsASightingOfItsOwn(_ header: String) throws {
        var transcript = try Self.transcript()
        transcript.flights =
            [
                Self.said(true, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                Self.said(false, "HTTP/1.1 200 OK\r\n\(header)\r\nhello"),
            ] + transcript.flights
        let findings = try CaptureFindings(transcript.file(port: 80))
        #expect(findings.connections.map { $0.http.map(\.status) } == [[200], []])
        #expect(findings.connections.map(\.chain.count) == [0, 2])
        #expect(findings.connections.map(\.captured.isPart) == [true, false])
        #expect(findings.tally.flows == 1 && findings.tally.partFlows == 1)
    }

    /// RFC 9110, section 9.3.6.
    @Test func anAnswerToCONNECTHasNoBody() throws {
        let transcript = CaptureTranscript([
            Self.said(true, "CONNECT a:22 HTTP/1.1\r\nHost: a:22\r\n\r\n"),
            Self.said(false, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nSSH-2.0-OpenSSH_9.2\r\n"),
        ])
        let exchange = try #require(try CaptureFindings(transcript.file(port: 3128)).only?.http.first)
        #expect(exchange.body.isEmpty)
        #expect(exchange.end == .complete)
    }

    // MARK: Counts

    /// Connections are what is counted as lines; frames are counted for themselves.
    @Test func whatIsCountedAddsUp() throws {
        let scratch = Scratch()
        let transcript = try Self.transcript()
        let packets =
            transcript.packets()
            + CaptureTranscript([Self.said(false, "SSH-2.0-a\r\n")]).packets(
                server: CaptureBuilder.End(address: [203, 0, 113, 9], port: 22)
            )
        let frames = CaptureTranscript.frames(packets).map { frame in
            CaptureBuilder.Frame(bytes: Array(frame.bytes.prefix(100)), length: frame.bytes.count)
        }
        try Data(CaptureBuilder.pcap(frames)).write(to: URL(fileURLWithPath: scratch.file("a.pcap")))
        let result = try run(programPath, ["import", scratch.file("a.pcap")])
        #expect(result.status == 1)
        let summary = "1 file, \(frames.count) frames, 2 lines: 1 sighting in 1 record, 1 of other things\n"
        #expect(result.errors.hasPrefix(summary), "\(result.errors)")
        #expect(
            result.errors.contains("lost: frames or connections that the capture's snapshot length cut: 1")
        )
    }
}
