import Bytes
import Foundation
import Terminal

/// HTML in which every text that is put in is escaped: only what stands in the source is taken as it is.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral value: StaticString) { text = value.description }

    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    /// Several, one behind the other.
    init(_ parts: some Sequence<Markup>) { text = parts.map(\.text).joined() }

    static func + (one: Markup, other: Markup) -> Markup { Markup([one, other]) }

    /// Whether a word of its text is so long that a table has to break it: what is short stays whole.
    var hasLongWord: Bool {
        var (length, isTag, isReference) = (0, false, false)
        for byte in text.utf8 {
            switch byte {
            // Text holds neither sign as itself.
            case 0x3c: isTag = true
            case 0x3e: isTag = false
            case _ where isTag: break
            case 0x20, 0x0a: length = 0
            case 0x26: isReference = true
            case 0x3b where isReference:
                isReference = false
                length += 1
            case 0x80...0xbf: break
            case _ where !isReference: length += 1
            default: break
            }
            if length > Self.longestWord { return true }
        }
        return false
    }

    /// In characters; an address of IPv6 with its port is no longer.
    private static let longestWord = 48

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {}

        mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        /// Text for between tags or within the quotes of an attribute.
        mutating func appendInterpolation(_ value: String) { text += SafeText.markup(value) }

        /// The begin of a text that may be long, as of a table: a browser lays out what it is given.
        mutating func appendInterpolation(short value: String) {
            // One character can be made of any number of scalars.
            let scalars = value.unicodeScalars
            guard value.utf8.count > Self.longest, scalars.count > Self.longest else {
                return appendInterpolation(value)
            }
            let begin = String(String.UnicodeScalarView(scalars.prefix(Self.longest)))
            appendInterpolation("\(begin)…" as Markup)
        }

        /// A text whose rest is laid out when somebody opens it.
        mutating func appendInterpolation(folded value: String) {
            guard value.utf8.count > Self.longest, value.unicodeScalars.count > Self.longest else {
                return appendInterpolation(value)
            }
            appendInterpolation(
                "<details><summary>\(short: value)</summary>\(value)</details>" as Markup
            )
        }

        /// In characters.
        private static let longest = 200

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        mutating func appendInterpolation(_ value: Markup) { text += value.text }

        mutating func appendInterpolation(_ values: [Markup]) { text += values.map(\.text).joined() }
    }
}

/// Addresses within the console.
enum Link {
    /// A path with its arguments, encoded.
    ///
    /// A path that begins with two slashes would lead elsewhere.
    static func to(_ path: String, _ arguments: [(name: String, value: String)] = []) -> String {
        let parts = path.split(separator: "/").map { String($0).percentEncoded }
        let query = arguments.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(
            separator: "&"
        )
        return "/" + parts.joined(separator: "/") + (query.isEmpty ? "" : "?" + query)
    }

    static func search(_ query: String, of unit: String = "sightings") -> String {
        to("/search", [("q", query), ("of", unit)])
    }

    static func endpoint(_ ip: String, _ port: String) -> String {
        to("/endpoint", [("ip", ip), ("port", port)])
    }

    /// Of an endpoint as texts have it: `192.0.2.1:443`, `[2001:db8::1]:443`.
    static func endpoint(_ text: String) -> String {
        guard let colon = text.lastIndex(of: ":") else { return endpoint(text, "") }
        let ip = text[..<colon].replacing("[", with: "").replacing("]", with: "")
        return endpoint(String(ip), String(text[text.index(after: colon)...]))
    }

    static func certificate(_ digest: String) -> String { to("/certificate", [("sha256", digest)]) }

    static func graph(_ query: String) -> String { to("/graph", [("q", query)]) }
}
