import Bytes

/// What an Initial packet of QUIC holds that is read.
package enum QUICFrame: Equatable, Sendable {
    /// A part of the handshake: where it belongs in its side's stream, and where it stands in the packet.
    case handshake(offset: Int, part: Range<Int>)
    /// The connection is ended with an error (RFC 9000, section 20.1).
    case close(code: Int)

    /// Calls `body` with the frames of a packet that was decrypted, up to one that has no business there
    /// (RFC 9000, section 12.4).
    package static func read(_ bytes: Span<UInt8>, _ body: (QUICFrame) -> Void) {
        var cursor = QUICCursor(0..<bytes.count)
        while let type = cursor.number(bytes) {
            switch type {
            // Padding and pings.
            case 0, 1: continue
            case 2, 3:
                guard passAcknowledgement(&cursor, bytes, hasCounters: type == 3) else { return }
            case 6:
                guard let offset = cursor.number(bytes), let part = cursor.take(cursor.number(bytes)) else {
                    return
                }
                body(.handshake(offset: offset, part: part))
            case 0x1c:
                if let code = cursor.number(bytes) { body(.close(code: code)) }
                return
            default: return
            }
        }
    }

    /// Passes over the largest number, a delay, ranges with a gap and a length, and counters of congestion.
    private static func passAcknowledgement(
        _ cursor: inout QUICCursor,
        _ bytes: Span<UInt8>,
        hasCounters: Bool
    ) -> Bool {
        guard cursor.number(bytes) != nil, cursor.number(bytes) != nil, let ranges = cursor.number(bytes),
            cursor.number(bytes) != nil, ranges <= cursor.count
        else { return false }
        for _ in 0..<2 * ranges + (hasCounters ? 3 : 0) {
            guard cursor.number(bytes) != nil else { return false }
        }
        return true
    }
}
