import Bytes
import TLSClient
import TestSupport
import Testing
import Wire

/// What no honest server sends.
@Suite struct GrabHostileTests {
    private let context: GrabContext

    init() throws { context = try GrabContext() }

    /// Anybody on the way could have put the certificate there.
    @Test func plaintextAfterANewServerHelloIsRefused() throws {
        let server = try openSSLServer(try TestCertificate(), ["-tls1_3"])
        let answer = try grab(server.port, context: context)
        let hello = payload(answer.reads.flatMap(\.self))
        let certificate = message(11, [0] + list(list([1, 2, 3]) + [0, 0]))
        for bytes in [record(22, hello) + record(22, certificate), record(22, hello + certificate)] {
            var grab = answer.started
            var flight = ServerFlight()
            let action = grab.receive(bytes.span, context: context, flight: &flight)
            #expect(action == .failed(.violation(.plaintext)))
            #expect(flight.chain.isEmpty)
            #expect(flight.version == 0x0304)
        }
    }

    @Test func changedCiphertextIsRefused() throws {
        let server = try openSSLServer(try TestCertificate(), ["-tls1_3"])
        let answer = try grab(server.port, context: context)
        let bytes = answer.reads.flatMap(\.self)
        // After the ServerHello's record and the ChangeCipherSpec comes the first encrypted one.
        let start = 5 + Int(bytes[3]) << 8 + Int(bytes[4]) + 6
        let end = start + 5 + Int(bytes[start + 3]) << 8 + Int(bytes[start + 4])
        #expect(bytes[start] == 23)
        for place in start + 5..<end {
            var damaged = bytes
            damaged[place] ^= 0x10
            var grab = answer.started
            var flight = ServerFlight()
            let action = grab.receive(damaged.span, context: context, flight: &flight)
            #expect(action == .failed(.violation(.ciphertext)))
        }
    }

    @Test func shareOfSmallOrderIsRefused() {
        let share: [UInt8] = [0, 51, 0, 36, 0, 29, 0, 32] + [UInt8](repeating: 0, count: 32)
        #expect(answer(record(22, hello([0, 43, 0, 2, 3, 4] + share))) == .failed(.violation(.share)))
    }

    @Test(arguments: [
        [UInt8](), [0, 51, 0, 36, 0, 24, 0, 32] + [UInt8](repeating: 9, count: 32),
        [0, 51, 0, 35, 0, 29, 0, 31] + [UInt8](repeating: 9, count: 31), [0, 51, 0, 2, 0, 29],
        [0, 51, 0, 5, 0, 23, 0, 1, 4],
    ])
    func shareThatDoesNotFitIsRefused(_ share: [UInt8]) {
        #expect(answer(record(22, hello([0, 43, 0, 2, 3, 4] + share))) == .failed(.violation(.share)))
    }

    @Test(arguments: [[UInt8](), [0, 51, 0, 2, 0, 29], [0, 51, 0, 2, 0, 23], [0, 51, 0, 2, 1, 0]])
    func retryForNothingIsRefused(_ extensions: [UInt8]) {
        let request = hello([0, 43, 0, 2, 3, 4] + extensions, random: retryRandom)
        #expect(answer(record(22, request)) == .failed(.violation(.retry)))
    }

