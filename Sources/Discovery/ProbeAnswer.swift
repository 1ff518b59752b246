import Bytes
package import Net
package import Wire

/// What came back to a SYN, or what was made to look like it: its owner checks the sequence number.
package struct ProbeAnswer: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable {
        /// SYN and ACK.
        case open
        /// A reset, or a message that the endpoint can't be reached, as connect(2) would tell it.
        case failed(UVError)
    }

    /// Whom it speaks of; who sent a message of ICMP may be another.
    package let endpoint: SocketAddress
    /// Our port, which the SYN came from.
    package let port: UInt16
    /// The sequence number of the SYN that it answers.
    package let sequence: UInt32
    package let verdict: Verdict

    private static let tcp: UInt8 = 6
    private static let icmp: UInt8 = 1

    /// Reads a packet with its IPv4 header: a TCP segment, or a message of ICMP about one.
    ///
    /// - Returns: nil for anything else.
    package init?(parsingIPv4 bytes: Span<UInt8>) {
        guard let header = Self.header(bytes, from: 0) else { return nil }
        let end = min(bytes.count, bytes.u16(2))
        // Only the first of a packet's fragments has the header that we want, and nobody cuts so small a
        // packet.
        guard bytes.u16(6) & 0x3fff == 0, header.end < end else { return nil }
        let rest = bytes.extracting(header.end..<end)
        switch header.protocol {
        case Self.tcp: self.init(parsingSegment: rest, from: Self.address(bytes, 12, 4))
        case Self.icmp: self.init(parsingIPv4Message: rest)
        default: return nil
        }
    }

    /// Reads a TCP segment.
    ///
    /// - Parameter address: whom it came from.
    package init?(parsingSegment bytes: Span<UInt8>, from address: IPAddress?) {
        guard let address, bytes.count >= 20 else { return nil }
        let flags = bytes[13]
        // A reset without an acknowledgement could be anybody's.
        guard flags & 0x10 != 0 else { return nil }
        switch flags & 0x07 {
        case 0x02: verdict = .open
        case 0x04: verdict = .failed(.refused)
        default: return nil
        }
        endpoint = SocketAddress(address, port: UInt16(bytes.u16(0)))
        port = UInt16(bytes.u16(2))
        // It acknowledges the SYN, which counts as one byte.
        sequence = Self.u32(bytes, 8) &- 1
    }

    /// Reads a message of ICMPv6.
    package init?(parsingIPv6Message bytes: Span<UInt8>) {
        let header = 40
        guard bytes.count >= 8 + header + 8, bytes[0] == 1, bytes[8] >> 4 == 6 else { return nil }
        // No extension header stands between in what we have sent.
        guard bytes[8 + 6] == Self.tcp, let error = Self.ipv6Error(bytes[1]) else { return nil }
        self.init(bytes, about: Self.address(bytes, 8 + 24, 16), segment: 8 + header, error)
    }

    private init?(parsingIPv4Message bytes: Span<UInt8>) {
        guard bytes.count >= 8, bytes[0] == 3, let error = Self.ipv4Error(bytes[1]) else { return nil }
        guard let header = Self.header(bytes, from: 8), header.protocol == Self.tcp else { return nil }
        guard bytes.count >= header.end + 8 else { return nil }
        self.init(bytes, about: Self.address(bytes, 8 + 16, 4), segment: header.end, error)
    }

    /// A message about a segment of ours, of which the first eight bytes are there.
    private init?(_ bytes: Span<UInt8>, about address: IPAddress?, segment: Int, _ error: UVError) {
        guard let address else { return nil }
        endpoint = SocketAddress(address, port: UInt16(bytes.u16(segment + 2)))
        port = UInt16(bytes.u16(segment))
        sequence = Self.u32(bytes, segment + 4)
        verdict = .failed(error)
    }

    /// Where an IPv4 header ends, and what follows it.
    private static func header(_ bytes: Span<UInt8>, from start: Int) -> (end: Int, protocol: UInt8)? {
        guard bytes.count >= start + 20, bytes[start] >> 4 == 4 else { return nil }
        let length = Int(bytes[start] & 0x0f) * 4
        guard length >= 20, bytes.count >= start + length else { return nil }
        return (start + length, bytes[start + 9])
    }

    private static func address(_ bytes: Span<UInt8>, _ start: Int, _ length: Int) -> IPAddress? {
        IPAddress(bytes: bytes.extracting(start..<start + length))
    }

    private static func u32(_ bytes: Span<UInt8>, _ index: Int) -> UInt32 {
        UInt32(bytes.u16(index)) << 16 | UInt32(bytes.u16(index + 2))
    }

    /// What Linux makes of a code of "destination unreachable" (RFC 792, RFC 1812) while it connects.
    private static func ipv4Error(_ code: UInt8) -> UVError? {
        switch code {
        case 0, 6, 9, 11: .networkUnreachable
        case 1, 5, 7, 8, 10, 12...15: .hostUnreachable
        case 2, 3: .refused
        default: nil
        }
    }

    /// The same of ICMPv6 (RFC 4443).
    private static func ipv6Error(_ code: UInt8) -> UVError? {
        switch code {
        case 0: .networkUnreachable
        case 1, 5, 6: .accessDenied
        case 2, 3: .hostUnreachable
        case 4: .refused
        default: nil
        }
    }
}
