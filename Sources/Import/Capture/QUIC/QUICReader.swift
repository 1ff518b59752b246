import Bytes
import Wire

/// Reads the handshake of QUIC as far as everybody can: both hellos.
///
/// They stand in packets whose keys follow from the first one. What comes after the ServerHello stays hidden,
/// as in TLS 1.3.
final class QUICReader {
    /// Bytes of each side's hellos that are kept.
    private static let maximumBytes = 16 * 1024

    private var keys: [InitialKeys]
    private var streams = [PartialBytes(), PartialBytes()]
    /// Where the next message of each side begins.
    private var places = [0, 0]
    /// The first hello.
    private(set) var offer: ClientOffer?
    /// The fatal alert with which the client ended the connection.
    private(set) var clientAlert: UInt8?
    /// The flight shows all that it will show.
    private(set) var isDone = false
    /// What each side goes over to behind its hellos: the server to its handshake, the client to data.
    private(set) var isEncrypted = [false, false]

    var weight: Int { 512 + streams[0].count + streams[1].count }

    /// Begins with a datagram of a client's.
    ///
    /// - Returns: nil for what does not begin with an Initial packet that its own keys open.
    init?(_ datagram: Span<UInt8>) {
        guard let packet = QUICPacket(datagram, at: 0), packet.kind == .initial else { return nil }
        keys = InitialKeys.pair(packet.version, datagram.extracting(packet.destination))
        guard keys[0].open(datagram, packet) != nil else { return nil }
    }

    /// Takes a datagram of one side, with one packet or several (RFC 9000, section 12.2).
    func take(_ datagram: Span<UInt8>, isClient: Bool, _ flight: inout ServerFlight) {
        let side = isClient ? 0 : 1
        var place = 0
        while place < datagram.count {
            guard let packet = QUICPacket(datagram, at: place) else {
                // A short header has no more than a bit that tells it, and comes last.
                if datagram[place] & 0xc0 == 0x40 { isEncrypted[side] = true }
                return
            }
            switch packet.kind {
            case .initial: open(packet, datagram, side, &flight)
            case .handshake: if !isClient { isEncrypted[1] = true }
            case .earlyData: break
            case .retry: return
            }
            place = packet.range.upperBound
        }
    }

    private func open(
        _ packet: QUICPacket,
        _ datagram: Span<UInt8>,
        _ side: Int,
        _ flight: inout ServerFlight
    ) {
        if let frames = keys[side].open(datagram, packet) {
            return read(frames.span, side, &flight)
        }
        // A server that sent Retry is spoken to anew, with keys that follow from the ID it chose.
        guard side == 0, places[1] == 0 else { return }
        let others = InitialKeys.pair(packet.version, datagram.extracting(packet.destination))
        guard let frames = others[0].open(datagram, packet) else { return }
        keys = others
        read(frames.span, side, &flight)
    }

    private func read(_ frames: Span<UInt8>, _ side: Int, _ flight: inout ServerFlight) {
        // Collected first: the bytes stay where they are, and the flight is written to.
        var found: [QUICFrame] = []
        QUICFrame.read(frames) { found.append($0) }
        for frame in found {
            switch frame {
            case .handshake(let offset, let part): put(frames.extracting(part), at: offset, side, &flight)
            case .close(let code): close(code, side, &flight)
            }
        }
    }

    /// An error of 0x0100 and above is an alert of TLS (RFC 9001, section 4.8).
    private func close(_ code: Int, _ side: Int, _ flight: inout ServerFlight) {
        let alert = 0x0100...0x01ff ~= code ? UInt8(code & 0xff) : nil
        guard side == 1 else {
            clientAlert = clientAlert ?? alert
            return
        }
        guard !isDone else { return }
        if let alert { flight.alert(ServerFlight.Alert(level: 2, code: alert)) }
        flight.close = alert == nil ? .close : .alert
        isDone = true
    }

    private func put(_ part: Span<UInt8>, at offset: Int, _ side: Int, _ flight: inout ServerFlight) {
        guard side == 0 ? offer == nil : !isDone, offset <= Self.maximumBytes,
            part.count <= Self.maximumBytes - offset
        else { return }
        streams[side].put(part, at: offset)
        while streams[side].isWhole(places[side] + 4) {
            let start = places[side]
            let bytes = streams[side].bytes
            let end = start + 4 + bytes.span.u24(start + 1)
            guard streams[side].isWhole(end) else { return }
            places[side] = end
            read(Array(bytes[start..<end]), side, &flight)
        }
    }

    private func read(_ message: [UInt8], _ side: Int, _ flight: inout ServerFlight) {
        if side == 0 {
            if message[0] == 1, offer == nil { offer = ClientOffer(message.span) }
            return
        }
        guard message[0] == 2, !isDone else { return }
        do { try flight.message(message.span) } catch { isDone = true }
        if flight.isTLS13 { isDone = true }
    }
}
