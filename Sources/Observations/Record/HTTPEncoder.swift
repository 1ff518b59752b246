package import Bytes
import Wire

/// Writes HTTP exchanges into the record: `url` and `http` (see `Field.http`).
package enum HTTPEncoder {
    /// Writes the members `url` and `http` for the first exchange.
    package static func encode(_ exchange: HTTPExchange, into output: inout ByteBuffer) {
        encodeURL(exchange, into: &output)
        output.object("http")
        if let version = exchange.version { output.member("version", version.rawValue) }
        encodeRequest(exchange.request, into: &output)
        output.object("response")
        encodeHead(exchange, into: &output)
        encodeBody(exchange, into: &output)
        encodeRemarks(exchange, into: &output)
        output.endObject()
        output.endObject()
    }

    /// Writes the member `http` of `hallmark`: the exchanges after the first, each with `url` and `http`.
    package static func encodeFurther(
        _ exchanges: some Sequence<HTTPExchange>,
        into output: inout ByteBuffer
    ) {
        output.array("http")
        for exchange in exchanges {
            output.element()
            encode(exchange, into: &output)
            output.endObject()
        }
        output.endArray()
    }

    /// Writes the member `favicon` of `hallmark`.
    package static func encode(_ icon: Favicon, into output: inout ByteBuffer) {
        output.object("favicon")
        output.member("mmh3", Int(icon.mmh3))
        if !icon.md5.isEmpty { output.member("md5", hex: icon.md5.span) }
        if !icon.sha256.isEmpty { output.member("sha256", hex: icon.sha256.span) }
        if !icon.certificate.isEmpty { output.member("certificate_sha256", hex: icon.certificate.span) }
        output.endObject()
    }

    private static func encodeURL(_ exchange: HTTPExchange, into output: inout ByteBuffer) {
        output.object("url")
        output.member("scheme", exchange.url.hasPrefix("http:") ? "http" : "https" as StaticString)
        output.member("full", exchange.url)
        output.member("path", exchange.request.path)
        if let query = exchange.request.query { output.member("query", query) }
        output.endObject()
    }

    private static func encodeRequest(_ request: HTTPRequest, into output: inout ByteBuffer) {
        output.object("request")
        output.member("method", request.method)
        if !request.headers.isEmpty {
            output.array("headers")
            for header in request.headers {
                output.comma()
                output.append(0x5b)
                output.string(header.name)
                output.comma()
                output.string(header.value)
                output.append(0x5d)
            }
            output.endArray()
        }
        output.endObject()
    }

    private static func encodeHead(_ exchange: HTTPExchange, into output: inout ByteBuffer) {
        if exchange.isEmptyReply, exchange.reported == nil { output.member("empty_reply", true) }
        if !exchange.certificate.isEmpty {
            output.member("certificate_sha256", hex: exchange.certificate.span)
        }
        if exchange.wantsClientCertificate { output.member("client_certificate_required", true) }
        if let status = exchange.status { output.member("status_code", status) }
        if let line = exchange.statusLine { output.member("status_line", line.span) }
        if !exchange.informational.isEmpty {
            output.array("informational")
            for status in exchange.informational {
                output.comma()
                output.append(decimal: status)
            }
            output.endArray()
        }
        if !exchange.head.isEmpty { output.member("raw_head", exchange.head.span) }
        guard exchange.status != nil || !exchange.headers.isEmpty else { return }
        if exchange.reported != nil { return encodeReported(exchange, into: &output) }
        encodeHeaders(exchange.headers, into: &output)
        if !exchange.headers.isEmpty, let version = exchange.version {
            output.key("header_order_hash")
            output.append(version == .http2 ? "\"hhh:2:" : "\"hhh:1:")
            output.append(lowercaseHex: BodyDigest.sha256(HHHash.text(exchange.headers).span).span)
            output.append(0x22)
        }
        // HTTP/2 has no status line, so that its hash would compare with nothing.
        if let line = exchange.statusLine {
            let text = HeadersHash.text(statusLine: line, exchange.headers)
            output.member("headers_hash", Int(MurmurHash3.hash(text.span)))
        }
        if let type = exchange.mimeType { output.member("mime_type", type) }
        if let redirect = exchange.redirect { output.member("redirect", redirect) }
    }

    /// Headers of somebody else's telling: nobody knows their order, and no hash is made of them.
    private static func encodeReported(_ exchange: HTTPExchange, into output: inout ByteBuffer) {
        guard !exchange.headers.isEmpty else { return }
        encodeMap(exchange.headers, into: &output)
        if let type = exchange.mimeType { output.member("mime_type", type) }
        if let redirect = exchange.redirect { output.member("redirect", redirect) }
    }

    private static func encodeHeaders(_ headers: HTTPHeaders, into output: inout ByteBuffer) {
        output.array("headers")
        for index in headers.indices {
            output.comma()
            output.append(0x5b)
            output.string(headers.name(index).span)
            output.comma()
            output.string(headers.value(index).span)
            output.append(0x5d)
        }
        output.endArray()
        output.key("header_order")
        output.append(0x22)
        for index in headers.indices {
            if index > 0 { output.append(0x2c) }
            output.append(json: headers.name(index).span)
        }
        output.append(0x22)
        encodeMap(headers, into: &output)
    }

    /// Values by name: what rules ask for as `http.response.header.server`.
    private static func encodeMap(_ headers: HTTPHeaders, into output: inout ByteBuffer) {
        output.object("header")
        for index in headers.indices where headers.isPlainName(index) {
            if (0..<index).contains(where: { headers.sameName($0, index) }) { continue }
            output.comma()
            output.append(0x22)
            for byte in headers.name(index) { output.append(lowercased(byte)) }
            output.append("\":[")
            for other in index..<headers.count where headers.sameName(other, index) {
                output.comma()
                output.string(headers.value(other).span)
            }
            output.append(0x5d)
        }
        output.endObject()
    }

    private static func encodeBody(_ exchange: HTTPExchange, into output: inout ByteBuffer) {
        if exchange.reported != nil, exchange.body.isEmpty {
            if let title = exchange.title { output.member("title", title) }
            return
        }
        guard exchange.version != nil || exchange.reported != nil else { return }
        let body = exchange.body.span
        if let title = exchange.title { output.member("title", title) }
        // The hash of a part, or of text in another encoding, compares with nothing.
        if !body.isEmpty, !exchange.bodyIsTruncated, exchange.bodyIsUTF8 {
            output.member("html_hash", Int(MurmurHash3.hash(body)))
        }
        output.object("body")
        output.member("bytes", body.count)
        output.member("truncated", exchange.bodyIsTruncated)
        if !body.isEmpty {
            output.member("content", body)
            output.member("sha256", hex: BodyDigest.sha256(body).span)
            output.member("sha1", hex: BodyDigest.sha1(body).span)
            output.member("md5", hex: BodyDigest.md5(body).span)
        }
        output.endObject()
    }

    private static func encodeRemarks(_ exchange: HTTPExchange, into output: inout ByteBuffer) {
        list("anomalies", exchange.anomalies.list.map(\.rawValue), into: &output)
        list("relations", exchange.relations.map(\.rawValue), into: &output)
    }

    private static func list(_ name: StaticString, _ values: [String], into output: inout ByteBuffer) {
        guard !values.isEmpty else { return }
        output.array(name)
        for value in values {
            output.comma()
            output.string(value)
        }
        output.endArray()
    }
}

extension HTTPExchange {
    fileprivate var bodyIsUTF8: Bool {
        body.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) != nil }
    }
}

extension HTTPHeaders {
    /// Whether a name can stand in a field's name: letters, digits, hyphens and underscores, at most 64.
    ///
    /// The names are the server's to choose: dots would look like nesting, and anything goes into `headers`.
    fileprivate func isPlainName(_ index: Int) -> Bool {
        let name = name(index)
        return !name.isEmpty && name.count <= 64
            && name.allSatisfy { byte in
                byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2d || byte == 0x5f
            }
    }
}
