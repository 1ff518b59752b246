import Bytes
internal import COpenSSL

/// A log's public key, which checks its signatures.
package final class LogKey {
    private let key: OpaquePointer
    /// SHA-256 of the key: the log's identifier.
    package let logID: TreeHash
    /// The signature algorithm's number (RFC 5246, section 7.4.1.4.1): 3 for ECDSA, 1 for RSA.
    private let algorithm: UInt8

    /// - Parameter publicKey: a SubjectPublicKeyInfo.
    /// - Returns: nil for what is none, or is of a kind that logs don't have (RFC 6962, section 2.1.4).
    package init?(_ publicKey: [UInt8]) {
        defer { ERR_clear_error() }
        let key = publicKey.withUnsafeBufferPointer { buffer in
            var pointer = buffer.baseAddress
            return d2i_PUBKEY(nil, &pointer, buffer.count)
        }
        guard let key else { return nil }
        switch EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_EC: algorithm = 3
        case EVP_PKEY_RSA where EVP_PKEY_get_bits(key) <= 16_384: algorithm = 1
        default:
            EVP_PKEY_free(key)
            return nil
        }
        self.key = key
        logID = TreeHash(of: publicKey.span)
    }

    deinit { EVP_PKEY_free(key) }

    /// Whether a digitally-signed structure with SHA-256 is this key's over `bytes`.
    package func verifies(_ signature: [UInt8], over bytes: [UInt8]) -> Bool {
        guard signature.count > 4, signature[0] == 4, signature[1] == algorithm,
            signature.span.u16(2) == signature.count - 4
        else { return false }
        defer { ERR_clear_error() }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return signature.withUnsafeBufferPointer { signature in
            bytes.withUnsafeBufferPointer { bytes in
                guard let start = signature.baseAddress else { return false }
                return EVP_DigestVerify(
                    context,
                    start + 4,
                    signature.count - 4,
                    bytes.baseAddress,
                    bytes.count
                ) == 1
            }
        }
    }
}
