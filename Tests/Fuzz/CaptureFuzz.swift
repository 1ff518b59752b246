import Bytes
import Import
import Observations
import Wire

/// A capture file; and the same bytes as packets, and as what both sides of a connection say.
func fuzzCapture(_ bytes: [UInt8]) {
    read(bytes, piece: bytes.count)
    read(bytes, piece: 1 + bytes.count / 3)
    let pieces = cut(bytes)
    read(pcap(pieces, link: [1, 113, 276, 101, 9, 0][bytes.count % 6]), piece: 4096)
    // Each piece is a segment of one side; the first byte says whose, and where its number lies.
    var next: [UInt32] = [1, 1]
    let segments = pieces.map { piece in
        let (side, jump) = (Int(piece[0] & 1), UInt32(piece[0] >> 1 & 7) &* 100)
        let segment = tcp(isServer: side == 1, sequence: next[side] &+ jump, Array(piece.dropFirst()))
        if jump == 0 { next[side] &+= UInt32(piece.count - 1) }
        return segment
    }
    read(pcap(segments, link: 101), piece: 4096)
    read(pcap(pieces.map { udp(isServer: $0[0] & 1 == 1, Array($0.dropFirst())) }, link: 101), piece: 4096)
}

/// The frames of a packet of QUIC that was decrypted.
func fuzzQUICFrames(_ bytes: [UInt8]) {
    QUICFrame.read(bytes.span) { frame in
        if case .handshake(let offset, let part) = frame {
            precondition(offset >= 0 && part.upperBound <= bytes.count)
        }
    }
}

func quicFrameSeeds() -> [[UInt8]] {
    // An acknowledgement with one range, a part of a handshake, an end.
    [
        [2, 7, 0x40, 9, 1, 0, 0, 1, 6, 0, 4, 1, 0, 0, 0, 0, 1, 0x1c, 0x41, 0x28, 6, 0],
        [3, 1, 0, 0, 0, 1, 1, 1],
    ]
}

/// What a client offers, as one message of TLS, of DTLS and of SSL 2.0.
func fuzzClientHello(_ bytes: [UInt8]) {
    for version: [UInt8] in [[], [3, 3], [0xfe, 0xfd]] {
        var message = bytes
        if message.count >= 6, !version.isEmpty { message.replaceSubrange(4..<6, with: version) }
        if let first = message.indices.first { message[first] = 1 }
        guard let offer = ClientOffer(message.span) else { continue }
        precondition(offer.suites.count <= message.count / 2)
        precondition(offer.serverName.count <= message.count)
        _ = JA3.hash(offer)
        for carrier: JA4.Carrier in [.tcp, .quic, .datagrams] {
            precondition(JA4.text(offer, over: carrier)?.utf8.count == 36)
        }
    }
    if let old = ClientOffer.reading(oldHello: bytes.span) {
        precondition(old.length <= bytes.count)
        precondition(JA3.hash(old.offer) == nil)
    }
}

func captureSeeds() -> [[UInt8]] {
    let pieces = [[0] + record(22, clientHello), [1] + record(22, serverFlight)]
    let segments = [tcp(isServer: false, sequence: 1, Array(pieces[0].dropFirst()))]
    let http = [
        [0] + Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8),
        [1] + Array("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx".utf8),
    ]
    let datagrams = [
        [0, 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60] + fragment(1, [0xfe, 0xfd] + hello(cookie: true)),
        [1, 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 50]
            + fragment(2, [0xfe, 0xfd] + [UInt8](repeating: 7, count: 32) + [0, 0xc0, 0x2f, 0]),
    ]
    let quic = [[0, 0xc3, 0, 0, 0, 1, 2, 8, 8, 0, 0, 0x20] + [UInt8](repeating: 7, count: 32)]
    return [
        pcap(segments, link: 101), sections(segments), joined(pieces), joined(http), joined(datagrams),
        joined(quic),
    ]
}

func clientHelloSeeds() -> [[UInt8]] {
    [
        clientHello,
        [0x80, 0x1f, 1, 3, 1, 0, 6, 0, 0, 0, 0x10, 0, 0, 0x2f, 1, 0, 0x80] + [UInt8](repeating: 9, count: 16),
    ]
}

