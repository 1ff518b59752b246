import COpenSSL

/// Why a handshake or a session failed: what OpenSSL put in its error queue, oldest first, or what our own
/// code says.
///
/// Of OpenSSL's errors only codes are kept; their text is made when someone reads it.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    package let codes: [UInt]
    /// Set when it was our own code that failed.
    package let failure: GrabFailure?

    init(codes: [UInt]) {
        self.codes = codes
        failure = nil
    }

    init(_ failure: GrabFailure) {
        codes = []
        self.failure = failure
    }

    static func fromQueue() -> TLSError {
        var codes: [UInt] = []
        // The queue holds sixteen; the bound is for a library that changes its mind.
        while codes.count < 64, case let code = ERR_get_error(), code != 0 { codes.append(code) }
        return TLSError(codes: codes)
    }

    package var description: String {
        if let failure { return failure.reason }
        guard !codes.isEmpty else { return "the TLS library gave no reason" }
        return codes.map { ERR_reason_error_string($0).map { String(cString: $0) } ?? "error \($0)" }
            .joined(separator: "; ")
    }
}
