import Bytes
import Import
import Observations
import Testing
import Wire

/// A TLS 1.2 handshake comes out the same however its packets travelled.
@Suite struct CaptureStreamTests {
    /// What happens to the packets of a connection on their way into a file.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let packets: @Sendable (CaptureTranscript) -> [[UInt8]]

        init(_ text: String, _ packets: @escaping @Sendable (CaptureTranscript) -> [[UInt8]]) {
            testDescription = text
            self.packets = packets
        }
    }

    static let ways: [Way] = [
        Way("in order") { $0.packets() },
        Way("one byte a segment") { $0.packets(size: 1) },
        Way("seven bytes a segment") { $0.packets(size: 7) },
        Way("in segments of 60,000 bytes, as offload makes them") { $0.packets(size: 60_000) },
        Way("backwards but for the SYNs") { transcript in
            let packets = transcript.packets()
            return packets.prefix(3) + packets.dropFirst(3).reversed()
        },
        Way("shuffled") { transcript in
            var random = Sequence(seed: 5)
            let packets = transcript.packets(size: 100)
            return packets.prefix(2) + packets.dropFirst(2).shuffled(using: &random)
        },
        Way("each twice") { $0.packets().flatMap { [$0, $0] } },
        Way("sent again in other pieces, over each other") { transcript in
            let (long, short) = (transcript.packets(size: 500), transcript.packets(size: 77))
            return long.prefix(3) + short.dropFirst(3).dropLast(2).reversed() + long.dropFirst(3)
        },
        Way("with numbers that wrap") {
            $0.packets(size: 400, clientStart: 0xffff_ffc0, serverStart: 0xffff_fd00)
        },
        Way("with numbers that wrap, backwards") { transcript in
            let packets = transcript.packets(size: 400, clientStart: 0xffff_ffc0, serverStart: 0xffff_fd00)
            return packets.prefix(3) + packets.dropFirst(3).reversed()
        },
        Way("without SYNs") { Array($0.packets().dropFirst(3)) },
        Way("without SYNs, the server's first two segments swapped") { transcript in
            var packets = Array(transcript.packets(size: 600).dropFirst(3))
            let first = packets.firstIndex { isServer($0) && payload($0) > 0 } ?? 0
            packets.swapAt(first, first + 1)
            return packets
        },
        Way("without FINs") { Array($0.packets().dropLast(2)) },
        Way("the server's side alone") { $0.packets().filter { isServer($0) } },
        Way("with keep-alives between") { transcript in
            // One byte before what comes next, as RFC 9293, section 3.8.4 describes.
            transcript.packets().flatMap { packet in
                let sequence = number(packet, 24) &- 1
                let alive = Array(packet[..<24]) + CaptureBuilder.big(sequence) + Array(packet[28..<40]) + [0]
                return payload(packet) > 0 ? [withLength(alive), packet] : [packet]
            }
        },
        Way("with a forged reset's bytes") { transcript in
            let packets = transcript.packets()
            var reset = packets[4]
            reset[33] = 0x04
            return packets.prefix(4) + [reset] + packets.dropFirst(4)
        },
        Way("with other connections between") { transcript in
            let others = (1...20).map { port in
                transcript.packets(
                    client: CaptureBuilder.End(address: [10, 0, 0, 1], port: UInt16(port)),
                    server: CaptureBuilder.End(address: [10, 0, 0, 2], port: 22)
                ).prefix(3)
            }
            return transcript.packets().flatMap { packet in
                [packet] + others.compactMap { $0.randomElement() }
            }
        },
    ]

    @Test(arguments: ways) func theChainComesOut(_ way: Way) throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        let file = CaptureBuilder.pcap(CaptureTranscript.frames(way.packets(transcript)))
        let findings = try CaptureFindings(file)
        let found = try #require(findings.only, "\(findings.tally)")
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        #expect(found.version == 0x0303)
        #expect(found.error == nil)
        #expect(found.captured.server.port == 443)
        #expect(found.captured.client.port == 50_000)
        #expect(findings.tally.holes.count == 0)
        #expect(findings.tally.cut.count == 0)
        if way.testDescription != "the server's side alone" {
            #expect(found.serverName == "captured.test")
            #expect(found.captured.isEstablished)
        }
    }

    /// The file may come in any pieces.
    @Test(arguments: [1, 7, 100, 1000]) func piecesOfTheFileDoNotMatter(_ piece: Int) throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        let found = try #require(try CaptureFindings(transcript.file(), piece: piece).only)
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
    }

    /// Records and messages cut in other places than OpenSSL cuts them.
    @Test(arguments: [1, 2, 3, 5, 250]) func recordsOfAnySizeAreRead(_ size: Int) throws {
        var transcript = try CaptureTranscript("--name", "captured.test")
        transcript.flights = transcript.flights.enumerated().map { index, flight in
            index < 2
                ? CaptureTranscript.Flight(isClient: flight.isClient, bytes: recut(flight.bytes, size))
                : flight
        }
        let found = try #require(try CaptureFindings(transcript.file()).only)
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        #expect(found.serverName == "captured.test")
    }

    @Test func aClientsCertificateIsNotTheServers() throws {
        let transcript = try CaptureTranscript("--client-certificate")
        let found = try #require(try CaptureFindings(transcript.file()).only)
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        #expect(found.captured.isEstablished)
        #expect(found.captured.observation.flight.certificateRequest.isPresent)
    }

    @Test func aResumedSessionHasNoCertificate() throws {
        let found = try #require(try CaptureFindings(CaptureTranscript("--resume").file()).only)
        #expect(found.chain.isEmpty)
        #expect(found.captured.isResumed)
        #expect(found.captured.isEstablished)
        #expect(found.error?.code == .noCertificate)
        #expect(found.error?.message == "a session was resumed")
    }

    @Test func tls13HidesTheCertificateAndShowsTheHello() throws {
        let found = try #require(try CaptureFindings(CaptureTranscript("--version", "1.3").file()).only)
        #expect(found.chain.isEmpty)
        #expect(found.version == 0x0304)
        #expect(found.error?.message == "TLS 1.3 encrypts it")
        #expect(found.captured.isEstablished)
        #expect(!found.captured.isResumed)
        #expect(found.captured.observation.flight.serverHello.items.map(\.type) == [43, 51])
    }

    /// What is said of a connection counts each byte once, whatever was sent again.
    @Test func bytesAndTimesAreThoseOfTheConnection() throws {
        let transcript = try CaptureTranscript()
        let packets = transcript.packets().flatMap { [$0, $0] }
        let found = try #require(
            try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets))).only
        )
        let sums = [true, false].map { isClient in
            transcript.flights.filter { $0.isClient == isClient }.reduce(0) { $0 + $1.bytes.count }
        }
        #expect([found.captured.clientBytes, found.captured.serverBytes] == sums)
        #expect(found.captured.packets == packets.count)
        #expect(found.startedAt == 1_700_000_000_000_000_000)
        #expect(found.duration == UInt64(packets.count - 1) * 1_000_000)
        #expect(found.captured.frame == 1)
    }

    /// The second one's SYN was not captured: both of its numbers are others.
    @Test func aPortUsedAgainWithoutItsBeginMixesNothing() throws {
        let first = try CaptureTranscript("--name", "first.test").packets(clientStart: 100, serverStart: 200)
        let second = try CaptureTranscript("--name", "second.test")
            .packets(clientStart: 900_001, serverStart: 8_000_001)
        for begun in [4, first.count - 2] {
            let packets = Array(first.prefix(begun)) + second.dropFirst(3)
            let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
            let shown = findings.connections.filter { $0.chain.count == 2 }.map(\.serverName)
            #expect(shown == (begun == 4 ? ["second.test"] : ["first.test", "second.test"]))
        }
    }

    @Test func aPortUsedAgainIsAnotherConnection() throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        let packets = transcript.packets() + transcript.packets(clientStart: 70_000, serverStart: 3_000_000)
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        #expect(findings.connections.count == 2)
        #expect(findings.connections.allSatisfy { $0.chain.count == 2 })
        // Without the first one's end, too.
        let cut =
            Array(transcript.packets().dropLast(2))
            + transcript.packets(clientStart: 5_000_000, serverStart: 3_000_000)
        let others = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(cut)))
        #expect(others.connections.map(\.chain.count) == [2, 2])
    }

    @Test func whatBeganBeforeTheCaptureIsCounted() throws {
        let transcript = try CaptureTranscript()
        let packets = Array(transcript.packets().dropFirst(3 + 6))
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        #expect(findings.connections.isEmpty)
        #expect(findings.tally.midstream.count == 1)
        #expect(findings.tally.midstream.firstFrame == 1)
    }
}

/// A generator that gives the same numbers each time.
struct Sequence: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ state >> 33
    }
}

// MARK: What IPv4 packets of `CaptureBuilder` hold

func isServer(_ packet: [UInt8]) -> Bool { Array(packet[12..<16]) == CaptureBuilder.server.address }

func payload(_ packet: [UInt8]) -> Int { packet.count - 40 }

private func number(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
}

private func withLength(_ packet: [UInt8]) -> [UInt8] {
    packet[..<2] + CaptureBuilder.big(UInt16(packet.count)) + packet[4...]
}

/// The handshake messages of plaintext records in records of `size` bytes.
private func recut(_ records: [UInt8], _ size: Int) -> [UInt8] {
    var messages: [UInt8] = []
    var place = 0
    while place < records.count {
        let count = Int(records[place + 3]) << 8 | Int(records[place + 4])
        messages += records[place + 5..<place + 5 + count]
        place += 5 + count
    }
    return stride(from: 0, to: messages.count, by: size).flatMap { start in
        let part = messages[start..<min(messages.count, start + size)]
        return Array(records[..<3]) + CaptureBuilder.big(UInt16(part.count)) + part
    }
}
