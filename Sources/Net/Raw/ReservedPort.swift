import Glibc
package import Wire

/// A TCP port of this machine that no connection gets, as long as this object lives.
///
/// It is bound and neither listens nor connects: what comes to it is answered by the kernel with a reset.
package final class ReservedPort {
    package let number: UInt16
    private let descriptor: CInt

    /// - Parameter source: the local address, or the unspecified one of a family for all of them.
    package init(on source: IPAddress) throws(UVError) {
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(source.isV6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { throw UVError(code: -errno) }
        if source.isV6 {
            var on: CInt = 1
            let size = socklen_t(MemoryLayout<CInt>.size)
            setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, size)
        }
        let error = SocketAddress(source, port: 0).boundError(descriptor)
        guard error == nil, let here = SocketAddress.local(descriptor) else {
            close(descriptor)
            throw error ?? .addressNotAvailable
        }
        number = here.port
    }

    deinit { close(descriptor) }
}
