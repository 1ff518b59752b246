import Testing
import Wire

/// Answers as servers send them, each read whole, byte by byte and in odd pieces.
@Suite struct HTTPReaderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var version: HTTPVersion? = .http11
        var status: Int? = 200
        var body = ""
        var anomalies: [HTTPAnomaly] = []
        var end = HTTPEnd.complete
        var keepsAlive = false
        var testDescription: String { name }

        init(_ name: String, _ text: String) {
            self.name = name
            bytes = Array(text.utf8)
        }

        func with(_ change: (inout Case) -> Void) -> Case {
            var copy = self
            change(&copy)
            return copy
        }
    }

    static let cases: [Case] = [
        Case("1.1 with length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello").with {
            $0.body = "hello"
            $0.keepsAlive = true
        },
        Case("1.0 until close", "HTTP/1.0 404 Not Found\r\nServer: Apache\r\n\r\nno").with {
            ($0.version, $0.status, $0.body) = (.http10, 404, "no")
        },
        Case("1.0 keep-alive", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx").with
        {
            ($0.version, $0.body, $0.keepsAlive) = (.http10, "x", true)
        },
        Case("0.9", "<html>hi</html>").with {
            ($0.version, $0.status, $0.body) = (.http09, nil, "<html>hi</html>")
            $0.anomalies = [.noStatusLine]
        },
        Case("0.9, shorter than a status line", "HT").with {
            $0.version = .http10
            ($0.version, $0.status, $0.end) = (.http11, nil, .closed)
            $0.anomalies = [.invalidStatusLine, .noHeaders, .headIncomplete]
        },
        Case("nothing", "").with { ($0.version, $0.status, $0.end) = (nil, nil, .closed) },
        Case("no headers", "HTTP/1.1 200 OK\r\n\r\nbody").with {
            ($0.body, $0.anomalies) = ("body", [.noHeaders])
        },
        Case("no reason", "HTTP/1.1 204\r\nA: b\r\n\r\n").with { ($0.status, $0.keepsAlive) = (204, true) },
        Case("blank after the reason", "HTTP/1.1 200 OK \r\nContent-Length: 0\r\n\r\n").with {
            $0.keepsAlive = true
        },
        Case("two blanks in the status line", "HTTP/1.1  200 OK\r\nContent-Length: 0\r\n\r\n").with {
            ($0.anomalies, $0.keepsAlive) = ([.invalidStatusLine], true)
        },
        Case("odd status line", "http/1.x OK\r\nA: b\r\n\r\n").with {
            ($0.status, $0.anomalies) = (nil, [.invalidStatusLine])
        },
        Case("empty lines first", "\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").with {
            ($0.anomalies, $0.keepsAlive) = ([.bytesBeforeStatusLine, .bareLF], true)
        },
        Case(
            "100 and 103 first",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        ).with {
            ($0.body, $0.keepsAlive, $0.anomalies) = ("hi", true, [.informationalResponse, .noHeaders])
        },
        Case("101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").with { $0.status = 101 },
        Case("obs-fold", "HTTP/1.1 200 OK\r\nX: a\r\n \t b\r\nContent-Length: 0\r\n\r\n").with {
            ($0.anomalies, $0.keepsAlive) = ([.obsFold], true)
        },
        Case("bare LF", "HTTP/1.1 200 OK\nContent-Length: 3\n\nabc").with {
            ($0.body, $0.anomalies, $0.keepsAlive) = ("abc", [.bareLF], true)
        },
        Case("bare CR", "HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n").with {
            ($0.anomalies, $0.keepsAlive) = ([.bareCR], true)
        },
        Case("CR alone on a line", "HTTP/1.1 200 OK\r\nA: b\r\n\r\r\nContent-Length: 0\r\n\r\n").with {
            $0.anomalies = [.bareCR, .headerWithoutColon, .invalidHeaderName]
            $0.keepsAlive = true
        },
        Case("NUL and escape", "HTTP/1.1 200 OK\r\nA: \0\u{1b}[31m\r\nContent-Length: 0\r\n\r\n").with {
            ($0.anomalies, $0.keepsAlive) = ([.nulInHead, .controlInHead], true)
        },
        Case("not UTF-8", "HTTP/1.1 200 OK\r\nA: #\r\nContent-Length: 0\r\n\r\n").with {
            $0.bytes = $0.bytes.map { $0 == 0x23 ? 0xff : $0 }
            ($0.anomalies, $0.keepsAlive) = ([.nonUTF8Head], true)
        },
        Case("odd names", "HTTP/1.1 200 OK\r\nno colon\r\nA : b\r\n: c\r\nContent-Length: 0\r\n\r\n").with {
            $0.anomalies = [.headerWithoutColon, .blankBeforeColon, .invalidHeaderName]
            $0.keepsAlive = true
        },
        Case("length says more", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").with {
            ($0.body, $0.end, $0.anomalies) = ("abc", .closed, [.bodyIncomplete])
        },
        Case("length says less", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc").with {
            ($0.body, $0.anomalies) = ("ab", [.excessBytes])
        },
        Case("length is no number", "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc").with {
            ($0.body, $0.anomalies) = ("abc", [.contentLengthInvalid])
        },
        Case("huge length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc").with {
            ($0.body, $0.anomalies) = ("abc", [.contentLengthInvalid])
        },
        Case("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na").with {
            ($0.body, $0.anomalies, $0.keepsAlive) = ("a", [.contentLengthConflict], true)
        },
        Case("the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na").with {
            ($0.body, $0.keepsAlive) = ("a", true)
        },
        Case(
            "chunked with extension and trailer",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n00A\r\n, chunked \r\n0\r\nX: y\r\n\r\n"
        ).with { ($0.body, $0.anomalies, $0.keepsAlive) = ("hello, chunked ", [.trailers], true) },
        Case("chunked with bare LF", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3 \nabc\n0\n\n")
            .with {
                ($0.body, $0.keepsAlive) = ("abc", true)
            },
        Case(
            "chunked and length",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
        ).with { ($0.body, $0.anomalies) = ("a", [.contentLengthAndTransferEncoding]) },
        Case("chunk size is no number", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nabc").with
        {
            ($0.end, $0.anomalies) = (.broken, [.chunkSizeInvalid])
        },
        Case(
            "chunk size overflows",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nabc"
        ).with { ($0.end, $0.anomalies) = (.broken, [.chunkSizeInvalid]) },
        Case(
            "chunk size behind zeros",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n00000000000000000003\r\nabc\r\n0\r\n\r\n"
        ).with { ($0.body, $0.keepsAlive) = ("abc", true) },
        Case("chunk too short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n0\r\n\r\n")
            .with {
                ($0.body, $0.end, $0.anomalies) = ("ab", .broken, [.chunkEndMissing])
            },
        Case("chunks cut short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab").with {
            ($0.body, $0.end, $0.anomalies) = ("ab", .closed, [.bodyIncomplete])
        },
        Case("other transfer coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab").with {
            ($0.body, $0.anomalies) = ("ab", [.transferCodingUnsupported])
        },
        Case("connection: close", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n"),
        Case("head cut short", "HTTP/1.1 200 OK\r\nServer: ngi").with {
            ($0.end, $0.anomalies) = (.closed, [.headIncomplete])
        },
    ]

    @Test(arguments: cases)
    func reads(_ test: Case) {
        for size in [test.bytes.count, 1, 2, 3, 7] {
            var reader = HTTPReader(method: "GET")
            feed(test.bytes, size, &reader)
            reader.closed()
            #expect(reader.version == test.version)
            #expect(reader.status == test.status)
            #expect(String(decoding: reader.body, as: UTF8.self) == test.body)
            #expect(reader.anomalies.list == HTTPAnomalies(test.anomalies).list, "pieces of \(size)")
            #expect(reader.end == test.end)
            #expect(reader.keepsAlive == test.keepsAlive)
        }
    }

    @Test func headersKeepOrderSpellingAndBytes() {
        var reader = HTTPReader(method: "GET")
        let text =
            "HTTP/1.1 200 OK \r\nServer: Apache/2.4.1 \r\nX-b:1\r\nX-B:  2\t\r\n fold\r\nContent-Length: 0\r\n\r\n"
        feed(Array(text.utf8), 1, &reader)
        #expect(String(decoding: reader.head, as: UTF8.self) == text)
        #expect(reader.statusLine == Array("HTTP/1.1 200 OK ".utf8))
        let pairs = reader.headers.indices.map { index in
            String(decoding: reader.headers.name(index), as: UTF8.self) + "="
                + String(decoding: reader.headers.value(index), as: UTF8.self)
        }
        #expect(pairs == ["Server=Apache/2.4.1", "X-b=1", "X-B=2 fold", "Content-Length=0"])
        #expect(reader.headers.text("x-b") == "1")
    }

    @Test func informationalAnswersAreNoted() {
        var reader = HTTPReader(method: "GET")
        let early = "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
        feed(Array((early + early + "HTTP/1.1 200 OK\r\nC: d\r\n\r\n").utf8), 5, &reader)
        #expect(reader.informational == [103, 103])
        #expect(reader.headers.count == 1)
        #expect(String(decoding: reader.head, as: UTF8.self) == "HTTP/1.1 200 OK\r\nC: d\r\n\r\n")
    }

    @Test func endlessInformationalAnswersEnd() {
        var reader = HTTPReader(method: "GET")
        for _ in 0..<9 { feed(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), 100, &reader) }
        #expect(reader.end == .limit)
        #expect(reader.anomalies.contains(.tooManyInformational))
    }

    @Test func answerToHeadHasNoBody() {
        var reader = HTTPReader(method: "HEAD")
        feed(Array("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".utf8), 9, &reader)
        #expect(reader.end == .complete)
        #expect(reader.keepsAlive)
    }

    @Test(arguments: [999, 1000, 1001, 3000])
    func thousandsOfHeaders(_ count: Int) {
        var reader = HTTPReader(method: "GET")
        let lines = (0..<count).map { "X-\($0): \($0)\r\n" }.joined()
        feed(Array("HTTP/1.1 200 OK\r\n\(lines) fold\r\nContent-Length: 0\r\n\r\n".utf8), 1000, &reader)
        #expect(reader.headers.count == min(count + 1, 1000))
        #expect(reader.anomalies.contains(.tooManyHeaders) == (count > 999))
        #expect(reader.head.count <= 16 * 1024)
        #expect(reader.headers.text("x-998") == (count == 999 ? "998 fold" : "998"))
        // The end of the body can't be known without the headers that were dropped.
        #expect((reader.end == .complete) == (count <= 999))
    }

    @Test func endlessHeadEnds() {
        var reader = HTTPReader(method: "GET")
        feed(Array("HTTP/1.1 200 OK\r\nA: ".utf8), 100, &reader)
        let filler = [UInt8](repeating: 0x61, count: 1000)
        var fed = 0
        while reader.end == nil, fed < 200 {
            reader.read(filler.span)
            fed += 1
        }
        #expect(fed < 70)
        #expect(reader.end == .limit)
        #expect(reader.status == 200)
        #expect(reader.anomalies.contains(.headTooLarge))
        #expect(reader.head.count == 16 * 1024)
    }

    @Test func emptyLinesWithoutEndEnd() {
        var reader = HTTPReader(method: "GET")
        let lines = [UInt8](repeating: 0x0a, count: 70_000)
        feed(lines, 4096, &reader)
        #expect(reader.end == .limit)
        #expect(reader.version == .http09)
    }

    @Test(arguments: ["Content-Length: 104857600", "Transfer-Encoding: chunked", "X: y"])
    func hundredMegabytesEndAfterTheLimit(_ header: String) {
        var reader = HTTPReader(method: "GET")
        feed(Array("HTTP/1.1 200 OK\r\n\(header)\r\n\r\n".utf8), 100, &reader)
        if header.hasSuffix("chunked") { feed(Array("6400000\r\n".utf8), 100, &reader) }
        let piece = [UInt8](repeating: 0x61, count: 10_000)
        var fed = 0
        while reader.end == nil, fed < 10_000 {
            reader.read(piece.span)
            fed += 1
        }
        #expect(fed == 7)
        #expect(reader.end == .limit)
        #expect(reader.bodyIsTruncated)
        #expect(reader.body.count == 64 * 1024)
    }

    @Test func endlessTinyChunksEnd() {
        var reader = HTTPReader(method: "GET")
        feed(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8), 100, &reader)
        let chunk = Array("1;\(String(repeating: "e", count: 500))\r\na\r\n".utf8)
        var fed = 0
        while reader.end == nil, fed < 100_000 {
            reader.read(chunk.span)
            fed += 1
        }
        #expect(reader.end == .broken)
        #expect(reader.anomalies.contains(.chunkOverhead))
        #expect(fed < 600)
    }

    @Test(arguments: ["1;", "0\r\nX: "])
    func endlessChunkLinesEnd(_ start: String) {
        var reader = HTTPReader(method: "GET")
        feed(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(start)".utf8), 100, &reader)
        let filler = [UInt8](repeating: 0x61, count: 1000)
        var fed = 0
        while reader.end == nil, fed < 10_000 {
            reader.read(filler.span)
            fed += 1
        }
        #expect(reader.end == .broken)
        #expect(fed < 70)
    }

    @Test func timeIsUp() {
        var reader = HTTPReader(method: "GET")
        feed(Array("HTTP/1.1 200 OK\r\nServer: x\r\n".utf8), 100, &reader)
        reader.timedOut()
        #expect(reader.end == .timeout)
        #expect(reader.status == 200)
        #expect(reader.headers.text("server") == "x")
    }

    private func feed(_ bytes: [UInt8], _ size: Int, _ reader: inout HTTPReader) {
        for start in stride(from: 0, to: bytes.count, by: max(1, size)) {
            reader.read(bytes[start..<min(start + size, bytes.count)].span)
        }
    }
}
