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
    var missing = 0
    /// The VLANs and tunnels that the frame's packet lies in, as in `Packet.path`.
    var path: UInt64 = 0

    /// Reads a frame and hands on the packet that it holds or completes.
    func read(_ frame: CaptureFrame, _ bytes: Span<UInt8>, _ take: (Packet, Span<UInt8>) -> Void) -> Outcome {
        depth = 0
        missing = frame.length - bytes.count
        path = 0
        return readLink(frame.link, bytes, take)
    }

    /// Notes a VLAN, a tunnel or a session that what follows belongs to.
    func enter(path number: UInt64) {
        path = (path ^ number &+ 1) &* 0x9e37_79b9_7f4a_7c15
        path ^= path >> 29
    }

    /// Notes a tunnel that has no number of its own, by its two ends, whoever of them sends.
    func enter(tunnel inside: Inside) {
        func mixed(_ address: IPAddress) -> UInt64 {
            (address.high ^ 0x5bd1) &* 0xff51_afd7_ed55_8ccd ^ address.low
        }
        enter(path: mixed(inside.source) &+ mixed(inside.destination))
    }

    /// What headers are that end early.
    var short: Outcome { missing > 0 ? .cut : .malformed }

    /// Goes a layer deeper.
    ///
    /// - Returns: false when it is too deep.
    func enter() -> Bool {
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
