import Bytes
package import Net
import Wire

/// The secret by which answers to SYNs are told from what others made up.
///
/// Each SYN bears a keyed hash of its endpoint as its sequence number, and only who has seen the SYN can
/// acknowledge it, as in ZMap and masscan.
package struct ProbeKey: Sendable {
    private let hash: SipHash

    package init() {
        var random = SystemRandomNumberGenerator()
        hash = SipHash(k0: random.next(), k1: random.next())
    }

    /// The sequence number of a SYN to `endpoint` from one of our ports.
    package func sequence(to endpoint: SocketAddress, from port: UInt16) -> UInt32 {
        let ports = UInt64(endpoint.port) << 16 | UInt64(port) | (endpoint.isIPv6 ? 1 << 32 : 0)
        let words = (endpoint.address.high, endpoint.address.low, ports)
        return withUnsafeBytes(of: words) { UInt32(truncatingIfNeeded: hash.hash($0)) }
    }
}
