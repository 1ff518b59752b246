import COpenSSL

/// What OpenSSL put in its error queue, oldest first.
///
/// Only codes are kept; their text is made when someone reads it.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    package let codes: [UInt]

    static func fromQueue() -> TLSError {
        var codes: [UInt] = []
        // The queue holds sixteen; the bound is for a library that changes its mind.
        while codes.count < 64, case let code = ERR_get_error(), code != 0 { codes.append(code) }
        return TLSError(codes: codes)
    }

    package var description: String {
        guard !codes.isEmpty else { return "the TLS library gave no reason" }
        return codes.map { ERR_reason_error_string($0).map { String(cString: $0) } ?? "error \($0)" }
            .joined(separator: "; ")
    }
}
