package import Wire

/// One HTTP request and what came back for it.
///
/// A value of what was received; the hashes and texts that follow from it are
/// made when it is encoded, so that an exchange nobody records costs nothing more.
package struct HTTPExchange: Equatable, Sendable {
    /// Decoded bytes of a body that are kept.
    package static let bodyLimit = 64 * 1024
    /// Bytes of a head that are kept as received.
    package static let headLimit = 16 * 1024

    package var origin: HTTPOrigin
    package var request: HTTPRequest
    package var end: HTTPEnd = .closed
    /// Nil when not a byte came back.
    package var version: HTTPVersion?
    package var status: Int?
    /// The status codes of the 1xx answers before it.
    package var informational: [Int] = []
    /// The status line without its line end; nil on HTTP/2 and HTTP/0.9, which have none.
    package var statusLine: [UInt8]?
    /// Status line and headers as received, at most `headLimit` bytes; empty on HTTP/2 and HTTP/0.9.
    package var head: [UInt8] = []
    package var headers = HTTPHeaders()
    /// The body's beginning with all codings undone, at most `bodyLimit` bytes.
    package var body: [UInt8] = []
    package var bodyIsTruncated = false
    package var anomalies = HTTPAnomalies()
    package var relations: [HTTPRelation] = []
    /// The server demanded a client certificate and ended the handshake or the connection without one.
    package var wantsClientCertificate = false
    /// SHA-256 of the leaf that the connection showed, when that is not the record's; otherwise empty.
    package var certificate: [UInt8] = []

    /// What somebody else says of the answer; nil when it is ours.
    package var reported: ReportedHTTP?

    package init(origin: HTTPOrigin, request: HTTPRequest) {
        self.origin = origin
        self.request = request
    }

    package var url: String { origin.url(request) }

    /// The connection ended without a byte of answer.
    package var isEmptyReply: Bool { version == nil && end == .closed }

    /// The Content-Type without its parameters, in lower case.
    package var mimeType: String? {
        guard let value = headers.text("content-type") else { return nil }
        let type = value.prefix { $0 != ";" && $0 != "," }.trimming()
        return type.isEmpty ? nil : type.lowercased()
    }

    /// The Location of an answer that redirects (RFC 9110, section 15.4), or of a 201; a blank one is none.
    package var redirect: String? {
        guard let status, 300..<400 ~= status || status == 201, let text = headers.text("location") else {
            return nil
        }
        return text.isEmpty ? nil : text
    }

    /// Where the redirect leads; nil when that is no place in HTTP.
    package var redirectTarget: HTTPReference? {
        redirect.flatMap { HTTPReference($0, origin: origin, target: request.target) }
    }
}

extension Substring {
    /// The text without the blanks at its ends.
    fileprivate func trimming() -> Substring {
        var rest = drop { $0.isWhitespace }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }
}
