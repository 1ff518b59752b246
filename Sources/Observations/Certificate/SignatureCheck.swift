import Bytes
internal import COpenSSL
import Wire

/// Tells whether a certificate's own key verifies its signature.
///
/// It costs tens of microseconds, more than all the rest of a certificate, and
/// the same default certificates are met again and again: what was found is kept for
/// as many certificates as `size`.
struct SignatureCheck: ~Copyable {
    private static let size = 64

    /// Keys beyond these are a trap for whoever computes with them, and are not tried.
    private static let modulusLimit = 16_384
    private static let primeLimit = 10_000
    private static let exponentLimit = 64

    private struct Entry {
        var sha256 = InlineArray<32, UInt8>(repeating: 0)
        var result: Bool?
    }

    private var builder = PublicKeyBuilder()
    private var known = [Entry](repeating: Entry(), count: size)

    /// Nil when it could not be tested: an algorithm that OpenSSL does not know, a key that is unreadable,
    /// too large or on a curve given by its parameters.
    ///
    /// - Parameter sha256: the certificate's, by which it is remembered.
    mutating func isSelfSigned(
        _ certificate: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        sha256: InlineArray<32, UInt8>
    ) -> Bool? {
        let place = Int(sha256[0]) % Self.size
        if areEqual(known[place].sha256.span, sha256.span) { return known[place].result }
        let result = Self.canTry(certificate, index.key) ? verify(certificate, index) : nil
        known[place] = Entry(sha256: sha256, result: result)
        return result
    }

    private static func canTry(_ certificate: Span<UInt8>, _ key: CertificateKey) -> Bool {
        guard let size = key.size else { return false }
        switch key.algorithm {
        case .rsa, .rsaPSS:
            let zeros = key.exponent.indices.prefix { certificate[$0] == 0 }.count
            return size <= modulusLimit && (key.exponent.count - zeros) * 8 <= exponentLimit
        case .dsa: return size <= primeLimit
        case .elliptic:
            if case .named = key.curve { return true }
            return false
        case .ed25519, .ed448: return true
        default: return false
        }
    }

    /// Hands key, algorithm, signature and signed bytes to libcrypto, each for itself: it never sees the
    /// certificate.
    private mutating func verify(_ certificate: Span<UInt8>, _ index: borrowing CertificateIndex) -> Bool? {
        defer { ERR_clear_error() }
        guard !index.signature.isEmpty, index.outerAlgorithm.isPresent else { return nil }
        let key =
            builder.key(certificate, index.key)
            ?? certificate.extracting(index.key.whole.indices).withDER { d2i_PUBKEY(nil, $0, $1) }
        guard let key else { return nil }
        defer { EVP_PKEY_free(key) }
        let algorithm = certificate.extracting(index.outerAlgorithm.whole.indices).withDER {
            d2i_X509_ALGOR(nil, $0, $1)
        }
        guard let algorithm else { return nil }
        defer { X509_ALGOR_free(algorithm) }
        let body = certificate.extracting(index.tbs.whole.indices).withDER { d2i_ASN1_TYPE(nil, $0, $1) }
        guard let body else { return nil }
        defer { ASN1_TYPE_free(body) }
        guard let signature = ASN1_BIT_STRING_new() else { return nil }
        defer { ASN1_BIT_STRING_free(signature) }
        let isSet = certificate.extracting(index.signature.indices).withUnsafeBytes {
            ASN1_STRING_set(signature, $0.baseAddress, CInt($0.count))
        }
        guard isSet == 1 else { return nil }
        return ASN1_item_verify(ASN1_ANY_it(), algorithm, signature, body, key) == 1
    }
}

package func areEqual(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    var difference: UInt8 = 0
    for index in one.indices { difference |= one[index] ^ other[index] }
    return difference == 0
}

extension Span where Element == UInt8 {
    /// Calls a `d2i_` function, which moves the pointer that it is given.
    fileprivate func withDER<Result>(
        _ body: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> Result?
    ) -> Result? {
        withUnsafeBufferPointer { buffer in
            var pointer = buffer.baseAddress
            return body(&pointer, buffer.count)
        }
    }
}
