import Bytes

/// A search of an Internet-wide index for others with the same mark.
package struct ExternalQuery: Equatable, Sendable {
    package let engine: SearchEngine
    /// What to type into the engine's search box.
    package let text: String
    /// The same as an address to open.
    package let url: String
}

/// Writes a value of a field in the search languages of Internet-wide indexes.
///
/// Nothing is sent anywhere.
package enum ExternalQueries {
    /// The searches for one field's value; none for what no index holds.
    package static func queries(field name: String, value: String) -> [ExternalQuery] {
        guard !value.isEmpty, value.utf8.count <= 512, let field = Field.named(name),
            let searches = field.searches, !searches.isLong, !searches.isCommon || field.mark != nil
        else { return [] }
        return SearchEngine.allCases.compactMap { engine in
            guard let filter = searches[engine], let value = engine.spelled(value, field.spelling) else {
                return nil
            }
            let header = filter.isEmpty ? name.split(separator: ".").last : nil
            let text = text(engine, filter, header.map { SearchEngine.headerText($0, value) } ?? value)
            return ExternalQuery(engine: engine, text: text, url: url(engine, text))
        }
    }

    private static func text(_ engine: SearchEngine, _ filter: String, _ value: String) -> String {
        switch engine {
        case .shodan where filter.isEmpty: SearchEngine.quoted(value)
        case .shodan: "\(filter):\(SearchEngine.word(value))"
        case .censys: "host.services.\(filter)=\(SearchEngine.quoted(value))"
        case .fofa: "\(filter)=\(SearchEngine.quoted(value))"
        case .crtsh: "\(filter)=\(value)"
        }
    }

    private static func url(_ engine: SearchEngine, _ text: String) -> String {
        switch engine {
        case .shodan: return "https://www.shodan.io/search?query=" + encoded(text)
        case .censys: return "https://platform.censys.io/search?q=" + encoded(text)
        case .fofa:
            var base64 = ByteBuffer(capacity: 256)
            base64.append(base64: Array(text.utf8).span)
            let digits = base64.withSpan { span in
                span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            }
            return "https://en.fofa.info/result?qbase64=" + encoded(digits)
        case .crtsh:
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return "https://crt.sh/?\(parts[0])=" + encoded(String(parts.last ?? ""))
        }
    }

    /// Percent-encoding of everything that is not unreserved (RFC 3986, section 2.3).
    private static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += byte < 16 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
