import Bytes
import Corpus
import Observations
import Wire

/// What a bare word can be besides a word of a text: an address, a port, a digest, a serial number, a
/// fingerprint.
extension LeafBuilder {
    /// The fields that hold such a word as it is.
    ///
    /// - Parameter word: without blanks; another has no form.
    func forms(of word: String) -> [Leaf] {
        guard word.utf8.count <= 256, !word.contains(where: \.isWhitespace) else { return [] }
        return places(word) + numbers(word) + digests(word) + fingerprints(word)
    }

    /// The addresses that begin so.
    func starts(of word: String) -> [Leaf] {
        guard Self.isStartOfAddress(word) else { return [] }
        let values = [CorpusValue.text(Glob.pattern([word, ""]))]
        return [
            Leaf(
                sql: "e.ip GLOB ?",
                values: values,
                scopes: [.endpoint],
                candidates: Leaf.Candidates(
                    scope: .endpoint,
                    sql: "SELECT id FROM endpoints WHERE ip GLOB ?",
                    values: values,
                    isExact: true,
                    way: "the endpoints"
                ),
                asked: "server.ip: \(word)*"
            )
        ]
    }

    /// Whether addresses may begin so.
    static func isStartOfAddress(_ word: String) -> Bool {
        let isStart = word.utf8.allSatisfy {
            0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 || $0 == 0x2e || $0 == 0x3a
        }
        return isStart && word.contains { $0 == "." || $0 == ":" }
    }

    /// A field that is exactly this; nothing where the text can be none of its values.
    private func field(_ name: String, _ text: String) -> [Leaf] {
        guard let field = SearchField.byName[name], let leaf = try? equals(field, .phrase(text)) else {
            return []
        }
        return [leaf]
    }

    /// An address, a network, an endpoint with its port, or a URL with any of these.
    private func places(_ word: String) -> [Leaf] {
        switch WordForm(word) {
        case .address(let address):
            let written = WordForm.withoutBrackets(word).lowercased()
            let spellings = Set([written, address.description, address.unmapped.description])
            return spellings.sorted().filter { IPAddress($0) != nil }.flatMap { field("server.ip", $0) }
        case .network(let text): return field("server.ip", text)
        case .endpoint(let host, nil): return field("server.domain", host)
        case .endpoint(let host, let port?): return [endpoint(host, port, word)]
        case nil: return []
        }
    }

    private func endpoint(_ host: String, _ port: Int, _ word: String) -> Leaf {
        let column = IPAddress(host) == nil ? "name" : "ip"
        let values = [CorpusValue.text(host), .integer(port)]
        return Leaf(
            sql: "(e.\(column) = ? AND e.port = ?)",
            values: values,
            scopes: [.endpoint],
            candidates: Leaf.Candidates(
                scope: .endpoint,
                sql: "SELECT id FROM endpoints WHERE \(column) = ? AND port = ?",
                values: values,
                isExact: true,
                way: "the endpoints"
            ),
            asked: "the endpoint \(word)"
        )
    }

    /// A port, or a hash that is a number.
    private func numbers(_ word: String) -> [Leaf] {
        guard let number = Int(word), "\(number)" == word else { return [] }
        if 1...65_535 ~= number { return field("server.port", word) }
        return Self.numericHashes.flatMap { field($0, word) }
    }

    private static let numericHashes = [
        "hallmark.favicon.mmh3", "http.response.html_hash", "http.response.headers_hash",
    ]

    /// Fewer digits are no serial number that anybody looks for by a bare word.
    private static let shortestSerial = 6

    private func digests(_ word: String) -> [Leaf] {
        let digits = word.filter { $0 != ":" }.uppercased()
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isHexDigit) else {
            return []
        }
        var leaves: [Leaf] = []
        switch digits.utf8.count {
        case 64:
            leaves = [
                "tls.server.hash.sha256", "hallmark.certificate.spki_sha256",
                "hallmark.certificate.tbs_no_ct_sha256", "http.response.body.sha256",
            ]
            .flatMap { field($0, digits) }
        case 40:
            leaves =
                read("tls.server.hash.sha1", digits)
                + ["hallmark.certificate.subject_key_id", "hallmark.certificate.authority_key_id"]
                .flatMap { marked($0, digits) }
        case 32: leaves = read("tls.server.hash.md5", digits) + field("tls.server.ja3s", digits.lowercased())
        case 62: leaves = field("tls.server.jarm", digits.lowercased())
        default: break
        }
        guard Self.shortestSerial...40 ~= digits.utf8.count else { return leaves }
        // A serial number's bytes, with or without the zeros that stand before them.
        let significant = String(digits.drop { $0 == "0" })
        let padded = significant.utf8.count.isMultiple(of: 2) ? significant : "0" + significant
        for spelling in Set([digits, padded, "00" + padded]).sorted() {
            leaves += field("tls.server.x509.serial_number", spelling)
        }
        return leaves
    }

    /// Fingerprints that are no digest alone: JA4S, JA4X, the hash of headers.
    private func fingerprints(_ word: String) -> [Leaf] {
        guard word.utf8.count >= 20, word.contains(where: { $0 == "_" || $0 == ":" }) else { return [] }
        return ["tls.server.ja4s", "tls.server.ja4x", "http.response.header_order_hash"].flatMap {
            field($0, word.lowercased())
        }
    }

    /// A field of certificates that is a mark, which finds it by an index.
    private func marked(_ name: String, _ text: String) -> [Leaf] {
        guard let kind = MarkKind(query: name) else { return field(name, text) }
        return field(name, text).map { leaf in
            var leaf = leaf
            leaf.candidates = mark(.certificate, kind, text)
            return leaf
        }
    }

    /// A digest that no index holds: each certificate is read once, and not each sighting.
    private func read(_ name: String, _ text: String) -> [Leaf] {
        field(name, text).map { leaf in
            guard case .json(let column, let path) = SearchField.byName[name]?.place else { return leaf }
            var leaf = leaf
            leaf.candidates = Leaf.Candidates(
                scope: .certificate,
                sql:
                    "SELECT id FROM certificates WHERE instr(\(column), ?) AND json_extract(\(column), ?) = ?",
                values: [.text(text), .text(path), .text(text)],
                isExact: true,
                way: "a look at each certificate"
            )
            return leaf
        }
    }
}
