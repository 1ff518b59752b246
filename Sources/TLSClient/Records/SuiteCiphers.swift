import COpenSSL

/// libcrypto's ciphers for the suites of TLS 1.3, fetched once for each context.
final class SuiteCiphers {
    private let aes128 = EVP_CIPHER_fetch(nil, "AES-128-GCM", nil)
    private let aes256 = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    private let chacha20 = EVP_CIPHER_fetch(nil, "CHACHA20-POLY1305", nil)
    private let ccm = EVP_CIPHER_fetch(nil, "AES-128-CCM", nil)

    deinit {
        for cipher in [aes128, aes256, chacha20, ccm] { EVP_CIPHER_free(cipher) }
    }

    /// The cipher of a suite from 0x1301 to 0x1305; nil when libcrypto has it not.
    subscript(suite: UInt16) -> OpaquePointer? {
        switch suite {
        case 0x1301: aes128
        case 0x1302: aes256
        case 0x1303: chacha20
        default: ccm
        }
    }
}
