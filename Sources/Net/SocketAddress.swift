import CAres
import CUV
import Glibc
package import Wire

/// An IPv4 or IPv6 address with a port, without a scope.
package struct SocketAddress: Hashable, Sendable {
    package let address: IPAddress
    package var port: UInt16

    package init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// - Parameter ipv4: the address as a number: `0x7f00_0001` is 127.0.0.1.
    package init(ipv4: UInt32, port: UInt16) {
        self.init(IPAddress(v4: ipv4), port: port)
    }

    /// - Parameter ipv6: the address as a number: 1 is `::1`.
    package init(ipv6: UInt128, port: UInt16) {
        self.init(IPAddress(v6: ipv6), port: port)
    }

    /// Reads an address: no name, no scope, no brackets.
    package init?(_ text: String, port: UInt16 = 0) {
        guard let address = IPAddress(text) else { return nil }
        self.init(address, port: port)
    }

    /// Reads what system calls give.
    ///
    /// - Parameter length: bytes that are there.
    package init?(_ socket: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sa_family_t>.size else { return nil }
        switch CInt(socket.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET where length >= MemoryLayout<sockaddr_in>.size:
            // Port and address stand behind the family, in network order.
            let port = UInt16(bigEndian: socket.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            let bits = UInt32(bigEndian: socket.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            self.init(ipv4: bits, port: port)
        case AF_INET6 where length >= MemoryLayout<sockaddr_in6>.size:
            let port = UInt16(bigEndian: socket.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            let bits = UInt128(bigEndian: socket.loadUnaligned(fromByteOffset: 8, as: UInt128.self))
            self.init(ipv6: bits, port: port)
        default: return nil
        }
    }

    package var isIPv6: Bool { address.isV6 }

    /// The address alone, in its usual text form.
    package var host: String { address.description }

    /// The bytes of the address as system calls take it.
    var socketLength: socklen_t {
        socklen_t(isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    /// Calls `body` with the address as system calls take it.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
        if isIPv6 {
            var socket = sockaddr_in6()
            socket.sin6_family = sa_family_t(AF_INET6)
            socket.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &socket.sin6_addr) {
                $0.storeBytes(of: address.bits.bigEndian, as: UInt128.self)
            }
            return withUnsafePointer(to: &socket) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body)
            }
        }
        var socket = sockaddr_in()
        socket.sin_family = sa_family_t(AF_INET)
        socket.sin_port = port.bigEndian
        // By bytes: several C modules declare the structure inside, and any may count as its owner.
        withUnsafeMutableBytes(of: &socket.sin_addr) {
            $0.storeBytes(of: UInt32(truncatingIfNeeded: address.low).bigEndian, as: UInt32.self)
        }
        return withUnsafePointer(to: &socket) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }
}

extension SocketAddress {
    /// Why this machine can't come from here; nil when it can.
    package var bindingError: UVError? {
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return UVError(code: -errno) }
        defer { close(descriptor) }
        return boundError(descriptor)
    }

    /// Binds a socket here; why that failed, or nil.
    func boundError(_ descriptor: CInt) -> UVError? {
        withSockaddr { bind(descriptor, $0, socketLength) } == 0 ? nil : UVError(code: -errno)
    }

    /// Where a socket is; nil for one of another family.
    static func local(_ descriptor: CInt) -> SocketAddress? {
        var here = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let found = withUnsafeMutablePointer(to: &here) { here in
            here.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard found == 0 else { return nil }
        return withUnsafeBytes(of: &here) { SocketAddress($0.baseAddress!, length: min(Int(size), $0.count)) }
    }
}

extension SocketAddress: CustomStringConvertible {
    package var description: String {
        isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
