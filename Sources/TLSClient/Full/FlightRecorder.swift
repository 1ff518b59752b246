import Bytes
import Wire

/// Fills a `ServerFlight` from the messages that libssl reports, so that both handshakes record the same.
///
/// libssl hands each handshake message on as soon as it was decrypted and
/// before it reads it: the certificates are kept even when the handshake fails over them.
final class FlightRecorder {
    var flight = ServerFlight()
    /// The last alert that we sent.
    private(set) var alertSent: ServerFlight.Alert?
    private var answer = Answer.unknown
    private var firstByte: UInt8?
    /// What comes after the server's Finished is no part of its flight.
    private var isOver = false
    /// Nor is what a grab does not read on to: all behind ServerHelloDone or, in TLS 1.3, CertificateVerify.
    private var isRead = false

    private enum Answer { case unknown, records, foreign }

    func reset() {
        flight.reset()
        alertSent = nil
        answer = .unknown
        firstByte = nil
        (isOver, isRead) = (false, false)
    }

    /// Looks at what came before libssl does: the begin of an answer that is not TLS is kept.
    func receive(_ bytes: Span<UInt8>) {
        guard answer != .records, !bytes.isEmpty else { return }
        if answer == .unknown {
            let start = firstByte.map { [$0, bytes[0]] } ?? [bytes[0], bytes.count > 1 ? bytes[1] : 3]
            // libssl reads records of version 3 alone.
            if ForeignProtocol.isRecord(start.span) == true {
                if firstByte != nil || bytes.count > 1 { answer = .records }
                firstByte = bytes[0]
                return
            }
            answer = .foreign
            if let firstByte { flight.junk([firstByte].span) }
        }
        flight.junk(bytes)
    }

    /// Takes what `SSL_CTX_set_msg_callback` reports.
    ///
    /// - Parameter type: a content type (RFC 8446, section 5.1), or 256 for a record's header.
    func observe(isWritten: Bool, type: CInt, _ bytes: Span<UInt8>) {
        switch (type, isWritten) {
        case (22, true):
            if bytes.count > 0, bytes[0] == 1 { flight.sent(bytes) }
        case (22, false):
            guard !isOver, bytes.count > 0 else { return }
            // What is malformed is libssl's to refuse; the parts read so far stay.
            if !isRead { try? flight.message(bytes) }
            if bytes[0] == 14 || bytes[0] == 15 { isRead = true }
            if bytes[0] == 20 { isOver = true }
        case (21, false):
            guard bytes.count >= 2 else { return }
            let alert = ServerFlight.Alert(level: bytes[0], code: bytes[1])
            flight.alert(alert)
            if alert.isFinal, !isOver { flight.close = .alert }
        case (21, true):
            guard bytes.count >= 2 else { return }
            alertSent = ServerFlight.Alert(level: bytes[0], code: bytes[1])
        case (256, false):
            guard bytes.count >= 5, !isOver, answer == .records else { return }
            if !isRead { flight.record(type: bytes[0], length: bytes.u16(3)) }
            if bytes[0] == 22 || bytes[0] == 21 { flight.record(version: UInt16(bytes.u16(1))) }
        default: break
        }
    }
}
