/// Why a grab ended without a certificate.
package enum GrabFailure: Error, Equatable, Sendable {
    /// The server sent a fatal alert, or close_notify.
    case alert(UInt8)
    /// The server closed the connection.
    case closed
    /// The server, or something on the way, reset the connection.
    case reset
    /// Nothing came for too long.
    case timeout
    /// What came is not TLS; `ServerFlight.junk` has its begin.
    case notTLS
    /// The server broke the protocol, or asked for what we can't do.
    case violation(Violation)
    /// The flight was whole and held no certificate, as with an anonymous suite.
    case noCertificate
    /// A bound was reached.
    case limit(Limit)

    package enum Violation: String, Sendable {
        case record = "record with an impossible length or type"
        case message = "malformed handshake message"
        case order = "handshake message out of order"
        case plaintext = "plaintext where TLS 1.3 encrypts"
        case ciphertext = "encrypted record before any key, or one that does not decrypt"
        case retry = "HelloRetryRequest that asks for nothing we have"
        case share = "key share that does not fit"
        case suite = "cipher suite or version that was not offered"
    }

    package enum Limit: String, Sendable {
        case bytes
        case records
        case messages
    }
}
