import CUV

/// An error code of libuv, which is the negated `errno` of the operating system.
///
/// Only the code is kept; name and text are made when someone reads them.
public struct UVError: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: CInt

    package init(code: CInt) {
        self.code = code
    }

    /// The code's symbol, such as `ECONNREFUSED`.
    package var name: String {
        text { uv_err_name_r(code, $0, $1) }
    }

    /// The operating system's words for it, such as "connection refused".
    public var description: String {
        text { uv_strerror_r(code, $0, $1) }
    }

    /// Throws when libuv returned an error.
    static func check(_ result: CInt) throws(UVError) {
        guard result >= 0 else { throw UVError(code: result) }
    }

    /// Reads a text of libuv by the functions that, unlike their shorter twins, never leak.
    private func text(_ fill: (UnsafeMutablePointer<CChar>?, Int) -> Void) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            fill(buffer.baseAddress, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
    }
}

/// The codes that an owner tells apart.
extension UVError {
    package static let refused = UVError(code: UV_ECONNREFUSED.rawValue)
    package static let reset = UVError(code: UV_ECONNRESET.rawValue)
    package static let aborted = UVError(code: UV_ECONNABORTED.rawValue)
    package static let brokenPipe = UVError(code: UV_EPIPE.rawValue)
    /// The kernel gave up on its own, before a deadline of ours.
    package static let timedOut = UVError(code: UV_ETIMEDOUT.rawValue)
    package static let networkUnreachable = UVError(code: UV_ENETUNREACH.rawValue)
    package static let networkDown = UVError(code: UV_ENETDOWN.rawValue)
    package static let hostUnreachable = UVError(code: UV_EHOSTUNREACH.rawValue)
    package static let hostDown = UVError(code: UV_EHOSTDOWN.rawValue)
    /// A local firewall, or a broadcast address.
    package static let accessDenied = UVError(code: UV_EACCES.rawValue)
    package static let notPermitted = UVError(code: UV_EPERM.rawValue)
    package static let invalidArgument = UVError(code: UV_EINVAL.rawValue)
    package static let tooManyFiles = UVError(code: UV_EMFILE.rawValue)
    package static let tooManyFilesInSystem = UVError(code: UV_ENFILE.rawValue)
    /// No local port is free, or this machine has no address of the family.
    package static let addressNotAvailable = UVError(code: UV_EADDRNOTAVAIL.rawValue)
    package static let addressInUse = UVError(code: UV_EADDRINUSE.rawValue)
    package static let noBuffers = UVError(code: UV_ENOBUFS.rawValue)
    package static let noMemory = UVError(code: UV_ENOMEM.rawValue)
    package static let tryAgain = UVError(code: UV_EAGAIN.rawValue)

    /// Whether there is no way to the network or to the host, as this machine or a router on the way says.
    package var isUnreachable: Bool {
        switch self {
        case .networkUnreachable, .networkDown, .hostUnreachable, .hostDown: true
        default: false
        }
    }

    /// Whether this machine ran out of something, so that the same attempt may succeed later.
    ///
    /// `addressNotAvailable` is also what a machine without IPv6 says to an IPv6 address:
    /// whoever tries again must count the attempts.
    package var isExhaustion: Bool {
        switch self {
        case .tooManyFiles, .tooManyFilesInSystem, .addressNotAvailable, .addressInUse, .noBuffers,
            .noMemory, .tryAgain:
            true
        default:
            false
        }
    }
}
