import Bytes

/// Tells certificates from what is none.
enum CertificateShape {
    /// Whether bytes are a certificate, however odd: one that is well made is known by its parts' tags alone.
    static func isCertificate(_ bytes: Span<UInt8>) -> Bool {
        if hasParts(bytes) { return true }
        // What is left out or out of order is for the reader that forgives most.
        var index = CertificateIndex()
        guard index.read(bytes) else { return false }
        return index.key.identifier.isPresent || !index.subject.isEmpty || !index.issuer.isEmpty
            || index.notBefore != nil || index.notAfter != nil
    }

    /// Whether a serial number stands there, and after it algorithm, issuer, validity, subject and key.
    private static func hasParts(_ bytes: Span<UInt8>) -> Bool {
        var faults = DERFaults()
        var outer = DERCursor(ByteRange(0, bytes.count))
        guard var certificate = outer.enter(bytes, &faults, 0x30),
            var body = certificate.enter(bytes, &faults, 0x30)
        else { return false }
        _ = body.next(bytes, &faults, ifTag: 0xa0)
        guard body.next(bytes, &faults, ifTag: 0x02) != nil else { return false }
        for _ in 0..<5 {
            guard body.next(bytes, &faults, ifTag: 0x30) != nil else { return false }
        }
        return true
    }
}
