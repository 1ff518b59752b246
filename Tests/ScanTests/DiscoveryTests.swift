import Discovery
import Foundation
import Net
import TestSupport
import Testing
import Wire

@Suite struct SYNPacketTests {
    private func endpoint(_ address: String, _ port: UInt16) throws -> SocketAddress {
        try #require(SocketAddress(address, port: port))
    }

    /// tcpdump reads the packet as the SYN that it should be, with the right checksum.
    @Test func isASYN() throws {
        var packet = SYNPacket(isIPv6: false)
        // Twice, as what the first one left must not count.
        for (last, sequence) in [(77, UInt32.max), (9, 0xdead_beef)] {
            packet.address(
                to: try endpoint("203.0.113.\(last)", 8443),
                from: try endpoint("198.51.100.7", 61001),
                sequence: sequence
            )
        }
        let size = UInt8(packet.bytes.count)
        // A capture of raw IP packets; the kernel puts in the header's own checksum.
        let head: [UInt8] = [
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0,
        ]
        let record: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, size, 0, 0, 0, size, 0, 0, 0]
        let scratch = Scratch()
        try Data(head + record + packet.bytes).write(to: URL(fileURLWithPath: scratch.file("pcap")))
        let text = try check("tcpdump", ["-nvvSr", scratch.file("pcap")]).text
        #expect(text.contains("198.51.100.7.61001 > 203.0.113.9.8443: Flags [S]"), "\(text)")
        #expect(
            text.contains("(correct), seq 3735928559, win 64240, options [mss 1460,sackOK,TS val "),
            "\(text)"
        )
        #expect(text.contains("ecr 0,nop,wscale 7], length 0"), "\(text)")
    }

    /// Another key, endpoint or port has another number.
    @Test func sequenceNumbersCannotBeGuessed() throws {
        let key = ProbeKey()
        var numbers: Set<UInt32> = []
        for last in 0..<64 {
            for port: UInt16 in [80, 443] {
                let four = try endpoint("192.0.2.\(last)", port)
                let six = try endpoint("::192.0.2.\(last)", port)
                #expect(key.sequence(to: four, from: 9) == key.sequence(to: four, from: 9))
                for (key, from) in [(key, UInt16(9)), (key, 10), (ProbeKey(), 9)] {
                    numbers.insert(key.sequence(to: four, from: from))
                    numbers.insert(key.sequence(to: six, from: from))
                }
            }
        }
        // 768 of 2^32: two that meet have a chance of one in 14,000.
        #expect(numbers.count >= 767)
    }
}

@Suite struct ProbeAnswerTests {
    private static let header: [UInt8] = [
        0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7,
    ]

    private func segment(flags: UInt8) -> [UInt8] {
        [1, 187, 0xee, 0x49, 0, 0, 0, 5, 0x12, 0x34, 0x56, 0x79, 0x50, flags, 0, 0, 0, 0, 0, 0]
    }

    private func read(_ packet: some Sequence<UInt8>) -> ProbeAnswer? {
        let packet = Array(packet)
        return ProbeAnswer(parsingIPv4: packet.span)
    }

    private func read(segment: [UInt8], from address: IPAddress) -> ProbeAnswer? {
        ProbeAnswer(parsingSegment: segment.span, from: address)
    }

    @Test func segments() throws {
        let from = try #require(SocketAddress("192.0.2.1", port: 443))
        for (flags, verdict) in [
            (UInt8(0x12), ProbeAnswer.Verdict.open), (0x52, .open), (0x14, .failed(.refused)), (0x10, nil),
            (0x04, nil), (0x02, nil), (0x16, nil), (0x13, nil), (0x11, nil), (0, nil),
        ] {
            let packet = Self.header + segment(flags: flags)
            let answer = read(packet)
            #expect(answer?.verdict == verdict, "\(flags)")
            guard let answer else { continue }
            #expect(answer.endpoint == from && answer.port == 61001 && answer.sequence == 0x1234_5678)
            #expect(read(segment: segment(flags: flags), from: from.address) == answer)
            for length in 0..<packet.count {
                #expect(read(packet[..<length]) == nil)
            }
        }
    }

