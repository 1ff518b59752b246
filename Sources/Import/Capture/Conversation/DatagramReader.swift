import Bytes
import Wire

/// Reads the handshakes of DTLS 1.0 and 1.2 (RFC 6347), whose messages come in fragments, late, twice or not
/// at all.
final class DatagramReader {
    /// Messages that wait for their fragments or for those before them, and bytes that they hold.
    private static let maximumMessages = 32
    private static let maximumBytes = 256 * 1024

    private struct Message {
        var type: UInt8
        var content: PartialBytes

        var isWhole: Bool { content.isWhole(content.count) }
    }

    /// One side's messages by their numbers.
    private struct Side {
        var messages: [Int: Message] = [:]
        /// The number of the next message; nil before the first one that counts.
        var next: Int?
    }

    private var sides = [Side(), Side()]
    private var bytes = 0
    private(set) var offer: ClientOffer?
    /// The flight shows all that it will show.
    private(set) var isDone = false
    private(set) var isEncrypted = [false, false]
    /// Messages of the server's were missing when the conversation ended.
    private(set) var isIncomplete = false

    var weight: Int { bytes }

    /// Whether a datagram begins with a record of DTLS.
    static func isRecord(_ bytes: Span<UInt8>) -> Bool {
        bytes.count >= 14 && 20...23 ~= bytes[0] && (bytes[1] == 0xfe || bytes[1] == 1 && bytes[2] == 0)
            && bytes.u16(11) + 13 <= bytes.count
    }

    /// Whether a datagram holds a plaintext handshake message, and its type.
    static func firstMessage(_ bytes: Span<UInt8>) -> UInt8? {
        guard isRecord(bytes), bytes[0] == 22, bytes.u16(3) == 0, bytes.count >= 25 else { return nil }
        return bytes[13]
    }

    /// Takes a datagram of one side.
    ///
    /// - Parameter isClient: whether the client sent it.
    func take(_ datagram: Span<UInt8>, isClient: Bool, _ flight: inout ServerFlight) {
        var place = 0
        while datagram.count - place >= 13 {
            let count = datagram.u16(place + 11)
            guard place + 13 + count <= datagram.count else { return }
            let content = datagram.extracting(place + 13..<place + 13 + count)
            let (type, epoch) = (datagram[place], datagram.u16(place + 3))
            if epoch > 0 {
                isEncrypted[isClient ? 0 : 1] = true
            } else if type == 22 {
                if !isClient, !isDone {
                    flight.record(type: 22, length: count)
                    flight.record(version: UInt16(datagram.u16(place + 1)))
                }
                takeFragments(content, isClient, &flight)
            } else if type == 20, !isClient, !isDone, flight.suite != nil {
                flight.record(type: 20, length: count)
                isDone = true
            } else if type == 21, !isClient, !isDone, count == 2 {
                flight.record(type: 21, length: count)
                flight.alert(ServerFlight.Alert(level: content[0], code: content[1]))
                if content[0] != 1 { flight.close = .alert }
            }
            place += 13 + count
        }
    }

    /// The fragments in one record (section 4.2.2): type, length, number, where the fragment lies.
    private func takeFragments(_ bytes: Span<UInt8>, _ isClient: Bool, _ flight: inout ServerFlight) {
        var place = 0
        while bytes.count - place >= 12 {
            let (length, start, count) =
                (bytes.u24(place + 1), bytes.u24(place + 6), bytes.u24(place + 9))
            guard place + 12 + count <= bytes.count, start + count <= length else { return }
            add(
                bytes[place],
                number: bytes.u16(place + 4),
                length: length,
                at: start,
                bytes.extracting(place + 12..<place + 12 + count),
                isClient,
                &flight
            )
            place += 12 + count
        }
    }

    private func add(
        _ type: UInt8,
        number: Int,
        length: Int,
        at start: Int,
        _ part: Span<UInt8>,
        _ isClient: Bool,
        _ flight: inout ServerFlight
    ) {
        let side = isClient ? 0 : 1
        // A HelloVerifyRequest is answered with the same hello, and is no part of the flight that counts.
        guard isClient ? offer == nil && type == 1 : !isDone && type != 3 else { return }
        guard number >= sides[side].next ?? 0 else { return }
        if sides[side].messages[number] == nil {
            guard sides[side].messages.count < Self.maximumMessages, bytes + length <= Self.maximumBytes
            else {
                isIncomplete = isIncomplete || !isClient
                return
            }
            bytes += length
            sides[side].messages[number] = Message(type: type, content: PartialBytes(count: length))
        }
        guard sides[side].messages[number]?.content.count == length else { return }
        sides[side].messages[number]?.content.put(part, at: start)
        handOn(side, &flight)
    }

    /// Hands on the messages that are whole and in order.
    private func handOn(_ side: Int, _ flight: inout ServerFlight) {
        if sides[side].next == nil {
            // The first message that counts is a hello: the server's number of it depends on what went
            // before.
            let first = sides[side].messages.filter { $0.value.type == (side == 0 ? 1 : 2) }.keys.min()
            guard let first else { return }
            sides[side].next = first
        }
        while let next = sides[side].next, let message = sides[side].messages[next], message.isWhole {
            sides[side].messages[next] = nil
            sides[side].next = next + 1
            bytes -= message.content.count
            read(message.type, message.content.bytes, side, &flight)
        }
    }

    private func read(_ type: UInt8, _ body: [UInt8], _ side: Int, _ flight: inout ServerFlight) {
        let header = [
            type, UInt8(truncatingIfNeeded: body.count >> 16), UInt8(truncatingIfNeeded: body.count >> 8),
            UInt8(truncatingIfNeeded: body.count),
        ]
        let message = header + body
        guard side == 1 else {
            offer = ClientOffer(message.span)
            if let session = offer?.sessionID { flight.offered(sessionID: session.span) }
            return
        }
        guard type != 11 || flight.chain.isEmpty else { return }
        try? flight.message(message.span)
        if type == 14 || type == 2 && flight.isTLS13 { isDone = true }
    }

    /// Nothing comes any more: what is whole is read though something before it is missing.
    func finish(_ flight: inout ServerFlight) {
        guard !isDone else { return release() }
        for (_, message) in sides[1].messages.sorted(by: { $0.key < $1.key }) {
            isIncomplete = true
            if message.isWhole { read(message.type, message.content.bytes, 1, &flight) }
        }
        isDone = true
        release()
    }

    private func release() {
        for side in 0...1 { sides[side].messages = [:] }
        bytes = 0
    }
}
