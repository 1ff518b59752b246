import HTTPClient
import TestSupport
import Testing
import Wire

/// Bodies that Python's gzip and zlib made.
@Suite struct ContentDecoderTests {
    @Test(arguments: [
        ("gzip", "gzip.compress(d)"), ("x-GZIP", "gzip.compress(d)"), ("deflate", "zlib.compress(d)"),
        ("deflate", "(lambda c: c.compress(d) + c.flush())(zlib.compressobj(wbits=-15))"),
        ("gzip, gzip", "gzip.compress(gzip.compress(d))"),
        ("deflate, gzip", "gzip.compress(zlib.compress(d))"),
        ("gzip", "gzip.compress(d[:9]) + gzip.compress(d[9:])"), ("identity", "d"),
    ])
    func decodes(_ coding: String, _ expression: String) throws {
        let coded = try python("d = b'some text ' * 50; out = \(expression)")
        let result = decode(coded, coding)
        #expect(String(decoding: result.body, as: UTF8.self) == String(repeating: "some text ", count: 50))
        #expect(result.anomalies.isEmpty)
        #expect(!result.isTruncated)
    }

    @Test func bombsStopAtTheLimit() throws {
        let coded = try python("out = gzip.compress(b'\\0' * 50_000_000)")
        let cut = Array(coded.prefix(60_000))
        let result = decode(cut, "gzip", isCut: true)
        #expect(result.body.count == 64 * 1024)
        #expect(result.isTruncated)
        #expect(result.anomalies.list == [.contentCodingBomb])
    }

    @Test func nestedBombsStopAtTheLimit() throws {
        let coded = try python("out = gzip.compress(gzip.compress(b'\\0' * 10_000_000))")
        let result = decode(coded, "gzip, gzip")
        #expect(result.body.count == 64 * 1024)
        #expect(result.anomalies.contains(.contentCodingBomb))
    }

    @Test(arguments: ["gzip", "deflate"])
    func whatIsNotCodedStaysAsItIs(_ coding: String) {
        let result = decode(Array("plain text, not coded at all".utf8), coding)
        #expect(String(decoding: result.body, as: UTF8.self) == "plain text, not coded at all")
        #expect(result.anomalies.list == [.contentCodingInvalid])
    }

    @Test(arguments: ["br", "zstd", "gzip, br", "gzip,gzip,gzip,gzip"])
    func unknownCodingsStay(_ coding: String) {
        let result = decode([1, 2, 3], coding)
        #expect(result.body == [1, 2, 3])
        #expect(result.anomalies.list == [.contentCodingUnsupported])
    }

    @Test func cutStreams() throws {
        let coded = try python("import random; random.seed(1); out = gzip.compress(random.randbytes(30000))")
        let half = Array(coded.prefix(15_000))
        let lost = decode(half, "gzip")
        #expect(lost.body.count > 10_000)
        #expect(lost.anomalies.list == [.contentCodingInvalid])
        #expect(decode(half, "gzip", isCut: true).anomalies.isEmpty)
        var broken = coded
        broken[20_000] ^= 0xff
        broken[broken.count - 6] ^= 0xff
        #expect(decode(broken, "gzip").anomalies.list == [.contentCodingInvalid])
    }

    @Test(
        arguments: [
            ("gzip, chunked", nil, "gzip.compress(d)"), ("gzip", nil, "gzip.compress(d)"),
            ("deflate, Chunked", "gzip", "zlib.compress(gzip.compress(d))"),
            ("gzip, chunked", "br", "gzip.compress(d)"), ("other, chunked", "gzip", "gzip.compress(d)"),
            ("chunked", nil, "d"),
        ] as [(String, String?, String)]
    )
    func transferCodings(_ transfer: String, _ content: String?, _ expression: String) throws {
        let coded = try python("d = b'some text ' * 50; out = \(expression)")
        let headers = [("Transfer-Encoding", transfer)] + (content.map { [("Content-Encoding", $0)] } ?? [])
        let result = ContentDecoder.decode(coded, HTTPHeaders(headers), isCut: false, limit: 64 * 1024)
        #expect(String(decoding: result.body, as: UTF8.self) == String(repeating: "some text ", count: 50))
        #expect(result.anomalies.list == (content == "br" ? [.contentCodingUnsupported] : []))
    }

    @Test func emptyBody() {
        let result = decode([], "gzip")
        #expect(result.body.isEmpty)
        #expect(result.anomalies.isEmpty)
    }

    private func decode(_ body: [UInt8], _ coding: String, isCut: Bool = false) -> ContentDecoder.Result {
        ContentDecoder.decode(
            body,
            HTTPHeaders([("Content-Encoding", coding)]),
            isCut: isCut,
            limit: 64 * 1024
        )
    }

    private func python(_ code: String) throws -> [UInt8] {
        try check("python3", ["-c", "import gzip, sys, zlib; \(code); sys.stdout.buffer.write(out)"]).output
    }
}
