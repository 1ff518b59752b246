package import Wire

/// The client's end of one TLS connection, without the connection: what an engine of handshakes is.
///
/// Bytes from the peer go in by `receive`, bytes for the peer come out by `flush`. What the server shows is
/// in `flight`, however the handshake ends. `TLSSession` is libssl's; `GrabSession` is our own, of TLS 1.3.
package protocol TLSHandshake: AnyObject {
    /// What the server showed so far.
    var flight: ServerFlight { get }

    /// Whether a server name is sent: a name that SNI can't hold is left out rather than failing the
    /// handshake.
    var sendsServerName: Bool { get }

    /// The application protocol that the server chose (ALPN).
    var nextProtocol: String? { get }

    /// Takes bytes from the peer.
    func receive(_ bytes: Span<UInt8>)

    /// Takes note that the connection ended before the handshake was complete: what of the certificate has
    /// come is then in `flight`, as far as the engine sees messages that are not whole.
    func ended(_ how: ServerFlight.Close)

    /// Goes on with the handshake as far as the bytes received allow.
    ///
    /// - Returns: true when it is complete: the server has proven to hold its certificate's key.
    func handshake() throws(TLSError) -> Bool

    /// Hands `send` what is to go to the peer, and forgets it.
    func flush(_ send: (Span<UInt8>) -> Void)

    /// Encrypts application data; it comes out by `flush`.
    func write(_ bytes: [UInt8]) throws(TLSError)

    /// Decrypts what was received; `take` gets each piece.
    ///
    /// - Parameter take: returns false to stop.
    func read(_ take: (Span<UInt8>) -> Bool) throws(TLSError) -> TLSReading

    /// Tells the server that nothing more will be sent (close_notify); it comes out by `flush`.
    func close()

    /// Checks chain and name against a store of trusted certificates; nil when there is no certificate that
    /// could be checked.
    func verify(_ store: TrustStore, name: String?, address: [UInt8]) -> TrustStore.Result?
}

/// How far reading application data got.
package enum TLSReading: Equatable, Sendable {
    case wait
    /// The server said that it is done (close_notify).
    case end
}
