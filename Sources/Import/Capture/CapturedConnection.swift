package import Observations
package import Wire

/// One connection of a capture in which TLS or HTTP was spoken.
package struct CapturedConnection {
    /// The endpoint and what it showed; used again for the next connection.
    package let observation: Observation
    package let client: FlowEnd
    package let server: FlowEnd
    /// What the client offered; nil when its hello was not captured, or there was no TLS.
    package var offer: ClientOffer?
    /// Payload bytes that each side sent.
    package var clientBytes: Int
    package var serverBytes: Int
    package var packets: Int
    /// Nanoseconds from the first packet to the last one.
    package var duration: Int64
    /// The number of its first packet.
    package var frame: Int
    /// Whether both sides went over to encryption and none refused.
    package var isEstablished: Bool
    /// Whether an earlier session was resumed, so that no certificate was sent.
    package var isResumed: Bool
    /// Whether QUIC carried the handshake.
    package var isQUIC = false
    /// The fatal alert that the client sent in the clear.
    package var clientAlert: UInt8?
    /// Bytes missing where they would have been read.
    package var missing: Int
    /// Whether it is what stood before TLS on a connection that is handed on for itself, with its bytes.
    package var isPart = false
}
