import HTTPClient
import Observations
import Testing
import Wire

/// HTTP/2 servers played frame by frame (RFC 9113, section 4.1), hostile ones above all.
@Suite struct HTTP2SessionTests {
    let origin = HTTPOrigin(isTLS: true, host: "shop.test", port: 443)
    static let settings = frame(4, 0, 0, [])

    @Test(arguments: [1, 2, 9, 10_000])
    func anAnswerAtAnySplit(_ size: Int) {
        let probe = probe(["/a"])
        guard case .send(let hello) = probe.connected(alpn: "h2") else { return #expect(Bool(false)) }
        #expect(hello.starts(with: Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)))
        let bytes =
            Self.settings + Self.headers(1, [("server", "x"), ("X-Upper", "1"), ("server", "y")])
            + Self.frame(0, 0, 1, Array("hello ".utf8)) + Self.frame(0, 1, 1, Array("world".utf8))
        let action = feed(probe, bytes, size)
        guard case .send(let request) = action else { return #expect(Bool(false), "\(action)") }
        #expect(!request.isEmpty)
        #expect(feed(probe, Self.headers(3, [("a", "b")], end: true), size) == .finish)
        let exchange = probe.exchanges[0]
        #expect(exchange.version == .http2)
        #expect(exchange.status == 200)
        #expect(exchange.end == .complete)
        #expect(String(decoding: exchange.body, as: UTF8.self) == "hello world")
        // Order, repetition and even forbidden spelling survive.
        #expect(HHHash.text(exchange.headers) == Array("server:X-Upper:server".utf8))
        #expect(probe.exchanges[1].status == 200)
        #expect(probe.connections == 1)
    }

    @Test func earlyHintsAndTrailers() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        let early = Self.frame(1, 4, 1, [0x08, 3] + Array("103".utf8) + Self.field("link", "</a>"))
        let bytes =
            Self.settings + early + Self.headers(1, [("a", "b")]) + Self.frame(0, 0, 1, [0x78])
            + Self.frame(1, 5, 1, Self.field("checksum", "1"))
        #expect(feed(probe, bytes, 100) == .finish)
        #expect(probe.exchanges[0].informational == [103])
        #expect(probe.exchanges[0].headers.count == 1)
        #expect(probe.exchanges[0].anomalies.list == [.informationalResponse, .trailers])
        #expect(probe.exchanges[0].end == .complete)
    }

    @Test func goAwayInsteadOfAnAnswer() {
        let probe = probe(["/a"])
        _ = probe.connected(alpn: "h2")
        let goAway = Self.frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 11])
        #expect(feed(probe, Self.settings + goAway, 100) == .reconnect)
        #expect(probe.exchanges.map(\.end) == [.refused])
        #expect(probe.exchanges[0].anomalies.list == [.http2GoAway])
    }

    @Test func goAwayBeforeTheLastAnswer() {
        let probe = probe(["/a"])
        _ = probe.connected(alpn: "h2")
        let goAway = Self.frame(7, 0, 0, [0, 0, 0, 1, 0, 0, 0, 0])
        #expect(feed(probe, Self.settings + goAway + Self.headers(1, [("a", "b")]), 100) != .finish)
        #expect(feed(probe, Self.frame(0, 1, 1, [0x78]), 100) == .reconnect)
        #expect(probe.exchanges[0].end == .complete)
        #expect(probe.exchanges[0].body == [0x78])
    }

    @Test func resetStream() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        #expect(feed(probe, Self.settings + Self.frame(3, 0, 1, [0, 0, 0, 13]), 100) == .finish)
        #expect(probe.exchanges.map(\.end) == [.refused])
        #expect(probe.exchanges[0].anomalies.list == [.http2StreamReset])
    }

    /// One entry of the dynamic table named thousands of times: a few bytes become megabytes.
    @Test func headerBomb() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        let value = [UInt8](repeating: 0x61, count: 3000)
        let large: [UInt8] = [0x40, 1, 0x78, 0x7f] + Self.integer(3000 - 127) + value
        let block = [0x88] + large + [UInt8](repeating: 0xbe, count: 10_000)
        #expect(feed(probe, Self.settings + Self.frame(1, 4, 1, block), 1000) == .finish)
        #expect(probe.exchanges[0].anomalies.contains(.headTooLarge))
        #expect(probe.exchanges[0].end == .limit)
        #expect(probe.exchanges[0].status == 200)
        #expect(probe.exchanges[0].headers.count < 30)
    }

    @Test func thousandsOfHeaders() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        let block = [0x88] + [UInt8](repeating: 0x90, count: 2000)
        #expect(feed(probe, Self.settings + Self.frame(1, 5, 1, block), 1000) == .finish)
        #expect(probe.exchanges[0].anomalies.contains(.tooManyHeaders))
        #expect(probe.exchanges[0].headers.count == 1000)
    }

    @Test func continuationFlood() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        var action = feed(probe, Self.settings + Self.frame(1, 0, 1, [0x88] + Self.field("a", "b")), 100)
        var count = 0
        while action != .finish, count < 100_000 {
            action = feed(probe, Self.frame(9, 0, 1, Self.field("x", "y")), 100)
            count += 1
        }
        #expect(action == .finish)
        #expect(count <= 500)
        #expect(probe.exchanges.map(\.end) == [.broken])
    }

    @Test(arguments: [
        (4, 0, [UInt8]()), (6, 0, [1, 2, 3, 4, 5, 6, 7, 8]), (8, 0, [0, 0, 0, 1]), (0, 1, []),
    ])
    func floods(_ type: Int, _ stream: Int, _ payload: [UInt8]) {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        var action = feed(probe, Self.settings + Self.headers(1, [("a", "b")]), 100)
        var count = 0
        while action != .finish, count < 100_000 {
            action = feed(probe, Self.frame(UInt8(type), 0, UInt8(stream), payload), 100)
            count += 1
        }
        #expect(action == .finish)
        #expect(count <= 1000)
        #expect(probe.exchanges[0].status == 200)
        #expect(
            probe.exchanges[0].anomalies.contains(.http2Flood)
                || probe.exchanges[0].anomalies.contains(.http2ProtocolError)
        )
    }

    /// nghttp2 skips frames of unknown types: the byte budget ends them.
    @Test func unknownFramesWithoutEnd() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        var action = feed(probe, Self.settings + Self.headers(1, [("a", "b")]), 100)
        let frames = [[UInt8]](repeating: Self.frame(100, 0, 1, []), count: 1000).flatMap(\.self)
        var count = 0
        while action != .finish, count < 10_000 {
            action = feed(probe, frames, 10_000)
            count += 1
        }
        #expect(count < 300)
        #expect(probe.exchanges.map(\.end) == [.limit])
    }

    @Test func endlessBody() {
        let probe = probe(["/a"])
        _ = probe.connected(alpn: "h2")
        var action = feed(probe, Self.settings + Self.headers(1, [("a", "b")]), 100)
        let piece = Self.frame(0, 0, 1, [UInt8](repeating: 0x78, count: 8000))
        var count = 0
        while probe.exchanges.isEmpty, count < 1000 {
            action = feed(probe, piece, 100_000)
            count += 1
        }
        #expect(count == 9)
        #expect(probe.exchanges[0].bodyIsTruncated)
        #expect(probe.exchanges[0].body.count == HTTPExchange.bodyLimit)
        // The connection lives on: the stream was cancelled.
        guard case .send = action else { return #expect(Bool(false), "\(action)") }
        #expect(feed(probe, piece + Self.headers(3, [("a", "b")], end: true), 100_000) == .finish)
        #expect(probe.exchanges[1].end == .complete)
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-x\r\n", String(repeating: "\0", count: 100),
    ])
    func noHTTP2(_ text: String) {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        _ = probe.received(Array(text.utf8).span)
        #expect(probe.closed() == .finish)
        #expect(probe.exchanges.count == 1)
        #expect(probe.exchanges[0].anomalies.contains(.http2ProtocolError))
        #expect(probe.exchanges[0].status == nil)
    }

    @Test func closedWithoutAByte() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        #expect(probe.closed() == .finish)
        #expect(probe.exchanges[0].isEmptyReply)
    }

    @Test func closedWithinTheBody() {
        let probe = probe([])
        _ = probe.connected(alpn: "h2")
        _ = feed(probe, Self.settings + Self.headers(1, [("a", "b")]) + Self.frame(0, 0, 1, [0x78]), 100)
        #expect(probe.closed() == .finish)
        #expect(probe.exchanges[0].end == .closed)
        #expect(probe.exchanges[0].anomalies.list == [.bodyIncomplete])
    }

    private func probe(_ paths: [String]) -> HTTPProbe {
        let options = HTTPOptions()
        return HTTPProbe(origin, RequestPlan(options, asking: paths.map { HTTPRequest("GET", $0) }), options)
    }

    /// What the probe wants after the last piece, with everything it sent on the way.
    private func feed(_ probe: HTTPProbe, _ bytes: [UInt8], _ size: Int) -> HTTPProbe.Action {
        var last = HTTPProbe.Action.wait
        for start in stride(from: 0, to: bytes.count, by: size) {
            let action = probe.received(bytes[start..<min(start + size, bytes.count)].span)
            if action != .wait { last = action }
        }
        return last
    }

    static func frame(_ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        return [
            UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags, 0, 0, 0, stream,
        ] + payload
    }

    /// A HEADERS frame with status 200 and literal fields (RFC 7541, section 6.2.2).
    static func headers(_ stream: UInt8, _ fields: [(String, String)], end: Bool = false) -> [UInt8] {
        frame(1, end ? 5 : 4, stream, [0x88] + fields.flatMap { field($0, $1) })
    }

    static func field(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    /// The rest of an integer after its prefix (RFC 7541, section 5.1).
    static func integer(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127 | 128)] + integer(value >> 7)
    }
}
