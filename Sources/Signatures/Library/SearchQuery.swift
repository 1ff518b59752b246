import Bytes
import Observations

/// The search of an Internet-wide index that comes nearest to a rule.
///
/// Filter names are those of Shodan's filter reference (https://www.shodan.io/search/filters) and of the data definitions of
/// the Censys Platform (https://docs.censys.com/docs/platform-data-definitions), in its query language CenQL
/// (https://docs.censys.com/docs/censys-query-language).
package struct SearchQuery: Sendable {
    package enum Engine: String, CaseIterable, Sendable {
        case shodan = "Shodan"
        case censys = "Censys"
    }

    package let text: String
    /// Whether the search finds more than the rule, because the index lacks some of what the rule tests.
    package let isWider: Bool
    /// Whether it finds only some of what the rule does, because the index lacks some of the rule's
    /// alternatives.
    package let isNarrower: Bool

    /// How the search differs from the rule, in words.
    package var difference: String? {
        switch (isWider, isNarrower) {
        case (true, true): "not quite what the rule finds"
        case (true, false): "finds more than the rule"
        case (false, true): "finds less than the rule"
        case (false, false): nil
        }
    }

    /// Nil when the index has nothing that the rule could be said in.
    package init?(_ rule: SigmaRule, for engine: Engine) {
        var writer = SearchWriter(engine: engine)
        guard let piece = writer.write(rule.condition, isTop: true), piece.isSelective, !piece.isNegative
        else { return nil }
        text =
            switch engine {
            case .shodan: piece.text
            case .censys where piece.count == 1: "host.services." + piece.text
            case .censys: "host.services: " + (piece.isGroup ? piece.text : "(\(piece.text))")
            }
        isWider = writer.isWider
        isNarrower = writer.isNarrower
    }
}

/// Writes a condition in an engine's query language.
private struct SearchWriter {
    /// A part of a query.
    struct Piece {
        var text: String
        /// Whether it alone would be worth a search: a status code is not.
        var isSelective: Bool
        var isNegative = false
        /// How many terms it has.
        var count = 1
        /// Whether it stands in parentheses.
        var isGroup = false
        /// Shodan's filter, when the piece is one of its terms.
        var filter: String?
    }

    let engine: SearchQuery.Engine
    var isWider = false
    var isNarrower = false

    mutating func write(_ expression: Expression, isTop: Bool = false) -> Piece? {
        switch expression {
        case .test(let test): return term(test)
        case .not(.test(let test)):
            guard var piece = term(test) else { return nil }
            piece.text = engine == .shodan ? "-" + piece.text : "not " + piece.text
            piece.isNegative = true
            return piece
        case .not: return nil
        case .and(let parts): return conjunction(parts)
        case .or(let parts): return isTop ? alternatives(parts) : disjunction(parts)
        }
    }

    private mutating func conjunction(_ parts: [Expression]) -> Piece? {
        let pieces = parts.compactMap { write($0) }
        if pieces.count < parts.count { isWider = true }
        guard pieces.contains(where: { !$0.isNegative }) else { return nil }
        if pieces.count == 1 { return pieces[0] }
        return Piece(
            text: pieces.map(\.text).joined(separator: engine == .shodan ? " " : " and "),
            isSelective: pieces.contains { $0.isSelective && !$0.isNegative },
            count: pieces.reduce(0) { $0 + $1.count }
        )
    }

    /// Alternatives within a conjunction: all of them or none, so that what is found is never too little.
    private mutating func disjunction(_ parts: [Expression]) -> Piece? {
        let pieces = parts.compactMap { write($0) }
        guard pieces.count == parts.count, !pieces.contains(where: \.isNegative) else { return nil }
        return join(pieces)
    }

    /// The alternatives of a whole rule: those that the engine knows.
    private mutating func alternatives(_ parts: [Expression]) -> Piece? {
        var pieces = parts.compactMap { write($0) }.filter { $0.isSelective && !$0.isNegative }
        if engine == .shodan, let first = pieces.first {
            pieces = pieces.filter { $0.filter == first.filter }
        }
        if engine == .shodan, pieces.first?.filter == nil { pieces = Array(pieces.prefix(1)) }
        if pieces.count < parts.count { isNarrower = true }
        return pieces.isEmpty ? nil : join(pieces)
    }

    private func join(_ pieces: [Piece]) -> Piece? {
        if pieces.count == 1 { return pieces[0] }
        let isSelective = pieces.allSatisfy(\.isSelective)
        let count = pieces.reduce(0) { $0 + $1.count }
        if engine == .censys {
            let text = pieces.map { $0.count > 1 ? "(\($0.text))" : $0.text }.joined(separator: " or ")
            return Piece(text: "(\(text))", isSelective: isSelective, count: count, isGroup: true)
        }
        // Shodan's only `or` is a list of values of one filter.
        guard let filter = pieces[0].filter, pieces.allSatisfy({ $0.filter == filter }) else { return nil }
        let values = pieces.map { $0.text.dropFirst(filter.count + 1) }.joined(separator: ",")
        return Piece(text: "\(filter):\(values)", isSelective: isSelective, count: count, filter: filter)
    }

