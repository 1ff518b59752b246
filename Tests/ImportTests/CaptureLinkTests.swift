import Bytes
import Import
import Observations
import Testing
import Wire

/// Link layers, tags, tunnels, IP's own ways of cutting, and kinds of file.
@Suite struct CaptureLinkTests {
    /// How an IP packet is wrapped, and the link type of its file.
    struct Wrapping: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let link: UInt32
        let wrap: @Sendable ([UInt8]) -> [UInt8]

        init(_ text: String, link: UInt32 = 1, _ wrap: @escaping @Sendable ([UInt8]) -> [UInt8]) {
            testDescription = text
            self.link = link
            self.wrap = wrap
        }
    }

    private static let outer = CaptureBuilder.End(address: [10, 9, 9, 9], port: 4789)

    static let wrappings: [Wrapping] = [
        Wrapping("Ethernet with padding") { CaptureBuilder.ethernet($0) + [0, 0, 0, 0, 0, 0] },
        Wrapping("802.1Q") { CaptureBuilder.ethernet([0, 5, 8, 0] + $0, type: 0x8100) },
        Wrapping("QinQ") { CaptureBuilder.ethernet([0, 5, 0x81, 0, 0, 6, 8, 0] + $0, type: 0x88a8) },
        Wrapping("802.2 with SNAP") {
            CaptureBuilder.ethernet([0xaa, 0xaa, 3, 0, 0, 0, 8, 0] + $0, type: UInt16($0.count + 8) & 0x05ff)
        },
        Wrapping("PPPoE") {
            CaptureBuilder.ethernet(
                [0x11, 0, 0, 1] + CaptureBuilder.big(UInt16($0.count + 2)) + [0, 0x21] + $0,
                type: 0x8864
            )
        },
        Wrapping("two MPLS labels") {
            CaptureBuilder.ethernet([0, 1, 0, 64, 0, 2, 1, 64] + $0, type: 0x8847)
        },
        Wrapping("Ethernet over MPLS") {
            CaptureBuilder.ethernet([0, 2, 1, 64, 0, 0, 0, 0] + CaptureBuilder.ethernet($0), type: 0x8847)
        },
        Wrapping("GRE") {
            CaptureBuilder.ethernet(CaptureBuilder.ip(outer, outer, proto: 47, [0, 0, 8, 0] + $0))
        },
        Wrapping("ERSPAN II") {
            CaptureBuilder.ethernet(
                CaptureBuilder.ip(
                    outer,
                    outer,
                    proto: 47,
                    [0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0] + CaptureBuilder.ethernet($0)
                )
            )
        },
        Wrapping("VXLAN") {
            let inner: [UInt8] = [8, 0, 0, 0, 0, 0, 1, 0] + CaptureBuilder.ethernet($0)
            return CaptureBuilder.ethernet(
                CaptureBuilder.ip(outer, outer, proto: 17, CaptureBuilder.udp(outer, outer, inner))
            )
        },
        Wrapping("IP in IP") { CaptureBuilder.ethernet(CaptureBuilder.ip(outer, outer, proto: 4, $0)) },
        Wrapping("raw IP", link: 101) { $0 },
        Wrapping("BSD loopback, little-endian", link: 0) { [2, 0, 0, 0] + $0 },
        Wrapping("BSD loopback, big-endian", link: 108) { [0, 0, 0, 2] + $0 },
        Wrapping("Linux cooked", link: 113) { [UInt8](repeating: 0, count: 14) + [8, 0] + $0 },
        Wrapping("Linux cooked, second version", link: 276) {
            [8, 0] + [UInt8](repeating: 0, count: 18) + $0
        },
        Wrapping("PPP", link: 9) { [0xff, 3, 0, 0x21] + $0 },
        Wrapping("Cisco HDLC", link: 104) { [0x0f, 0, 8, 0] + $0 },
    ]

    @Test(arguments: wrappings) func packetsAreFoundInside(_ wrapping: Wrapping) throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        let frames = transcript.packets(size: 1200).map { CaptureBuilder.Frame(bytes: wrapping.wrap($0)) }
        let findings = try CaptureFindings(CaptureBuilder.pcap(frames, link: wrapping.link))
        let found = try #require(findings.only, "\(findings.tally)")
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        #expect(found.captured.server.address.description == "198.51.100.7")
    }

    @Test func ipv6ComesWithExtensionHeaders() throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        let plain = transcript.packets(client: CaptureBuilder.client6, server: CaptureBuilder.server6)
        // Hop-by-hop options, then destination options of sixteen bytes, then TCP.
        let headers: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0] + [6, 1] + [UInt8](repeating: 0, count: 14)
        let long = plain.map { packet in
            [0x60, 0, 0, 0] + CaptureBuilder.big(UInt16(packet.count - 40 + headers.count)) + [0, 64]
                + packet[8..<40] + headers + packet[40...]
        }
        for packets in [plain, long] {
            let findings = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(packets)))
            let found = try #require(findings.only, "\(findings.tally)")
            #expect(found.chain == (try CaptureTranscript.chain.get().der))
            #expect(found.captured.server.address.description == "2001:db8::2")
        }
    }

    /// Fragments in order, backwards and over each other; and one that never comes.
    @Test func fragmentsArePutTogether() throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        var frames: [[UInt8]] = []
        for (index, packet) in transcript.packets().enumerated() {
            let ends =
                isServer(packet)
                ? (CaptureBuilder.server, CaptureBuilder.client)
                : (CaptureBuilder.client, CaptureBuilder.server)
            let content = Array(packet[20...])
            guard content.count > 400 else {
                frames.append(packet)
                continue
            }
            var parts = stride(from: 0, to: content.count, by: 160).map { start in
                CaptureBuilder.fragment(
                    ends.0,
                    ends.1,
                    // Each reaches into the next one.
                    Array(content[start..<min(content.count, start + 176)]),
                    at: start,
                    more: start + 176 < content.count,
                    id: UInt16(index)
                )
            }
            // The last one that is no more than a rest of the one before has nothing new.
            if content.count % 160 <= 16, content.count % 160 > 0 { parts.removeLast() }
            frames += index % 2 == 0 ? parts : parts.reversed()
        }
        let whole = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(frames)))
        #expect(try #require(whole.only).chain == (try CaptureTranscript.chain.get().der))
        #expect(whole.tally.fragments == 0)
        let lacking = frames.filter { $0[6] & 0x20 == 0 || $0[7] != 20 }
        let cut = try CaptureFindings(CaptureBuilder.pcap(CaptureTranscript.frames(lacking)))
        #expect(lacking.count < frames.count)
        #expect(cut.tally.fragments == frames.count - lacking.count)
    }

    // MARK: Files

    static let time: Int64 = 1_700_000_000_123_456_000

    static let files: [(String, @Sendable ([CaptureBuilder.Frame]) -> [UInt8])] = [
        ("pcap, little-endian", { CaptureBuilder.pcap($0) }),
        ("pcap, big-endian", { CaptureBuilder.pcap($0, isBig: true) }),
        ("pcap with nanoseconds", { CaptureBuilder.pcap($0, isFine: true) }),
        ("pcap with nanoseconds, big-endian", { CaptureBuilder.pcap($0, isBig: true, isFine: true) }),
        ("pcapng", { CaptureBuilder.pcapng($0) }),
        ("pcapng, big-endian", { CaptureBuilder.pcapng($0, isBig: true) }),
        (
            "two sections of either order",
            { CaptureBuilder.pcapng([]) + CaptureBuilder.pcapng($0, isBig: true) }
        ),
        (
            "pcapng with units of 2^-20 seconds and an offset",
            {
                CaptureBuilder.pcapng(
                    $0,
                    [CaptureBuilder.Interface(resolution: 0x80 | 30, offset: 1_600_000_000)]
                )
            }
        ),
    ]

    @Test(arguments: files.indices) func everyKindOfFileIsRead(_ index: Int) throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        var frames = CaptureTranscript.frames(transcript.packets())
        for place in frames.indices { frames[place].time = Self.time + Int64(place) * 1_000_000 }
        let findings = try CaptureFindings(Self.files[index].1(frames))
        let found = try #require(findings.only, "\(Self.files[index].0): \(findings.tally)")
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        // Units of 2^-30 seconds are nearly those of nanoseconds.
        #expect(abs(found.startedAt - Self.time) <= 1)
        #expect(findings.tally.frames == frames.count)
        #expect(findings.tally.damages.isEmpty)
    }

    /// Interfaces of one file that differ in everything: what libpcap refuses to read.
    @Test func interfacesMayDiffer() throws {
        let transcript = try CaptureTranscript("--name", "captured.test")
        let interfaces = [
            CaptureBuilder.Interface(), CaptureBuilder.Interface(link: 101, resolution: 9),
            CaptureBuilder.Interface(link: 113, resolution: 3),
        ]
        let frames = transcript.packets(size: 300).enumerated().map { index, packet in
            let cooked: [UInt8] = [UInt8](repeating: 0, count: 14) + [8, 0] + packet
            return CaptureBuilder.Frame(
                time: 1_700_000_000_000_000_000 + Int64(index) * 1_000_000,
                bytes: [CaptureBuilder.ethernet(packet), packet, cooked][index % 3],
                interface: index % 3
            )
        }
        let findings = try CaptureFindings(CaptureBuilder.pcapng(frames, interfaces))
        let found = try #require(findings.only, "\(findings.tally)")
        #expect(found.chain == (try CaptureTranscript.chain.get().der))
        #expect(found.startedAt == 1_700_000_000_000_000_000)
        #expect(found.duration == UInt64(frames.count - 1) * 1_000_000)
    }
}
