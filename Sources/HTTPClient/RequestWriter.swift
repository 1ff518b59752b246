import Bytes
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
    ///
    /// An option's header replaces a usual one of its name, a request's own header all others.
    package static func fields(_ request: HTTPRequest, _ options: HTTPOptions) -> [HTTPRequest.Header] {
        var fields = [
            HTTPRequest.Header("User-Agent", oneLine(options.userAgent)), HTTPRequest.Header("Accept", "*/*"),
        ]
        for headers in [options.headers, request.headers] {
            let earlier = fields.count
            var placed: Set<String> = []
            for header in headers where isToken(header.name) {
                let value = oneLine(header.value)
                let name = header.name.lowercased()
                let own = fields[..<earlier].firstIndex { $0.name.lowercased() == name }
                if let own, placed.insert(name).inserted {
                    fields[own] = HTTPRequest.Header(header.name, value)
                } else {
                    fields.append(HTTPRequest.Header(header.name, value))
                }
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
                target += byte.percentForm
            }
        }
        return String(decoding: target, as: UTF8.self)
    }

    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    private static func oneLine(_ value: String) -> String {
        String(value.unicodeScalars.map { isControl($0) ? " " : Character($0) })
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || scalar.value == 0x7f
    }
}

extension HTTPRequest.Header {
    /// Why a text is no header.
    package struct Invalid: Error, CustomStringConvertible {
        package let description: String
    }

    /// A header as an option gives it, `Name: value`, with no blanks before the colon.
    package init(parsing text: String) throws(Invalid) {
        guard let colon = text.firstIndex(of: ":") else { throw Invalid(description: "there is no colon") }
        let name = text[..<colon]
        guard !name.isEmpty else { throw Invalid(description: "there is no name before the colon") }
        if let bad = name.unicodeScalars.first(where: { !$0.isASCII || !isTokenByte(UInt8($0.value)) }) {
            throw Invalid(description: "\(Self.quoted(bad)) can't stand in a header's name")
        }
        let value = text[text.index(after: colon)...].unicodeScalars.drop { $0 == " " || $0 == "\t" }
        if let fault = Self.fault(ofValue: String(value)) { throw Invalid(description: fault) }
        self.init(String(name), String(value))
    }

    /// Why a text can't be a header's value; nil where it can.
    package static func fault(ofValue text: String) -> String? {
        let bad = text.unicodeScalars.first { $0.value < 0x20 && $0 != "\t" || 0x7f...0x9f ~= $0.value }
        return bad.map { "\(quoted($0)) can't stand in a header's value" }
    }

    private static func quoted(_ scalar: Unicode.Scalar) -> String {
        scalar.value > 0x20 && scalar.value < 0x7f
            ? "'\(scalar)'"
            : "U+" + String(repeating: "0", count: max(0, 4 - hex(scalar).count)) + hex(scalar)
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        String(scalar.value, radix: 16, uppercase: true)
    }
}
