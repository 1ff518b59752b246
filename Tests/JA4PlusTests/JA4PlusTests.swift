import Bytes
import Foundation
import JA4Plus
import Observations
import Testing
import Wire

/// JA4S against what FoxIO's program made of recorded answers, JA4X against go-ja4x.
@Suite struct JA4PlusTests {
    struct Vectors: Decodable, Sendable {
        struct Certificate: Decodable, Sendable, CustomTestStringConvertible {
            let name: String
            let der: Data
            let ja4x: String
            var testDescription: String { name }
        }
        struct Hello: Decodable, Sendable, CustomTestStringConvertible {
            let server: String
            let probe: Int
            let message: String
            let ja4s: String
            var testDescription: String { "\(server) \(probe)" }
        }
        let certificates: [Certificate]
        let server_hellos: [Hello]
    }

    static let vectors: Vectors = {
        guard let url = Bundle.module.url(forResource: "Fixtures/ja4plus", withExtension: "json"),
            let data = try? Data(contentsOf: url),
            let vectors = try? JSONDecoder().decode(Vectors.self, from: data)
        else { preconditionFailure("the fixture ja4plus.json is missing or malformed") }
        return vectors
    }()

    @Test(arguments: vectors.server_hellos) func answersGiveFoxIOsJA4S(_ hello: Vectors.Hello) throws {
        var flight = ServerFlight()
        try flight.message(bytes(hello.message).span)
        #expect(ja4s(flight) == hello.ja4s)
    }

    @Test(arguments: vectors.certificates) func certificatesGiveGoJA4XsValue(_ vector: Vectors.Certificate) {
        #expect(ja4x(Array(vector.der)) == vector.ja4x)
    }

    /// The values that FoxIO's own documents work out.
    @Test func theWorkedExamplesHold() throws {
        var flight = ServerFlight()
        try flight.message(serverHello(suite: 0xc030, extensions: [0x0005, 0x0017, 0xff01, 0x0000]).span)
        #expect(ja4s(flight) == "t120400_c030_4e8089b08790")
        flight.reset()
        try flight.message(serverHello(suite: 0xc02f, extensions: []).span)
        #expect(ja4s(flight) == "t120000_c02f_000000000000")
    }

    @Test func nothingGivesNothing() {
        #expect(ja4s(ServerFlight()) == nil)
        #expect(ja4x([]) == nil)
        #expect(ja4x(Array("no certificate".utf8)) == nil)
    }

    /// Any cut of a certificate gives a value or none, and never a broken one.
    @Test func cutCertificatesAreRead() throws {
        let whole = Array(try #require(Self.vectors.certificates.first).der)
        for count in whole.indices {
            guard let text = ja4x(Array(whole[..<count])) else { continue }
            #expect(text.utf8.count == 38 && text.split(separator: "_").count == 3)
        }
    }

    @Test func aRecordHasBothInsideTheServer() throws {
        let observation = Observation()
        try observation.flight.message(
            bytes(try #require(Self.vectors.server_hellos.first).message).span
        )
        let leaf = try #require(Self.vectors.certificates.first)
        try observation.flight.message(certificateMessage(Array(leaf.der)).span)
        var options = RecordEncoder.Options()
        #expect(try server(observation, options)["ja4s"] == nil)
        options.supplement = { JA4Members.append($0, to: &$1) }
        let server = try server(observation, options)
        #expect(server["ja4s"] as? String == Self.vectors.server_hellos.first?.ja4s)
        #expect(server["ja4x"] as? String == leaf.ja4x)
        #expect(server["hash"] != nil)
    }

    private func server(
        _ observation: Observation,
        _ options: RecordEncoder.Options
    ) throws -> [String: Any] {
        var encoder = RecordEncoder(options)
        var line = ByteBuffer()
        encoder.encode(observation, into: &line)
        let record = try JSONSerialization.jsonObject(with: Data(text(line).utf8)) as? [String: Any]
        return try #require((record?["tls"] as? [String: Any])?["server"] as? [String: Any])
    }

    private func ja4s(_ flight: ServerFlight) -> String? {
        var out = ByteBuffer()
        return JA4S.append(flight, to: &out) ? text(out) : nil
    }

    private func ja4x(_ der: [UInt8]) -> String? {
        var out = ByteBuffer()
        return JA4X.append(der.span, to: &out) ? text(out) : nil
    }

    private func text(_ buffer: borrowing ByteBuffer) -> String {
        buffer.withSpan { span in String(decoding: span.indices.map { span[$0] }, as: UTF8.self) }
    }
}

private func u16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xff), UInt8(value & 0xff)] }

private func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [type, 0] + u16(body.count) + body
}

/// A TLS 1.2 ServerHello whose extensions are all empty.
private func serverHello(suite: Int, extensions: [Int]) -> [UInt8] {
    let list: [UInt8] = extensions.flatMap { (type: Int) -> [UInt8] in u16(type) + [0, 0] }
    var body: [UInt8] = [3, 3]
    body += [UInt8](repeating: 7, count: 32) + [0]
    body += u16(suite) + [0]
    if !list.isEmpty { body += u16(list.count) + list }
    return message(2, body)
}

private func certificateMessage(_ der: [UInt8]) -> [UInt8] {
    var body: [UInt8] = [0] + u16(der.count + 3)
    body += [0] + u16(der.count) + der
    return message(11, body)
}

private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
