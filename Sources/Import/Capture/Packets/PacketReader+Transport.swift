import Bytes
import Wire

/// TCP, UDP, and the tunnels that carry packets inside packets.
extension PacketReader {
    func readTransport(
        _ inside: Inside,
        _ bytes: Span<UInt8>,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard enter() else { return .malformed }
        switch inside.next {
        case 6: return readTCP(inside, bytes, take)
        case 17: return readUDP(inside, bytes, take)
        // IP in IP, and generic routing encapsulation.
        case 4, 41:
            enter(tunnel: inside)
            return readIP(bytes, inside.content.lowerBound, take)
        case 47:
            enter(tunnel: inside)
            return readGRE(bytes, inside.content.lowerBound, take)
        default: return .other
        }
    }

    func readTCP(
        _ inside: Inside,
        _ bytes: Span<UInt8>,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        let start = inside.content.lowerBound
        guard bytes.count >= start + 20 else { return short }
        let header = Int(bytes[start + 12] >> 4) * 4
        let end = inside.content.upperBound
        guard header >= 20, start + header <= end else { return .malformed }
        let payload =
            min(start + header, bytes.count)..<max(min(end, bytes.count), min(start + header, bytes.count))
        let packet = Packet(
            source: inside.source,
            destination: inside.destination,
            sourcePort: UInt16(bytes.u16(start)),
            destinationPort: UInt16(bytes.u16(start + 2)),
            transport: .tcp,
            payload: payload,
            missing: end - (start + header) - payload.count,
            sequence: bytes.number(start + 4, isBig: true),
            acknowledgement: bytes.number(start + 8, isBig: true),
            flags: TCPFlags(rawValue: bytes[start + 13]),
            path: path
        )
        take(packet, bytes)
        return .packet
    }

    func readUDP(
        _ inside: Inside,
        _ bytes: Span<UInt8>,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        let start = inside.content.lowerBound
        guard bytes.count >= start + 8 else { return short }
        let length = bytes.u16(start + 4)
        let end = length == 0 ? inside.content.upperBound : min(inside.content.upperBound, start + length)
        guard end >= start + 8 else { return .malformed }
        let payload = start + 8..<max(start + 8, min(end, bytes.count))
        let port = bytes.u16(start + 2)
        // Mirrored traffic travels in these (RFC 7348; RFC 8926 with options behind its header).
        if port == 4789, payload.count > 8 + 14, bytes[payload.lowerBound] & 0x08 != 0 {
            enter(path: 2 << 32 | UInt64(bytes.u24(payload.lowerBound + 4)))
            return readEthernet(bytes, payload.lowerBound + 8, take)
        }
        if port == 6081, payload.count > 8, bytes[payload.lowerBound] >> 6 == 0 {
            let options = Int(bytes[payload.lowerBound] & 0x3f) * 4
            let type = bytes.u16(payload.lowerBound + 2)
            let inner = payload.lowerBound + 8 + options
            enter(path: 3 << 32 | UInt64(bytes.u24(payload.lowerBound + 4)))
            return type == 0x6558 ? readEthernet(bytes, inner, take) : readEther(type, bytes, inner, take)
        }
        let packet = Packet(
            source: inside.source,
            destination: inside.destination,
            sourcePort: UInt16(bytes.u16(start)),
            destinationPort: UInt16(port),
            transport: .udp,
            payload: payload,
            missing: end - start - 8 - payload.count,
            path: path
        )
        take(packet, bytes)
        return .packet
    }

    /// RFC 2784 and RFC 2890; ERSPAN, which switches mirror with, puts its own header before the frame.
    func readGRE(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard bytes.count >= start + 4 else { return short }
        let flags = bytes[start]
        guard bytes[start + 1] & 7 == 0 else { return .other }
        let hasSequence = flags & 0x10 != 0
        let place =
            start + 4 + (flags & 0x80 != 0 ? 4 : 0) + (flags & 0x20 != 0 ? 4 : 0) + (hasSequence ? 4 : 0)
        let key = start + 4 + (flags & 0x80 != 0 ? 4 : 0)
        if flags & 0x20 != 0, bytes.count >= key + 4 {
            enter(path: 4 << 32 | UInt64(bytes.number(key, isBig: true)))
        }
        switch bytes.u16(start + 2) {
        case 0x6558: return readEthernet(bytes, place, take)
        // ERSPAN of type I has no header and no sequence number, type II has eight bytes, type III twelve or
        // twenty.
        case 0x88be: return readEthernet(bytes, place + (hasSequence ? 8 : 0), take)
        case 0x22eb:
            guard bytes.count >= place + 12 else { return short }
            return readEthernet(bytes, place + (bytes[place + 11] & 1 == 1 ? 20 : 12), take)
        case let type: return readEther(type, bytes, place, take)
        }
    }
}
