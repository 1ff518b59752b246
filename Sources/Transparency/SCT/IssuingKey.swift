internal import COpenSSL

/// Whose key has issued a certificate of a log.
package enum IssuingKey {
    /// SHA-256 of the key.
    ///
    /// A precertificate's entry says it, signed by the log. Of a certificate's entry the issuer stands beside
    /// the leaf, which nothing signs: it counts when its key has signed the certificate.
    ///
    /// - Returns: nil where nobody can tell.
    package static func find(_ entry: LogEntry) -> TreeHash? {
        if let hash = entry.issuerKeyHash { return hash }
        guard let issuer = entry.chain.first, hasSigned(issuer, Array(entry.certificate)) else { return nil }
        return TimestampCheck.keyHash(issuer)
    }

    /// Whether the key of `issuer` has signed a certificate.
    static func hasSigned(_ issuer: [UInt8], _ certificate: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let above = decoded(issuer) else { return false }
        defer { X509_free(above) }
        guard let below = decoded(certificate) else { return false }
        defer { X509_free(below) }
        guard let key = X509_get0_pubkey(above), EVP_PKEY_get_bits(key) <= 16_384 else { return false }
        return X509_verify(below, key) == 1
    }

    private static func decoded(_ der: [UInt8]) -> OpaquePointer? {
        der.withUnsafeBufferPointer { buffer in
            var pointer = buffer.baseAddress
            return d2i_X509(nil, &pointer, buffer.count)
        }
    }
}
