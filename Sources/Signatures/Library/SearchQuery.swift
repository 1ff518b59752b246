/// The search of an Internet-wide index that comes nearest to a rule.
package struct SearchQuery: Sendable {
    package enum Engine: String, CaseIterable, Sendable {
        case shodan = "Shodan"
        case censys = "Censys"
    }

    package let text: String
    /// Whether the search finds more than the rule, because the index lacks some of its fields.
    package let isWider: Bool

    /// Nil when the index has nothing that the rule could be said in.
    package init?(_ rule: SigmaRule, for engine: Engine) {
        var writer = QueryWriter(engine: engine)
        guard let text = writer.write(rule.condition) else { return nil }
        self.text = text
        isWider = writer.isWider
    }
}

private struct QueryWriter {
    let engine: SearchQuery.Engine
    var isWider = false

    mutating func write(_ expression: Expression) -> String? {
        switch expression {
        case .test(let test): return term(test)
        case .not(let inner):
            guard case .test(let test) = inner, let text = term(test) else {
                isWider = true
                return nil
            }
            return engine == .shodan ? "-" + text : "not " + text
        case .and(let parts):
            var texts: [String] = []
            for part in parts {
                if let text = write(part) { texts.append(text) } else { isWider = true }
            }
            if texts.allSatisfy({ $0.hasPrefix("-") || $0.hasPrefix("not ") }) { return nil }
            return texts.joined(separator: engine == .shodan ? " " : " and ")
        case .or(let parts): return disjunction(parts)
        }
    }

    private mutating func disjunction(_ parts: [Expression]) -> String? {
        var texts: [String] = []
        for part in parts {
            guard let text = write(part) else { return nil }
            texts.append(text)
        }
        if engine == .censys { return "(" + texts.joined(separator: " or ") + ")" }
        // Shodan's only `or` is a list of values of one filter.
        let filters = Set(texts.map { $0.prefix { $0 != ":" } })
        guard filters.count == 1, let filter = filters.first,
            !texts.contains(where: { $0.contains(" ") && !$0.contains("\"") })
        else { return nil }
        return filter + ":" + texts.map { $0.dropFirst(filter.count + 1) }.joined(separator: ",")
    }

    private mutating func term(_ test: Test) -> String? {
        let names = engine == .shodan ? shodanFilters : censysFields
        guard let name = names[test.field], case .text(let text, _) = test.predicate else { return nil }
        let literals = text.parts.compactMap { part -> [UInt8]? in
            if case .literal(let bytes) = part { bytes } else { nil }
        }
        guard let longest = literals.max(by: { $0.count < $1.count }) else { return nil }
        if literals.count > 1 || text.parts.contains(.one) { isWider = true }
        var value = String(decoding: longest, as: UTF8.self)
        if test.field == "hallmark.certificate.serial.integer"
            || test.field == "tls.server.x509.serial_number"
        {
            guard let decimal = decimal(value) else { return nil }
            value = decimal
        }
        if test.field == "tls.server.hash.sha256" || test.field == "tls.server.hash.sha1" {
            value = value.lowercased()
        }
        let isBare = value.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5a).contains($0 & 0xdf) || $0 == 0x2d
        }
        let quoted = isBare ? value : "\"" + value.replacing("\"", with: "\\\"") + "\""
        return name + (engine == .shodan ? ":" : ": ") + quoted
    }

    /// Hexadecimal digits of any length as a decimal number.
    private func decimal(_ hex: String) -> String? {
        var digits: [Int] = [0]
        for character in hex {
            guard var carry = character.hexDigitValue else { return nil }
            for index in digits.indices {
                let value = digits[index] * 16 + carry
                digits[index] = value % 10
                carry = value / 10
            }
            while carry > 0 {
                digits.append(carry % 10)
                carry /= 10
            }
        }
        return digits.reversed().map(String.init).joined()
    }
}

private let shodanFilters = [
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

private let censysFields = [
    "tls.server.hash.sha256": "services.tls.certificates.leaf_data.fingerprint",
    "tls.server.x509.subject.common_name": "services.tls.certificates.leaf_data.subject.common_name",
    "tls.server.x509.subject.organization": "services.tls.certificates.leaf_data.subject.organization",
    "tls.server.x509.subject.organizational_unit":
        "services.tls.certificates.leaf_data.subject.organizational_unit",
    "tls.server.x509.subject.locality": "services.tls.certificates.leaf_data.subject.locality",
    "tls.server.x509.subject.country": "services.tls.certificates.leaf_data.subject.country",
    "tls.server.x509.subject.state_or_province": "services.tls.certificates.leaf_data.subject.province",
    "tls.server.x509.issuer.common_name": "services.tls.certificates.leaf_data.issuer.common_name",
    "tls.server.x509.issuer.organization": "services.tls.certificates.leaf_data.issuer.organization",
    "tls.server.jarm": "services.jarm.fingerprint",
    "tls.server.ja3s": "services.tls.ja3s",
    "http.response.title": "services.http.response.html_title",
    "http.response.status_code": "services.http.response.status_code",
    "http.response.body.content": "services.http.response.body",
    "server.port": "services.port",
]
