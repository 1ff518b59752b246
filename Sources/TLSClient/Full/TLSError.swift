import COpenSSL
import Glibc

/// Why a handshake or a session failed: what OpenSSL put in its error queue, oldest first, or what our own
/// code says.
///
/// Of OpenSSL's errors only codes are kept; their text is made when someone reads it.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    package let codes: [UInt]
    /// Set when it was our own code that failed.
    package let failure: GrabFailure?
    /// The file that can't be used.
    package let file: String?

    init(codes: [UInt], file: String? = nil) {
        self.codes = codes
        self.file = file
        failure = nil
    }

    init(_ failure: GrabFailure) {
        codes = []
        file = nil
        self.failure = failure
    }

    static func fromQueue(file: String? = nil) -> TLSError {
        var codes: [UInt] = []
        // The queue holds sixteen; the bound is for a library that changes its mind.
        while codes.count < 64, case let code = ERR_get_error(), code != 0 { codes.append(code) }
        return TLSError(codes: codes, file: file)
    }

    package var description: String {
        if let failure { return failure.reason }
        let reasons = codes.map(Self.reason).joined(separator: "; ")
        let reason = codes.isEmpty ? "the TLS library gave no reason" : reasons
        return file.map { "\($0): \(reason)" } ?? reason
    }

    private static func reason(_ code: UInt) -> String {
        // An error of the system, as `ERR_SYSTEM_ERROR` tells it.
        if code & 0x8000_0000 != 0 { return String(cString: strerror(Int32(code & 0x7fff_ffff))) }
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
