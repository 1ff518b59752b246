import Bytes
import Import
import Observations
import Testing
import Wire

/// What is not there is said, with its frame: nothing is lost in silence, and nothing else with it.
@Suite struct CaptureLossTests {
    private static func transcript() throws -> CaptureTranscript {
        try CaptureTranscript("--name", "captured.test")
    }

    /// Where the server's second segment of a small size stands among the frames, from 1.
    private func missing(_ packets: [[UInt8]], _ number: Int) -> Int {
        let places = packets.indices.filter { isServer(packets[$0]) && payload(packets[$0]) > 0 }
        return places[number]
    }

    @Test func aHoleInTheCertificateIsSaid() throws {
        let transcript = try Self.transcript()
        var packets = transcript.packets(size: 500)
        packets.remove(at: missing(packets, 1))
        let place = missing(packets, 1)
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        let found = try #require(findings.only)
        #expect(findings.tally.holes.count == 1)
        #expect(findings.tally.holes.firstFrame == place + 1)
        #expect(found.captured.missing == 500)
        #expect(found.serverName == "captured.test")
        // What is there of the leaf is kept, and said to be its beginning.
        let leaf = try #require(found.chain.first)
        let whole = try CaptureTranscript.chain.get().der[0]
        #expect(leaf.count < whole.count)
        #expect(Array(whole.prefix(leaf.count)) == leaf)
        #expect(found.captured.observation.flight.reachedBounds == [.certificateBytes])
    }

    @Test func aHoleBehindTheFlightIsNone() throws {
        let transcript = try Self.transcript()
        var packets = transcript.packets()
        let last = try #require(packets.lastIndex { isServer($0) && payload($0) > 0 })
        packets.remove(at: last)
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        #expect(try #require(findings.only).chain.count == 2)
        #expect(findings.tally.holes.count == 0)
    }

    @Test func aSnapshotLengthIsSaid() throws {
        let transcript = try Self.transcript()
        let frames = CaptureTranscript.frames(transcript.packets()).map { frame in
            CaptureBuilder.Frame(
                time: frame.time,
                bytes: Array(frame.bytes.prefix(256)),
                length: frame.bytes.count
            )
        }
        let findings = try CaptureFindings(CaptureBuilder.pcap(frames))
        let found = try #require(findings.only)
        #expect(findings.tally.cut.count == 1)
        let first = try #require(frames.firstIndex { $0.bytes.count < $0.length ?? 0 })
        #expect(findings.tally.cut.firstFrame == first + 1)
        #expect(found.chain.count <= 1)
        // What is cut behind the headers of all that is read is no loss.
        let tail = CaptureTranscript.frames(transcript.packets()).enumerated().map { index, frame in
            index < 12
                ? frame
                : CaptureBuilder.Frame(bytes: Array(frame.bytes.prefix(60)), length: frame.bytes.count)
        }
        #expect(try CaptureFindings(CaptureBuilder.pcap(tail)).tally.cut.count == 0)
    }

    @Test(arguments: [false, true]) func aFileThatIsCutIsSaid(_ isNew: Bool) throws {
        let transcript = try Self.transcript()
        let frames = CaptureTranscript.frames(transcript.packets())
        let file = isNew ? CaptureBuilder.pcapng(frames) : CaptureBuilder.pcap(frames)
        let findings = try CaptureFindings(Array(file.dropLast(3)))
        #expect(try #require(findings.only).chain.count == 2)
        let damage = try #require(findings.tally.damages.first)
        #expect(damage.reason == .cut)
        #expect(damage.frame == frames.count)
        #expect(findings.tally.frames == frames.count - 1)
        // A file that is not there at all, and one of its beginning alone.
        #expect(try CaptureFindings([]).tally.damages.isEmpty)
        #expect(try CaptureFindings(Array(file.prefix(10))).tally.damages.map(\.reason) == [.cut])
    }

