extension AnswerRow {
    private static func sized(_ value: String, _ body: String = "hello", _ differs: [Aspect: String] = [:])
        -> AnswerRow
    {
        ok(
            "length \(value.debugDescription) of \(body.utf8.count)",
            "Content-Length: \(value)\r\n",
            body,
            differs
        )
    }

    static let lengths: [AnswerRow] = [
        sized("5"), sized("5", "hello and more"), sized("9"), sized("0"), sized("0", ""), sized("005"),
        sized("+5"), sized("-5"),
        sized(" 5"), sized("5 "), sized("5;"), sized("5a"), sized("0x5"), sized("5.0"), sized("5,5"),
        sized("5, 5"), sized("5,6"),
        sized("5 5"), sized(""), sized("x"), sized("1e1"), sized("٥"), sized("99999999999999999999"),
        sized("18446744073709551621"), sized("9223372036854775807"), sized("4294967301"),
        ok("length twice", "Content-Length: 5\r\nContent-Length: 5\r\n", "hello and more"),
        ok("length twice, differing", "Content-Length: 5\r\nContent-Length: 3\r\n", "hello and more"),
        ok("length twice, one wrong", "Content-Length: x\r\nContent-Length: 5\r\n", "hello and more"),
        ok("length twice, the second wrong", "Content-Length: 5\r\nContent-Length: x\r\n", "hello and more"),
        ok(
            "length and chunked",
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "5\r\nhello\r\n0\r\n\r\n"
        ),
        ok(
            "chunked and length",
            "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
            "5\r\nhello\r\n0\r\n\r\n"
        ),
        ok("no length", "A: b\r\n", "to the end"),
        ok("no length, kept", "Connection: keep-alive\r\n", "to the end"),
        ok("no length, empty", "A: b\r\n", ""),
        ok("identity", "Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"),
        ok("unknown transfer coding", "Transfer-Encoding: bogus\r\n", "hello"),
        ok(
            "unknown transfer coding and length",
            "Transfer-Encoding: bogus\r\nContent-Length: 3\r\n",
            "hello"
        ),
        ok("empty transfer coding", "Transfer-Encoding:\r\nContent-Length: 5\r\n", "hello"),
    ]

    private static func chunked(_ name: String, _ body: String, _ differs: [Aspect: String] = [:])
        -> AnswerRow
    {
        ok("chunks: " + name, "Transfer-Encoding: chunked\r\n", body, differs)
    }

    private static func coded(_ coding: String, _ differs: [Aspect: String] = [:]) -> AnswerRow {
        ok("coding \(coding)", "Transfer-Encoding: \(coding)\r\n", "2\r\nhi\r\n0\r\n\r\n", differs)
    }

