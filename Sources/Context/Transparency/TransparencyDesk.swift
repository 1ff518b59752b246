import Bytes
import Observations
import Transparency
import Wire

/// Says of a record's SCTs whether they hold, and remembers it for endpoints that show the same.
final class TransparencyDesk {
    private let check: TimestampCheck
    /// By what was read, whatever a record says of its digest.
    private var known: [String: TransparencyContext] = [:]
    private static let capacity = 4096
    /// Certificates of the chain that are read: the leaf, and those among which its issuer is.
    private static let certificates = 1 + ShownTimestamps.mostAbove
    private static let mostSent = 64

    init(_ logs: LogList) { check = TimestampCheck(logs) }

    /// Nil for a record without a certificate, or with one whose SCTs say nothing.
    func look(_ record: RecordPicker) -> TransparencyContext? {
        let chain = record.texts(.chainDER, limit: Self.certificates)
        guard !chain.isEmpty else { return nil }
        let sent = record.texts(.scts, limit: Self.mostSent)
        let response = record.text(.ocspResponse)
        // An authority of one's own owes nobody SCTs.
        let isTrusted =
            record.text(.chainVerification) == "valid" && record.text(.verificationTrust) != "own"
        let key = TextDigest.make(
            [isTrusted ? "trusted" : "", response ?? "", "\(chain.count)"] + chain + sent
        )
        if let context = known[key] { return context.isEmpty ? nil : context }
        let shown = ShownTimestamps(
            check,
            chain: chain,
            sent: sent,
            response: response,
            now: Int(WallClock.nanoseconds / 1_000_000)
        )
        let context = TransparencyContext(shown, isTrusted: isTrusted)
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[key] = context
        return context.isEmpty ? nil : context
    }
}
