import Glibc
package import Wire

/// A socket for whole packets, which never blocks.
///
/// To open one takes the right CAP_NET_RAW.
/// The kernel finds the way of what is sent, as for any other packet.
package final class RawSocket {
    package enum Kind: Sendable {
        /// Sends IPv4 packets with the headers that we write, and receives nothing.
        case ipv4Sender
        /// Receives copies of TCP segments with their IPv4 headers.
        case ipv4Segments
        case ipv4Messages
        /// Sends and receives TCP segments; the kernel writes the IPv6 header and the checksum.
        case ipv6Segments
        case ipv6Messages
    }

    let descriptor: CInt

    /// Bytes that wait to be read; the kernel takes less where we may not have so much.
    private static let receiveRoom: CInt = 16 << 20
    private static let sendRoom: CInt = 4 << 20
    /// Where the checksum stands in a TCP header.
    private static let checksumPlace: CInt = 16

    package init(_ kind: Kind, _ filter: PacketFilter? = nil) throws(UVError) {
        let (family, number): (CInt, Int) =
            switch kind {
            case .ipv4Sender: (AF_INET, IPPROTO_RAW)
            case .ipv4Segments: (AF_INET, IPPROTO_TCP)
            case .ipv4Messages: (AF_INET, IPPROTO_ICMP)
            case .ipv6Segments: (AF_INET6, IPPROTO_TCP)
            case .ipv6Messages: (AF_INET6, IPPROTO_ICMPV6)
            }
        let type = SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        descriptor = socket(family, CInt(type), CInt(number))
        guard descriptor >= 0 else { throw UVError(code: -errno) }
        switch kind {
        case .ipv4Sender:
            // Without it the kernel is silent about packets that it has no room for.
            set(CInt(IPPROTO_IP), IP_RECVERR, 1)
        case .ipv6Segments: set(CInt(IPPROTO_IPV6), IPV6_CHECKSUM, Self.checksumPlace)
        case .ipv4Segments, .ipv4Messages, .ipv6Messages: break
        }
        if !set(SOL_SOCKET, SO_RCVBUFFORCE, Self.receiveRoom) { set(SOL_SOCKET, SO_RCVBUF, Self.receiveRoom) }
        if !set(SOL_SOCKET, SO_SNDBUFFORCE, Self.sendRoom) { set(SOL_SOCKET, SO_SNDBUF, Self.sendRoom) }
        guard let filter, !attach(filter) else { return }
        throw UVError(code: -errno)
    }

    deinit { close(descriptor) }

    /// Has what is sent come from `source`.
    package func bind(to source: IPAddress) throws(UVError) {
        if let error = SocketAddress(source, port: 0).boundError(descriptor) { throw error }
    }

    /// How many packets the kernel has thrown away since the socket was opened, for want of room.
    package var lost: UInt32 {
        // SO_MEMINFO of linux/socket.h; the ninth number is that of packets dropped.
        var numbers = [UInt32](repeating: 0, count: 9)
        var size = socklen_t(numbers.count * MemoryLayout<UInt32>.size)
        return getsockopt(descriptor, SOL_SOCKET, 55, &numbers, &size) == 0 ? numbers[8] : 0
    }

    /// Waits until one of the sockets has something to read, or for so many milliseconds.
    package static func wait(for sockets: [RawSocket], milliseconds: Int) {
        var polled = sockets.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        poll(&polled, nfds_t(polled.count), CInt(clamping: milliseconds))
    }

    @discardableResult
    private func set(_ level: CInt, _ option: CInt, _ value: CInt) -> Bool {
        var value = value
        return setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size)) == 0
    }

    private func attach(_ filter: PacketFilter) -> Bool {
        var instructions = filter.instructions
        return instructions.withUnsafeMutableBufferPointer { instructions in
            var program = Program(count: UInt16(instructions.count), first: instructions.baseAddress)
            let size = socklen_t(MemoryLayout<Program>.size)
            return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, size) == 0
        }
    }

    /// `struct sock_fprog` of linux/filter.h.
    private struct Program {
        var count: UInt16
        var first: UnsafeMutablePointer<PacketFilter.Instruction>?
    }
}
