import Bytes
import HTTPClient
import Observations
import Wire

/// An answer of HTTP/0.9 to 1.1, whole and in pieces, and the encoder over it.
func fuzzHTTP(_ bytes: [UInt8]) {
    let origin = HTTPOrigin(isTLS: true, host: "a.test", port: 443)
    var options = HTTPOptions()
    options.followsRedirects = true
    // A few requests show what many would.
    options.requests = 4
    for size in [max(1, bytes.count), 1, 7] {
        let plan = RequestPlan(options, asking: [HTTPRequest("HEAD", "/a")], wantsIcon: true)
        let probe = HTTPProbe(origin, plan, options)
        _ = probe.connected()
        // The same bytes answer each request.
        while feed(probe, bytes, size) == .reconnect { _ = probe.connected() }
        check(probe, options)
    }
}

/// An HTTP/2 server's frames.
func fuzzHTTP2(_ bytes: [UInt8]) {
    let origin = HTTPOrigin(isTLS: true, host: "a.test", port: 443)
    let settings: [UInt8] = [0, 0, 0, 4, 0, 0, 0, 0, 0]
    for start in [settings, []] {
        var options = HTTPOptions()
        options.requests = 4
        let plan = RequestPlan(options, asking: [HTTPRequest("POST", "/a", body: [1, 2, 3])])
        let probe = HTTPProbe(origin, plan, options)
        _ = probe.connected(alpn: "h2")
        while feed(probe, start + bytes, 100) == .reconnect { _ = probe.connected(alpn: "h2") }
        check(probe, options)
    }
}

/// A page: its title and its icon.
func fuzzHTML(_ bytes: [UInt8]) {
    let title = HTMLTitle.find(in: bytes.span)
    precondition((title ?? "").unicodeScalars.count <= HTMLTitle.limit)
    _ = IconLink.find(in: bytes.span)
    var scanner = HTMLScanner()
    while let tag = scanner.next(in: bytes.span) { precondition(tag.text.upperBound <= bytes.count) }
    _ = PageCharset.find(in: bytes.span, contentType: bytes[...])
    let origin = HTTPOrigin(isTLS: true, host: "a.test", port: 443)
    for type in ["text/html", "text/html; charset=shift_jis", "text/html; charset=utf-16"] {
        var exchange = HTTPExchange(origin: origin, request: HTTPRequest("GET", "/a/b?c"))
        (exchange.body, exchange.status) = (bytes, 302)
        let location = String(decoding: bytes.prefix(1024), as: UTF8.self)
        exchange.headers = HTTPHeaders([("Content-Type", type), ("Location", location)])
        precondition((exchange.title ?? "").unicodeScalars.count <= HTMLTitle.limit)
        // A target can stand in a request.
        if let found = exchange.redirectTarget {
            precondition(found.target.utf8.first == 0x2f)
            precondition(found.target.utf8.allSatisfy { 0x21...0x7e ~= $0 })
        }
    }
}

/// A coded body, under each coding.
func fuzzContent(_ bytes: [UInt8]) {
    for coding in ["gzip", "deflate", "gzip, deflate", "br", "identity"] {
        for limit in [100, 64 * 1024] {
            let headers = HTTPHeaders([("Content-Encoding", coding)])
            let result = ContentDecoder.decode(bytes, headers, isCut: false, limit: limit)
            precondition(result.body.count <= max(limit, bytes.count))
        }
    }
}

private func feed(_ probe: HTTPProbe, _ bytes: [UInt8], _ size: Int) -> HTTPProbe.Action {
    for start in stride(from: 0, to: bytes.count, by: size) {
        switch probe.received(bytes[start..<min(start + size, bytes.count)].span) {
        case .reconnect: return .reconnect
        case .finish: return .finish
        case .send, .wait: break
        }
    }
    return probe.closed()
}

/// What must hold whatever came in, and the record of it.
private func check(_ probe: HTTPProbe, _ options: HTTPOptions) {
    precondition(probe.closed() == .finish)
    // Each request may be begun again once, on a connection of its own.
    precondition(probe.exchanges.count <= options.requests && probe.connections <= 2 * options.requests)
    var output = ByteBuffer()
    for exchange in probe.exchanges {
        precondition(exchange.body.count <= HTTPExchange.bodyLimit)
        precondition(exchange.head.count <= HTTPExchange.headLimit)
        precondition(exchange.headers.count <= 1000)
        output.removeAll()
        HTTPEncoder.encode(exchange, into: &output)
    }
}

func httpSeeds() -> [[UInt8]] {
    [
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 40\r\n\r\n<title>a &amp; b</title><link rel=icon href=/i>",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: x\r\n\r\n",
        "HTTP/1.0 404 Not Found\nX: a\n b\nConnection: keep-alive\nContent-Encoding: gzip\n\nbody",
        "<html>HTTP/0.9",
    ].map { Array($0.utf8) }
}

func http2Seeds() -> [[UInt8]] {
    let headers: [UInt8] = [0, 0, 9, 1, 4, 0, 0, 0, 1, 0x88, 0, 1, 0x61, 1, 0x62, 0x40, 0, 0]
    let data: [UInt8] = [0, 0, 2, 0, 1, 0, 0, 0, 1, 0x68, 0x69]
    let goAway: [UInt8] = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    let continued: [UInt8] = [0, 0, 1, 1, 0, 0, 0, 0, 1, 0x88, 0, 0, 1, 9, 4, 0, 0, 0, 1, 0x90]
    return [headers + data, headers + goAway + data, continued + data]
}

func contentSeeds() -> [[UInt8]] {
    // "hello hello hello" by gzip, by zlib and as bare deflate.
    let raw: [UInt8] = [0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90, 0x00]
    return [
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + raw + [0x7e, 0x0a, 0x28, 0x4e, 17, 0, 0, 0],
        [0x78, 0x9c] + raw + [0x3a, 0x13, 0x06, 0x7d], raw,
    ]
}

func htmlSeeds() -> [[UInt8]] {
    [
        "<title>a &amp; &#x41;&#65;&eacute; b</title>",
        "<link rel='shortcut icon' href=\"/a&amp;b\"/><TITLE x=y>z",
        "<meta charset=windows-1251><base href='../x/'><svg><title></svg><script><!--<script></script>-->",
        "http://u@b.test:80\\a/../%2e/b?c#d", "//[::1]:8080/a b", "../../\u{e9}",
    ]
    .map { Array($0.utf8) }
}
