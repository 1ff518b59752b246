import Bytes
import COpenSSL
import Wire

/// Encrypts TLS 1.3 records (RFC 8446, section 5.2).
final class RecordSealer {
    /// Bytes of content in one record.
    static let longestContent = 16384

    private let context: OpaquePointer
    private let suites: SuiteCiphers

    /// Nil when libcrypto is out of memory.
    init?(_ suites: SuiteCiphers) {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        self.context = context
        self.suites = suites
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Appends a record; false when libcrypto can't encrypt it, and nothing is appended.
    ///
    /// - Parameters:
    ///   - content: at most `longestContent` bytes.
    ///   - type: the content type that it is of.
    func seal(
        _ content: Span<UInt8>,
        type: UInt8,
        _ keys: inout TrafficKeys,
        into out: inout [UInt8]
    ) -> Bool {
        let tag = TrafficKeys.tagBytes(keys.suite)
        let length = content.count + 1 + tag
        guard content.count <= Self.longestContent else { return false }
        let start = out.count
        out += [23, 3, 3, UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
        out.append(content)
        out.append(type)
        out.append(contentsOf: repeatElement(0, count: tag))
        let nonce = keys.nextNonce()
        let isSealed = out.withUnsafeMutableBufferPointer {
            seal(UnsafeMutableBufferPointer(rebasing: $0[start...]), content.count + 1, tag, keys, nonce)
        }
        guard isSealed else {
            out.removeLast(out.count - start)
            ERR_clear_error()
            return false
        }
        return true
    }

    /// Encrypts a record in place: header, `count` bytes of body, room for the tag.
    private func seal(
        _ record: UnsafeMutableBufferPointer<UInt8>,
        _ count: Int,
        _ tag: Int,
        _ keys: borrowing TrafficKeys,
        _ nonce: InlineArray<12, UInt8>
    ) -> Bool {
        guard let header = record.baseAddress else { return false }
        let body = header + RecordLayer.header
        let isCCM = TrafficKeys.isCCM(keys.suite)
        let (key, nonce) = (keys.key, nonce)
        var done: CInt = 0
        guard EVP_EncryptInit_ex2(context, suites[keys.suite], nil, nil, nil) > 0 else { return false }
        if isCCM {
            // CCM wants the sizes before the key.
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, 12, nil)
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(tag), nil)
        }
        let isReady = key.span.withUnsafeBufferPointer { key in
            nonce.span.withUnsafeBufferPointer { nonce in
                EVP_EncryptInit_ex2(context, nil, key.baseAddress, nonce.baseAddress, nil)
            }
        }
        guard isReady > 0, !isCCM || EVP_EncryptUpdate(context, nil, &done, nil, CInt(count)) > 0,
            EVP_EncryptUpdate(context, nil, &done, header, CInt(RecordLayer.header)) > 0,
            EVP_EncryptUpdate(context, body, &done, body, CInt(count)) > 0, done == count
        else { return false }
        return EVP_EncryptFinal_ex(context, body + count, &done) > 0
            && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(tag), body + count) > 0
    }
}
