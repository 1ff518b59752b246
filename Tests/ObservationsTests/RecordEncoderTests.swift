import Bytes
import Foundation
import Observations
import TestSupport
import Testing
import Wire

/// Records as they come out, read by a JSON parser that is not ours.
@Suite struct RecordEncoderTests {
    private func line(_ observation: Observation) throws -> (text: String, object: [String: Any]) {
        var out = ByteBuffer()
        var encoder = RecordEncoder(RecordEncoder.Options(scanID: "test"))
        encoder.encode(observation, into: &out)
        let bytes = out.withSpan { span in Array(span.withUnsafeBytes { Data($0) }) }
        let text = try #require(String(validating: bytes, as: UTF8.self))
        let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        return (text, try #require(object))
    }

    @Test func failureHasItsCodeAndLittleElse() throws {
        let observation = Observation()
        observation.address = "192.0.2.7"
        observation.ip = IPAddress("192.0.2.7")
        observation.port = 443
        observation.startedAt = 1_795_318_260_123_000_000
        observation.duration = 41_230_000
        observation.error = ObservationError(.connectionRefused, "connection refused")
        observation.probes = [ProbeRecord(.certificate, .failure, code: .connectionRefused, hello: "default")]
        let (text, _) = try line(observation)
        #expect(
            text == """
                {"@timestamp":"2026-11-22T03:31:00.123Z","ecs":{"version":"9.0.0"},"event":{"kind":"event",\
                "category":["network"],"type":["info"],"dataset":"hallmark.observation","outcome":"failure",\
                "duration":41230000},"observer":{"product":"Hallmark","type":"scanner","version":"\(Product.version)"},\
                "error":{"code":"connection_refused","message":"connection refused"},\
                "server":{"address":"192.0.2.7","ip":"192.0.2.7","port":443},\
                "network":{"transport":"tcp","type":"ipv4"},"related":{"ip":["192.0.2.7"]},\
                "hallmark":{"scan":{"id":"test"},\
                "probes":[{"kind":"certificate","outcome":"failure","code":"connection_refused","hello":"default",\
                "attempt":1,"duration_ms":0}]}}

                """
        )
    }

    /// A line brought up to date is the one that encoding it again would give.
    @Test(arguments: [0, 9, 41_230_000], [0, 1, 3])
    func amendedLinesAreAsEncodedOnes(duration: UInt64, probes: Int) {
        let observation = Observation()
        observation.address = "192.0.2.7"
        observation.port = 443
        observation.startedAt = 1_795_318_260_123_000_000
        observation.probes = [ProbeRecord(.certificate, .success, hello: "default")]
        var encoder = RecordEncoder(RecordEncoder.Options(scanID: "test"))
        var amended = ByteBuffer(capacity: 64)
        amended.append("before\n")
        encoder.encode(observation, into: &amended)
        observation.duration = duration
        for kind in [ProbeKind.jarm, .http, .sni].prefix(probes) {
            observation.probes.append(ProbeRecord(kind, .skipped, reason: .unremarkable))
        }
        #expect(encoder.amend(observation, probesFrom: 1, in: &amended))
        #expect(!encoder.amend(observation, probesFrom: 1, in: &amended))
        var encoded = ByteBuffer()
        encoded.append("before\n")
        encoder.encode(observation, into: &encoded)
        let texts = [amended.withSpan { text($0) }, encoded.withSpan { text($0) }]
        #expect(texts[0] == texts[1])
    }

    /// A certificate met again is written from memory, and no line differs from the first.
    @Test func aChainMetAgainGivesTheSameLine() throws {
        let observation = Observation()
        observation.address = "192.0.2.7"
        let certificate = HandMadeCertificate().der
        let length = [UInt8(0), UInt8(certificate.count >> 8), UInt8(certificate.count & 255)]
        let list = [0, UInt8((certificate.count + 3) >> 8), UInt8((certificate.count + 3) & 255)] + length
        let whole = [11, 0, UInt8((certificate.count + 6) >> 8), UInt8((certificate.count + 6) & 255)] + list
        try observation.flight.message((whole + certificate).span)
        var encoder = RecordEncoder(RecordEncoder.Options(scanID: "test"))
        let lines = (0..<4).map { _ in
            var out = ByteBuffer()
            encoder.encode(observation, into: &out)
            return out.withSpan { text($0) }
        }
        #expect(lines[0].contains("\"serial_number\":\"012345\""))
        #expect(Set(lines).count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(lines[3].utf8)) as? [String: Any]
        let server = (object?["tls"] as? [String: Any])?["server"] as? [String: Any]
        let digest = try #require((server?["hash"] as? [String: Any])?["sha256"] as? String)
        #expect((object?["related"] as? [String: [String]])?["hash"] == [digest])
    }

    private func text(_ span: Span<UInt8>) -> String {
        span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    @Test func anyBytesOfAServerGiveValidText() throws {
        let observation = Observation()
        observation.address = "evil.example\u{1b}[2J\"\\\u{202e}"
        observation.notTLS = NotTLSAnswer(name: "unknown", bytes: Array(0...255))
        observation.startTLS = StartTLSRecord(name: "smtp", greeting: Array(0...255))
        observation.error = ObservationError(.notTLS, "a\u{0}b\nc")
        let (text, object) = try line(observation)
        #expect(text.filter { $0 == "\n" }.count == 1 && text.hasSuffix("}}\n"))
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        let error = try #require(object["error"] as? [String: Any])
        #expect(error["message"] as? String == "a\u{0}b\nc")
        let hallmark = try #require(object["hallmark"] as? [String: Any])
        let bytes = (hallmark["not_tls"] as? [String: Any])?["bytes"] as? String
        #expect(bytes.flatMap { Data(base64Encoded: $0) } == Data(0...255))
    }

    @Test func jarmIsShownWithItsProbes() throws {
        let observation = Observation()
        observation.address = "::1"
        let probe = JARMResult.Probe(answer: .none, outcome: .alert, alert: 40)
        observation.jarm = JARMResult(
            probes: [JARMResult.Probe](repeating: probe, count: 10),
            serverName: "::1"
        )
        let (_, object) = try line(observation)
        let server = (object["tls"] as? [String: Any])?["server"] as? [String: Any]
        #expect(server?["jarm"] as? String == String(repeating: "0", count: 62))
        let jarm = (object["hallmark"] as? [String: Any])?["jarm"] as? [String: Any]
        #expect(jarm?["complete"] as? Bool == true)
        #expect((jarm?["alerts"] as? [Int]) == [Int](repeating: 40, count: 10))
        #expect((jarm?["probes"] as? [String])?.first == "|||")
    }

    @Test(arguments: [(0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z")])
    func timestampsAreRFC3339(nanoseconds: Int64, text: String) {
        var out = ByteBuffer()
        var timestamp = TimestampWriter()
        timestamp.append(nanoseconds, to: &out)
        #expect(out.withSpan { String(decoding: $0.withUnsafeBytes { Array($0) }, as: UTF8.self) } == text)
    }

    @Test func timestampsAgreeWithDate() throws {
        var timestamp = TimestampWriter()
        for second in [951_782_399, 1_709_164_800, 4_102_444_799] {
            var out = ByteBuffer()
            timestamp.append(Int64(second) * 1_000_000_000, to: &out)
            let expected = try check("date", ["-u", "-d", "@\(second)", "+%Y-%m-%dT%H:%M:%S.000Z"]).text
            let text = out.withSpan { String(decoding: $0.withUnsafeBytes { Array($0) }, as: UTF8.self) }
            #expect(text + "\n" == expected)
        }
    }
}