private func read(_ file: [UInt8], piece: Int) {
    var options = CaptureReader.Options()
    options.maximumFlows = 8
    options.maximumBytes = 4096
    var connections = 0
    let reader = CaptureReader(options) { connection in
        connections += 1
        precondition(connection.clientBytes >= 0 && connection.serverBytes >= 0 && connection.frame > 0)
        precondition(connection.observation.http.count <= 4)
    }
    var held: [UInt8] = []
    var place = 0
    repeat {
        let end = min(file.count, place + max(1, piece))
        held += file[place..<end]
        place = end
        // Nothing throws here but the receiver of connections.
        let used = (try? reader.read(held.span, isEnd: place == file.count)) ?? 0
        held.removeFirst(used)
    } while place < file.count
    precondition(held.isEmpty || file.isEmpty)
    try? reader.finish()
    let tally = reader.tally
    precondition(tally.connections == connections)
    precondition(tally.damages.count <= CaptureTally.maximumDamages && tally.unreadBytes <= file.count)
}

// MARK: Building

/// Pieces with a length of two bytes before each; the last one may be cut off.
private func cut(_ bytes: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var place = 0
    while place + 2 < bytes.count, pieces.count < 64 {
        let count = max(1, Int(bytes[place]) << 8 | Int(bytes[place + 1]))
        pieces.append(Array(bytes[place + 2..<min(bytes.count, place + 2 + count)]))
        place += 2 + count
    }
    return pieces
}

private func joined(_ pieces: [[UInt8]]) -> [UInt8] { pieces.flatMap { big(UInt16($0.count)) + $0 } }

private func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
private func big(_ value: UInt32) -> [UInt8] { big(UInt16(value >> 16)) + big(UInt16(value & 0xffff)) }

private func pcap(_ packets: [[UInt8]], link: UInt32) -> [UInt8] {
    var file =
        big(0xa1b2_c3d4 as UInt32) + [0, 2, 0, 4] + [UInt8](repeating: 0, count: 8) + big(65535 as UInt32)
    file += big(link)
    for packet in packets {
        let count = big(UInt32(packet.count))
        file += [UInt8](repeating: 1, count: 4) + [0, 0, 0, 1] + count + count + packet
    }
    return file
}

private func sections(_ packets: [[UInt8]]) -> [UInt8] {
    func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
        let count = big(UInt32(padded.count + 12))
        return big(type) + count + padded + count
    }
    var file = block(0x0a0d_0d0a, [0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0] + [UInt8](repeating: 0xff, count: 8))
    file += block(1, [0, 101, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0])
    for packet in packets {
        let count = big(UInt32(packet.count))
        file += block(6, [UInt8](repeating: 0, count: 12) + count + count + packet)
        file += block(3, count + packet)
    }
    return file
}

private func ip(_ proto: UInt8, isServer: Bool, _ content: [UInt8]) -> [UInt8] {
    let ends: [[UInt8]] = [[10, 0, 0, 1], [10, 0, 0, 2]]
    let count = UInt16(truncatingIfNeeded: 20 + content.count)
    return [0x45, 0] + big(count) + [0, 1, 0, 0, 64, proto, 0, 0] + ends[isServer ? 1 : 0]
        + ends[isServer ? 0 : 1] + content
}

private func ports(_ isServer: Bool) -> [UInt8] { isServer ? [1, 0xbb, 0xc3, 0x50] : [0xc3, 0x50, 1, 0xbb] }

private func tcp(isServer: Bool, sequence: UInt32, _ payload: [UInt8]) -> [UInt8] {
    ip(
        6,
        isServer: isServer,
        ports(isServer) + big(sequence) + [0, 0, 0, 0, 0x50, 0x10, 0, 0, 0, 0, 0, 0] + payload
    )
}

private func udp(isServer: Bool, _ payload: [UInt8]) -> [UInt8] {
    ip(
        17,
        isServer: isServer,
        ports(isServer) + big(UInt16(truncatingIfNeeded: payload.count + 8)) + [0, 0] + payload
    )
}

private func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [type, 3, 3] + big(UInt16(content.count)) + content
}

private func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type, 0] + big(UInt16(body.count)) + body
}

private func fragment(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type, 0] + big(UInt16(body.count)) + [0, 0, 0, 0, 0, 0] + big(UInt16(body.count)) + body
}

private func hello(cookie: Bool) -> [UInt8] {
    [UInt8](repeating: 7, count: 32) + [0] + (cookie ? [0] : []) + [0, 2, 0xc0, 0x2f, 1, 0]
}

private let clientHello = message(
    1,
    [3, 3] + hello(cookie: false) + [0, 41]
        + [0, 0, 0, 6, 0, 4, 0, 0, 1, 0x61] + [0, 10, 0, 4, 0, 2, 0, 29] + [0, 13, 0, 4, 0, 2, 4, 3]
        + [0, 16, 0, 5, 0, 3, 2, 0x68, 0x32] + [0, 43, 0, 3, 2, 3, 4]
)

private let serverFlight =
    message(2, [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0xc0, 0x2f, 0])
    + message(11, [0, 0, 8, 0, 0, 5, 0x30, 3, 2, 1, 5]) + message(14, [])
