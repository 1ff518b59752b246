import COpenSSL
package import Wire

/// The client's end of one TLS connection, without the connection.
///
/// Bytes from the peer go in by `receive`, bytes for the peer come out by
/// `flush`. What the server shows is in `flight`, however the handshake ends.
package struct TLSSession: ~Copyable {
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// Owned here; libssl's callback borrows it.
    private let recorder: FlightRecorder
    /// Keeps the context alive as long as its session.
    private let context: TLSContext

    /// Whether a server name is sent: a name that SNI can't hold is left out rather than failing the
    /// handshake.
    package let sendsServerName: Bool

    /// - Parameters:
    ///   - serverName: the name for SNI; nil for none.
    ///   - offersProtocols: false for a server that refuses every application protocol but its own.
    package init(
        _ context: TLSContext,
        serverName: String?,
        offersProtocols: Bool = true
    ) throws(TLSError) {
        ERR_clear_error()
        guard let ssl = SSL_new(context.context) else { throw .fromQueue() }
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
            SSL_free(ssl)
            throw .fromQueue()
        }
        self.context = context
        recorder = context.takeRecorder()
        self.ssl = ssl
        self.incoming = incoming
        self.outgoing = outgoing
        SSL_set_bio(ssl, incoming, outgoing)  // ssl frees both
        SSL_set_connect_state(ssl)
        cSSL_set_msg_callback_arg(ssl, Unmanaged.passUnretained(recorder).toOpaque())
        if !offersProtocols { SSL_set_alpn_protos(ssl, nil, 0) }
        sendsServerName = serverName.map { cSSL_set_tlsext_host_name(ssl, $0) == 1 } ?? false
    }

    deinit {
        SSL_free(ssl)
        context.giveBack(recorder)
    }

    /// What the server showed so far.
    package var flight: ServerFlight { recorder.flight }

    /// Why the handshake failed, where the server said it; nil when it was libssl that had enough.
    package var failure: GrabFailure? {
        if let alert = recorder.flight.alerts.last(where: \.isFinal) { return .alert(alert.code) }
        return recorder.flight.junk.isEmpty ? nil : .notTLS
    }

    /// The last alert that we sent the server, such as libssl's complaint about its messages.
    package var alertSent: ServerFlight.Alert? { recorder.alertSent }

    /// Takes bytes from the peer.
    package mutating func receive(_ bytes: Span<UInt8>) {
        recorder.receive(bytes)
        bytes.withUnsafeBytes { _ = BIO_write(incoming, $0.baseAddress, CInt(clamping: $0.count)) }
    }

    /// Goes on with the handshake as far as the bytes received allow.
    ///
    /// - Returns: true when the handshake is complete.
    package mutating func handshake() throws(TLSError) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return true }
        guard SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ else { throw .fromQueue() }
        return false
    }

    /// Hands `send` what is to go to the peer, in place, and forgets it.
    package mutating func flush(_ send: (Span<UInt8>) -> Void) {
        var base: UnsafeMutablePointer<CChar>?
        let count = cBIO_get_mem_data(outgoing, &base)
        guard count > 0, let base else { return }
        base.withMemoryRebound(to: UInt8.self, capacity: count) {
            send(UnsafeBufferPointer(start: $0, count: count).span)
        }
        _ = cBIO_reset(outgoing)
    }

    /// Encrypts application data; it comes out by `flush`.
    package mutating func write(_ bytes: [UInt8]) throws(TLSError) {
        guard !bytes.isEmpty else { return }
        ERR_clear_error()
        var written = 0
        guard SSL_write_ex(ssl, bytes, bytes.count, &written) == 1, written == bytes.count else {
            throw .fromQueue()
        }
    }

    /// How far reading got.
    package enum Reading: Equatable, Sendable {
        case wait
        /// The server said that it is done (close_notify).
        case end
    }

    /// Decrypts what was received; `take` gets each piece.
    ///
    /// - Parameter take: returns false to stop.
    package mutating func read(_ take: (Span<UInt8>) -> Bool) throws(TLSError) -> Reading {
        var room = InlineArray<16384, UInt8>(repeating: 0)
        while true {
            ERR_clear_error()
            var count = 0
            let result = withUnsafeMutableBytes(of: &room) {
                SSL_read_ex(ssl, $0.baseAddress, $0.count, &count)
            }
            if result == 1 {
                guard take(room.span.extracting(0..<count)) else { return .wait }
                continue
            }
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return .wait
            case SSL_ERROR_ZERO_RETURN: return .end
            default: throw .fromQueue()
            }
        }
    }

    /// Tells the server that nothing more will be sent (close_notify); it comes out by `flush`.
    package mutating func close() {
        ERR_clear_error()
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    /// The application protocol chosen by ALPN.
    package var nextProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        guard let name, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// Checks chain and name against a store of trusted certificates; nil when libssl has taken no
    /// certificate.
    package func verify(_ store: TrustStore, name: String?, address: [UInt8]) -> TrustStore.Result? {
        guard let leaf = SSL_get0_peer_certificate(ssl) else { return nil }
        return store.check(leaf, SSL_get_peer_cert_chain(ssl), name: name, address: address)
    }
}