    /// Rubbish between frames costs those that it overwrites.
    @Test(arguments: [false, true]) func framesAfterADamageAreRead(_ isNew: Bool) throws {
        let transcript = try Self.transcript()
        let frames = CaptureTranscript.frames(transcript.packets())
        func file(_ frames: [CaptureBuilder.Frame]) -> [UInt8] {
            isNew ? CaptureBuilder.pcapng(frames) : CaptureBuilder.pcap(frames)
        }
        let early = file(Array(frames.prefix(3)))
        let late = file(frames).dropFirst(early.count)
        let rubbish = [UInt8](repeating: 0xa5, count: 1001)
        let findings = try CaptureFindings(early + rubbish + late)
        #expect(try #require(findings.only, "\(findings.tally)").chain.count == 2)
        #expect(
            findings.tally.damages == [
                CaptureDamage(reason: .length, frame: 4, offset: early.count)
            ]
        )
        #expect(findings.tally.unreadBytes == rubbish.count)
        #expect(findings.tally.frames == frames.count)
    }

    @Test func whatIsNoCaptureIsSaid() throws {
        for file in [Array("{\"a\":1}\n".utf8), [UInt8](repeating: 0, count: 100), [0x0a, 0x0d]] {
            let findings = try CaptureFindings(file)
            #expect(findings.tally.damages.map(\.reason) == [.noCapture])
            #expect(findings.tally.unreadBytes == file.count)
        }
    }

    @Test func aLinkLayerThatIsNotKnownIsCounted() throws {
        let frames = CaptureTranscript.frames(try Self.transcript().packets())
        let findings = try CaptureFindings(CaptureBuilder.pcap(frames, link: 105))
        #expect(findings.tally.unknownLinks[105]?.count == frames.count)
        #expect(findings.tally.unknownLinks[105]?.firstFrame == 1)
        #expect(findings.connections.isEmpty)
    }

    @Test func aPcapngWithoutItsInterfaceLosesItsFramesAlone() throws {
        let frames = CaptureTranscript.frames(try Self.transcript().packets())
        let findings = try CaptureFindings(
            CaptureBuilder.pcapng([]) + orphan() + CaptureBuilder.pcapng(frames)
        )
        #expect(findings.tally.damages.map(\.reason) == [.interface])
        #expect(try #require(findings.only).chain.count == 2)
    }

    /// A packet block of interface 9.
    private func orphan() -> [UInt8] {
        let body = CaptureBuilder.little(9) + [UInt8](repeating: 0, count: 16)
        let count = CaptureBuilder.little(UInt32(body.count + 12))
        return CaptureBuilder.little(6) + count + body + count
    }

    // MARK: Bounds

    @Test func manyConnectionsAtOnceAreRead() throws {
        let transcript = try Self.transcript()
        let all = (0..<400).map { number in
            transcript.packets(
                client: CaptureBuilder.End(
                    address: [10, 1, UInt8(number >> 8), UInt8(number & 255)],
                    port: 40_000
                )
            )
        }
        // All of them begin before any ends.
        let packets = (0..<all[0].count).flatMap { index in all.map { $0[index] } }
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        #expect(findings.connections.count == 400)
        #expect(findings.connections.allSatisfy { $0.chain.count == 2 })
        var options = CaptureReader.Options()
        options.maximumFlows = 100
        let few = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)), options)
        #expect(few.tally.crowded.count > 0)
        options.maximumFlows = 1 << 17
        options.maximumBytes = 50_000
        let light = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)), options)
        #expect(light.tally.crowded.count > 0)
    }

    /// Segments far behind a hole are not kept for ever.
    @Test func whatWaitsBehindAHoleIsBounded() throws {
        let (client, server) = (CaptureBuilder.client, CaptureBuilder.server)
        var packets = [
            CaptureBuilder.ip(client, server, CaptureBuilder.tcp(client, server, sequence: 1, flags: 2)),
            CaptureBuilder.ip(server, client, CaptureBuilder.tcp(server, client, sequence: 1, flags: 0x12)),
        ]
        for number in 0..<3000 {
            let segment = CaptureBuilder.tcp(
                server,
                client,
                sequence: 100 + UInt32(number) * 1000,
                [UInt8](repeating: 0x41, count: 1000)
            )
            packets.append(CaptureBuilder.ip(server, client, segment))
        }
        let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
        #expect(findings.connections.isEmpty)
        #expect(findings.tally.otherFlows == 1)
    }
}
