import Discovery
import Wire

/// What a raw socket reads, from either family and either kind of socket.
func fuzzProbeAnswer(_ bytes: [UInt8]) {
    _ = ProbeAnswer(parsingIPv4: bytes.span)
    _ = ProbeAnswer(parsingSegment: bytes.span, from: IPAddress(v6: 1))
    _ = ProbeAnswer(parsingIPv6Message: bytes.span)
}

func probeAnswerSeeds() -> [[UInt8]] {
    let header: [UInt8] = [0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 7]
    let segment: [UInt8] = [1, 187, 0xee, 0x49, 0, 0, 0, 5, 0, 0, 0, 6, 0x50, 0x12, 0, 0, 0, 0, 0, 0]
    var message = header
    (message[3], message[9]) = (56, 1)
    let header6: [UInt8] = [0x60, 0, 0, 0, 0, 20, 6, 64] + [UInt8](repeating: 7, count: 32)
    return [
        header + segment, segment, message + [3, 1, 0, 0, 0, 0, 0, 0] + header + segment.prefix(8),
        [1, 3, 0, 0, 0, 0, 0, 0] + header6 + segment,
        [0x4f] + header.dropFirst() + [UInt8](repeating: 1, count: 40) + segment,
    ]
}