    @Test func cookieIsSentBack() {
        let cookie: [UInt8] = [0, 44, 0, 6, 0, 4, 0xc0, 0x0c, 0x1e, 0x42]
        let request = hello([0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 24] + cookie, random: retryRandom)
        #expect(answer(record(22, request)) == .send)
        let second = context.outgoing
        #expect(second.starts(with: [20, 3, 3, 0, 1, 1, 22, 3, 3]))
        #expect(contains(second, cookie))
        #expect(contains(second, [0, 51, 0, 103, 0, 101, 0, 24, 0, 97, 4]))
        // A second request is one too many.
        var grab = Grab()
        var flight = ServerFlight()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        let twice = record(22, request) + record(22, request)
        #expect(
            grab.receive(twice.span, context: context, flight: &flight) == .failed(.violation(.message))
        )
    }

    @Test func messagesOutOfOrderAreRefused() {
        let certificate = message(11, list(list([1, 2, 3])))
        #expect(answer(record(22, certificate)) == .failed(.violation(.order)))
        #expect(answer(record(22, hello([]) + hello([]))) == .failed(.violation(.order)))
        // The first certificate stays.
        #expect(answer(record(22, hello([]) + certificate + certificate)) == .certificate)
    }

    @Test func encryptedRecordBeforeTheHelloIsRefused() {
        #expect(answer(record(23, [1, 2, 3])) == .failed(.violation(.ciphertext)))
    }

    @Test(arguments: [[22, 3, 3, 0xff, 0xff, 0], [25, 3, 3, 0, 1, 0], [22, 2, 0, 0, 5, 0]] as [[UInt8]])
    func brokenRecordIsRefused(_ bytes: [UInt8]) {
        let first = answer(bytes)
        // The first of them is TLS by its type and version, and too long.
        #expect(first == (bytes[4] == 0xff ? .failed(.violation(.record)) : .failed(.notTLS)))
        let later = answer(record(22, hello([])) + bytes)
        #expect(later == .failed(.violation(.record)))
    }

    /// Up to TLS 1.2 an alert may be split over records (RFC 5246, section 6.2.1).
    @Test func anAlertInTwoRecords() {
        #expect(answer(record(21, [2]) + record(21, [40])) == .failed(.alert(40)))
        #expect(answer(record(21, [1, 112, 2]) + record(21, [70])) == .failed(.alert(70)))
        #expect(answer(record(21, []) + record(21, [2, 40])) == .failed(.violation(.record)))
    }

    /// Some edges of CDNs answer with an alert in a record of version 0, TLCP's servers in one of 1.1.
    @Test(arguments: [[0, 0], [1, 1], [2, 0], [4, 0], [0xfe, 0xfd]] as [[UInt8]])
    func anAlertInARecordOfAnotherVersion(_ version: [UInt8]) {
        #expect(answer([21] + version + [0, 2, 2, 40]) == .failed(.alert(40)))
        // Byte by byte it is the same.
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        var action = Grab.Action.wait
        for byte in [21] + version + [0, 2, 2, 40] {
            action = grab.receive([byte].span, context: context, flight: &flight)
        }
        #expect(action == .failed(.alert(40)))
        #expect(flight.recordVersion == UInt16(version[0]) << 8 | UInt16(version[1]))
        // What breaks off before it is told apart is not TLS.
        for count in 2..<6 {
            var grab = Grab()
            var flight = ServerFlight()
            grab.start(.default, serverName: [], context: context, flight: &flight)
            let start = Array(([21] + version + [0, 2, 2, 40]).prefix(count))
            #expect(grab.receive(start.span, context: context, flight: &flight) == .wait)
            #expect(grab.closed(.close, context: context, flight: &flight) == .failed(.notTLS))
            #expect(flight.junk == start)
        }
    }

    /// A flight of TLCP: its certificates are read.
    @Test func aFlightOfTLCP() {
        let fixed: [UInt8] = [1, 1] + [UInt8](repeating: 7, count: 32) + [0, 0xe0, 0x13, 0]
        let flight =
            message(2, fixed) + message(11, list(list([0x30, 1]) + list([0x30, 2]))) + message(14, [])
        let bytes = [22, 1, 1, 0, UInt8(flight.count)] + flight
        var seen = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &seen)
        #expect(grab.receive(bytes.span, context: context, flight: &seen) == .certificate)
        #expect(seen.version == 0x0101 && seen.suite == 0xe013 && seen.chain.count == 2)
    }

    /// A record longer than plaintext may be is read up to what TLS 1.2 allows of any record.
    @Test func aRecordThatIsTooLong() {
        let leaf = [UInt8](repeating: 0x30, count: 17_000)
        let flight = hello([]) + message(11, list(list(leaf)))
        #expect(answer(record(22, flight) + record(22, message(14, []))) == .certificate)
        #expect(answer([22, 3, 3, 0x48, 0x01] + flight) == .failed(.violation(.record)))
    }

    /// The list's length is wrong, and the leaf is whole.
    @Test(arguments: [-2, -1, 1, 100, 5000]) func aListOfTheWrongLength(_ difference: Int) {
        let leaf = list([UInt8](repeating: 0x30, count: 900))
        let count = leaf.count + difference
        let body = [0, UInt8(count >> 8), UInt8(count & 255)] + leaf
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        let bytes = record(22, hello([]) + message(11, body) + message(14, []))
        #expect(grab.receive(bytes.span, context: context, flight: &flight) == .certificate)
        #expect(flight.chain.count == 1 && flight.chain.ranges[0].count == 900 && !flight.chain.isCut)
    }

    /// However long it is and wherever it ends: the leaf's beginning is there, and that it is one.
    @Test(arguments: [200_000, 491_520, 491_521, 510_000, 700_000, 5_000_000]) func aPaddedLeaf(_ count: Int)
    {
        let leaf = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let bytes = hello([]) + message(11, list(list(leaf)))
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        var action = Grab.Action.wait
        var place = 0
        while action == .wait, place < bytes.count {
            let piece = record(22, Array(bytes[place..<min(bytes.count, place + 16_000)]))
            action = grab.receive(piece.span, context: context, flight: &flight)
            place += 16_000
        }
        if action == .wait { action = grab.closed(.timeout, context: context, flight: &flight) }
        #expect(action == .certificate)
        #expect(flight.chain.count == 1)
        #expect(flight.chain.isLastCut == (count > 480 * 1024))
        #expect(flight.chain.ranges[0].count == (count > 480 * 1024 ? ServerFlight.keptBeginning : count))
        #expect(flight.reachedBounds == (count > 480 * 1024 ? [.certificateBytes] : []))
        let isBeginning = flight.chain.withString(0) { kept in
            kept.indices.allSatisfy { kept[$0] == leaf[$0] }
        }
        #expect(isBeginning)
    }

    /// What was sent and not kept is counted.
    @Test func aLongChainIsCounted() {
        let chain = Array(repeatElement(list([0x30, 0]), count: 1000).joined())
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        let bytes = record(22, hello([]) + message(11, list(chain)) + message(14, []))
        #expect(grab.receive(bytes.span, context: context, flight: &flight) == .certificate)
        #expect(flight.chain.count == 64 && flight.chain.sent == 1000)
        #expect(flight.reachedBounds == [.certificates])
    }

    /// An SSL 2.0 server's complaint; of so few bytes only the end of the connection tells.
    @Test func answerOfSSL2IsNotTLS() {
        #expect(answer([0x80, 3, 0, 0, 1]) == .failed(.notTLS))
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        #expect(grab.receive([0x80, 3].span, context: context, flight: &flight) == .wait)
        #expect(grab.closed(.close, context: context, flight: &flight) == .failed(.notTLS))
        #expect(flight.junk == [0x80, 3])
    }

    /// Ten thousand are in flight at a time.
    @Test func aWaitingGrabIsSmall() {
        #expect(MemoryLayout<Grab>.size <= 256)
    }

    @Test func emptyCertificateIsNone() {
        #expect(
            answer(record(22, hello([]) + message(11, [0, 0, 0]) + message(14, [])))
                == .failed(.noCertificate)
        )
    }

    @Test func leafOfAnEndlessChainIsKept() {
        let leaf = [UInt8](repeating: 0x30, count: 900)
        // 16 MB are announced; they come in one record after another.
        let begin: [UInt8] = [11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc] + list(leaf)
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        var action = grab.receive(record(22, hello([]) + begin).span, context: context, flight: &flight)
        let more = record(22, (0..<16).flatMap { _ in list([UInt8](repeating: 7, count: 1000)) })
        var count = 0
        while action == .wait, count < 1000 {
            action = grab.receive(more.span, context: context, flight: &flight)
            count += 1
        }
        #expect(action == .certificate)
        #expect(count < 40)
        #expect(flight.chain.count == 64)
        #expect(flight.chain.dropped > 0)
        #expect(flight.chain.ranges[0].count == 900)
    }

    @Test func leafOfACutChainIsKept() {
        let begin: [UInt8] = [11, 0, 0x20, 0, 0, 0x1f, 0xfd] + list([1, 2, 3])
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        let bytes = record(22, hello([]) + begin)
        #expect(grab.receive(bytes.span, context: context, flight: &flight) == .wait)
        #expect(grab.closed(.timeout, context: context, flight: &flight) == .certificate)
        #expect(flight.chain.count == 1)
        #expect(flight.close == .timeout)
    }

    @Test func floodsEnd() {
        #expect(
            answer(Array(repeatElement(record(22, []), count: 9000).joined())) == .failed(.limit(.records))
        )
        let requests = Array(repeatElement(message(0, []), count: 100).joined())
        #expect(answer(record(22, hello([]) + requests)) == .failed(.limit(.messages)))
        let warning = record(21, [1, 90])
        #expect(answer(Array(repeatElement(warning, count: 9000).joined())) == .failed(.limit(.records)))
        let large = record(24, [UInt8](repeating: 0, count: 16384))
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        var action = Grab.Action.wait
        var count = 0
        while action == .wait, count < 100 {
            action = grab.receive(large.span, context: context, flight: &flight)
            count += 1
        }
        #expect(action == .failed(.limit(.bytes)))
    }

    @Test func nothingIsTakenAfterTheEnd() {
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        let alert = record(21, [2, 40])
        #expect(grab.receive(alert.span, context: context, flight: &flight) == .failed(.alert(40)))
        #expect(grab.receive(alert.span, context: context, flight: &flight) == .failed(.alert(40)))
        #expect(grab.closed(.reset, context: context, flight: &flight) == .failed(.alert(40)))
        #expect(flight.alerts.count == 1)
        #expect(flight.close == .alert)
    }

    private func answer(_ bytes: [UInt8]) -> Grab.Action {
        var flight = ServerFlight()
        var grab = Grab()
        grab.start(.default, serverName: [], context: context, flight: &flight)
        return grab.receive(bytes.span, context: context, flight: &flight)
    }

    /// A ServerHello of TLS 1.2, or with supported_versions of TLS 1.3, suite AES-128-GCM.
    private func hello(_ extensions: [UInt8], random: [UInt8] = [UInt8](repeating: 7, count: 32)) -> [UInt8] {
        let fixed: [UInt8] = [3, 3] + random + [0, 0x13, 1, 0]
        return message(2, fixed + [UInt8(extensions.count >> 8), UInt8(extensions.count & 255)] + extensions)
    }

    private func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type] + list(body) }

    private func list(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 16), UInt8(bytes.count >> 8 & 255), UInt8(bytes.count & 255)] + bytes
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        (0...bytes.count - part.count).contains { bytes[$0...].starts(with: part) }
    }

    private let retryRandom: [UInt8] = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ]
}
