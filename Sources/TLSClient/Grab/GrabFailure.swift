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
    /// The server signed in a way that is not checked here, or libcrypto failed: not its fault.
    case unchecked
    /// A bound was reached.
    case limit(Limit)

    /// Why, in words.
    var reason: String {
        switch self {
        case .alert(let code): "alert \(code)"
        case .closed: "the server closed the connection"
        case .reset: "connection reset by peer"
        case .timeout: "no answer within the time limit"
        case .notTLS: "the answer is not TLS"
        case .violation(let what): what.rawValue
        case .noCertificate: "the server's flight holds no certificate"
        case .unchecked: "a signature of a kind that is not checked"
        case .limit(let what): "more \(what.rawValue) than the limit"
        }
    }

    package enum Violation: String, Sendable {
        case record = "record with an impossible length or type"
        case message = "malformed handshake message"
        case order = "handshake message out of order"
        case plaintext = "plaintext where TLS 1.3 encrypts"
        case ciphertext = "encrypted record before any key, or one that does not decrypt"
        case retry = "HelloRetryRequest that asks for nothing we have"
        case share = "key share that does not fit"
        case signature = "CertificateVerify that the certificate's key does not verify"
        case finished = "Finished that does not fit the handshake"
        case suite = "cipher suite or version that was not offered"
    }

    package enum Limit: String, Sendable {
        case bytes
        case records
        case messages
    }
}
