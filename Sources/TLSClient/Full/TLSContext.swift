import COpenSSL

/// Settings shared by the full handshakes of one thread: any server is to be seen, none is trusted.
///
/// TLS 1.0 to 1.3, security level 0, every cipher that the library has, servers
/// without secure renegotiation (RFC 5746) among them.
package final class TLSContext {
    let context: OpaquePointer

    /// - Parameter protocols: application protocols to offer (ALPN), in order of preference.
    package init(protocols: [String] = ["h2", "http/1.1"]) throws(TLSError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw .fromQueue() }
        self.context = context
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil)
        SSL_CTX_set_security_level(context, 0)
        SSL_CTX_set_options(
            context,
            cSSL_OP_LEGACY_SERVER_CONNECT | cSSL_OP_IGNORE_UNEXPECTED_EOF
                | cSSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION
        )
        _ = cSSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        _ = cSSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        _ = cSSL_CTX_set_min_proto_version(context, TLS1_VERSION)
        guard SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0") == 1 else {
            throw .fromQueue()
        }
        let names = protocols.flatMap { [UInt8(truncatingIfNeeded: $0.utf8.count)] + Array($0.utf8) }
        if !names.isEmpty, SSL_CTX_set_alpn_protos(context, names, UInt32(names.count)) != 0 {
            throw .fromQueue()
        }
        SSL_CTX_set_msg_callback(context) { isWritten, _, type, bytes, count, _, argument in
            guard let argument else { return }
            Unmanaged<FlightRecorder>.fromOpaque(argument)._withUnsafeGuaranteedRef {
                let bytes = UnsafeRawBufferPointer(start: bytes, count: count)
                $0.observe(isWritten: isWritten != 0, type: type, bytes.bindMemory(to: UInt8.self).span)
            }
        }
    }

    deinit { SSL_CTX_free(context) }
}
