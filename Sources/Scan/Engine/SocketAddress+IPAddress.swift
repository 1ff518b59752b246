import Net
import Wire

extension SocketAddress {
    init(_ address: IPAddress, port: UInt16) {
        self =
            address.isV4
            ? SocketAddress(ipv4: UInt32(truncatingIfNeeded: address.bits), port: port)
            : SocketAddress(ipv6: address.bits, port: port)
    }
}

extension IPAddress {
    init(_ address: SocketAddress) {
        self =
            address.isIPv6
            ? IPAddress(v6: address.value) : IPAddress(v4: UInt32(truncatingIfNeeded: address.value))
    }
}
