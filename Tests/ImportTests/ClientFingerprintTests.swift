import Observations
import Testing
import Wire

/// JA3 and JA4 of hellos whose values their authors have published.
@Suite struct ClientFingerprintTests {
    /// Salesforce's README of ja3.
    @Test func ja3IsAsPublished() {
        let first = hello(
            version: 0x0301,
            suites: [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4],
            extensions: [(0, name("a.example")), (10, list([23, 24, 25])), (11, [1, 0])]
        )
        let one = ClientOffer(first.span)
        #expect(one.flatMap { JA3.hash($0) } == "ada70206e40642a3e4461f35503241d5")
        let second = hello(
            version: 0x0301,
            suites: [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99],
            extensions: nil
        )
        let other = ClientOffer(second.span)
        #expect(other.flatMap { JA3.hash($0) } == "de350869b8c85de67a350c8d186f11e6")
    }

    /// FoxIO's technical details of JA4: a browser's hello, in whatever order, with GREASE.
    @Test func ja4IsAsPublished() throws {
        let suites: [UInt16] = [
            0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
            0x9c,
            0x9d, 0x2f, 0x35,
        ]
        let schemes: [UInt16] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]
        let types: [UInt16] = [
            0x2a2a, 0x1b, 0, 0x33, 0x10, 0x4469, 0x17, 0x2d, 0x0d, 5, 0x23, 0x12, 0x2b, 0xff01, 0x0b, 0x0a,
            0x15,
        ]
        let extensions = types.map { type -> (UInt16, [UInt8]) in
            switch type {
            case 0: (type, name("a.example"))
            case 0x0d: (type, list(schemes))
            case 0x10: (type, [0, 12, 2] + Array("h2".utf8) + [8] + Array("http/1.1".utf8))
            case 0x2b: (type, [6, 0x3a, 0x3a, 3, 4, 3, 3])
            default: (type, [])
            }
        }
        let bytes = hello(version: 0x0303, suites: suites, extensions: extensions)
        let read = ClientOffer(bytes.span)
        let offer = try #require(read)
        #expect(offer.isWhole)
        #expect(JA4.text(offer, over: .tcp) == "t13d1516h2_8daaf6152771_e5627efa2ab1")
        #expect(JA4.text(offer, over: .quic) == "q13d1516h2_8daaf6152771_e5627efa2ab1")
        #expect(String(decoding: offer.serverName, as: UTF8.self) == "a.example")
    }

    /// What is cut is read up to there, and what is no hello is none.
    @Test func helloesThatBreakOffAreReadSoFar() throws {
        let whole = hello(
            version: 0x0303,
            suites: [0x1301],
            extensions: [(0, name("a.example")), (10, list([29]))]
        )
        // Without its last part it is a whole hello of an old client, which has no extensions.
        let bare = hello(version: 0x0303, suites: [0x1301], extensions: nil).count
        for count in whole.indices where count != bare {
            guard let offer = ClientOffer(Array(whole.prefix(count)).span) else { continue }
            #expect(!offer.isWhole)
            #expect(offer.suites == [0x1301])
        }
        let read = ClientOffer(whole.span)
        #expect(read?.isWhole == true)
        let none = ClientOffer([UInt8](repeating: 2, count: 80).span)
        #expect(none == nil)
    }

    private func hello(
        version: UInt16,
        suites: [UInt16],
        extensions: [(UInt16, [UInt8])]?
    ) -> [UInt8] {
        let offered = list(suites)
        var body = CaptureBuilder.big(version) + [UInt8](repeating: 7, count: 32) + [0] + offered + [1, 0]
        if let extensions {
            let bytes = extensions.flatMap { type, value in
                CaptureBuilder.big(type) + CaptureBuilder.big(UInt16(value.count)) + value
            }
            body += CaptureBuilder.big(UInt16(bytes.count)) + bytes
        }
        return [1, 0] + CaptureBuilder.big(UInt16(body.count)) + body
    }

    private func list(_ numbers: [UInt16]) -> [UInt8] {
        CaptureBuilder.big(UInt16(2 * numbers.count)) + numbers.flatMap { CaptureBuilder.big($0) }
    }

    private func name(_ text: String) -> [UInt8] {
        let host: [UInt8] = [0] + CaptureBuilder.big(UInt16(text.utf8.count)) + Array(text.utf8)
        return CaptureBuilder.big(UInt16(host.count)) + host
    }
}
