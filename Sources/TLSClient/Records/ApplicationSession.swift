import Bytes
import Wire

/// What is sent and received after a handshake of ours.
final class ApplicationSession {
    /// KeyUpdates that a server may send on one connection; each makes us compute.
    private static let maximumUpdates = 1024

    /// Application data that came and was not taken yet.
    private(set) var incoming: [UInt8] = []
    /// Records to send.
    private(set) var outgoing: [UInt8] = []
    private var sending = TrafficKeys.none
    private var longest = RecordSealer.longestContent
    private var updates = 0

    /// - Parameter longest: the most bytes of content in one record.
    func begin(_ keys: TrafficKeys, longest: Int) {
        sending = keys
        self.longest = longest
    }

    func renew(_ keys: TrafficKeys) { sending = keys }

    /// Whether one more KeyUpdate may come.
    func countUpdate() -> Bool {
        updates += 1
        return updates <= Self.maximumUpdates
    }

    func take(_ content: Span<UInt8>) { incoming.append(content) }

    /// What came since the last call.
    func takeIncoming() -> [UInt8] {
        defer { incoming = [] }
        return incoming
    }

    /// Encrypts bytes into `outgoing`, in as many records as they need; false when that failed.
    func seal(_ bytes: [UInt8], type: UInt8, _ context: GrabContext) -> Bool {
        guard let sealer = context.sealer, sending.number != 0 else { return false }
        for start in stride(from: 0, to: bytes.count, by: longest) {
            let piece = bytes.span.extracting(start..<min(bytes.count, start + longest))
            guard sealer.seal(piece, type: type, &sending, into: &outgoing) else { return false }
        }
        return true
    }

    /// Hands `send` what is to go out, and forgets it.
    func flush(_ send: (Span<UInt8>) -> Void) {
        guard !outgoing.isEmpty else { return }
        send(outgoing.span)
        outgoing.removeAll(keepingCapacity: true)
    }
}
