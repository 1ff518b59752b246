import Bytes

/// Link layers: Ethernet with its tags, and what carries IP in place of it.
extension PacketReader {
    func readLink(
        _ link: UInt32,
        _ bytes: Span<UInt8>,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        switch link {
        case 1: return readEthernet(bytes, 0, take)
        // BSD's loopback: the address family in the capturing machine's order, or always big-endian.
        case 0, 108:
            guard bytes.count >= 4 else { return short }
            return readFamily(bytes, 4, take)
        // Raw IP.
        case 12, 14, 101, 228, 229: return readIP(bytes, 0, take)
        // Linux "cooked", both versions.
        case 113:
            guard bytes.count >= 16 else { return short }
            return readEther(bytes.u16(14), bytes, 16, take)
        case 276:
            guard bytes.count >= 20 else { return short }
            return readEther(bytes.u16(0), bytes, 20, take)
        // PPP, with or without address and control.
        case 9, 50: return readPPP(bytes, 0, take)
        case 51: return readPPPoE(bytes, 0, take)
        // Cisco's HDLC.
        case 104:
            guard bytes.count >= 4 else { return short }
            return readEther(bytes.u16(2), bytes, 4, take)
        default: return .unknownLink(link)
        }
    }

    func readEthernet(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard bytes.count >= place + 14 else { return short }
        return readEther(bytes.u16(place + 12), bytes, place + 14, take)
    }

    /// What stands behind an EtherType, or behind a length with LLC and SNAP (IEEE 802.2).
    func readEther(
        _ type: Int,
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        var (type, place) = (type, start)
        while enter() {
            switch type {
            case 0x0800, 0x86dd: return readIP(bytes, place, take)
            // VLAN tags: 802.1Q, 802.1ad, and older numbers of the outer one.
            case 0x8100, 0x88a8, 0x9100, 0x9200:
                guard bytes.count >= place + 4 else { return short }
                // Twelve bits are the VLAN's; priorities differ between packets.
                enter(path: UInt64(bytes.u16(place) & 0xfff))
                (type, place) = (bytes.u16(place + 2), place + 4)
            case 0x8864: return readPPPoE(bytes, place, take)
            case 0x8847, 0x8848: return readMPLS(bytes, place, take)
            case 0..<0x0600:
                guard bytes.count >= place + 8 else { return .other }
                guard bytes.u24(place) == 0xaa_aa03, bytes.u24(place + 3) == 0 else { return .other }
                (type, place) = (bytes.u16(place + 6), place + 8)
            default: return .other
            }
        }
        return .malformed
    }

    func readPPPoE(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard bytes.count >= place + 8 else { return short }
        // Version and type 1; session data.
        guard bytes[place] == 0x11, bytes[place + 1] == 0 else { return .other }
        enter(path: 1 << 32 | UInt64(bytes.u16(place + 2)))
        return readPPP(bytes, place + 6, take)
    }

    func readPPP(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        var place = start
        guard bytes.count >= place + 4 else { return short }
        if bytes.u16(place) == 0xff03 { place += 2 }
        // RFC 1661, section 6.5: the protocol's first byte may be left out.
        let number = bytes[place] & 1 == 1 ? Int(bytes[place]) : bytes.u16(place)
        place += bytes[place] & 1 == 1 ? 1 : 2
        switch number {
        case 0x21, 0x57: return readIP(bytes, place, take)
        case 0x0281, 0x0283: return readMPLS(bytes, place, take)
        default: return .other
        }
    }

    /// Labels up to the last one; then IP, or an Ethernet frame behind a control word (RFC 4448).
    func readMPLS(
        _ bytes: Span<UInt8>,
        _ start: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        var place = start
        while enter() {
            guard bytes.count >= place + 4 else { return short }
            place += 4
            guard bytes[place - 2] & 1 == 1 else { continue }
            guard place < bytes.count else { return short }
            switch bytes[place] >> 4 {
            case 4, 6: return readIP(bytes, place, take)
            case 0: return readEthernet(bytes, place + 4, take)
            default: return .other
            }
        }
        return .malformed
    }

    /// The address families of BSD, macOS and Linux that mean IP; the version tells which one.
    func readFamily(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        let family = bytes.number(0, isBig: bytes[0] == 0 && bytes[1] == 0)
        return [2, 10, 24, 28, 30].contains(family) ? readIP(bytes, place, take) : .other
    }
}
