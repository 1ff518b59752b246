import Bytes
import Wire

/// Finds the TCP segment or UDP datagram in a frame: through the link layer, tags, tunnels, IP and its
/// fragments.
///
/// Checksums are not looked at: on the machine that sends they are often computed after the capture.
final class PacketReader {
    /// What a frame held.
    enum Outcome: Equatable {
        case packet
        /// Another protocol than TCP and UDP over IP: nothing to read here.
        case other
        /// A fragment that waits for the others.
        case fragment
        /// A link layer that is not known.
        case unknownLink(UInt32)
        /// Headers that end early, or that say what can't be.
        case malformed
        /// The capture kept too little of the frame to tell.
        case cut
    }

    /// Layers inside each other that are opened: VLAN tags, tunnels and extension headers.
    private static let maximumDepth = 16

    let fragments = FragmentStore()
    private var depth = 0
    /// Bytes of the frame that were not kept.
    private var missing = 0
    private var time: Int64 = 0

    /// Reads a frame and hands on the packet that it holds or completes.
    func read(_ frame: CaptureFrame, _ bytes: Span<UInt8>, _ take: (Packet, Span<UInt8>) -> Void) -> Outcome {
        depth = 0
        missing = frame.length - bytes.count
        time = frame.time
        return readLink(frame.link, bytes, take)
    }

    // MARK: Link layers

    private func readLink(
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

    private var short: Outcome { missing > 0 ? .cut : .malformed }

    private func readEthernet(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard bytes.count >= place + 14 else { return short }
        return readEther(bytes.u16(place + 12), bytes, place + 14, take)
    }

    /// What stands behind an EtherType, or behind a length with LLC and SNAP (IEEE 802.2).
    private func readEther(
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

    private func readPPPoE(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard bytes.count >= place + 8 else { return short }
        // Version and type 1; session data.
        guard bytes[place] == 0x11, bytes[place + 1] == 0 else { return .other }
        return readPPP(bytes, place + 6, take)
    }

    private func readPPP(
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
    private func readMPLS(
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
    private func readFamily(
        _ bytes: Span<UInt8>,
        _ place: Int,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        let family = bytes.number(0, isBig: bytes[0] == 0 && bytes[1] == 0)
        return [2, 10, 24, 28, 30].contains(family) ? readIP(bytes, place, take) : .other
    }

    // MARK: IP

    private func readIP(
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

    private func readIPv4(
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

    private func readIPv6(
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

    private func readFragment(
        _ fragment: Fragment,
        _ inside: Inside,
        _ bytes: Span<UInt8>,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard inside.content.upperBound <= bytes.count else { return .cut }
        let whole = fragments.add(fragment, inside, bytes.extracting(inside.content))
        guard let whole else { return .fragment }
        var inside = inside
        inside.content = 0..<whole.count
        missing = 0
        return readTransport(inside, whole.span, take)
    }

    // MARK: Transport and tunnels

    private func readTransport(
        _ inside: Inside,
        _ bytes: Span<UInt8>,
        _ take: (Packet, Span<UInt8>) -> Void
    ) -> Outcome {
        guard enter() else { return .malformed }
        switch inside.next {
        case 6: return readTCP(inside, bytes, take)
        case 17: return readUDP(inside, bytes, take)
        // IP in IP, and generic routing encapsulation.
        case 4, 41: return readIP(bytes, inside.content.lowerBound, take)
        case 47: return readGRE(bytes, inside.content.lowerBound, take)
        default: return .other
        }
    }

    private func readTCP(
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
            flags: TCPFlags(rawValue: bytes[start + 13])
        )
        take(packet, bytes)
        return .packet
    }

    private func readUDP(
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
            return readEthernet(bytes, payload.lowerBound + 8, take)
        }
        if port == 6081, payload.count > 8, bytes[payload.lowerBound] >> 6 == 0 {
            let options = Int(bytes[payload.lowerBound] & 0x3f) * 4
            let type = bytes.u16(payload.lowerBound + 2)
            let inner = payload.lowerBound + 8 + options
            return type == 0x6558 ? readEthernet(bytes, inner, take) : readEther(type, bytes, inner, take)
        }
        let packet = Packet(
            source: inside.source,
            destination: inside.destination,
            sourcePort: UInt16(bytes.u16(start)),
            destinationPort: UInt16(port),
            transport: .udp,
            payload: payload,
            missing: end - start - 8 - payload.count
        )
        take(packet, bytes)
        return .packet
    }

    /// RFC 2784 and RFC 2890; ERSPAN, which switches mirror with, puts its own header before the frame.
    private func readGRE(
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

    private func enter() -> Bool {
        depth += 1
        return depth <= Self.maximumDepth
    }
}

/// What an IP header says of what it carries.
struct Inside: Equatable {
    var source: IPAddress
    var destination: IPAddress
    /// The protocol's number.
    var next: UInt8
    /// Where the content lies by the header, which may be beyond the bytes that were kept.
    var content: Range<Int>
}
