package import Bytes
import Observations

/// What an audit has to know of a certificate, out of the record that a scan would write of it.
package struct RootFacts: Sendable {
    package let sha256: Digest256
    package let sha1: [UInt8]
    /// SHA-256 of the SubjectPublicKeyInfo; nil for what is no certificate.
    package let publicKey: Digest256?
    /// The subject as text, or what there is in its place.
    package let name: String
    /// Milliseconds since 1970.
    package let notBefore: Int?
    package let notAfter: Int?
    package let keyAlgorithm: String
    package let keySize: Int?
    package let signatureAlgorithm: String
    package let isSelfIssued: Bool
    package let hasNameConstraints: Bool
    /// Whether it says of itself that it is no authority: then it vouches for itself alone.
    package let isLeaf: Bool
    /// The certificate as a record's line, without an endpoint.
    package let line: [UInt8]

    package init(_ der: [UInt8]) {
        line = CertificateFile.line(der)
        let record = RecordPicker()
        // Our own line: what can't be read of a certificate is left out of it, and then the fields are empty.
        try? record.read(line.dropLast())
        sha256 = Digest256(BodyDigest.sha256(der.span))
        sha1 = BodyDigest.sha1(der.span)
        publicKey = record.text(.spki).flatMap { Digest256($0) }
        let subject = record.text(.subject) ?? ""
        name = subject.isEmpty ? "a certificate without a name" : subject
        notBefore = record.text(.notBefore).flatMap { RFC3339.milliseconds($0) }
        notAfter = record.text(.notAfter).flatMap { RFC3339.milliseconds($0) }
        keyAlgorithm = record.text(.keyAlgorithm) ?? ""
        keySize = record.integer(.keySize)
        signatureAlgorithm = record.text(.signatureAlgorithm) ?? ""
        isSelfIssued = record.boolean(.selfIssued)
        isLeaf = record.has(.isAuthority) && !record.boolean(.isAuthority)
        // `nameConstraints` (RFC 5280, section 4.2.1.10).
        hasNameConstraints = (record.text(.extensionOIDs) ?? "").split(separator: ",").contains("2.5.29.30")
    }

    /// A root of which only the digest is known, and what it is called.
    package init(missing digest: Digest256, name: String) {
        (sha256, sha1, publicKey, self.name) = (digest, [], nil, name)
        (notBefore, notAfter, keyAlgorithm, keySize, signatureAlgorithm) = (nil, nil, "", nil, "")
        (isSelfIssued, hasNameConstraints, isLeaf, line) = (false, false, false, [])
    }

    /// Why the certificate is too weak for what hangs on it, or nil.
    ///
    /// The limits are the CA/Browser Forum's Baseline Requirements, section 6.1.5; a root's own signature
    /// says nothing, since nobody relies on it.
    var weakness: String? {
        let algorithm = keyAlgorithm.uppercased()
        if let keySize {
            if algorithm.contains("RSA"), keySize < 2048 {
                return "Its RSA key has \(keySize) bits; 2048 are the least."
            }
            if algorithm.contains("EC"), keySize < 256 {
                return "Its EC key has \(keySize) bits; 256 are the least."
            }
        }
        if algorithm.contains("DSA"), !algorithm.contains("EC") { return "Its key is a DSA key." }
        if !isSelfIssued, isWeakSignature(signatureAlgorithm) {
            return "It is signed with \(signatureAlgorithm)."
        }
        return nil
    }
}
