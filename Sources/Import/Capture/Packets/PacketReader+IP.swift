import Bytes
import Wire

/// IP in both versions, and its fragments.
extension PacketReader {
    func readIP(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard place < bytes.count else { return short }
        switch bytes[place] >> 4 {
        case 4: return readIPv4(bytes, place, take)
        case 6: return readIPv6(bytes, place, take)
        default: return .malformed
        }
    }

    func readIPv4(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        let header = Int(bytes[place] & 15) * 4
        guard bytes.count >= place + 20 else { return short }
        // With segmentation offload the length is not yet known where the packet is captured.
        let total = bytes.u16(place + 2)
        let end = total == 0 ? bytes.count + missing : place + total
        guard header >= 20, end >= place + header else { return .malformed }
        guard bytes.count >= place + header else { return short }
        let inside = Inside(
            source: IPAddress(v4: bytes.number(place + 12, isBig: true)),
            destination: IPAddress(v4: bytes.number(place + 16, isBig: true)),
            next: bytes[place + 9],
            content: place + header..<end
        )
        let fragment = bytes.u16(place + 6)
        guard fragment & 0x3fff == 0 else {
            return readFragment(
                Fragment(
                    identification: UInt32(bytes.u16(place + 4)),
                    offset: (fragment & 0x1fff) * 8,
                    isLast: fragment & 0x2000 == 0
                ),
                inside,
                bytes,
                take
            )
        }
        return readTransport(inside, bytes, take)
    }

    func readIPv6(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard bytes.count >= place + 40 else { return short }
        let length = bytes.u16(place + 4)
        let end = length == 0 ? bytes.count + missing : place + 40 + length
        var inside = Inside(
            source: Self.address(bytes, place + 8),
            destination: Self.address(bytes, place + 24),
            next: bytes[place + 6],
            content: place + 40..<end
        )
        while enter() {
            let start = inside.content.lowerBound
            switch inside.next {
            // Hop-by-hop options, routing, destination options, mobility; authentication in units of its own.
            case 0, 43, 60, 135, 51:
                guard bytes.count >= start + 8 else { return short }
                let count =
                    inside.next == 51 ? 4 * (Int(bytes[start + 1]) + 2) : 8 * (Int(bytes[start + 1]) + 1)
                guard start + count <= end else { return .malformed }
                inside.next = bytes[start]
                inside.content = start + count..<end
            case 44:
                guard bytes.count >= start + 8, start + 8 <= end else { return short }
                let word = bytes.u16(start + 2)
                let identification = bytes.number(start + 4, isBig: true)
                inside.next = bytes[start]
                inside.content = start + 8..<end
                // A fragment that is the whole packet (RFC 6946).
                if word & 0xfff9 == 0 { continue }
                return readFragment(
                    Fragment(
                        identification: identification,
                        offset: word & 0xfff8,
                        isLast: word & 1 == 0
                    ),
                    inside,
                    bytes,
                    take
                )
            default: return readTransport(inside, bytes, take)
            }
        }
        return .malformed
    }

    private static func address(_ bytes: Span<UInt8>, _ place: Int) -> IPAddress {
        var bits: UInt128 = 0
        for index in place..<place + 16 { bits = bits << 8 | UInt128(bytes[index]) }
        return IPAddress(v6: bits)
    }

    func readFragment(
        _ fragment: Fragment,
        _ inside: Inside,
        _ bytes: Span<UInt8>,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard inside.content.upperBound <= bytes.count else { return .cut }
        let whole = fragments.add(fragment, inside, bytes.extracting(inside.content), path: path)
        guard let whole else { return .fragment }
        var inside = inside
        inside.content = 0..<whole.count
        missing = 0
        return readTransport(inside, whole.span, take)
    }
}
