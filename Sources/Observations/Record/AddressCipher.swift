internal import COpenSSL

/// Sixteen bytes encrypted as one block of AES-256: the same every time, and turned back with the key.
package enum AddressCipher {
    /// - Parameter key: 32 bytes.
    /// - Returns: 16 bytes; nil when the lengths are others.
    package static func encrypt(_ block: [UInt8], key: [UInt8]) -> [UInt8]? {
        guard block.count == 16, key.count == 32, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var out = [UInt8](repeating: 0, count: 32)
        var count: CInt = 0
        guard EVP_EncryptInit_ex(context, EVP_aes_256_ecb(), nil, key, nil) == 1,
            EVP_CIPHER_CTX_set_padding(context, 0) == 1,
            EVP_EncryptUpdate(context, &out, &count, block, 16) == 1, count == 16
        else { return nil }
        return Array(out.prefix(16))
    }
}
