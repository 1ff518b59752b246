import Bytes
import Foundation
import TestSupport
import Testing
import Wire

/// A ServerHello that a real server sent, and what jarm.py read from it.
struct RecordedHello: Decodable, CustomTestStringConvertible {
    let server: String
    let message: String
    /// `cipher|version|alpn|extensions`.
    let raw: String

    var bytes: [UInt8] {
        stride(from: 0, to: message.count, by: 2).compactMap {
            let start = message.index(message.startIndex, offsetBy: $0)
            return UInt8(message[start...].prefix(2), radix: 16)
        }
    }

    var testDescription: String { "\(server) \(raw)" }

    static let all: [RecordedHello] = {
        guard let url = Bundle.module.url(forResource: "Fixtures/server-hellos", withExtension: "json"),
            let data = try? Data(contentsOf: url),
            let hellos = try? JSONDecoder().decode([RecordedHello].self, from: data)
        else { return [] }
        return hellos
    }()
}

@Suite struct ServerFlightTests {
    /// What comes beyond a bound is said to have come.
    @Test func boundsThatAreReached() throws {
        func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
            [type, UInt8(body.count >> 16), UInt8(body.count >> 8 & 255), UInt8(body.count & 255)] + body
        }
        func u16(_ value: Int) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
        var extensions: [UInt8] = []
        for type in 1000..<1200 { extensions += u16(type) + u16(0) }
        var hello: [UInt8] = [3, 3] + [UInt8](repeating: 7, count: 32)
        hello += [0, 0xc0, 0x2f, 0] + u16(extensions.count) + extensions
        var flight = ServerFlight()
        try flight.message(message(2, hello).span)
        #expect(flight.reachedBounds == [.extensions])
        let response: [UInt8] = [1, 1, 0x11, 0x70] + [UInt8](repeating: 0x30, count: 70_000)
        try flight.message(message(22, response).span)
        #expect(flight.ocspResponse.isEmpty)
        var (schemes, names): ([UInt8], [UInt8]) = ([], [])
        for scheme in 0..<100 { schemes += u16(scheme) }
        for _ in 0..<300 { names += u16(4) + [0x30, 2, 0x31, 0] }
        let request: [UInt8] = [1, 1] + u16(schemes.count) + schemes + u16(names.count) + names
        try flight.message(message(13, request).span)
        for _ in 0..<20 { flight.alert(ServerFlight.Alert(level: 1, code: 90)) }
        for _ in 0..<40 { flight.record(type: 22, length: 1) }
        for _ in 0..<70 { try flight.message(message(0, []).span) }
        #expect(
            flight.reachedBounds == [
                .extensions, .ocspResponse, .authorities, .signatureSchemes, .alerts, .messages, .records,
            ]
        )
        flight.reset()
        #expect(!flight.hasReachedBounds && flight == ServerFlight())
    }

    @Test(arguments: RecordedHello.all) func readsRecordedHellos(_ hello: RecordedHello) throws {
        var flight = ServerFlight()
        // What every recorded exchange had sent.
        flight.offered(sessionID: [UInt8](repeating: 0x42, count: 32).span)
        try flight.message(hello.bytes.span)
        let parts = hello.raw.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let isRetry = flight.helloRetryRequest.isPresent
        let list = isRetry ? flight.helloRetryRequest.extensions : flight.serverHello
        #expect(hex(isRetry ? flight.helloRetryRequest.suite : flight.suite ?? 0) == parts[0])
        #expect(hex(flight.legacyVersion) == parts[1])
        #expect(String(decoding: flight.nextProtocol, as: UTF8.self) == parts[2])
        #expect(list.items.map { hex($0.type) }.joined(separator: "-") == parts[3])
        #expect(flight.messages == [2])
        guard !isRetry else { return }
        #expect(flight.version == (parts[3].contains("002b") ? 0x0304 : flight.legacyVersion))
        #expect(flight.hasExtendedMasterSecret == parts[3].contains("0017"))
        #expect(flight.hasSecureRenegotiation == parts[3].contains("ff01"))
        let bytes = hello.bytes
        let echo = [UInt8](repeating: 0x42, count: 32)
        #expect(
            flight.sessionID
                == (bytes[38] == 0 ? .empty : Array(bytes[39..<71]) == echo ? .echoed : .new)
        )
    }

    @Test func theFixturesAreThere() {
        #expect(RecordedHello.all.count > 50)
    }

    /// RFC 8446, section 4.1.3, and section 4.1.4 for the random of a HelloRetryRequest.
    @Test func randomsWithAMeaningAreSeen() throws {
        for (mark, sentinel) in [(UInt8(1), ServerFlight.DowngradeSentinel.tls12), (0, .tls11)] {
            var flight = ServerFlight()
            let random = [UInt8](repeating: 5, count: 24) + Array("DOWNGRD".utf8) + [mark]
            try flight.message(Handshake.serverHello(random: random).span)
            #expect(flight.downgrade == sentinel)
        }
        var flight = ServerFlight()
        let retry = Handshake.serverHello(
            random: Handshake.retryRandom,
            suite: 0x1302,
            extensions: [43, 3, 4, 51, 0, 24]
        )
        try flight.message(retry.span)
        #expect(flight.helloRetryRequest.isPresent)
        #expect(flight.helloRetryRequest.group == 24)
        #expect(flight.suite == nil)
        // A second one is not allowed.
        #expect(throws: MalformedMessage.self) { try flight.message(retry.span) }
    }

    @Test func resetForgetsEverything() throws {
        var flight = ServerFlight()
        try flight.message(RecordedHello.all[0].bytes.span)
        flight.record(type: 20, length: 1)
        flight.record(version: 0x0301)
        flight.alert(ServerFlight.Alert(level: 2, code: 40))
        flight.junk([1, 2, 3].span)
        flight.close = .reset
        flight.reset()
        #expect(flight == ServerFlight())
    }

    @Test func boundsHold() throws {
        var flight = ServerFlight()
        let many = Handshake.message(8, Handshake.vector16([UInt8](repeating: 0, count: 4 * 1000)))
        try flight.message(many.span)
        #expect(flight.encryptedExtensions.items.count == ExtensionList.maximumCount)
        #expect(flight.encryptedExtensions.dropped == 1000 - ExtensionList.maximumCount)
        try flight.message(Handshake.serverHello().span)
        let certificates = (0..<100).flatMap { Handshake.vector24([UInt8](repeating: $0, count: 10)) }
        try flight.message(Handshake.message(11, Handshake.vector24(certificates)).span)
        #expect(flight.chain.count == 64)
        #expect(flight.chain.dropped == 36)
        for _ in 0..<100 {
            flight.record(type: 22, length: 5)
            flight.alert(ServerFlight.Alert(level: 1, code: 0))
        }
        #expect(flight.records.count == 32)
        #expect(flight.alerts.count == 16)
        flight.junk([UInt8](repeating: 1, count: 1000).span)
        #expect(flight.junk.count == 256)
    }

    @Test func aCutChainKeepsItsBegin() throws {
        var flight = ServerFlight()
        try flight.message(Handshake.serverHello().span)
        let list = Handshake.vector24([1, 2, 3]) + Handshake.vector24([4, 5, 6, 7])
        let whole = Handshake.message(11, Handshake.vector24(list))
        for end in 4..<whole.count {
            var cut = flight
            #expect(throws: MalformedMessage.self) {
                try cut.message(whole.span.extracting(0..<end))
            }
            #expect(cut.chain.count == (end < 11 ? 0 : 1))
            #expect(cut.chain.isLastCut == (11..<13 ~= end))
        }
    }

    /// Whatever the list's length is off by, in both layouts; a message that is cut is not one whose length
    /// is wrong.
    @Test(arguments: [false, true]) func aListOfAWrongLengthIsNoticed(_ isTLS13: Bool) throws {
        var start = ServerFlight()
        try start.message(Handshake.serverHello(extensions: isTLS13 ? [43, 3, 4] : []).span)
        let entry: [UInt8] = isTLS13 ? [0, 0] : []
        let list = Handshake.vector24([1, 2, 3]) + entry + Handshake.vector24([4, 5, 6, 7]) + entry
        let context: [UInt8] = isTLS13 ? [0] : []
        for off in [-9, -7, -5, -4, -3, -2, -1, 0, 1, 2, 3, 5, 300] {
            let count = list.count + off
            let told: [UInt8] = [0, UInt8(count >> 8), UInt8(count & 255)]
            let message = Handshake.message(11, context + told + list)
            var flight = start
            try? flight.message(message.span)
            #expect(flight.hasWrongListLength == (off != 0), "\(off)")
            #expect(flight.chain.count >= 1)
            var cut = start
            try? cut.message(message.span.extracting(0..<message.count - 2))
            #expect(cut.hasWrongListLength == (off != 0), "\(off)")
        }
    }

    /// Empty entries hide no certificate that stands behind them, and leave their mark; what is none and
    /// stands first stays the leaf: a library may read in it what we do not.
    @Test(arguments: [false, true]) func emptyEntriesHideNoCertificate(_ isTLS13: Bool) throws {
        var start = ServerFlight()
        try start.message(Handshake.serverHello(extensions: isTLS13 ? [43, 3, 4] : []).span)
        let leaf = HandMadeCertificate().der
        var other = HandMadeCertificate()
        other.serial = DER.integer([0x09])
        // A leaf that lacks parts is one all the same.
        var odd = HandMadeCertificate()
        (odd.serial, odd.validity) = ([], [])
        let junk: [UInt8] = [1, 2, 3]
        let empty: [UInt8] = []
        let hollow = DER.sequence(DER.sequence(), DER.sequence())
        for (entries, kept, isSkipped) in [
            ([leaf, other.der], [leaf, other.der], false), ([empty, leaf], [leaf], true),
            ([junk, leaf, other.der], [junk, leaf, other.der], false),
            ([hollow, leaf], [hollow, leaf], false),
            ([empty, junk, empty, leaf], [junk, leaf], true),
            ([leaf, empty, other.der], [leaf, other.der], true),
            ([leaf, junk], [leaf, junk], false), ([junk, junk], [junk, junk], false),
            ([odd.der, leaf], [odd.der, leaf], false), ([junk], [junk], false), ([empty], [], true),
        ] {
            let list = entries.enumerated().flatMap { place, entry in
                // Each entry brings an extension of its own.
                Handshake.vector24(entry)
                    + (isTLS13 ? Handshake.vector16([0xfa, UInt8(place), 0, 0]) : [])
            }
            let message = Handshake.message(11, (isTLS13 ? [0] : []) + Handshake.vector24(list))
            var flight = start
            if kept.isEmpty {
                #expect(throws: MalformedMessage.self) { try flight.message(message.span) }
            } else {
                try flight.message(message.span)
            }
            let found = (0..<flight.chain.count).map { place in
                flight.chain.withString(place) { span in span.indices.map { span[$0] } }
            }
            #expect(found == kept)
            #expect(flight.hasSkippedEntries == isSkipped && !flight.hasWrongListLength)
            #expect(flight.hasOddCertificateMessage == isSkipped)
            if isTLS13, let place = entries.firstIndex(of: kept.first ?? junk), !kept.isEmpty {
                #expect(flight.certificateEntry.items.map(\.type) == [0xfa00 + UInt16(place)])
            }
        }
    }

    private func hex(_ number: UInt16) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: 4 - text.count) + text
    }
}

/// Handshake messages made by hand.
enum Handshake {
    static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] { [type] + vector24(body) }

    static func vector24(_ bytes: [UInt8]) -> [UInt8] {
        let count = bytes.count
        return [UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)] + bytes
    }

    static func vector16(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }

    /// - Parameter extensions: triples of a type and a value of two bytes.
    static func serverHello(
        random: [UInt8] = [UInt8](repeating: 7, count: 32),
        suite: UInt16 = 0xc02f,
        extensions: [UInt8] = []
    ) -> [UInt8] {
        var list: [UInt8] = []
        for start in stride(from: 0, to: extensions.count, by: 3) {
            list += [0, extensions[start], 0, 2]
            list += extensions[start + 1..<start + 3]
        }
        let fixed: [UInt8] = [3, 3] + random + [0]
        return message(2, fixed + [UInt8(suite >> 8), UInt8(suite & 255), 0] + vector16(list))
    }

    /// SHA-256 of "HelloRetryRequest", as `openssl dgst` prints it.
    static let retryRandom: [UInt8] = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ]
}
