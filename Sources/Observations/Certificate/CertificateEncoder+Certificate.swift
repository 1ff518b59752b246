import Wire

/// The member `certificate` of `hallmark`.
extension CertificateEncoder {
    /// Writes the member, into an object that is open; nothing when no certificate was sent.
    package mutating func writeCertificate(to out: inout ByteBuffer) {
        guard hasLeaf else { return }
        let leaf = bytes.span.extracting(leafRange)
        out.object("certificate")
        if isReadable {
            if !index.key.whole.isEmpty { out.member("spki_sha256", hex: digests.publicKey.span) }
            out.member("tbs_no_ct_sha256", hex: digests.body.span)
            if let days = validityDays { out.member("validity_days", days) }
            if let seconds = validitySeconds { out.member("validity_seconds", seconds) }
            if let start = index.notBefore, let end = index.notAfter, let years = start.calendarYears(to: end)
            {
                out.member("validity_calendar_years", years)
            }
            out.member("self_issued", isSelfIssued)
            if let isSelfSigned { out.member("self_signed", isSelfSigned) }
            out.member("subject", others: index.subject.span, leaf, index)
            out.member("issuer", others: index.issuer.span, leaf, index)
        }
        out.array("anomalies")
        anomalies.forEach { anomaly in
            out.comma()
            out.append(0x22)
            out.append(anomaly.rawValue)
            out.append(0x22)
        }
        out.endArray()
        out.member("chain_length", chainLength)
        out.endObject()
    }
}

extension ByteBuffer {
    /// An object with the parts of a name that ECS has no fields for; nothing when there are none.
    mutating func member(
        _ name: StaticString,
        others attributes: Span<NameAttribute>,
        _ bytes: Span<UInt8>,
        _ index: borrowing CertificateIndex
    ) {
        for place in attributes.indices where !attributes[place].part.isECS {
            object(name)
            members(attributes, bytes, index) { !$0.isECS }
            return endObject()
        }
    }
}
