import Bytes
import Foundation
import Observations
import Testing
import Wire

@Suite struct FlightEncoderTests {
    /// Seen from the outside: each member must be a field of the schema.
    @Test func everyMemberIsAField() throws {
        for flight in [try Flights.old(), try Flights.new()] {
            let json = try encode(flight)
            let names = Set(Field.all.map(\.name))
            for name in leaves(json, "") { #expect(names.contains(name), "\(name)") }
        }
    }

    @Test func newFlight() throws {
        let json = try encode(try Flights.new(), serverName: "a.test")
        let tls = try #require(json["tls"] as? [String: Any])
        #expect(tls["version"] as? String == "1.3")
        #expect(tls["version_protocol"] as? String == "tls")
        #expect(tls["cipher"] as? String == "TLS_AES_256_GCM_SHA384")
        #expect(tls["curve"] as? String == "secp384r1")
        #expect(tls["next_protocol"] as? String == "h2")
        #expect(tls["established"] as? Bool == false)
        #expect((tls["client"] as? [String: Any])?["server_name"] as? String == "a.test")
        let more = try #require((json["hallmark"] as? [String: Any])?["tls"] as? [String: Any])
        #expect(more["hello_retry_request"] as? Bool == true)
        #expect(more["retry_group"] as? String == "secp384r1")
        #expect(more["server_hello_extensions"] as? [Int] == [43, 51])
        #expect(more["encrypted_extensions"] as? [Int] == [16])
        #expect(more["certificate_extensions"] as? [Int] == [5, 18])
        #expect(more["legacy_version"] as? String == "0303")
        #expect(more["record_version"] as? String == "0303")
        #expect(more["session_id"] as? String == "empty")
        #expect(more["change_cipher_spec"] as? Bool == true)
        #expect(more["extended_master_secret"] == nil)
        #expect(more["signature_scheme"] as? String == "ecdsa_secp256r1_sha256")
        #expect(more["messages"] as? [Int] == [2, 2, 8, 13, 11, 15])
        #expect(more["record_sizes"] as? [Int] == [90, 1])
        #expect(more["ocsp_response"] as? String == "MAMKAQA=")
        #expect(more["scts"] as? [String] == ["AQID"])
        let request = try #require(more["certificate_request"] as? [String: Any])
        #expect(request["authorities"] as? [String] == ["CN=Test CA"])
        #expect(request["signature_schemes"] as? [String] == ["rsa_pss_rsae_sha256", "0xfefe"])
        #expect(more["close"] == nil)
    }

    @Test func oldFlight() throws {
        let json = try encode(try Flights.old())
        let tls = try #require(json["tls"] as? [String: Any])
        #expect(tls["version"] as? String == "3.0")
        #expect(tls["version_protocol"] as? String == "ssl")
        #expect(tls["cipher"] as? String == "0xfe01")
        #expect(tls["curve"] == nil)
        #expect(tls["client"] == nil)
        let more = try #require((json["hallmark"] as? [String: Any])?["tls"] as? [String: Any])
        #expect(more["alerts"] as? [String] == ["unrecognized_name", "alert_200"])
        #expect(more["alert_codes"] as? [Int] == [112, 200])
        #expect(more["server_hello_extensions"] as? [Int] == [])
        #expect(more["extended_master_secret"] as? Bool == false)
        #expect(more["compression_method"] as? Int == 0)
        #expect(more["certificate_request"] == nil)
        #expect(more["close"] as? String == "alert")
    }

    @Test func nothingSeenIsNothingWritten() throws {
        let json = try encode(ServerFlight())
        #expect((json["tls"] as? [String: Any])?.keys.sorted() == ["established"])
        #expect((json["hallmark"] as? [String: Any])?.isEmpty == true)
    }

    private func encode(_ flight: ServerFlight, serverName: String = "") throws -> [String: Any] {
        var out = ByteBuffer()
        out.append(0x7b)
        out.object("tls")
        out.members(flight: flight, serverName: Array(serverName.utf8).span, established: false)
        out.endObject()
        out.object("hallmark")
        out.member(flight: flight)
        out.endObject()
        out.append(0x7d)
        let bytes = out.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } }
        return try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] ?? [:]
    }

    private func leaves(_ json: [String: Any], _ prefix: String) -> [String] {
        json.flatMap { key, value in
            (value as? [String: Any]).map { leaves($0, prefix + key + ".") } ?? [prefix + key]
        }
    }
}

/// First flights made by hand.
private enum Flights {
    static func new() throws -> ServerFlight {
        var flight = ServerFlight()
        flight.record(version: 0x0303)
        flight.record(type: 22, length: 90)
        flight.record(type: 20, length: 1)
        try flight.message(hello(retryRandom, [43, 51], [[3, 4], [0, 24]]).span)
        let random = [UInt8](repeating: 7, count: 32)
        try flight.message(hello(random, [43, 51], [[3, 4], [0, 24, 0, 1, 4]]).span)
        try flight.message(message(8, [0, 9, 0, 16, 0, 5, 0, 3, 2] + Array("h2".utf8)).span)
        let name: [UInt8] =
            [0x30, 0x12, 0x31, 0x10, 0x30, 0x0e, 6, 3, 0x55, 4, 3, 0x0c, 7] + Array("Test CA".utf8)
        let schemes: [UInt8] = [0, 13, 0, 6, 0, 4, 8, 4, 0xfe, 0xfe]
        let authorities: [UInt8] = [0, 47, 0, 24, 0, 22, 0, 20] + name
        try flight.message(
            message(13, [0, 0, UInt8(schemes.count + authorities.count)] + schemes + authorities).span
        )
        let status: [UInt8] = [0, 5, 0, 9, 1, 0, 0, 5, 0x30, 3, 0x0a, 1, 0]
        let timestamps: [UInt8] = [0, 18, 0, 7, 0, 5, 0, 3, 1, 2, 3]
        let entry: [UInt8] =
            [0, 0, 2, 0x30, 0, 0, UInt8(status.count + timestamps.count)] + status + timestamps
        try flight.message(message(11, [0, 0, 0, UInt8(entry.count)] + entry).span)
        try flight.message(message(15, [4, 3, 0, 0]).span)
        return flight
    }

    static func old() throws -> ServerFlight {
        var flight = ServerFlight()
        flight.alert(ServerFlight.Alert(level: 1, code: 112))
        let body: [UInt8] = [3, 0] + [UInt8](repeating: 7, count: 32) + [0, 0xfe, 1, 0]
        try flight.message(message(2, body).span)
        flight.alert(ServerFlight.Alert(level: 2, code: 200))
        flight.close = .alert
        return flight
    }

    private static func hello(_ random: [UInt8], _ types: [UInt8], _ values: [[UInt8]]) -> [UInt8] {
        var list: [UInt8] = []
        for (type, value) in zip(types, values) { list += [0, type, 0, UInt8(value.count)] + value }
        let fixed: [UInt8] = [3, 3] + random + [0, 0x13, 2, 0, 0, UInt8(list.count)]
        return message(2, fixed + list)
    }

    private static func message(_ type: UInt8, _ body: [UInt8]) -> [UInt8] {
        [type, 0, 0, UInt8(body.count)] + body
    }

    private static let retryRandom: [UInt8] = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
        0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
    ]
}
