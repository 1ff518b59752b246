/// Words that stand in a query without a field, of which texts hold any; a phrase is one.
struct BareWords {
    /// As they were written.
    let words: [String]
    /// Those that hold a letter or a digit, which is all that the words of texts are made of.
    let searched: [String]
    /// Whether the last word may go on.
    let isPrefix: Bool

    /// - Throws: for what no text can be found by.
    init(_ value: KQLLiteral) throws(KQLError) {
        switch value {
        case .wildcard(let pieces):
            guard pieces.count == 2, pieces[1].isEmpty, !pieces[0].isEmpty else {
                throw KQLError(
                    column: nil,
                    reason:
                        "a bare word may have a wildcard at its end alone; name a field to have it elsewhere"
                )
            }
            (words, isPrefix) = ([pieces[0]], true)
        case .phrase(let text): (words, isPrefix) = ([text], false)
        case .null: throw KQLError(column: nil, reason: "null is no word; in quotes it is")
        default:
            let text = value.plain ?? ""
            (words, isPrefix) = (text.split(whereSeparator: \.isWhitespace).map(String.init), false)
        }
        searched = words.filter { $0.unicodeScalars.contains(where: Self.isOfWord) }
        guard searched.isEmpty else { return }
        let shown = words.joined(separator: " ")
        throw KQLError(
            column: nil,
            reason: shown.isEmpty
                ? "an empty text is no word"
                : "'\(shown)' holds no letter and no digit, and texts are found by those alone: name a field, as in tls.server.subject: *…*"
        )
    }

    /// Words that begin or end with a sign, with what is looked for in their place.
    var cut: [(word: String, searched: String)] {
        searched.compactMap { word in Self.core(of: word).map { (word, $0) } }
    }

    /// A word without the signs at its ends; nil for one that has none there.
    static func core(of word: String) -> String? {
        let scalars = Array(word.unicodeScalars)
        guard let first = scalars.firstIndex(where: Self.isOfWord),
            let last = scalars.lastIndex(where: Self.isOfWord)
        else { return nil }
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        guard !scalars[..<first].allSatisfy(isBlank) || !scalars[(last + 1)...].allSatisfy(isBlank)
        else { return nil }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[first...last])
        return text
    }

    /// What SQLite's tokenizer makes words of: letters, numbers and private-use characters.
    private static func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }

    /// Whether a text holds any of them, as words.
    func isHeld(by text: String) -> Bool {
        let tokens = Self.tokens(text)
        return searched.contains { word in
            let wanted = Self.tokens(word)
            guard !wanted.isEmpty, wanted.count <= tokens.count else { return false }
            return (0...tokens.count - wanted.count).contains { start in
                zip(tokens[start...], wanted).enumerated().allSatisfy { place, pair in
                    isPrefix && place == wanted.count - 1 ? pair.0.hasPrefix(pair.1) : pair.0 == pair.1
                }
            }
        }
    }

    private static func tokens(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}