    /// A second fragment has no TCP header, whatever its bytes look like.
    @Test func fragments() {
        for bits: (UInt8, UInt8) in [(0x20, 0), (0, 1), (0x1f, 0xff)] {
            var packet = Self.header + segment(flags: 0x12)
            (packet[6], packet[7]) = bits
            #expect(read(packet) == nil)
        }
        var packet = Self.header + segment(flags: 0x12)
        packet[6] = 0x40
        #expect(read(packet) != nil)
    }

    /// What a router says is about the endpoint in the packet that it quotes, not about the router.
    @Test func messages() throws {
        let quoted: [UInt8] =
            [0x45, 0, 0, 60, 0, 0, 0x40, 0, 1, 6, 0, 0, 198, 51, 100, 7, 192, 0, 2, 1, 0xee, 0x49, 1, 187]
            + [0x12, 0x34, 0x56, 0x78]
        for (code, error) in [
            (UInt8(0), UVError.networkUnreachable), (1, .hostUnreachable), (3, .refused),
            (13, .hostUnreachable),
            (4, nil), (200, nil),
        ] {
            var header = Self.header
            header[9] = 1
            header[3] = UInt8(20 + 8 + quoted.count)
            let packet = header + [3, code, 0, 0, 0, 0, 0, 0] + quoted
            let answer = read(packet)
            #expect(answer?.verdict == error.map { .failed($0) })
            guard let answer else { continue }
            #expect(answer.endpoint == SocketAddress("192.0.2.1", port: 443))
            #expect(answer.port == 61001 && answer.sequence == 0x1234_5678)
            for length in 0..<packet.count {
                #expect(read(packet[..<length]) == nil)
            }
        }
    }
}

@Suite struct ProbesInFlightTests {
    /// The ring finds what a plain list would find, over many sizes.
    @Test func findsWhatWasSent() throws {
        var flying = ProbesInFlight()
        var plain: [(endpoint: SocketAddress, tag: UInt64, isAnswered: Bool)] = []
        var random = SystemRandomNumberGenerator()
        var tag: UInt64 = 0
        // Few sequence numbers, so that chains grow long.
        func sequence(_ endpoint: SocketAddress) -> UInt32 { UInt32(endpoint.address.low % 97) }
        for round in 0..<20_000 {
            let isGrowing = round % 8000 < 5000
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<(isGrowing ? 6 : 2):
                tag += 1
                let last = UInt32.random(in: 0..<3000, using: &random)
                let endpoint = SocketAddress(ipv4: 0x0a00_0000 + last, port: 443)
                var probe = ProbesInFlight.Probe(to: endpoint, tag: tag, triesLeft: 0)
                probe.sequence = sequence(endpoint)
                flying.append(probe)
                plain.append((endpoint, tag, false))
            case 6...8:
                let endpoint = SocketAddress(
                    ipv4: 0x0a00_0000 + .random(in: 0..<3000, using: &random),
                    port: 443
                )
                var told: Set<UInt64> = []
                flying.answered(by: endpoint, sequence: sequence(endpoint)) { told.insert($0.tag) }
                let asked = plain.indices.filter { plain[$0].endpoint == endpoint && !plain[$0].isAnswered }
                #expect(told == Set(asked.map { plain[$0].tag }))
                for index in asked { plain[index].isAnswered = true }
            default:
                #expect(flying.oldest?.tag == plain.first?.tag)
                #expect(flying.oldest?.isAnswered == plain.first?.isAnswered)
                flying.removeOldest()
                if !plain.isEmpty { plain.removeFirst() }
            }
            #expect(flying.count == plain.count)
        }
    }
}
