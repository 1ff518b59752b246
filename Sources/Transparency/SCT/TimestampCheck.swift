import Bytes
import Observations
import Wire

/// Holds the SCTs of a certificate against a list of logs.
package struct TimestampCheck: Sendable {
    /// What became of one SCT: the closed list of `hallmark ct verify`.
    package enum Outcome: String, CaseIterable, Sendable {
        case valid
        /// The log's key did not sign it.
        case invalid
        /// No log of the list has this identifier.
        case unknownLog = "unknown_log"
        /// The log's key can't be used, or the issuer of the certificate is not known.
        case unchecked
        /// The log of the SCT was rejected, had retired before it gave it, or is not open yet.
        case logNotTrusted = "log_not_trusted"
        /// It says a time that is still to come.
        case future
    }

    package struct Result: Sendable {
        package var timestamp: SignedTimestamp
        package var log: LogDescription?
        package var outcome: Outcome
        /// The leaf that the log has to have; nil where the issuer is not known.
        package var leaf: [UInt8]?
    }

    private let logs: LogList

    package init(_ logs: LogList) { self.logs = logs }

    /// Checks the embedded SCTs of a certificate.
    ///
    /// - Parameters:
    ///   - chain: certificates among which that of who issued it may be. It is the one whose key has signed
    ///     the certificate: over another's key no SCT holds, and its log would have to answer for it.
    ///   - now: milliseconds since 1970.
    /// - Returns: an outcome for each SCT that can be read, and whether all could be.
    package func embedded(_ certificate: [UInt8], chain: some Sequence<[UInt8]>, now: Int) -> (
        results: [Result], isWhole: Bool
    ) {
        var index = CertificateIndex()
        guard index.read(certificate.span) else { return ([], false) }
        let extensions = index.extensions.all.filter { $0.key == .timestampList }
        guard let range = index.extensions.timestampList else { return ([], extensions.isEmpty) }
        let (timestamps, isListWhole) = SignedTimestamp.list([UInt8](certificate[range.indices]))
        // A second list is read by nobody, nor is what stands behind the first.
        let isAlone =
            extensions.count == 1 && extensions[0].value.indices.upperBound == range.indices.upperBound
        let isWhole = isListWhole && isAlone
        let body = CertificateBody.withoutTransparency(certificate.span, index)
        let issuer = timestamps.isEmpty ? nil : chain.first { IssuingKey.hasSigned($0, certificate) }
        let key = issuer.flatMap(Self.keyHash)
        let results = timestamps.map { timestamp in
            check(timestamp, leaf: key.map { timestamp.leaf(body: body, issuerKey: $0) }, now: now)
        }
        return (results, isWhole)
    }

    /// Checks SCTs that came beside a certificate, in TLS or in an OCSP answer.
    package func beside(_ certificate: [UInt8], list: [UInt8], now: Int) -> (results: [Result], isWhole: Bool)
    {
        let (timestamps, isWhole) = SignedTimestamp.list(list)
        return (timestamps.map { check($0, leaf: $0.leaf(certificate: certificate), now: now) }, isWhole)
    }

    private func check(_ timestamp: SignedTimestamp, leaf: [UInt8]?, now: Int) -> Result {
        let log = logs.log(timestamp.logID)
        return Result(timestamp: timestamp, log: log, outcome: outcome(timestamp, log, leaf, now), leaf: leaf)
    }

    private func outcome(_ timestamp: SignedTimestamp, _ log: LogDescription?, _ leaf: [UInt8]?, _ now: Int)
        -> Outcome
    {
        guard let log else { return .unknownLog }
        guard log.counts(at: timestamp.time) else { return .logNotTrusted }
        guard let leaf, let key = LogKey(log.key) else { return .unchecked }
        guard key.verifies(timestamp.signature, over: SignedTimestamp.signedBytes(leaf)) else {
            return .invalid
        }
        return timestamp.time > UInt64(clamping: now) ? .future : .valid
    }

    /// Whether a certificate has a list of SCTs, whatever is in it.
    package static func hasList(_ certificate: [UInt8]) -> Bool {
        var index = CertificateIndex()
        return index.read(certificate.span) && index.extensions.all.contains { $0.key == .timestampList }
    }

    /// Whether a certificate is a precertificate (RFC 6962, section 3.1).
    package static func isPrecertificate(_ certificate: [UInt8]) -> Bool {
        var index = CertificateIndex()
        return index.read(certificate.span) && index.extensions.all.contains { $0.key == .poison }
    }

    /// SHA-256 of a certificate's SubjectPublicKeyInfo.
    package static func keyHash(_ certificate: [UInt8]) -> TreeHash? {
        var index = CertificateIndex()
        guard index.read(certificate.span), !index.key.whole.isEmpty else { return nil }
        return TreeHash(of: certificate.span.extracting(index.key.whole.indices))
    }
}
