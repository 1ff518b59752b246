import COpenSSL
package import Wire

/// Settings shared by the full handshakes of one thread: any server is to be seen, none is trusted.
///
/// TLS 1.0 to 1.3, security level 0, every cipher suite of the library that has the server show a
/// certificate, servers without secure renegotiation (RFC 5746) among them.
package final class TLSContext {
    let context: OpaquePointer
    private var recorders: [FlightRecorder] = []

    /// All suites, the strong ones first and those without encryption last, but none that
    /// authenticates by something else than a certificate.
    static let cipherList = "ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"

    /// Both TLS 1.3 suites that the library leaves out by default are among them.
    static let tls13Suites =
        "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"
        + "TLS_AES_128_CCM_8_SHA256"

    /// The library's own, then those that servers of TLS 1.2 and older may insist on.
    static let groups =
        "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072:ffdhe4096:"
        + "brainpoolP256r1:brainpoolP384r1:brainpoolP512r1:secp256k1:P-224:P-192"

    /// Bytes of the longest Certificate message, as many as its length can say.
    ///
    /// The library's own limit is 100 KiB.
    private static let longestChain = 1 << 24 - 1

    /// More recorders are not kept for later sessions.
    private static let maximumRecorders = 1024

    /// - Parameters:
    ///   - protocols: application protocols to offer (ALPN), in order of preference.
    ///   - look: the grab's hello; one that takes one kind of certificate alone is followed in that.
    package init(
        protocols: [String] = ["h2", "http/1.1"],
        look: ClientHello.Look = .default
    ) throws(TLSError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw .fromQueue() }
        self.context = context
        // In place of the library's verifier: without verification alone it would still build chains.
        SSL_CTX_set_cert_verify_callback(context, { _, _ in 1 }, nil)
        SSL_CTX_set_security_level(context, 0)
        SSL_CTX_set_options(
            context,
            cSSL_OP_LEGACY_SERVER_CONNECT | cSSL_OP_IGNORE_UNEXPECTED_EOF
                | cSSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION
        )
        _ = cSSL_CTX_set_mode(context, Int(SSL_MODE_RELEASE_BUFFERS))
        _ = cSSL_CTX_set_session_cache_mode(context, Int(SSL_SESS_CACHE_OFF))
        // The bytes that a connection may receive are bounded by whoever owns it.
        _ = cSSL_CTX_set_max_cert_list(context, Self.longestChain)
        _ = cSSL_CTX_set_min_proto_version(context, TLS1_VERSION)
        let kind = Self.kind(look)
        guard SSL_CTX_set_cipher_list(context, kind.without + Self.cipherList) == 1,
            kind.schemes.isEmpty || cSSL_CTX_set1_sigalgs_list(context, kind.schemes) == 1,
            SSL_CTX_set_ciphersuites(context, Self.tls13Suites) == 1,
            cSSL_CTX_set1_groups_list(context, Self.groups) == 1
        else {
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

    /// Suites that a look does without, and the signature schemes that it takes; nothing for all.
    private static func kind(_ look: ClientHello.Look) -> (without: String, schemes: String) {
        switch look {
        case .rsa:
            (
                "!aECDSA:!aDSS:",
                "RSA-PSS+SHA256:RSA+SHA256:RSA-PSS+SHA384:RSA+SHA384:RSA-PSS+SHA512:RSA+SHA512:"
                    + "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:RSA+SHA224:RSA+SHA1"
            )
        case .ecdsa:
            (
                "!aRSA:!aDSS:",
                "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:ECDSA+SHA224:ECDSA+SHA1"
            )
        default: ("", "")
        }
    }

    // MARK: Recorders, whose arrays serve one session after another

    func takeRecorder() -> FlightRecorder {
        recorders.popLast() ?? FlightRecorder()
    }

    func giveBack(_ recorder: FlightRecorder) {
        guard recorders.count < Self.maximumRecorders else { return }
        recorder.reset()
        recorders.append(recorder)
    }
}
