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
    ///   - issuer: the certificate of who issued it.
    ///   - now: milliseconds since 1970.
    package func embedded(_ certificate: [UInt8], issuer: [UInt8]?, now: Int) -> (
        results: [Result], isWhole: Bool
    ) {
        var index = CertificateIndex()
        guard index.read(certificate.span) else { return ([], false) }
        guard let range = index.extensions.timestampList else { return ([], true) }
        let (timestamps, isWhole) = SignedTimestamp.list([UInt8](certificate[range.indices]))
        let body = CertificateBody.withoutTransparency(certificate.span, index)
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

    /// SHA-256 of a certificate's SubjectPublicKeyInfo.
    package static func keyHash(_ certificate: [UInt8]) -> TreeHash? {
        var index = CertificateIndex()
        guard index.read(certificate.span), !index.key.whole.isEmpty else { return nil }
        return TreeHash(of: certificate.span.extracting(index.key.whole.indices))
    }
}
