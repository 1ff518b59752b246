package import Wire

/// A segment of TCP or a datagram of UDP in a frame.
package struct Packet: Equatable, Sendable {
    package var source: IPAddress
    package var destination: IPAddress
    package var sourcePort: UInt16
    package var destinationPort: UInt16

    /// What carries it; nil for neither, which is never handed on.
    package var transport: Transport

    /// Where the payload lies in the bytes that come with the packet.
    package var payload: Range<Int>

    /// Bytes at the payload's end that the capture left out.
    package var missing: Int

    /// TCP alone.
    package var sequence: UInt32 = 0
    package var acknowledgement: UInt32 = 0
    package var flags = TCPFlags()

    /// What it travelled in: VLANs, tunnels and sessions, mixed into one number; 0 for none.
    ///
    /// The same addresses and ports may stand for others in another VLAN.
    package var path: UInt64 = 0
}

/// The flags of a segment that matter here (RFC 9293, section 3.1).
package struct TCPFlags: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let fin = TCPFlags(rawValue: 1)
    package static let syn = TCPFlags(rawValue: 2)
    package static let rst = TCPFlags(rawValue: 4)
    package static let ack = TCPFlags(rawValue: 16)
}
