import Bytes

/// A search of an Internet-wide index for others with the same mark.
package struct ExternalQuery: Equatable, Sendable {
    package enum Engine: String, CaseIterable, Sendable {
        case shodan = "Shodan"
        case censys = "Censys"
        case fofa = "FOFA"
        case crtsh = "crt.sh"
    }

    package let engine: Engine
    /// What to type into the engine's search box.
    package let text: String
    /// The same as an address to open.
    package let url: String
}

/// Writes a mark of a record in the search languages of Internet-wide indexes.
///
/// Filter names are those of the engines' own documentation:
///
/// - Shodan: its filter reference, https://www.shodan.io/search/filters. A certificate is found by its SHA-1.
/// - Censys: the Platform's query language, https://docs.censys.com/docs/censys-query-language, host dataset,
///   https://docs.censys.com/docs/platform-host-dataset, and fingerprints,
///   https://docs.censys.com/docs/platform-jarm-fingerprints.
/// - FOFA: the query syntax behind the search box of https://en.fofa.info/.
/// - crt.sh: the parameters of its own source, `fnc/web_apis.fnc` of https://github.com/crtsh/certwatch_db; it
///   knows only certificates that were logged (RFC 9162).
///
/// Nothing is sent anywhere.
package enum ExternalQueries {
    /// The searches for one field's value; none for what no index holds.
    package static func queries(field: String, value: String) -> [ExternalQuery] {
        guard !value.isEmpty, value.utf8.count <= 512 else { return [] }
        return ExternalQuery.Engine.allCases.compactMap { engine in
            guard let filter = filters[field]?[engine], let text = term(filter, field, value, engine) else {
                return nil
            }
            return ExternalQuery(engine: engine, text: text, url: url(engine, text))
        }
    }

    private static let filters: [String: [ExternalQuery.Engine: String]] = [
        "tls.server.hash.sha256": [
            .censys: "host.services.cert.fingerprint_sha256", .crtsh: "sha256",
        ],
        "tls.server.hash.sha1": [
            .shodan: "ssl.cert.fingerprint", .censys: "host.services.cert.fingerprint_sha1", .crtsh: "sha1",
        ],
        "hallmark.certificate.spki_sha256": [
            .censys: "host.services.cert.parsed.subject_key_info.fingerprint_sha256", .crtsh: "spkisha256",
        ],
        "tls.server.x509.serial_number": [
            .shodan: "ssl.cert.serial", .censys: "host.services.cert.parsed.serial_number", .fofa: "cert.sn",
            .crtsh: "serial",
        ],
        "tls.server.x509.subject.common_name": [
            .shodan: "ssl.cert.subject.cn", .censys: "host.services.cert.parsed.subject.common_name",
            .fofa: "cert.subject.cn", .crtsh: "CN",
        ],
        "tls.server.x509.subject.organization": [
            .censys: "host.services.cert.parsed.subject.organization", .fofa: "cert.subject.org", .crtsh: "O",
        ],
        "tls.server.x509.subject.organizational_unit": [
            .censys: "host.services.cert.parsed.subject.organizational_unit", .crtsh: "OU",
        ],
        "tls.server.x509.subject.locality": [.censys: "host.services.cert.parsed.subject.locality"],
        "tls.server.x509.subject.state_or_province": [.censys: "host.services.cert.parsed.subject.province"],
        "tls.server.x509.subject.country": [.censys: "host.services.cert.parsed.subject.country"],
        "tls.server.x509.issuer.common_name": [
            .shodan: "ssl.cert.issuer.cn", .censys: "host.services.cert.parsed.issuer.common_name",
            .fofa: "cert.issuer.cn",
        ],
        "tls.server.x509.issuer.organization": [
            .censys: "host.services.cert.parsed.issuer.organization", .fofa: "cert.issuer.org",
        ],
        "tls.server.x509.alternative_names": [
            .censys: "host.services.cert.names", .fofa: "cert", .crtsh: "q",
        ],
        "hallmark.certificate.subject_key_id": [.crtsh: "ski"],
        "tls.server.jarm": [
            .shodan: "ssl.jarm", .censys: "host.services.jarm.fingerprint", .fofa: "jarm",
        ],
        "tls.server.ja3s": [.shodan: "ssl.ja3s", .censys: "host.services.tls.ja3s", .fofa: "tls.ja3s"],
        "tls.server.ja4s": [.censys: "host.services.tls.ja4s"],
        "tls.server.ja4x": [.censys: "host.services.cert.parsed.ja4x"],
        "http.response.title": [
            .shodan: "http.title", .censys: "host.services.endpoints.http.html_title", .fofa: "title",
        ],
        "http.response.header.server": [.fofa: "server"],
        "http.response.html_hash": [.shodan: "http.html_hash"],
        "http.response.headers_hash": [.shodan: "http.headers_hash"],
        "http.response.body.sha256": [.censys: "host.services.endpoints.http.body_hash_sha256"],
        "hallmark.favicon.mmh3": [
            .shodan: "http.favicon.hash", .censys: "host.services.endpoints.http.favicons.hash_shodan",
            .fofa: "icon_hash",
        ],
    ]

    /// Fields whose values are digests, which the engines write in lower case.
    private static let digests: Set<String> = [
        "tls.server.hash.sha256", "tls.server.hash.sha1", "hallmark.certificate.spki_sha256",
        "hallmark.certificate.subject_key_id", "http.response.body.sha256",
    ]

    private static func term(
        _ filter: String,
        _ field: String,
        _ value: String,
        _ engine: ExternalQuery.Engine
    ) -> String? {
        var value = value
        if field == "tls.server.x509.serial_number" {
            guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0 & 0xdf) })
            else { return nil }
            if engine == .crtsh {
                value = value.lowercased()
            } else {
                value = DecimalText.of(hexadecimal: value) ?? value
            }
        } else if digests.contains(field) {
            value = value.lowercased()
        }
        switch engine {
        case .shodan: return "\(filter):\(quoted(value))"
        case .censys: return "\(filter)=\(quoted(value, always: true))"
        case .fofa: return "\(filter)=\(quoted(value, always: true))"
        case .crtsh: return "\(filter)=\(value)"
        }
    }

    /// In quotes when it is more than one bare word, quotes and backslashes escaped, control characters left
    /// out.
    private static func quoted(_ value: String, always: Bool = false) -> String {
        let isBare = value.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == 0x2d || $0 == 0x2e
        }
        guard always || !isBare else { return value }
        var result = "\""
        for scalar in value.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7f {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    private static func url(_ engine: ExternalQuery.Engine, _ text: String) -> String {
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
