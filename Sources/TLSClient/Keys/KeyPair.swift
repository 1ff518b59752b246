import COpenSSL
import Wire

/// One of our key pairs, and room for the peer's key.
///
/// A pair serves every connection of its context: a scanner needs no forward
/// secrecy. One peer object takes key after key, because to make a new one
/// costs a lookup in libcrypto's providers.
final class KeyPair {
    let share: ClientHello.KeyShare
    private let derivation: OpaquePointer

    /// Nil for a group whose server encapsulates a secret instead of sending a key.
    private let peer: OpaquePointer?

    /// X25519MLKEM768: ML-KEM-768's ciphertext and an X25519 key come back (draft-ietf-tls-ecdhe-mlkem).
    static let hybrid: UInt16 = 4588
    private static let hybridAnswer = 1088 + 32

    /// Nil when libcrypto does not have the group.
    init?(group: UInt16) {
        guard let key = Self.generate(group) else { return nil }
        defer { EVP_PKEY_free(key) }
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = EVP_PKEY_get1_encoded_public_key(key, &encoded)
        guard count > 0, let encoded else { return nil }
        defer { CRYPTO_free(encoded, #file, #line) }
        share = ClientHello.KeyShare(
            group: group,
            key: Array(UnsafeBufferPointer(start: encoded, count: count))
        )
        guard let derivation = EVP_PKEY_CTX_new(key, nil) else { return nil }
        self.derivation = derivation
        if group == Self.hybrid {
            peer = nil
            EVP_PKEY_decapsulate_init(derivation, nil)
        } else {
            peer = EVP_PKEY_dup(key)
            EVP_PKEY_derive_init(derivation)
        }
    }

    deinit {
        EVP_PKEY_CTX_free(derivation)
        EVP_PKEY_free(peer)
    }

    /// Agrees with the server's share; returns the secret's bytes, or nil when the share is not a key of the
    /// group or of small order.
    func agree(_ share: Span<UInt8>, _ secret: inout SharedSecret) -> Int? {
        guard share.count == (peer == nil ? Self.hybridAnswer : self.share.key.count) else { return nil }
        if let peer {
            let isSet = share.withUnsafeBufferPointer {
                EVP_PKEY_set1_encoded_public_key(peer, $0.baseAddress, $0.count) > 0
            }
            guard isSet, EVP_PKEY_derive_set_peer_ex(derivation, peer, 0) > 0 else {
                ERR_clear_error()
                return nil
            }
        }
        return withUnsafeMutableBytes(of: &secret) { secret in
            var count = secret.count
            let bytes = secret.baseAddress?.assumingMemoryBound(to: UInt8.self)
            let result =
                peer != nil
                ? EVP_PKEY_derive(derivation, bytes, &count)
                : share.withUnsafeBufferPointer {
                    EVP_PKEY_decapsulate(derivation, bytes, &count, $0.baseAddress, $0.count)
                }
            guard result > 0 else {
                ERR_clear_error()
                return nil
            }
            return count
        }
    }

    private static func generate(_ group: UInt16) -> OpaquePointer? {
        let (algorithm, curve): (String, String?) =
            switch group {
            case 29: ("X25519", nil)
            case 30: ("X448", nil)
            case 23: ("EC", "P-256")
            case 24: ("EC", "P-384")
            case 25: ("EC", "P-521")
            case hybrid: ("X25519MLKEM768", nil)
            default: ("", nil)
            }
        guard !algorithm.isEmpty, let context = EVP_PKEY_CTX_new_from_name(nil, algorithm, nil) else {
            // An OpenSSL without the hybrid leaves a note of it.
            ERR_clear_error()
            return nil
        }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_keygen_init(context) > 0 else { return nil }
        if let curve, EVP_PKEY_CTX_set_group_name(context, curve) <= 0 { return nil }
        var key: OpaquePointer?
        guard EVP_PKEY_generate(context, &key) > 0 else { return nil }
        return key
    }
}

/// Room for the longest secret: P-521's 66 bytes.
typealias SharedSecret = InlineArray<72, UInt8>
