/// An entry of a log of Certificate Transparency: `hallmark.ct`.
package struct LoggedEntry: Equatable, Sendable {
    /// The closed list of `hallmark.ct.entry`.
    package enum Kind: String, CaseIterable, Sendable {
        case certificate, precertificate
    }

    /// The log's name and address.
    package var log: String
    package var url: String
    /// SHA-256 of the log's key.
    package var logID: [UInt8]
    package var index: UInt64
    /// Milliseconds since 1970 when the log took it.
    package var time: UInt64
    package var kind: Kind
    /// SHA-256 of the key that issues the certificate; empty where the entry does not say.
    package var issuerKeyHash: [UInt8]
    /// Whether the certificate was put together from what the log has signed, so that digests of the whole
    /// are those of nothing that anybody has issued.
    package var isReconstructed: Bool

    package init(
        log: String,
        url: String,
        logID: [UInt8],
        index: UInt64,
        time: UInt64,
        kind: Kind,
        issuerKeyHash: [UInt8] = [],
        isReconstructed: Bool = false
    ) {
        (self.log, self.url, self.logID, self.index) = (log, url, logID, index)
        (self.time, self.kind, self.issuerKeyHash) = (time, kind, issuerKeyHash)
        self.isReconstructed = isReconstructed
    }
}
