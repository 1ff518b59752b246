import Corpus
import Observations

extension LeafBuilder {
    /// More wildcards than this in one value are refused: what they may stand for is tried in every
    /// combination.
    private static let mostWildcards = 16

    /// A field holds a value with wildcards.
    func matches(_ field: SearchField, _ pieces: [String]) throws(KQLError) -> Leaf {
        switch field.kind {
        case .date, .long, .boolean, .ip:
            throw problem(field, NetworkWord.wildcardFault(pieces, isAddress: field.kind == .ip))
        default: break
        }
        let pieces = field.isHexadecimal ? pieces.map { $0.uppercased() } : pieces
        guard pieces.count <= Self.mostWildcards + 1 else {
            throw problem(field, "more than \(Self.mostWildcards) wildcards")
        }
        var leaf = compared(field, "GLOB", .text(Glob.pattern(pieces)), isLess: false)
        if field.place == .target {
            leaf = Leaf(
                sql: "iif(e.name <> '', e.name, e.ip) GLOB ?",
                values: [.text(Glob.pattern(pieces))],
                scopes: [.endpoint]
            )
        }
        leaf.candidates = words(field, pieces)
        return leaf
    }

    /// Words that all texts of a field have that match, found in the words of the corpus.
    ///
    /// - Returns: nil when there is no such word, or the words of the field's texts are not kept.
    func words(_ field: SearchField, _ pieces: [String]) -> Leaf.Candidates? {
        guard let (table, scope, column) = Self.table(of: field) else { return nil }
        let words = Self.words(of: pieces)
        guard !words.isEmpty else { return nil }
        return Leaf.Candidates(
            scope: scope,
            sql: "SELECT rowid FROM \(table) WHERE \(table) MATCH ?",
            values: [.text("{\(column)} : (\(words.joined(separator: " AND ")))")],
            isExact: false,
            way: "the words \(words.joined(separator: ", "))"
        )
    }

    private static func table(of field: SearchField) -> (table: String, scope: Scope, column: String)? {
        switch field.place {
        case .endpoint("name"): return ("endpoint_words", .endpoint, "name")
        case .appearance: return ("appearance_words", .appearance, "marks")
        case .certificate, .json:
            for column in ["subject", "issuer"]
            where field.name == "tls.server.\(column)" || field.name.hasPrefix("tls.server.x509.\(column).") {
                return ("certificate_words", .certificate, column)
            }
            guard field.name == "tls.server.x509.alternative_names" else { return nil }
            return ("certificate_words", .certificate, "names")
        default: return nil
        }
    }

    /// What SQLite's tokenizer surely makes of any text that matches: runs of ASCII letters and digits that
    /// end where a sign or the text ends, or for the beginning of a word, where a wildcard stands.
    ///
    /// Beyond ASCII nothing is sure, so that such letters count as a wildcard.
    static func words(of pieces: [String]) -> [String] {
        var result: [String] = []
        for (place, piece) in pieces.enumerated() {
            let bytes = Array(piece.utf8)
            var index = 0
            while index < bytes.count {
                guard isWord(bytes[index]) else {
                    index += 1
                    continue
                }
                var end = index
                while end < bytes.count, isWord(bytes[end]) { end += 1 }
                let startsSurely = index > 0 ? isSign(bytes[index - 1]) : place == 0
                let endsSurely = end < bytes.count ? isSign(bytes[end]) : place == pieces.count - 1
                if startsSurely {
                    let word = String(decoding: bytes[index..<end], as: UTF8.self)
                    if endsSurely {
                        result.append("\"\(word)\"")
                    } else if word.utf8.count > 1 {
                        result.append("\"\(word)\" *")
                    }
                }
                index = end
            }
        }
        return result
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x5a ~= byte || 0x61...0x7a ~= byte
    }

    /// Printable signs; control characters may stand in a name as an escape with letters in it.
    private static func isSign(_ byte: UInt8) -> Bool { 0x20...0x7e ~= byte && !isWord(byte) }

    /// Bare words over all texts, and over what is told exactly by a word: any of them, or a phrase.
    ///
    /// The sources are alternatives.
    func anywhere(_ value: KQLLiteral) throws -> [Leaf] {
        let bare = try BareWords(value)
        let match = bare.searched.map { Self.quoted($0) + (bare.isPrefix ? " *" : "") }
            .joined(separator: " OR ")
        let shown = bare.searched.count < 2 ? match : "(\(match))"
        var leaves = [
            ("certificate_words", Scope.certificate, "{subject issuer names} : "),
            ("appearance_words", .appearance, "{title server} : "), ("endpoint_words", .endpoint, ""),
        ].map { table, scope, columns in
            let values = [CorpusValue.text(columns + "(\(match))")]
            let found = "SELECT rowid FROM \(table) WHERE \(table) MATCH ?"
            return Leaf(
                sql: "EXISTS (\(found) AND rowid = \(scope.column))",
                whole: "\(scope.column) IN (\(found))",
                values: values,
                scopes: [],
                candidates: Leaf.Candidates(
                    scope: scope,
                    sql: found,
                    values: values,
                    isExact: true,
                    way: "the words \(shown)"
                ),
                asked: "\(value.description) in \(table)"
            )
        }
        let named = try softwareNames(bare)
        if !named.isEmpty {
            var leaf = lead(
                "software IN (\(named.map { _ in "?" }.joined(separator: ", ")))",
                named.map { .text($0) }
            )
            leaf.asked = "\(value.description) in the leads"
            leaves.append(leaf)
        }
        return leaves + exactly(bare)
    }

    /// What bare words are besides words of texts.
    private func exactly(_ bare: BareWords) -> [Leaf] {
        bare.words.flatMap { word in
            guard !bare.isPrefix else { return starts(of: word) }
            let found = forms(of: word)
            // What stands in brackets, or before a comma, is the same without.
            return found.isEmpty ? BareWords.core(of: word).map { forms(of: $0) } ?? [] : found
        }
    }

    /// The fields in which bare words are looked for; of those of services and leads, not all.
    func fields(anywhere value: KQLLiteral) -> [SearchField] {
        guard let bare = try? BareWords(value) else { return [] }
        let texts = ["tls.server.subject", "tls.server.issuer", "tls.server.x509.alternative_names"]
        return texts.compactMap { SearchField.byName[$0] } + exactly(bare).compactMap(\.field)
    }

    /// A string of SQLite's full-text queries.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\"\"").replacing("\0", with: " ") + "\""
    }

    /// The names of software in leads that hold bare words.
    private func softwareNames(_ bare: BareWords) throws -> [String] {
        var names: [String] = []
        // Each distinct name is one step in the index, however many leads there are.
        let distinct = """
            WITH RECURSIVE names(name) AS (SELECT min(software) FROM leads UNION ALL
            SELECT (SELECT min(software) FROM leads WHERE software > name) FROM names WHERE name IS NOT NULL)
            SELECT name FROM names WHERE name IS NOT NULL LIMIT 10000
            """
        try corpus.select(distinct) { names.append(try $0.text(0)) }
        return names.filter { bare.isHeld(by: $0) }
    }
}
