import TLSClient
import TestSupport
import Testing
import Wire

/// One recorded exchange read again in other pieces must come to the same.
@Suite(.serialized) struct GrabSegmentTests {
    @Test(arguments: [
        ["-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"],
        ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"], ["-tls1_2"],
    ])
    func readsMayEndAnywhere(_ arguments: [String]) throws {
        let context = try GrabContext()
        let server = try openSSLServer(try TestCertificate(), arguments)
        let answer = try grab(server.port, context: context)
        #expect(answer.action == .certificate)
        let bytes = answer.reads.flatMap(\.self)
        for split in 0...bytes.count {
            let again = replay([Array(bytes[..<split]), Array(bytes[split...])], answer, context)
            #expect(again.action == .certificate && again.flight == answer.flight, "split at \(split)")
        }
        for length in [1, 2, 3, 7, 100] {
            let parts = stride(from: 0, to: bytes.count, by: length).map {
                Array(bytes[$0..<min(bytes.count, $0 + length)])
            }
            let again = replay(parts, answer, context)
            #expect(again.action == .certificate && again.flight == answer.flight, "\(length) at a time")
        }
    }

    @Test func messagesMayBeSpreadOverRecords() throws {
        let context = try GrabContext()
        let server = try openSSLServer(try TestCertificate(), ["-tls1_2"])
        let answer = try grab(server.port, context: context)
        let messages = payload(answer.reads.flatMap(\.self))
        for length in [1, 2, 5, 64, 500, 16384] {
            let records = stride(from: 0, to: messages.count, by: length).flatMap {
                record(22, Array(messages[$0..<min(messages.count, $0 + length)]))
            }
            let again = replay([records], answer, context)
            #expect(again.action == .certificate)
            #expect(again.certificates == answer.certificates)
            #expect(again.flight.messages == answer.flight.messages)
            #expect(again.flight.signatureScheme == answer.flight.signatureScheme)
        }
    }

    @Test func oneContextServesGrabsInTurn() throws {
        let context = try GrabContext()
        let one = try openSSLServer(try TestCertificate(subject: "/CN=one.test"), ["-tls1_3"])
        let other = try openSSLServer(
            try TestCertificate(subject: "/CN=other.test"),
            ["-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"]
        )
        let first = try grab(one.port, context: context)
        let second = try grab(other.port, context: context)
        // Both again, byte by byte and in turn: neither may take the other's key.
        var grabs = [first.started, second.started]
        var flights = [ServerFlight(), ServerFlight()]
        let bytes = [first.reads.flatMap(\.self), second.reads.flatMap(\.self)]
        var actions = [Grab.Action.wait, .wait]
        for index in 0..<bytes.map(\.count).reduce(0, max) {
            for number in 0..<2 where index < bytes[number].count && actions[number] == .wait {
                let byte = [bytes[number][index]]
                actions[number] = grabs[number].receive(
                    byte.span,
                    context: context,
                    flight: &flights[number]
                )
            }
        }
        #expect(actions == [.certificate, .certificate])
        #expect(flights[0].chain == first.flight.chain)
        #expect(flights[1].chain == second.flight.chain)
    }

    private func replay(_ parts: [[UInt8]], _ answer: GrabAnswer, _ context: GrabContext) -> GrabAnswer {
        var again = GrabAnswer()
        var grab = answer.started
        // What `start` had noted.
        again.flight.offered(sessionID: sessionID(context).span)
        for part in parts where again.action == .wait {
            again.action = grab.receive(part.span, context: context, flight: &again.flight)
        }
        return again
    }

    private func sessionID(_ context: GrabContext) -> [UInt8] {
        var grab = Grab()
        var flight = ServerFlight()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        return Array(context.outgoing[44..<76])
    }
}

/// A record.
func record(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type, 3, 3, UInt8(body.count >> 8), UInt8(body.count & 255)] + body
}

/// What lies in the handshake records, one after another.
func payload(_ bytes: [UInt8]) -> [UInt8] {
    var messages: [UInt8] = []
    var start = 0
    while start + 5 <= bytes.count {
        let end = start + 5 + Int(bytes[start + 3]) << 8 + Int(bytes[start + 4])
        guard end <= bytes.count else { break }
        if bytes[start] == 22 { messages += bytes[start + 5..<end] }
        start = end
    }
    return messages
}
