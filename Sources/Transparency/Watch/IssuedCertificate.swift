package import Bytes

/// What a watch looks at in a certificate: read without writing a record, which most certificates don't need.
package struct IssuedCertificate: Sendable {
    /// DNS names and the subject's common names, as they stand.
    package var names: [String] = []
    /// The issuer's common names and its organisations, in lower case.
    package var issuer: [String] = []
    /// The issuer's whole name, as a record writes it; known with the digests.
    package var issuerName = ""
    /// Seconds since 1970.
    package var notBefore: Int?
    package var notAfter: Int?
    /// SHA-256 of the TBSCertificate without what Certificate Transparency adds.
    package var body: Digest256?
    /// The same as bytes.
    package var bodyBytes: [UInt8]?
    package var certificate: Digest256?
    /// Whether there may be names in it that can't be read, or more than are read.
    package var hidesNames = false
    /// Whether it is one of who issues certificates.
    package var isAuthority = false

    package init() {}
    package var key: Digest256?
}
