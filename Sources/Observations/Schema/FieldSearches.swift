import Bytes

/// An Internet-wide index that can be searched.
package enum SearchEngine: String, CaseIterable, Sendable {
    case shodan = "Shodan"
    case censys = "Censys"
    case fofa = "FOFA"
    case crtsh = "crt.sh"
}

/// How Internet-wide indexes search for a field.
///
/// Filter names are those of the engines' own documentation:
///
/// - Shodan: its filter reference, https://www.shodan.io/search/filters. A certificate is found by its SHA-1.
/// - Censys: the Platform's data definitions, https://docs.censys.com/docs/platform-data-definitions, for the
///   query language https://docs.censys.com/docs/censys-query-language.
/// - FOFA: the query syntax behind the search box of https://en.fofa.info/.
/// - crt.sh: the parameters of its own source, `fnc/web_apis.fnc` of https://github.com/crtsh/certwatch_db; it
///   knows only certificates that were logged (RFC 9162).
package struct FieldSearches: Equatable, Sendable {
    private let shodan, censys, fofa, crtsh: String?
    /// Whether so many hosts show each of its values that it is no search of its own.
    package let isCommon: Bool
    /// Whether its values are longer than what fits a search box: rules search for parts of them.
    package let isLong: Bool

    /// - Parameters:
    ///   - shodan: a filter; empty for what Shodan finds as text in its banners.
    ///   - censys: a field below `host.services.`.
    init(
        shodan: String? = nil,
        censys: String? = nil,
        fofa: String? = nil,
        crtsh: String? = nil,
        isCommon: Bool = false,
        isLong: Bool = false
    ) {
        self.shodan = shodan
        self.censys = censys
        self.fofa = fofa
        self.crtsh = crtsh
        self.isCommon = isCommon
        self.isLong = isLong
    }

    /// What the engine calls the field.
    package subscript(engine: SearchEngine) -> String? {
        switch engine {
        case .shodan: shodan
        case .censys: censys
        case .fofa: fofa
        case .crtsh: crtsh
        }
    }
}

extension SearchEngine {
    /// A value of ours as the engine spells it; nil for what it can't be asked for.
    package func spelled(_ value: String, _ spelling: FieldSpelling) -> String? {
        switch spelling {
        case .asIs, .lowercase: value
        case .digest: value.lowercased()
        case .serial where !value.utf8.allSatisfy { $0 &- 0x30 < 10 || ($0 | 0x20) &- 0x61 < 6 }: nil
        case .serial: self == .crtsh ? value.lowercased() : DecimalText.of(hexadecimal: value)
        }
    }

    /// In quotes, with quotes and backslashes escaped and control characters left out.
    package static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars where scalar.value >= 0x20 && scalar.value != 0x7f {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    /// The same, but one bare word as it is.
    package static func word(_ value: String) -> String {
        let isBare = value.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == 0x2d || $0 == 0x2e
        }
        return isBare ? value : quoted(value)
    }

    /// A header as Shodan's banners have it: `X-Powered-By: PHP` of `x-powered-by` and `PHP`.
    package static func headerText(_ name: Substring, _ value: String) -> String {
        let name = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        return "\(name.joined(separator: "-")): \(value)"
    }
}