    static let chunks: [AnswerRow] = [
        chunked("plain", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
        chunked("upper case", "A\r\n0123456789\r\n0\r\n\r\n"),
        chunked("lower case", "a\r\n0123456789\r\n0\r\n\r\n"),
        chunked("leading zeros", "00005\r\nhello\r\n000\r\n\r\n"),
        chunked("sixteen digits", "0000000000000005\r\nhello\r\n0\r\n\r\n"),
        chunked("seventeen digits", "00000000000000005\r\nhello\r\n0\r\n\r\n"),
        chunked("forty digits", String(repeating: "0", count: 39) + "5\r\nhello\r\n0\r\n\r\n"),
        chunked("extension", "5;a=b\r\nhello\r\n0;c\r\n\r\n"),
        chunked("extension with quotes", "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
        chunked("blank and extension", "5 ;a=b\r\nhello\r\n0\r\n\r\n"),
        chunked("long extension", "5;\(String(repeating: "a", count: 2000))\r\nhello\r\n0\r\n\r\n"),
        chunked("blanks behind", "5  \r\nhello\r\n0 \r\n\r\n"),
        chunked("blank before", " 5\r\nhello\r\n0\r\n\r\n"),
        chunked("tab before", "\t5\r\nhello\r\n0\r\n\r\n"),
        chunked("blank within", "1 0\r\nhello\r\n0\r\n\r\n"),
        chunked("plus", "+5\r\nhello\r\n0\r\n\r\n"), chunked("minus", "-5\r\nhello\r\n0\r\n\r\n"),
        chunked("0x", "0x5\r\nhello\r\n0\r\n\r\n"), chunked("no hex", "xyz\r\nhello\r\n0\r\n\r\n"),
        chunked("letters behind", "5xyz\r\nhello\r\n0\r\n\r\n"),
        chunked("empty size", "\r\nhello\r\n0\r\n\r\n"),
        chunked("huge", "ffffffffffffffff\r\nhello"), chunked("huger", "fffffffffffffffff\r\nhello"),
        chunked("sign bit", "8000000000000000\r\nhello"), chunked("largest", "7fffffffffffffff\r\nhello"),
        chunked("LF only", "5\nhello\n0\n\n"), chunked("LF behind data", "5\r\nhello\n0\r\n\r\n"),
        chunked("CR only", "5\rhello\r0\r\r"), chunked("CR CR LF", "5\r\r\nhello\r\n0\r\n\r\n"),
        chunked("data too long", "3\r\nhello\r\n0\r\n\r\n"),
        chunked("data too short", "7\r\nhello\r\n0\r\n\r\n"),
        chunked("no end", "5\r\nhello\r\n"), chunked("cut in data", "5\r\nhel"), chunked("cut in size", "5"),
        chunked("cut behind data", "5\r\nhello"), chunked("empty", ""), chunked("only the end", "0\r\n\r\n"),
        chunked("end without last line", "5\r\nhello\r\n0\r\n"),
        chunked("end without line", "5\r\nhello\r\n0"),
        chunked("trailer", "5\r\nhello\r\n0\r\nA: b\r\n\r\n"),
        chunked("trailers", "5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
        chunked("trailer with LF", "5\r\nhello\r\n0\r\nA: b\n\n"),
        chunked("trailer without end", "5\r\nhello\r\n0\r\nA: b\r\n"),
        chunked("folded trailer", "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n"),
        chunked("bytes behind", "5\r\nhello\r\n0\r\n\r\nmore"),
        chunked("not chunked at all", "<html>hello</html>"),
        chunked("one byte each", (0..<50).map { _ in "1\r\nx\r\n" }.joined() + "0\r\n\r\n"),
        coded("CHUNKED"), coded(" chunked "), coded("chunked, chunked"), coded("identity, chunked"),
        coded("chunked, identity"), coded("bogus, chunked"), coded("chunked;a=b"), coded("\"chunked\""),
        coded("xchunked"), coded("chunkedx"), coded("chunked,"),
        ok(
            "coding in two headers",
            "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
            "2\r\nhi\r\n0\r\n\r\n"
        ),
        ok("gzip as transfer coding", "Transfer-Encoding: gzip, chunked\r\n", chunk(gzip)),
        ok(
            "chunked twice named",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "2\r\nhi\r\n0\r\n\r\n"
        ),
    ]

    private static func chunk(_ data: [UInt8]) -> [UInt8] {
        Array((String(data.count, radix: 16) + "\r\n").utf8) + data + Array("\r\n0\r\n\r\n".utf8)
    }

    // "hello hello hello" by Python's zlib.
    private static let raw: [UInt8] = [0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x00]
    private static let gzip: [UInt8] =
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + raw + crc(Array("hello hello hello".utf8)) + [17, 0, 0, 0]
    private static let zlib: [UInt8] = [0x78, 0x9c] + raw + [0x3a, 0x13, 0x06, 0x7d]

    private static func content(
        _ coding: String,
        _ body: [UInt8],
        _ what: String = "",
        _ differs: [Aspect: String] = [:]
    ) -> AnswerRow {
        ok(
            "content \(coding) \(what)",
            "Content-Encoding: \(coding)\r\nContent-Length: \(body.count)\r\n",
            body,
            differs
        )
    }

    static let codings: [AnswerRow] = [
        content("gzip", gzip), content("x-gzip", gzip), content("GZIP", gzip), content(" gzip ", gzip),
        content("deflate", zlib, "with zlib's wrapper"), content("deflate", raw, "bare"),
        content("gzip", raw, "but bare"), content("gzip", zlib, "but zlib"),
        content("deflate", gzip, "but gzip"),
        content("identity", Array("plain".utf8)), content("none", Array("plain".utf8)),
        content("gzip", Array("plain text, not coded".utf8), "but plain"),
        content("deflate", Array("plain text, not coded".utf8), "but plain"),
        content("gzip", Array(gzip.dropLast(4)), "without its length"),
        content("gzip", Array(gzip.dropLast(8)), "without its checksum"),
        content("gzip", Array(gzip.dropLast(12)), "cut in its data"),
        content("gzip", Array(gzip.prefix(10)), "head alone"),
        content("gzip", Array(gzip.prefix(5)), "cut in its head"), content("gzip", [], "empty"),
        content("deflate", [], "empty"),
        content("gzip", Array(gzip.dropLast()) + [1], "with a wrong length"),
        content("gzip", Array(gzip.dropLast(8)) + [0, 0, 0, 0, 17, 0, 0, 0], "with a wrong checksum"),
        content("gzip", gzip + Array("more".utf8), "with more behind it"),
        content("gzip", gzip + gzip, "twice"),
        content("deflate", Array(zlib.dropLast(4)), "without its checksum"),
        content("deflate", Array(zlib.dropLast()) + [0], "with a wrong checksum"),
        content("br", [0x0b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03]),
        content(
            "zstd",
            [
                0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x29, 0, 0, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x6b, 0xf2,
                0xb9, 0x2e,
            ]
        ),
        content("compress", [0x1f, 0x9d, 0x90]), content("bogus", Array("hi".utf8)),
        content("gzip, identity", gzip),
        content("deflate, gzip", nested, "nested"), content("gzip, deflate", nested, "nested, wrong order"),
        ok("two codings in two headers", "Content-Encoding: deflate\r\nContent-Encoding: gzip\r\n", nested),
        ok("gzip in chunks", "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", chunk(gzip)),
        ok("gzip to the end", "Content-Encoding: gzip\r\n", gzip),
        ok("gzip, length too small", "Content-Encoding: gzip\r\nContent-Length: 15\r\n", gzip),
    ]

    /// The zlib stream above in gzip, stored.
    private static let nested: [UInt8] =
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 16, 0, 0xef, 0xff] + zlib + checksum + [16, 0, 0, 0]
    private static let checksum = crc(zlib)

    private static func crc(_ bytes: [UInt8]) -> [UInt8] {
        var crc: UInt32 = 0xffff_ffff
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
        }
        return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: ~crc >> $0) }
    }
}
