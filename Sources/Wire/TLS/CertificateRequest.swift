package import Bytes

/// What a server said when it asked for a client certificate (RFC 5246, section 7.4.4; RFC 8446, section
/// 4.3.2).
package struct CertificateRequest: Equatable, Sendable {
    package internal(set) var isPresent = false

    /// The certificate types of TLS 1.2 and older, in order.
    package internal(set) var types: [UInt8] = []

    /// The signature schemes that the server accepts, in order; at most 64.
    package internal(set) var signatureSchemes: [UInt16] = []

    /// The names of the CAs that it accepts, each a DER Name; at most 256 and 64 KiB.
    package internal(set) var authorities = ByteStrings(maximumCount: 256, maximumBytes: 64 * 1024)

    /// The extensions of a TLS 1.3 request, in order.
    package internal(set) var extensions = ExtensionList()

    package init() {}

    mutating func reset() {
        isPresent = false
        types.clear()
        signatureSchemes.clear()
        authorities.removeAll()
        extensions.reset()
    }
}
