import Bytes
import Wire

/// Reads what a client sends in a TLS connection, as far as it is not encrypted.
///
/// Certificates of clients are left alone: they are not the server's.
struct ClientReader {
    static let maximumBytes = 128 * 1024

    private var records = RecordCutter()
    private var messages = MessageCutter()
    private var byteCount = 0

    /// The first hello.
    private(set) var offer: ClientOffer?
    /// The client went over to encryption.
    private(set) var isEncrypted = false
    /// The first alert that it sent in the clear and that ends the connection.
    private(set) var alert: UInt8?
    private(set) var isOver = false
    /// A ChangeCipherSpec came.
    private var hasChanged = false

    var weight: Int { records.weight + messages.rest.count + (offer == nil ? 0 : 2048) }

    /// Takes what the client sent; false when nothing more is wanted.
    ///
    mutating func read(_ bytes: Span<UInt8>) -> Bool {
        byteCount += bytes.count
        var records = self.records
        self.records = RecordCutter()
        var state = self
        var goesOn = true
        if byteCount == bytes.count, let old = ClientOffer.reading(oldHello: bytes) {
            state.offer = old.offer
            let rest = bytes.extracting(old.length..<bytes.count)
            goesOn = records.read(rest) { state.take($0, $2) }
        } else {
            goesOn = records.read(bytes) { state.take($0, $2) }
        }
        self = state
        self.records = records
        isOver = !goesOn || byteCount > Self.maximumBytes
        return !isOver
    }

    private mutating func take(_ type: UInt8, _ content: Span<UInt8>) -> Bool {
        switch type {
        case 22:
            guard !hasChanged || Self.isHello(content) else {
                isEncrypted = true
                return false
            }
            guard offer == nil else { return true }
            var found: ClientOffer?
            messages.read(content) { message in
                if message[0] == 1 { found = ClientOffer(message) }
                return found == nil
            }
            offer = found
            return !messages.isFull
        case 21:
            guard content.count == 2, !hasChanged else { return false }
            let sent = ServerFlight.Alert(level: content[0], code: content[1])
            guard sent.isFinal else { return true }
            alert = sent.code
            return false
        case 20:
            hasChanged = true
            return true
        case 23:
            // A Finished is longer than an alert that is encrypted, whatever the suite.
            isEncrypted = content.count >= 45
            return false
        default: return true
        }
    }

    /// Whether a record holds one whole ClientHello: the second one, after a ChangeCipherSpec that means
    /// nothing.
    private static func isHello(_ content: Span<UInt8>) -> Bool {
        content.count >= 4 && content[0] == 1 && content.u24(1) + 4 == content.count
    }
}
