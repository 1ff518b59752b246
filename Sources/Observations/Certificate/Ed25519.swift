internal import COpenSSL

/// Signatures with Ed25519 keys (RFC 8032).
package enum Ed25519 {
    package static let keySize = 32
    package static let signatureSize = 64

    /// Whether a key made the signature of `message`; false for a key or a signature that is none.
    ///
    /// - Parameter key: the public key's 32 bytes.
    package static func verifies(_ signature: [UInt8], of message: [UInt8], key: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard signature.count == signatureSize,
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, key, key.count)
        else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
