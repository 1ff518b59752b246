import Bytes
import Wire

/// Handshake messages, one after another as a plaintext or decrypted flight holds them.
func fuzzFlight(_ bytes: [UInt8]) {
    var flight = ServerFlight()
    flight.offered(sessionID: bytes.span.extracting(0..<min(bytes.count, 32)))
    read(bytes, into: &flight)
    check(flight)
    // The same as messages of a server that speaks another version.
    for version: UInt8 in [0, 3, 4] {
        flight.reset()
        try? flight.message(hello(version).span)
        read(bytes, into: &flight)
        check(flight)
    }
    flight.reset()
    // And as one whole message of each type that is read.
    var whole = bytes
    for type: UInt8 in [1, 2, 8, 11, 12, 13, 15, 22] where whole.count >= 4 {
        whole[0] = type
        if type == 1 { flight.sent(whole.span) } else { try? flight.message(whole.span) }
        _ = ServerFlight.extensionValue(51, of: whole.span)
    }
    check(flight)
    _ = ForeignProtocol.name(bytes.span)
    _ = ForeignProtocol.isRecord(bytes.span)
}

func flightSeeds() -> [[UInt8]] {
    let extensions: [UInt8] = [0, 16, 0, 5, 0, 3, 2, 0x68, 0x32, 0, 0, 0, 0]
    let certificate: [UInt8] = [0x30, 3, 2, 1, 5]
    let old =
        hello(3) + message(11, list24(list24(certificate) + list24(certificate)))
        + message(22, [1] + list24([0x30, 3, 0x0a, 1, 0]))
        + message(12, [3, 0, 29, 32] + [UInt8](repeating: 9, count: 32) + [4, 3, 0, 2, 1, 1])
        + message(13, [2, 1, 64, 0, 4, 4, 3, 8, 4, 0, 6, 0, 4, 0x30, 2, 0x31, 0]) + message(14, [])
    let entry = list24(certificate) + [0, 14, 0, 5, 0, 5, 1, 0, 0, 1, 5, 0, 18, 0, 1, 0]
    let new =
        hello(4) + message(8, [0, UInt8(extensions.count)] + extensions)
        + message(13, [0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3]) + message(11, [0] + list24(entry + entry))
        + message(15, [4, 3, 0, 2, 1, 1])
    return [old, new]
}

private func read(_ bytes: [UInt8], into flight: inout ServerFlight) {
    var start = 0
    while bytes.count - start >= 4 {
        let count = Int(bytes[start + 1]) << 16 | Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
        let end = min(bytes.count, start + 4 + count)
        try? flight.message(bytes.span.extracting(start..<end))
        start = end
    }
}

/// What must hold whatever came in.
private func check(_ flight: ServerFlight) {
    for index in 0..<flight.chain.count { flight.chain.withString(index) { precondition(!$0.isEmpty) } }
    precondition(flight.chain.bytes.count <= flight.chain.maximumBytes)
    precondition(flight.values.count <= ServerFlight.maximumValues)
    precondition(flight.messages.count <= ServerFlight.maximumMessages)
    let lists = [
        flight.serverHello, flight.encryptedExtensions, flight.certificateEntry,
        flight.helloRetryRequest.extensions, flight.certificateRequest.extensions,
    ]
    for list in lists {
        precondition(list.items.count <= ExtensionList.maximumCount)
        for item in list.items { _ = flight.values[item.value.indices] }
    }
}

/// A ServerHello of a version: the second byte of 3.3, or 4 for TLS 1.3.
private func hello(_ version: UInt8) -> [UInt8] {
    let fixed = [3, min(3, version)] + [UInt8](repeating: 7, count: 32) + [0]
    return version == 4
        ? message(2, fixed + [0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]) : message(2, fixed + [0xc0, 0x2f, 0])
}

private func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type] + list24(body) }

private func list24(_ bytes: [UInt8]) -> [UInt8] {
    [0, UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
}
