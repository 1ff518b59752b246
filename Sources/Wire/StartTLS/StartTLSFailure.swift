/// Why a plaintext dialogue did not lead to TLS.
package struct StartTLSFailure: Error, Equatable, Sendable {
    package enum Reason: Sendable, Equatable {
        /// The server speaks the protocol and does not offer TLS, or declines it.
        case refused
        /// The server speaks the protocol and turned the client away, broke the dialogue off or broke its rules.
        case error
        /// The server does not speak the protocol.
        case otherProtocol
        /// The server sent more than a dialogue can need.
        case limit
    }

    package var reason: Reason
    /// What the server said, or what was missing; the server's own words are not escaped.
    package var message: String

    package init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
