import Bytes
import Observations
import Wire

extension CapturedConnection {
    /// What the certificate would have given, where it was sent and is not there to be read.
    private static let certificateFields = [
        "tls.server.hash.", "tls.server.subject", "tls.server.issuer", "tls.server.not_before",
        "tls.server.not_after", "tls.server.certificate_chain", "tls.server.x509.", "hallmark.certificate.",
    ]

    /// What TLS 1.3 encrypts besides.
    private static let encryptedFields = [
        "tls.next_protocol", "hallmark.tls.encrypted_extensions", "hallmark.tls.certificate_extensions",
        "hallmark.tls.signature_scheme", "hallmark.tls.certificate_request.", "hallmark.tls.ocsp_response",
        "hallmark.tls.scts", "hallmark.tls.messages", "hallmark.tls.record_sizes",
    ]

    /// Where the record comes from, and what such a record can't have.
    ///
    /// The stack fingerprint depends on the hello that is answered, and this one was not ours.
    func evidence(_ format: String) -> ImportedEvidence {
        var lacks = ImportSource.ownProbes
        let flight = observation.flight
        if !observation.isPlain {
            lacks += ["http.", "url.", "hallmark.http.", "hallmark.stack"]
            let isNew = flight.isTLS13
            if flight.chain.isEmpty, isNew || isResumed || missing > 0 { lacks += Self.certificateFields }
            if isNew { lacks += Self.encryptedFields }
        }
        var evidence = ImportedEvidence(
            ImportSource(product: "capture", format: format, lacks: lacks)
        )
        if !observation.isPlain {
            evidence.tls.isEstablished = isEstablished
            evidence.tls.isResumed = isResumed
        }
        return evidence
    }
}
