package import Observations
import Wire

/// Writes requests.
///
/// Nothing but a method, a target and headers ever comes out, whatever a rule
/// file or an option holds: line ends and other control characters can't pass.
///
/// No Accept-Encoding is sent: servers that compress leave out or change
/// Content-Length, ETag and Vary, which are marks. A body that comes coded all the same is decoded.
/// No Connection is sent either, so that the answer shows what the server does by itself.
package enum RequestWriter {
    /// The fields of `request` in the order in which they are sent, `Host` left out.
    package static func fields(_ request: HTTPRequest, _ options: HTTPOptions) -> [HTTPRequest.Header] {
        var fields = [
            HTTPRequest.Header("User-Agent", options.userAgent), HTTPRequest.Header("Accept", "*/*"),
        ]
        for header in options.headers + request.headers where isToken(header.name) {
            let value = String(header.value.unicodeScalars.map { isControl($0) ? " " : Character($0) })
            let own = fields.firstIndex { $0.name.lowercased() == header.name.lowercased() }
            if let own {
                fields[own] = HTTPRequest.Header(header.name, value)
            } else {
                fields.append(HTTPRequest.Header(header.name, value))
            }
        }
        if !request.body.isEmpty, !fields.contains(where: { $0.name.lowercased() == "content-length" }) {
            fields.append(HTTPRequest.Header("Content-Length", "\(request.body.count)"))
        }
        return fields
    }

    /// The request's bytes in HTTP/1.1 (RFC 9112, section 3).
    package static func http1(
        _ request: HTTPRequest,
        _ origin: HTTPOrigin,
        _ options: HTTPOptions
    ) -> [UInt8] {
        var fields = fields(request, options)
        if !fields.contains(where: { $0.name.lowercased() == "host" }) {
            fields.insert(HTTPRequest.Header("Host", origin.authority), at: 0)
        }
        let lines =
            ["\(method(request)) \(target(request)) HTTP/1.1"] + fields.map { "\($0.name): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + request.body
    }

    /// The method, or GET where it is none (RFC 9110, section 9).
    static func method(_ request: HTTPRequest) -> String {
        isToken(request.method) ? request.method : "GET"
    }

    /// The target with everything that a target can't hold percent-encoded.
    static func target(_ request: HTTPRequest) -> String {
        var target: [UInt8] = request.target.hasPrefix("/") || request.target == "*" ? [] : [0x2f]
        for byte in request.target.utf8 {
            if byte > 0x20, byte < 0x7f {
                target.append(byte)
            } else {
                target.append(0x25)
                target += [byte >> 4, byte & 15].map { $0 < 10 ? 0x30 + $0 : 0x37 + $0 }
            }
        }
        return String(decoding: target, as: UTF8.self)
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || scalar.value == 0x7f
    }
}

extension HTTPRequest.Header {
    /// A header as an option gives it, `Name: value`; nil when it is not one.
    package init?(parsing text: String) {
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return nil }
        let name = text[..<colon]
        let isName = name.utf8.allSatisfy { byte in
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
        guard isName,
            !text.unicodeScalars.contains(where: { $0.value < 0x20 && $0.value != 9 || $0.value == 0x7f })
        else { return nil }
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        self.init(String(name), String(value))
    }
}
