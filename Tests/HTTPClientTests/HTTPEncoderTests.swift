import Bytes
import Foundation
import Observations
import Testing
import Wire

@Suite struct HTTPEncoderTests {
    @Test func firstExchange() throws {
        var exchange = HTTPExchange(
            origin: HTTPOrigin(isTLS: true, host: "shop.example.com", port: 8443),
            request: HTTPRequest("GET", "/a/b?c=1")
        )
        exchange.end = .complete
        exchange.version = .http11
        exchange.status = 302
        exchange.statusLine = Array("HTTP/1.1 302 Found ".utf8)
        exchange.head = Array("HTTP/1.1 302 Found \r\nServer: nginx\r\n\r\n".utf8)
        exchange.headers = HTTPHeaders([
            ("Server", "nginx"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2"),
            ("Location", "https://x.test/"),
            ("Content-Type", "Text/HTML; charset=x"), ("Odd.Name", "1"), ("Content_type", "2"),
        ])
        exchange.body = Array("<TITLE lang=en> A &amp;\n B&#x21; </title>".utf8)
        exchange.anomalies = HTTPAnomalies([.trailers, .bareLF])
        exchange.relations = HTTPRelation.all(in: exchange, bodyLength: exchange.body.count)
        let record = try encoded { HTTPEncoder.encode(exchange, into: &$0) }
        let url = try #require(record["url"] as? [String: Any])
        #expect(url["full"] as? String == "https://shop.example.com:8443/a/b?c=1")
        #expect(url["path"] as? String == "/a/b")
        #expect(url["query"] as? String == "c=1")
        let http = try #require(record["http"] as? [String: Any])
        #expect(http["version"] as? String == "1.1")
        #expect((http["request"] as? [String: Any])?["method"] as? String == "GET")
        let response = try #require(http["response"] as? [String: Any])
        #expect(response["status_code"] as? Int == 302)
        #expect(response["status_line"] as? String == "HTTP/1.1 302 Found ")
        #expect(response["raw_head"] as? String == "HTTP/1.1 302 Found \r\nServer: nginx\r\n\r\n")
        #expect((response["headers"] as? [[String]])?.count == 7)
        #expect((response["headers"] as? [[String]])?[2] == ["set-cookie", "b=2"])
        let map = try #require(response["header"] as? [String: [String]])
        #expect(map["set-cookie"] == ["a=1", "b=2"])
        #expect(map["content_type"] == ["2"])
        #expect(map["odd.name"] == nil)
        #expect(
            response["header_order"] as? String
                == "Server,Set-Cookie,set-cookie,Location,Content-Type,Odd.Name,Content_type"
        )
        #expect(response["mime_type"] as? String == "text/html")
        #expect(response["title"] as? String == "A & B!")
        #expect(response["redirect"] as? String == "https://x.test/")
        #expect(response["anomalies"] as? [String] == ["bare_lf", "trailers"])
        #expect(response["relations"] as? [String] == ["redirect_to_other_host"])
        #expect((response["body"] as? [String: Any])?["bytes"] as? Int == exchange.body.count)
    }

    @Test func bytesThatAreNoTextStayValidJSON() throws {
        var exchange = HTTPExchange(
            origin: HTTPOrigin(isTLS: false, host: "2001:db8::1", port: 80),
            request: HTTPRequest("POST", "/", headers: [.init("X-Test", "a\"b")])
        )
        exchange.version = .http10
        exchange.status = 200
        exchange.head = [0x48, 0xff, 0x00, 0x1b, 0x0d, 0x0a]
        var headers = HTTPHeaders()
        headers.append(name: [0xff, 0x00].span, value: [0xc3, 0x28, 0x22].span)
        exchange.headers = headers
        exchange.body = [0x80, 0x81]
        let record = try encoded { HTTPEncoder.encode(exchange, into: &$0) }
        #expect((record["url"] as? [String: Any])?["full"] as? String == "http://[2001:db8::1]/")
        let http = try #require(record["http"] as? [String: Any])
        let response = try #require(http["response"] as? [String: Any])
        #expect(response["headers"] as? [[String]] == [["\u{fffd}\0", "\u{fffd}(\""]])
        #expect(response["raw_head"] as? String == "H\u{fffd}\0\u{1b}\r\n")
        // A body that is no UTF-8 has no comparable text hash.
        #expect(response["html_hash"] == nil)
        #expect((http["request"] as? [String: Any])?["headers"] as? [[String]] == [["X-Test", "a\"b"]])
    }

    @Test func emptyReplyAndFurtherExchanges() throws {
        let exchange = HTTPExchange(
            origin: HTTPOrigin(isTLS: true, host: "192.0.2.1", port: 443),
            request: HTTPRequest("GET", "/x")
        )
        let record = try encoded { HTTPEncoder.encodeFurther([exchange, exchange], into: &$0) }
        let list = try #require(record["http"] as? [[String: Any]])
        #expect(list.count == 2)
        let response = (list[1]["http"] as? [String: Any])?["response"] as? [String: Any]
        #expect(response?["empty_reply"] as? Bool == true)
        #expect(response?["body"] == nil)
    }

    /// Every name that is written is in the field list.
    @Test func namesAreFields() throws {
        var exchange = HTTPExchange(
            origin: HTTPOrigin(isTLS: true, host: "a.test", port: 443),
            request: HTTPRequest("GET", "/a?b", headers: [.init("A", "b")])
        )
        exchange.version = .http2
        exchange.status = 301
        exchange.informational = [103]
        exchange.statusLine = [0x41]
        exchange.head = [0x41]
        exchange.headers = HTTPHeaders([("server", "a.test"), ("location", "/"), ("content-type", "a/b")])
        exchange.body = Array("<title>x</title>".utf8)
        exchange.anomalies = HTTPAnomalies(HTTPAnomaly.allCases)
        exchange.relations = HTTPRelation.allCases
        exchange.wantsClientCertificate = true
        let known = Set(Field.all.map(\.name))
        let record = try encoded { HTTPEncoder.encode(exchange, into: &$0) }
        for name in leaves(record, "") where !name.hasPrefix("http.response.header.") {
            #expect(known.contains(name), "\(name)")
        }
    }

    @Test func anomalyNamesAreDistinct() {
        #expect(Set(HTTPAnomaly.allCases.map(\.rawValue)).count == HTTPAnomaly.allCases.count)
        #expect(HTTPAnomaly.allCases.count <= 64)
        #expect(HTTPAnomalies(HTTPAnomaly.allCases.reversed()).list == HTTPAnomaly.allCases)
    }

    private func encoded(_ body: (inout ByteBuffer) -> Void) throws -> [String: Any] {
        var output = ByteBuffer()
        output.append(0x7b)
        body(&output)
        output.append(0x7d)
        let bytes = output.withSpan { span in (0..<span.count).map { span[$0] } }
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }

    private func leaves(_ value: Any, _ name: String) -> [String] {
        guard let object = value as? [String: Any] else { return [name] }
        return object.flatMap { leaves($1, name.isEmpty ? $0 : name + "." + $0) }
    }
}
