import Glibc
package import Wire

/// Asks the kernel from which of this machine's IPv4 addresses it would send to another.
///
/// A TCP checksum covers the source, and so it must be known before the kernel chooses a way. Nothing is
/// sent.
package final class SourceFinder {
    private let descriptor: CInt
    private var latest: (destination: IPAddress, source: IPAddress)?

    package init() throws(UVError) {
        descriptor = socket(AF_INET, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw UVError(code: -errno) }
    }

    deinit { close(descriptor) }

    /// The address that a packet to `destination` comes from.
    ///
    /// - Throws: why there is no way to it.
    package func source(to destination: IPAddress) throws(UVError) -> IPAddress {
        if let latest, latest.destination == destination { return latest.source }
        // A socket keeps the source that it got with its first peer: it has to let go before the next one.
        // An address of no family is one of zeros.
        var none: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &none) { none in
            _ = none.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, 16) }
        }
        let place = SocketAddress(destination, port: 9)
        let result = place.withSockaddr { connect(descriptor, $0, place.socketLength) }
        guard result == 0 else { throw UVError(code: -errno) }
        guard let source = SocketAddress.local(descriptor)?.address else { throw .addressNotAvailable }
        latest = (destination, source)
        return source
    }
}
