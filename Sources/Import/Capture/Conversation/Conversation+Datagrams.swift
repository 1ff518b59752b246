import Bytes
import Wire

/// DTLS and QUIC: told by single datagrams, since others may travel between the same ports.
extension Conversation {
    /// Datagrams of one flow that are looked at before it is called something else.
    static let maximumLooked = 64

    /// Whether something that is read, or at least named, begins in a datagram.
    static func begins(_ bytes: Span<UInt8>) -> Bool { isQUIC(bytes) || client(bytes, 0) != nil }

    func datagram(_ bytes: Span<UInt8>, from side: Int) {
        guard wants(side) else { return }
        if let datagrams {
            guard DatagramReader.isRecord(bytes) else { return }
            if client == nil { client = Self.client(bytes, side) }
            guard let client else { return }
            datagrams.take(bytes, isClient: side == client, &flight)
            if datagrams.isDone, datagrams.isEncrypted == [true, true] { stop() }
            return
        }
        if let quic {
            quic.take(bytes, isClient: side == client, &flight)
            if quic.isDone, quic.isEncrypted == [true, true] { stop() }
            return
        }
        if Self.isQUIC(bytes) {
            client = side
            guard let reader = QUICReader(bytes) else {
                kind = .quic
                return stop()
            }
            kind = .tls
            quic = reader
            return reader.take(bytes, isClient: true, &flight)
        }
        guard let first = Self.client(bytes, side) else { return }
        kind = .tls
        client = first
        let reader = DatagramReader()
        datagrams = reader
        reader.take(bytes, isClient: side == first, &flight)
    }

    /// Which side is the client, by a datagram that holds a hello.
    private static func client(_ bytes: Span<UInt8>, _ side: Int) -> Int? {
        switch DatagramReader.firstMessage(bytes) {
        case 1: side
        case 2, 3: 1 - side
        default: nil
        }
    }

    /// Whether a datagram begins with a long header of QUIC, version 1, 2 or one of their drafts (RFC 9000,
    /// section 17.2).
    private static func isQUIC(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= 7, bytes[0] & 0xc0 == 0xc0, bytes[5] <= 20 else { return false }
        switch bytes.number(1, isBig: true) {
        case 1, 0x6b33_43cf, 0xff00_0000...0xff00_00ff: return true
        default: return false
        }
    }
}
