import Bytes
import Wire

extension ByteBuffer {
    /// What the record says of a certificate after the leaf, as an element of an array.
    mutating func element(
        certificate bytes: Span<UInt8>,
        _ isReadable: Bool,
        _ index: borrowing CertificateIndex,
        _ digests: CertificateDigests
    ) {
        if !isEmpty { append(0x2c) }
        append(0x7b)
        members(certificate: bytes, isReadable, index, digests)
        endObject()
    }

    /// What the record says of a certificate that is not its leaf, into an object that is open.
    ///
    /// - Parameter isWhole: false when only the beginning is there, whose hash would compare with nothing.
    mutating func members(
        certificate bytes: Span<UInt8>,
        _ isReadable: Bool,
        _ index: borrowing CertificateIndex,
        _ digests: CertificateDigests,
        isWhole: Bool = true
    ) {
        if isWhole {
            object("hash")
            member("sha256", hex: digests.sha256.span)
            endObject()
        }
        if isReadable { members(bytes, index, digests) }
    }

    private mutating func members(
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex,
        _ digests: CertificateDigests
    ) {
        if !index.key.whole.isEmpty { member("spki_sha256", hex: digests.publicKey.span) }
        if !index.serial.isEmpty { member("serial_number", hex: bytes.extracting(index.serial.indices)) }
        if index.subjectName != nil { member("subject", name: index.subject.span, bytes, index) }
        if index.issuerName != nil { member("issuer", name: index.issuer.span, bytes, index) }
        if let time = index.notBefore { member("not_before", time: time) }
        if let time = index.notAfter { member("not_after", time: time) }
        guard let subject = index.subjectName, let issuer = index.issuerName else { return }
        member("self_issued", index.areEqual(bytes, subject, issuer))
    }
}
