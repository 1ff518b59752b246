import COpenSSL
package import Wire

/// A handshake by libssl, of all versions that it speaks.
package final class TLSSession: TLSHandshake {
    private let ssl: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer
    /// Owned here; libssl's callback borrows it.
    private let recorder: FlightRecorder
    /// Keeps the context alive as long as its session.
    private let context: TLSContext

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

    package var flight: ServerFlight { recorder.flight }

    /// Why the handshake failed, where the server said it; nil when it was libssl that had enough.
    package var failure: GrabFailure? {
        if let alert = recorder.flight.finalAlert { return .alert(alert) }
        return recorder.flight.junk.isEmpty ? nil : .notTLS
    }

    /// The last alert that we sent the server, such as libssl's complaint about its messages.
    package var alertSent: ServerFlight.Alert? { recorder.alertSent }

    package func receive(_ bytes: Span<UInt8>) {
        recorder.receive(bytes)
        bytes.withUnsafeBytes { _ = BIO_write(incoming, $0.baseAddress, CInt(clamping: $0.count)) }
    }

    /// libssl reports whole messages alone.
    package func ended(_ how: ServerFlight.Close) {}

    package func handshake() throws(TLSError) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return true }
        guard SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ else { throw .fromQueue() }
        return false
    }

    package func flush(_ send: (Span<UInt8>) -> Void) {
        var base: UnsafeMutablePointer<CChar>?
        let count = cBIO_get_mem_data(outgoing, &base)
        guard count > 0, let base else { return }
        base.withMemoryRebound(to: UInt8.self, capacity: count) {
            send(UnsafeBufferPointer(start: $0, count: count).span)
        }
        _ = cBIO_reset(outgoing)
    }

    package func write(_ bytes: [UInt8]) throws(TLSError) {
        guard !bytes.isEmpty else { return }
        ERR_clear_error()
        var written = 0
        guard SSL_write_ex(ssl, bytes, bytes.count, &written) == 1, written == bytes.count else {
            throw .fromQueue()
        }
    }

    package func read(_ take: (Span<UInt8>) -> Bool) throws(TLSError) -> TLSReading {
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

    package func close() {
        ERR_clear_error()
        SSL_shutdown(ssl)
        ERR_clear_error()
    }

    package var nextProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        guard let name, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    package func verify(_ store: TrustStore, name: String?, address: [UInt8]) -> TrustStore.Result? {
        guard let leaf = SSL_get0_peer_certificate(ssl) else { return nil }
        return store.check(leaf, SSL_get_peer_cert_chain(ssl), name: name, address: address)
    }
}
