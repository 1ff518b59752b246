import Bytes
package import Net
import Wire

/// The first packet of a TCP connection, as Linux sends it.
///
/// It has the options of an ordinary client: some hosts and many middleboxes drop a SYN without them.
package struct SYNPacket {
    /// The bytes: an IPv4 packet, or the TCP segment of an IPv6 one, whose header and checksum are the
    /// kernel's.
    package private(set) var bytes: [UInt8]
    private let start: Int

    private static let ipv4Header = 20
    private static let length = 40
    /// The largest segments that fit into Ethernet's packets.
    private static let largest = (ipv4: UInt16(1460), ipv6: UInt16(1440))

    package init(isIPv6: Bool) {
        start = isIPv6 ? 0 : Self.ipv4Header
        bytes = []
        if !isIPv6 {
            let length = UInt8(Self.ipv4Header + Self.length)
            // Version and length, no fragments, 64 hops, TCP. Identification and checksum are the kernel's.
            bytes = [0x45, 0, 0, length, 0, 0, 0x40, 0, 64, 6, 0, 0]
            bytes += [UInt8](repeating: 0, count: 8)
        }
        // Ports, sequence number, acknowledgement; ten words, SYN, a window of 64,240 bytes, checksum,
        // nothing urgent.
        bytes += [UInt8](repeating: 0, count: 12) + [0xa0, 0x02, 0xfa, 0xf0, 0, 0, 0, 0]
        let largest = isIPv6 ? Self.largest.ipv6 : Self.largest.ipv4
        // Largest segment, selective acknowledgements, timestamps, a place to fill, window scale 7.
        bytes += [2, 4, UInt8(largest >> 8), UInt8(largest & 0xff), 4, 2, 8, 10] + [0, 0, 0, 0, 0, 0, 0, 0]
        bytes += [1, 3, 3, 7]
    }

    /// Makes it the SYN to an endpoint.
    ///
    /// - Parameter source: where it comes from; the checksum of IPv4 covers the address, IPv6 wants the port
    ///   alone.
    package mutating func address(to destination: SocketAddress, from source: SocketAddress, sequence: UInt32)
    {
        put(UInt32(source.port) << 16 | UInt32(destination.port), at: start)
        put(sequence, at: start + 4)
        // Nobody has to learn our clock.
        put(sequence &* 0x9e37_79b1, at: start + 28)
        guard start > 0 else { return }
        put(UInt32(truncatingIfNeeded: source.address.low), at: 12)
        put(UInt32(truncatingIfNeeded: destination.address.low), at: 16)
        bytes[start + 16] = 0
        bytes[start + 17] = 0
        let sum = checksum()
        bytes[start + 16] = UInt8(sum >> 8)
        bytes[start + 17] = UInt8(sum & 0xff)
    }

    private mutating func put(_ number: UInt32, at place: Int) {
        for index in 0..<4 {
            bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt32(24 - 8 * index))
        }
    }

    /// The checksum of RFC 9293 over the segment and the pseudo-header of IPv4.
    private func checksum() -> UInt16 {
        // The protocol, TCP, and the segment's length.
        var sum: UInt32 = 6 + UInt32(Self.length)
        // Both addresses stand right before the segment.
        for index in stride(from: 12, to: bytes.count, by: 2) { sum += UInt32(bytes.span.u16(index)) }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }
}
