import Bytes
import Wire

/// Cuts a stream of handshake bytes into messages, within bounds (RFC 8446, section 4).
///
/// The bytes come out of TLS records, or out of the CRYPTO frames of QUIC; messages are read where they lie.
struct MessageReader {
    /// Handshake messages that a server may send.
    static let maximumMessages = 64

    /// The longest handshake message that is waited for; of a longer chain the begin is read.
    static let longestMessage = 496 * 1024

    var rest = Remainder()
    private(set) var count = 0
    private var limit = maximumMessages

    /// Takes any number of messages from now on: after the handshake their bytes are counted.
    mutating func goOn() { limit = .max }

    /// Where the message ends that begins at `start`; nil while it is not whole.
    mutating func end(of bytes: Span<UInt8>, from start: Int) throws(GrabFailure) -> Int? {
        guard bytes.count - start >= 4 else { return nil }
        let end = start + 4 + bytes.u24(start + 1)
        guard end <= bytes.count else { return nil }
        count += 1
        guard count <= limit else { throw .limit(.messages) }
        return end
    }
}
