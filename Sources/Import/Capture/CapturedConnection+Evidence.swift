import Bytes
import Observations
import Wire

extension CapturedConnection {
    /// What TLS 1.3 encrypts besides.
    private static let encryptedFields = [
        "tls.next_protocol", "hallmark.tls.encrypted_extensions", "hallmark.tls.certificate_extensions",
        "hallmark.tls.signature_scheme", "hallmark.tls.certificate_request.", "hallmark.tls.ocsp_response",
        "hallmark.tls.scts", "hallmark.tls.messages", "hallmark.tls.record_sizes",
    ]

    /// Where the record comes from, and what such a record can't have.
    func evidence(_ format: String) -> ImportedEvidence {
        let isNew = !observation.isPlain && observation.flight.isTLS13
        var evidence = ImportedEvidence(
            ImportSource(product: "capture", format: format, lacks: isNew ? Self.encryptedFields : [])
        )
        (evidence.isOwnReading, evidence.showsChain) = (true, true)
        if !observation.isPlain {
            evidence.tls.isEstablished = isEstablished
            evidence.tls.isResumed = isResumed
        }
        return evidence
    }
}
