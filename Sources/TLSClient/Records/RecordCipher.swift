import COpenSSL
import Wire

/// Decrypts TLS 1.3 records into one room that it owns (RFC 8446, section 5.2).
final class RecordCipher {
    /// A record may be 2^14 bytes and 256 of overhead; what is longer is refused.
    static let longestRecord = 16640

    /// The latest decrypted content.
    private(set) var plaintext = [UInt8](repeating: 0, count: longestRecord)

    private let aead: OpaquePointer
    private let ccm: OpaquePointer
    private let suites: SuiteCiphers

    /// The connection whose key `aead` holds.
    private var owner: UInt64 = 0

    /// Nil when libcrypto is out of memory.
    init?(_ suites: SuiteCiphers) {
        self.suites = suites
        guard let aead = EVP_CIPHER_CTX_new() else { return nil }
        guard let ccm = EVP_CIPHER_CTX_new() else {
            EVP_CIPHER_CTX_free(aead)
            return nil
        }
        self.aead = aead
        self.ccm = ccm
    }

    deinit {
        EVP_CIPHER_CTX_free(aead)
        EVP_CIPHER_CTX_free(ccm)
    }

    /// Decrypts a whole record, header and all.
    ///
    /// Returns the count of its content in `plaintext`, without padding and
    /// type, and the type; nil when it is not genuine.
    func decrypt(_ record: Span<UInt8>, _ keys: inout TrafficKeys) -> (count: Int, type: UInt8)? {
        let tag = TrafficKeys.tagBytes(keys.suite)
        let count = record.count - 5 - tag
        guard count > 0, count <= plaintext.count else { return nil }
        let nonce = keys.nextNonce()
        let isGenuine =
            TrafficKeys.isCCM(keys.suite)
            ? decryptCCM(record, count, tag, keys, nonce) : decryptAEAD(record, count, keys, nonce)
        guard isGenuine else {
            owner = 0
            ERR_clear_error()
            return nil
        }
        var end = count
        while end > 0, plaintext[end - 1] == 0 { end -= 1 }
        return end > 0 ? (end - 1, plaintext[end - 1]) : nil
    }

    private func decryptAEAD(
        _ record: Span<UInt8>,
        _ body: Int,
        _ keys: borrowing TrafficKeys,
        _ nonce: InlineArray<12, UInt8>
    ) -> Bool {
        let isKeyed = owner == keys.number
        owner = keys.number
        let cipher = isKeyed ? nil : suites[keys.suite]
        var count: CInt = 0
        let (key, nonce) = (keys.key, nonce)
        return record.withUnsafeBufferPointer { record in
            plaintext.withUnsafeMutableBufferPointer { plaintext in
                guard let bytes = record.baseAddress, let out = plaintext.baseAddress else { return false }
                let isReady = key.span.withUnsafeBufferPointer { key in
                    nonce.span.withUnsafeBufferPointer { nonce in
                        EVP_DecryptInit_ex2(
                            aead,
                            cipher,
                            isKeyed ? nil : key.baseAddress,
                            nonce.baseAddress,
                            nil
                        )
                    }
                }
                guard isReady > 0 else { return false }
                EVP_DecryptUpdate(aead, nil, &count, bytes, 5)
                EVP_DecryptUpdate(aead, out, &count, bytes + 5, CInt(body))
                let tag = UnsafeMutableRawPointer(mutating: bytes + 5 + body)
                EVP_CIPHER_CTX_ctrl(aead, EVP_CTRL_AEAD_SET_TAG, 16, tag)
                var rest: CInt = 0
                return count == body && EVP_DecryptFinal_ex(aead, out + body, &rest) > 0
            }
        }
    }

    /// CCM wants the tag and all lengths before the first byte.
    private func decryptCCM(
        _ record: Span<UInt8>,
        _ body: Int,
        _ tagCount: Int,
        _ keys: borrowing TrafficKeys,
        _ nonce: InlineArray<12, UInt8>
    ) -> Bool {
        var count: CInt = 0
        let cipher = suites[keys.suite]
        let (key, nonce) = (keys.key, nonce)
        return record.withUnsafeBufferPointer { record in
            plaintext.withUnsafeMutableBufferPointer { plaintext in
                guard let bytes = record.baseAddress, let out = plaintext.baseAddress else { return false }
                EVP_DecryptInit_ex2(ccm, cipher, nil, nil, nil)
                EVP_CIPHER_CTX_ctrl(ccm, EVP_CTRL_AEAD_SET_IVLEN, 12, nil)
                let tag = UnsafeMutableRawPointer(mutating: bytes + 5 + body)
                EVP_CIPHER_CTX_ctrl(ccm, EVP_CTRL_AEAD_SET_TAG, CInt(tagCount), tag)
                let isReady = key.span.withUnsafeBufferPointer { key in
                    nonce.span.withUnsafeBufferPointer { nonce in
                        EVP_DecryptInit_ex2(ccm, nil, key.baseAddress, nonce.baseAddress, nil)
                    }
                }
                guard isReady > 0 else { return false }
                EVP_DecryptUpdate(ccm, nil, &count, nil, CInt(body))
                EVP_DecryptUpdate(ccm, nil, &count, bytes, 5)
                return EVP_DecryptUpdate(ccm, out, &count, bytes + 5, CInt(body)) > 0
            }
        }
    }
}