    private mutating func term(_ test: FieldTest) -> Piece? {
        guard case .text(let text, _) = test.predicate else { return nil }
        let literals = text.parts.compactMap { part -> [UInt8]? in
            if case .literal(let bytes) = part { bytes } else { nil }
        }
        guard let longest = literals.max(by: { $0.count < $1.count }), !longest.isEmpty else { return nil }
        // A search box takes one line of printable text.
        guard var value = String(validating: longest, as: UTF8.self),
            value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
        else { return nil }
        if literals.count > 1 || text.parts.contains(.one) { isWider = true }
        if Self.serials.contains(test.field) {
            guard text.literal != nil, let number = DecimalText.of(hexadecimal: value) else { return nil }
            value = number
        } else if Self.digests.contains(test.field) {
            value = value.lowercased()
        }
        let isSelective = !Self.common.contains(test.field)
        switch engine {
        case .shodan:
            if let name = FieldCatalog.member(test.field) {
                let isStart = text.parts.first != .any && literals.count == 1
                return Piece(
                    text: quoted(isStart ? "\(headerName(name)): \(value)" : value),
                    isSelective: isSelective
                )
            }
            if test.field == "http.response.status_line" {
                return Piece(text: quoted(value), isSelective: false)
            }
            guard let filter = Self.shodanFilters[test.field] else { return nil }
            let word = isBare(value) ? value : quoted(value)
            return Piece(text: "\(filter):\(word)", isSelective: isSelective, filter: filter)
        case .censys:
            guard let field = Self.censysFields[test.field] else { return nil }
            let word = FieldCatalog.kind(of: test.field) == .long ? value : quoted(value)
            let sign = text.literal == nil ? ": " : "="
            return Piece(text: field + sign + word, isSelective: isSelective)
        }
    }

    private func isBare(_ value: String) -> Bool {
        value.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || $0 == 0x2d
        }
    }

    private func quoted(_ value: String) -> String {
        "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// `X-Powered-By` of `x-powered-by`.
    private func headerName(_ name: Substring) -> String {
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
    }

    /// What so many hosts show that it is no search of its own.
    private static let common: Set<String> = Set(
        [
            "cache-control", "connection", "content-length", "content-type", "date", "expires", "keep-alive",
            "pragma",
        ].map { "http.response.header." + $0 }
            + [
                "http.response.status_code", "server.port", "tls.server.x509.subject.country",
                "tls.server.x509.issuer.country",
            ]
    )
    private static let serials: Set<String> = [
        "hallmark.certificate.serial.integer", "tls.server.x509.serial_number",
    ]
    private static let digests: Set<String> = [
        "tls.server.hash.sha256", "tls.server.hash.sha1", "hallmark.certificate.spki_sha256",
    ]

    private static let shodanFilters = [
        "hallmark.certificate.serial.integer": "ssl.cert.serial",
        "tls.server.x509.serial_number": "ssl.cert.serial",
        "tls.server.x509.subject.common_name": "ssl.cert.subject.cn",
        "tls.server.x509.issuer.common_name": "ssl.cert.issuer.cn",
        "tls.server.hash.sha1": "ssl.cert.fingerprint",
        "tls.server.hash.sha256": "ssl.cert.fingerprint",
        "tls.server.jarm": "ssl.jarm",
        "tls.server.ja3s": "ssl.ja3s",
        "http.response.title": "http.title",
        "http.response.status_code": "http.status",
        "http.response.body.content": "http.html",
        "http.response.html_hash": "http.html_hash",
        "http.response.headers_hash": "http.headers_hash",
        "hallmark.favicon.mmh3": "http.favicon.hash",
        "server.port": "port",
    ]

    /// Below `host.services.`.
    private static let censysFields = [
        "tls.server.hash.sha256": "cert.fingerprint_sha256",
        "hallmark.certificate.spki_sha256": "cert.parsed.subject_key_info.fingerprint_sha256",
        "hallmark.certificate.serial.integer": "cert.parsed.serial_number",
        "tls.server.x509.serial_number": "cert.parsed.serial_number",
        "tls.server.x509.subject.common_name": "cert.parsed.subject.common_name",
        "tls.server.x509.subject.organization": "cert.parsed.subject.organization",
        "tls.server.x509.subject.organizational_unit": "cert.parsed.subject.organizational_unit",
        "tls.server.x509.subject.locality": "cert.parsed.subject.locality",
        "tls.server.x509.subject.country": "cert.parsed.subject.country",
        "tls.server.x509.subject.state_or_province": "cert.parsed.subject.province",
        "tls.server.x509.issuer.common_name": "cert.parsed.issuer.common_name",
        "tls.server.x509.issuer.organization": "cert.parsed.issuer.organization",
        "tls.server.x509.issuer.organizational_unit": "cert.parsed.issuer.organizational_unit",
        "tls.server.x509.issuer.locality": "cert.parsed.issuer.locality",
        "tls.server.x509.issuer.country": "cert.parsed.issuer.country",
        "tls.server.x509.issuer.state_or_province": "cert.parsed.issuer.province",
        "tls.server.jarm": "jarm.fingerprint",
        "tls.server.ja3s": "tls.ja3s",
        "tls.server.ja4s": "tls.ja4s",
        "tls.server.ja4x": "cert.parsed.ja4x",
        "http.response.title": "endpoints.http.html_title",
        "http.response.status_code": "endpoints.http.status_code",
        "http.response.body.content": "endpoints.http.body",
        "server.port": "port",
    ]
}
