import CAres
import CUV
import Glibc

/// An IPv4 or IPv6 address with a port, without a scope.
package struct SocketAddress: Hashable, Sendable {
    /// The address as a number: 32 bits of it for IPv4, all 128 for IPv6.
    package let value: UInt128
    package let isIPv6: Bool
    package var port: UInt16

    /// - Parameter ipv4: the address as a number: `0x7f00_0001` is 127.0.0.1.
    package init(ipv4: UInt32, port: UInt16) {
        value = UInt128(ipv4)
        isIPv6 = false
        self.port = port
    }

    /// - Parameter ipv6: the address as a number: 1 is `::1`.
    package init(ipv6: UInt128, port: UInt16) {
        value = ipv6
        isIPv6 = true
        self.port = port
    }

    /// Takes an address as it stands in packets, in 4 or 16 bytes.
    package init?(bytes: Span<UInt8>, port: UInt16) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var value: UInt128 = 0
        for index in bytes.indices { value = value << 8 | UInt128(bytes[index]) }
        self.value = value
        isIPv6 = bytes.count == 16
        self.port = port
    }

    /// Reads an address as `inet_pton` does: no name, no scope, no brackets.
    package init?(_ text: String, port: UInt16 = 0) {
        var bytes = InlineArray<16, UInt8>(repeating: 0)
        var span = bytes.mutableSpan
        let (isIPv4, isIPv6) = span.withUnsafeMutableBytes { buffer in
            let isIPv4 = uv_inet_pton(AF_INET, text, buffer.baseAddress) == 0
            return (isIPv4, !isIPv4 && uv_inet_pton(AF_INET6, text, buffer.baseAddress) == 0)
        }
        // libuv cuts a scope off; a name with one means another machine.
        guard isIPv4 || isIPv6, !text.utf8.contains(UInt8(ascii: "%")) else { return nil }
        self.init(bytes: bytes.span.extracting(first: isIPv4 ? 4 : 16), port: port)
    }

    /// Reads what a system call filled in.
    init?(_ address: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(address)
        switch CInt(address.pointee.sa_family) {
        case AF_INET:
            let address = raw.loadUnaligned(as: sockaddr_in.self)
            let value = withUnsafeBytes(of: address.sin_addr) { $0.loadUnaligned(as: UInt32.self) }
            self.init(ipv4: UInt32(bigEndian: value), port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            let address = raw.loadUnaligned(as: sockaddr_in6.self)
            let value = withUnsafeBytes(of: address.sin6_addr) { $0.loadUnaligned(as: UInt128.self) }
            self.init(ipv6: UInt128(bigEndian: value), port: UInt16(bigEndian: address.sin6_port))
        default: return nil
        }
    }

    /// The address alone, in its usual text form.
    package var host: String {
        withSockaddr { address in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
                guard uv_ip_name(address, buffer.baseAddress, buffer.count) == 0 else { return "" }
                return String(cString: buffer.baseAddress!)
            }
        }
    }

    /// Calls `body` with the address as system calls take it.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        if isIPv6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &address.sin6_addr) {
                $0.storeBytes(of: value.bigEndian, as: UInt128.self)
            }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        // By bytes: several C modules declare the structure inside, and any may count as its owner.
        withUnsafeMutableBytes(of: &address.sin_addr) {
            $0.storeBytes(of: UInt32(truncatingIfNeeded: value).bigEndian, as: UInt32.self)
        }
        return withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String {
        isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
