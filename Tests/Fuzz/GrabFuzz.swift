import Bytes
import Synchronization
import TLSClient
import Wire

/// A server's records, in reads whose lengths come from the input itself.
///
/// A genuine encrypted record can't be made by mutation: what stands inside
/// goes through `fuzzFlight`, and here its framing.
func fuzzGrab(_ bytes: [UInt8]) {
    grabContext.withLock { context in
        if let context { run(bytes, context) }
    }
}

private func run(_ bytes: [UInt8], _ context: GrabContext) {
    var grab = Grab()
    var flight = ServerFlight()
    for look in [ClientHello.Look.default, .browser, .tls12] {
        flight.reset()
        grab.start(look, serverName: [0x61], context: context, flight: &flight)
        var action = Grab.Action.wait
        var start = 0
        var step = look == .default ? bytes.count : Int(bytes.first ?? 1) + 1
        while start < bytes.count, action == .wait || action == .send {
            let end = min(bytes.count, start + max(1, step))
            action = grab.receive(bytes.span.extracting(start..<end), context: context, flight: &flight)
            start = end
            step = step &* 31 & 255
        }
        if action == .wait || action == .send {
            action = grab.closed(.close, context: context, flight: &flight)
        }
        precondition(action != .wait && action != .send)
        precondition((action == .certificate) == !flight.chain.isEmpty)
        precondition(flight.junk.count <= ServerFlight.maximumJunk)
        precondition(flight.records.count <= ServerFlight.maximumRecords)
    }
}

func grabSeeds() -> [[UInt8]] {
    let flights = flightSeeds()
    let alert: [UInt8] = [21, 3, 3, 0, 2, 1, 112]
    let change: [UInt8] = [20, 3, 3, 0, 1, 1]
    let closing: [UInt8] = [23, 3, 3, 0, 17] + [UInt8](repeating: 1, count: 17)
    // With a key share the records that follow are decrypted, or tried to.
    let share: [UInt8] = [0, 51, 0, 36, 0, 29, 0, 32] + [UInt8](repeating: 9, count: 32)
    let new = hello([0, 43, 0, 2, 3, 4] + share, random: [UInt8](repeating: 7, count: 32))
    let cookie: [UInt8] = [0, 44, 0, 4, 0, 2, 1, 2]
    let retry = hello([0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 24] + cookie, random: retryRandom)
    return flights.map(record) + [
        record(new) + change + closing, record(retry) + change + record(new) + closing,
        alert + record(flights[0]), record(Array(flights[1].prefix(49))) + change + closing,
        Array("HTTP/1.1 400 Bad Request\r\n".utf8), Array("220 mail.test ESMTP\r\n".utf8),
    ]
}

private func hello(_ extensions: [UInt8], random: [UInt8]) -> [UInt8] {
    let fixed: [UInt8] = [3, 3] + random + [0, 0x13, 1, 0, 0, UInt8(extensions.count)]
    return [2, 0, 0, UInt8(fixed.count + extensions.count)] + fixed + extensions
}

/// What makes a ServerHello a HelloRetryRequest (RFC 8446, section 4.1.3).
private let retryRandom: [UInt8] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
]

/// One for all inputs: to make key pairs costs more than to read a flight.
private let grabContext = Mutex(try? GrabContext())

private func record(_ bytes: [UInt8]) -> [UInt8] {
    [22, 3, 3, UInt8(truncatingIfNeeded: bytes.count >> 8), UInt8(truncatingIfNeeded: bytes.count)] + bytes
}
