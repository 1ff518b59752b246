package import Wire

/// What decides whether a certificate deserves a second look.
package struct LeafSummary: Sendable {
    package var isSelfIssued: Bool
    package var isSelfSigned: Bool?
    package var validityDays: Int?
    package var anomalies: CertificateAnomalies

    package init(
        isSelfIssued: Bool = false,
        isSelfSigned: Bool? = nil,
        validityDays: Int? = nil,
        anomalies: CertificateAnomalies = CertificateAnomalies()
    ) {
        self.isSelfIssued = isSelfIssued
        self.isSelfSigned = isSelfSigned
        self.validityDays = validityDays
        self.anomalies = anomalies
    }
}

extension LeafSummary {
    /// - Parameter encoder: one that has read a chain.
    package init(_ encoder: borrowing CertificateEncoder) {
        self.init(
            isSelfIssued: encoder.isSelfIssued,
            isSelfSigned: encoder.isSelfSigned,
            validityDays: encoder.validityDays,
            anomalies: encoder.anomalies
        )
    }
}
