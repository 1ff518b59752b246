import Bytes
import Wire

/// Where a redirect or a link leads: a reference resolved as browsers do it (URL Standard, section 4.4).
package struct HTTPReference: Equatable, Sendable {
    /// Host in lower case, a name or an address without brackets.
    package var origin: HTTPOrigin
    /// Path and query, with what can't stand in them percent-encoded.
    package var target: String

    /// Nil when the reference leads to no place in HTTP: another scheme, or no host.
    ///
    /// - Parameters:
    ///   - text: as the server wrote it.
    ///   - target: of the answer that holds it.
    package init?(_ text: String, origin: HTTPOrigin, target: String) {
        var base = origin
        base.host = origin.host.lowercased()
        let clean = Self.cleaned(text)
        let target = Self.ascii(target)
        var rest = clean[...]
        if let colon = Self.scheme(rest) {
            let scheme = rest[..<colon].lowercased()
            guard scheme == "http" || scheme == "https" else { return nil }
            rest = rest[rest.index(after: colon)...]
            // `https:path` is relative where the page has the same scheme, as in the first URLs.
            let isRelative = (scheme == "https") == origin.isTLS && !Self.beginsAuthority(rest)
            if !isRelative {
                self.init(authority: rest, isTLS: scheme == "https")
                return
            }
        } else if Self.beginsAuthority(rest) {
            self.init(authority: rest, isTLS: origin.isTLS)
            return
        }
        self.init(path: rest, base, target)
    }

    /// What follows a scheme: slashes of either kind, then user, host and port, then the path.
    private init?(authority text: Substring, isTLS: Bool) {
        let rest = text.drop { $0 == "/" || $0 == "\\" }
        let authority = rest.prefix { !"/\\?#".contains($0) }
        let host = authority[
            (authority.lastIndex(of: "@").map { authority.index(after: $0) } ?? authority.startIndex)...
        ]
        guard let (name, port) = Self.hostAndPort(host) else { return nil }
        origin = HTTPOrigin(isTLS: isTLS, host: name, port: port ?? (isTLS ? 443 : 80))
        let after = rest[authority.endIndex...]
        target = Self.path(after, in: "/") + Self.query(after)
    }

    /// A reference without a host.
    private init(path text: Substring, _ base: HTTPOrigin, _ target: String) {
        origin = base
        let place = target.prefix { $0 != "?" && $0 != "#" }
        guard let first = text.first, first != "#" else {
            self.target = target.prefix { $0 != "#" }.description
            return
        }
        self.target = (first == "?" ? String(place) : Self.path(text, in: place)) + Self.query(text)
    }

    /// Without blanks and control characters at the ends, and without tabs and line ends anywhere.
    private static func cleaned(_ text: String) -> String {
        let isEnd = { (scalar: Unicode.Scalar) in scalar.value <= 0x20 }
        var scalars = text.unicodeScalars.drop(while: isEnd)
        while let last = scalars.last, isEnd(last) { scalars.removeLast() }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars.filter { $0 != "\t" && $0 != "\n" && $0 != "\r" })
        return ascii(String(result))
    }

    /// With what is not ASCII percent-encoded, so that no accent joins a slash or a question mark.
    private static func ascii(_ text: String) -> String {
        text.utf8.allSatisfy { $0 < 0x80 }
            ? text : text.utf8.map { $0 < 0x80 ? plain($0) : escaped($0) }.joined()
    }

    private static func plain(_ byte: UInt8) -> String { String(Unicode.Scalar(byte)) }

    private static func escaped(_ byte: UInt8) -> String { String(decoding: byte.percentForm, as: UTF8.self) }

    /// The place of the colon that ends a scheme.
    private static func scheme(_ text: Substring) -> Substring.Index? {
        guard text.utf8.first.map({ ($0 | 0x20) &- 0x61 < 26 }) == true,
            let colon = text.utf8.firstIndex(of: 0x3a)
        else { return nil }
        let isScheme = text.utf8[..<colon].allSatisfy {
            ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2b || $0 == 0x2d || $0 == 0x2e
        }
        return isScheme ? colon : nil
    }

    private static func beginsAuthority(_ text: Substring) -> Bool {
        text.prefix(2).count == 2 && text.prefix(2).allSatisfy { $0 == "/" || $0 == "\\" }
    }

    private static func hostAndPort(_ text: Substring) -> (String, UInt16?)? {
        var host = text
        var port = Substring()
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.first == ":", let address = IPAddress(host), host.contains(":") else {
                return nil
            }
            port = rest.dropFirst()
            guard let number = self.port(port) else { return nil }
            return (String(describing: address), number)
        }
        if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard let decoded = percentDecoded(host) else { return nil }
        // Characters that no host can have (URL Standard, section 3.5).
        let isHost =
            !decoded.isEmpty
            && decoded.unicodeScalars.allSatisfy {
                $0.value > 0x20 && $0.value != 0x7f && !"#%/:<>?@[\\]^|".unicodeScalars.contains($0)
            }
        guard isHost, let number = self.port(port) else { return nil }
        return (decoded.lowercased(), number)
    }

    /// A host without percent-encoding; nil when it is not UTF-8.
    private static func percentDecoded(_ text: Substring) -> String? {
        guard text.utf8.contains(0x25) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16),
                rest.first != 0x2b
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// A port's number, nil within for none; nil when it is none.
    private static func port(_ text: Substring) -> UInt16?? {
        guard !text.isEmpty else { return .some(nil) }
        guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let number = UInt16(text.drop { $0 == "0" }) else {
            return text.allSatisfy { $0 == "0" } ? .some(0) : .none
        }
        return .some(number)
    }

    /// The path of `text` within the folder of `place`, without dot segments.
    private static func path(_ text: Substring, in place: some StringProtocol) -> String {
        let own = text.prefix { $0 != "?" && $0 != "#" }
        let isWhole = own.first == "/" || own.first == "\\"
        var segments: [Substring] = []
        if !isWhole {
            segments = Substring(place).dropFirst().split(separator: "/", omittingEmptySubsequences: false)
                .dropLast()
        }
        let parts = (isWhole ? own.dropFirst() : own).split(omittingEmptySubsequences: false) {
            $0 == "/" || $0 == "\\"
        }
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let plain = part.lowercased().replacing("%2e", with: ".")
            switch plain {
            case "..":
                if !segments.isEmpty { segments.removeLast() }
                if isLast { segments.append("") }
            case ".":
                if isLast { segments.append("") }
            default: segments.append(part)
            }
        }
        return segments.map { "/" + encoded($0, besides: "\"#<>?`{}") }.joined()
    }

    private static func query(_ text: Substring) -> String {
        let rest = text.prefix { $0 != "#" }
        guard let mark = rest.firstIndex(of: "?") else { return "" }
        return "?" + encoded(rest[mark...].dropFirst(), besides: "\"#<>'")
    }

    /// Control characters, blanks, what is not ASCII, and `besides` percent-encoded.
    private static func encoded(_ text: Substring, besides: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte > 0x20, byte < 0x7f, !besides.utf8.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += byte.percentForm
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
