import HTTPClient
import Observations
import Testing
import Wire

/// The probe over HTTP/1.x, with answers given by hand.
@Suite struct HTTPProbeTests {
    let origin = HTTPOrigin(isTLS: true, host: "shop.test", port: 443)

    @Test func theDefaultRequest() {
        let probe = HTTPProbe(origin, RequestPlan(HTTPOptions()), HTTPOptions(userAgent: "me"))
        #expect(
            sent(probe.connected())
                == "GET / HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: me\r\nAccept: */*\r\n\r\n"
        )
        #expect(HTTPOptions().userAgent.hasPrefix("Mozilla/5.0 (compatible; Hallmark/"))
    }

    @Test func headersOfOptionAndRequest() {
        var options = HTTPOptions(userAgent: "me")
        options.headers = [
            .init("X-A", "1"), .init("user-agent", "you"), .init("Bad Name", "x"),
            .init("X-B", "a\r\nEvil: 1"),
        ]
        let request = HTTPRequest(
            "POST",
            "/a b?c=é\r\n",
            headers: [.init("Host", "other.test")],
            body: [0x78]
        )
        let bytes = RequestWriter.http1(request, origin, options)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "POST /a%20b?c=%C3%A9%0D%0A HTTP/1.1\r\nuser-agent: you\r\nAccept: */*\r\nX-A: 1\r\n"
                + "X-B: a  Evil: 1\r\nHost: other.test\r\nContent-Length: 1\r\n\r\nx"
        )
    }

    @Test(arguments: [
        ("no colon", "there is no colon"), ("", "there is no colon"),
        (": x", "there is no name before the colon"), ("A B: x", "U+0020 can't stand in a header's name"),
        ("X(y): z", "'(' can't stand in a header's name"), ("A : x", "U+0020 can't stand in a header's name"),
        ("é: x", "U+00E9 can't stand in a header's name"),
        ("A: x\r\nB: y", "U+000D can't stand in a header's value"),
        ("A: \u{0}", "U+0000 can't stand in a header's value"),
        ("A: \u{9b}2J", "U+009B can't stand in a header's value"),
    ])
    func headerOptionsThatAreNone(_ text: String, _ reason: String) {
        do throws(HTTPRequest.Header.Invalid) {
            _ = try HTTPRequest.Header(parsing: text)
            #expect(Bool(false), "accepted")
        } catch {
            #expect(error.description == reason)
        }
    }

    /// What is accepted is sent.
    @Test(arguments: [
        ("X-A:  b: c", "X-A: b: c"), ("!#$%&'*+-.^_`|~09Az:x", "!#$%&'*+-.^_`|~09Az: x"), ("A:", "A: "),
        ("A:\té\t", "A: é "),
    ])
    func headerOption(_ text: String, _ line: String) throws {
        var options = HTTPOptions()
        options.headers = [try HTTPRequest.Header(parsing: text)]
        let bytes = RequestWriter.http1(HTTPRequest("GET", "/"), origin, options)
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\r\n\(line)\r\n\r\n"))
    }

    /// No option loses its header to another one of the same name; a request's own takes the place of all.
    @Test func repeatedHeaders() {
        var options = HTTPOptions(userAgent: "me")
        options.headers = [.init("X-A", "1"), .init("x-a", "2"), .init("Accept", "a"), .init("Accept", "b")]
        let names = RequestWriter.fields(HTTPRequest("GET", "/"), options).map { "\($0.name): \($0.value)" }
        #expect(names == ["User-Agent: me", "Accept: a", "X-A: 1", "x-a: 2", "Accept: b"])
    }

    @Test func oneConnectionForAllWhileTheServerKeepsIt() {
        var options = HTTPOptions()
        options.requests = 4
        let paths = ["/a", "/b", "/c", "/d"].map { HTTPRequest("GET", $0) }
        let probe = HTTPProbe(origin, RequestPlan(options, asking: paths), options)
        #expect(sent(probe.connected()).hasPrefix("GET / "))
        for path in ["/a", "/b", "/c"] {
            #expect(
                sent(answer(probe, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")).hasPrefix("GET \(path) ")
            )
        }
        // The fourth request was the last: `/d` is over the limit.
        #expect(answer(probe, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n") == .finish)
        #expect(probe.exchanges.map(\.request.target) == ["/", "/a", "/b", "/c"])
        #expect(probe.exchanges.map(\.status) == [200, 200, 200, 404])
        #expect(probe.connections == 1)
    }

    @Test func anotherConnectionWhenTheServerCloses() {
        let probe = probe(["/a"])
        _ = probe.connected()
        #expect(answer(probe, "HTTP/1.0 200 OK\r\nA: b\r\n\r\nbody") == .wait)
        #expect(probe.closed() == .reconnect)
        #expect(sent(probe.connected()).hasPrefix("GET /a "))
        #expect(answer(probe, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n") == .finish)
        #expect(probe.connections == 2)
        #expect(probe.exchanges.count == 2)
    }

    @Test func aKeptConnectionThatEndsIsTriedOnceMore() {
        let probe = probe(["/a"])
        _ = probe.connected()
        _ = answer(probe, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(probe.closed() == .reconnect)
        #expect(sent(probe.connected()).hasPrefix("GET /a "))
        #expect(probe.closed() == .finish)
        #expect(probe.exchanges.map(\.isEmptyReply) == [false, true])
    }

    @Test func emptyReplyEndsIt() {
        let probe = probe(["/a"])
        _ = probe.connected()
        #expect(probe.closed() == .finish)
        #expect(probe.exchanges.count == 1)
        #expect(probe.exchanges.first?.isEmptyReply == true)
        #expect(probe.connected() == .finish)
    }

    @Test func clientCertificateRequired() {
        let probe = probe(["/a"])
        _ = probe.connected()
        #expect(probe.closed(wantsCertificate: true) == .finish)
        #expect(probe.exchanges.first?.wantsClientCertificate == true)
    }

    @Test func timeIsUp() {
        let probe = probe(["/a"])
        _ = probe.connected()
        _ = answer(probe, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
        #expect(probe.stop() == .finish)
        #expect(probe.exchanges.map(\.end) == [.timeout])
        #expect(probe.exchanges.first?.body == Array("part".utf8))
    }

    @Test func tooManyBytesInAll() {
        var options = HTTPOptions()
        options.bytes = 10_000
        let probe = HTTPProbe(origin, RequestPlan(options, asking: [HTTPRequest("GET", "/a")]), options)
        _ = probe.connected()
        var action = answer(probe, "HTTP/1.1 200 OK\r\nA: ")
        var count = 0
        while action == .wait, count < 100 {
            action = answer(probe, String(repeating: "x", count: 1000))
            count += 1
        }
        #expect(action == .finish)
        #expect(count < 12)
        #expect(probe.exchanges.map(\.end) == [.limit])
    }

    @Test func bodyOverTheLimitCostsTheConnection() {
        let probe = probe(["/a"])
        _ = probe.connected()
        _ = answer(probe, "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        #expect(answer(probe, String(repeating: "x", count: 70_000)) == .reconnect)
        #expect(probe.exchanges.first?.bodyIsTruncated == true)
        #expect(probe.exchanges.first?.body.count == HTTPExchange.bodyLimit)
    }

    @Test(arguments: [
        ("<link REL='shortcut icon' href=\"/i.ico?a&amp;b\">", "/i.ico?a&b"),
        ("<link rel=icon href=img/i.png>", "/img/i.png"),
        ("<link rel=icon href=https://SHOP.test:443/x.ico>", "/x.ico"),
        ("<link rel=icon href=//cdn.test/x.ico>", "/favicon.ico"),
        ("<link rel=icon href='data:image/png;base64,AAAA'>", "/favicon.ico"),
        ("<link rel=stylesheet href=/a.css><p>", "/favicon.ico"), ("", "/favicon.ico"),
    ])
    func theIconsPlace(_ page: String, _ target: String) {
        var options = HTTPOptions()
        options.requests = 2
        let plan = RequestPlan(options, asking: [HTTPRequest("GET", "/a")], wantsIcon: true)
        let probe = HTTPProbe(origin, plan, options)
        _ = probe.connected()
        let action = answer(probe, "HTTP/1.1 200 OK\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)")
        #expect(sent(action).hasPrefix("GET \(target) "))
        #expect(
            answer(probe, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 5\r\n\r\nimage")
                == .finish
        )
        #expect(probe.exchanges.count == 1)
        // mmh3.hash(base64.encodebytes(b"image"))
        #expect(probe.icon?.mmh3 == 569971415)
    }

    @Test func theIconOfThePageThatTheFirstLedTo() {
        var options = HTTPOptions()
        options.followsRedirects = true
        options.requests = 8
        let plan = RequestPlan(options, asking: [HTTPRequest("GET", "/other")], wantsIcon: true)
        let probe = HTTPProbe(origin, plan, options)
        _ = probe.connected()
        #expect(sent(answer(probe, redirect("/login"))).hasPrefix("GET /login "))
        #expect(sent(answer(probe, redirect("/login/"))).hasPrefix("GET /login/ "))
        #expect(sent(answer(probe, page("<link rel=icon href=i.png>"))).hasPrefix("GET /other "))
        #expect(sent(answer(probe, page("<link rel=icon href=/o.png>"))).hasPrefix("GET /login/i.png "))
    }

    private func redirect(_ target: String) -> String {
        "HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n"
    }

    private func page(_ text: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    @Test(arguments: [
        "HTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\nx",
    ])
    func whatIsNoIcon(_ text: String) {
        let probe = HTTPProbe(origin, RequestPlan(HTTPOptions(), wantsIcon: true), HTTPOptions())
        _ = probe.connected()
        _ = answer(probe, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(answer(probe, text) == .finish)
        #expect(probe.icon == nil)
    }

    @Test(arguments: [
        ("/next", true), ("https://shop.test/next", true), ("https://other.test/next", false),
        ("http://shop.test/next", false), ("javascript:x", false),
    ])
    func redirectsAreFollowedOnTheSameOriginOnly(_ location: String, _ follows: Bool) {
        var options = HTTPOptions()
        options.followsRedirects = true
        let probe = HTTPProbe(origin, RequestPlan(options), options)
        _ = probe.connected()
        let action = answer(probe, "HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
        #expect(follows ? sent(action).hasPrefix("GET /next ") : action == .finish)
        #expect(probe.exchanges.first?.redirect == location)
    }

    @Test func redirectsAreNotFollowedUnasked() {
        let probe = probe([])
        _ = probe.connected()
        #expect(
            answer(probe, "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n") == .finish
        )
    }

    @Test func redirectLoopsEnd() {
        var options = HTTPOptions()
        options.followsRedirects = true
        let probe = HTTPProbe(origin, RequestPlan(options), options)
        _ = probe.connected()
        #expect(answer(probe, "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n") == .finish)
    }

    /// One page that hangs, or ends without a byte, hides no other; three end it.
    @Test(arguments: [true, false]) func oneSilentPageHidesNoOther(_ hangs: Bool) {
        let probe = probe(["/a", "/b", "/c", "/d"])
        _ = probe.connected()
        let page = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        func silence() -> HTTPProbe.Action {
            guard !hangs else { return probe.timedOut() }
            // On a kept connection it may have crossed the request, which is made once more.
            let action = probe.closed()
            guard action == .reconnect, probe.exchanges.last?.version != nil else { return action }
            _ = probe.connected()
            return probe.closed()
        }
        #expect(sent(answer(probe, page)).hasPrefix("GET /a "))
        #expect(silence() == .reconnect)
        #expect(sent(probe.connected()).hasPrefix("GET /b "))
        #expect(sent(answer(probe, page)).hasPrefix("GET /c "))
        #expect(silence() == .reconnect)
        #expect(sent(probe.connected()).hasPrefix("GET /d "))
        #expect(silence() == .finish)
        #expect(probe.exchanges.map(\.request.target) == ["/", "/a", "/b", "/c", "/d"])
        #expect(probe.exchanges.map { $0.version != nil } == [true, false, true, false, false])
    }

    /// Who answers nothing at all is not asked again.
    @Test func silenceFromTheFirstEndsIt() {
        let probe = probe(["/a"])
        _ = probe.connected()
        #expect(probe.timedOut() == .finish && probe.exchanges.count == 1)
    }

    @Test func noHTTPIsNotAskedAgain() {
        let probe = probe(["/a"])
        _ = probe.connected()
        _ = answer(probe, "SSH-2.0-OpenSSH_9.2\r\n")
        #expect(probe.closed() == .finish)
        #expect(probe.exchanges.first?.version == .http09)
    }

    @Test func relations() {
        var exchange = HTTPExchange(origin: origin, request: HTTPRequest("GET", "/secret"))
        exchange.end = .complete
        exchange.status = 301
        exchange.headers = HTTPHeaders([
            ("Server", "Shop.test"), ("Location", "https://user@Shop.test:8443/"),
        ])
        exchange.body = Array("not found: /secret".utf8)
        #expect(
            HTTPRelation.all(in: exchange, bodyLength: 18) == [
                .serverIsHost, .redirectToSameHost, .bodyHoldsPath,
            ]
        )
        exchange.origin.isTLS = false
        exchange.headers = HTTPHeaders([("Content-Length", "17"), ("date", "x"), ("content-type", "y")])
        #expect(
            HTTPRelation.all(in: exchange, bodyLength: 18) == [
                .bodyHoldsPath, .contentLengthDiffers, .onlyBasicHeaders,
            ]
        )
        exchange.headers = HTTPHeaders([("Location", "https://[2001:db8::1]/")])
        #expect(exchange.redirectHost == "2001:db8::1")
    }

    private func probe(_ paths: [String]) -> HTTPProbe {
        let options = HTTPOptions()
        return HTTPProbe(origin, RequestPlan(options, asking: paths.map { HTTPRequest("GET", $0) }), options)
    }

    private func answer(_ probe: HTTPProbe, _ text: String) -> HTTPProbe.Action {
        probe.received(Array(text.utf8).span)
    }

    private func sent(_ action: HTTPProbe.Action) -> String {
        guard case .send(let bytes) = action else { return "\(action)" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
