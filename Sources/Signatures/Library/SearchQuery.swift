import Bytes
package import Observations

/// The search of an Internet-wide index that comes nearest to a rule, in Shodan's language or in that of the
/// Censys Platform.
package struct SearchQuery: Sendable {
    /// The engines whose languages can say a rule.
    package static let engines: [SearchEngine] = [.shodan, .censys]

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
    package init?(_ rule: SigmaRule, for engine: SearchEngine) {
        var writer = SearchWriter(engine: engine)
        guard let piece = writer.write(rule.condition, isTop: true), piece.isSelective, !piece.isNegative
        else { return nil }
        text =
            switch engine {
            case .censys where piece.count == 1: "host.services." + piece.text
            case .censys: "host.services: " + (piece.isGroup ? piece.text : "(\(piece.text))")
            default: piece.text
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

    let engine: SearchEngine
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
        guard let field = Field.named(test.field), let searches = field.searches,
            let filter = searches[engine],
            field.spelling != .serial || text.literal != nil,
            let spelled = engine.spelled(value, field.spelling)
        else { return nil }
        value = spelled
        let isSelective = !searches.isCommon
        guard engine == .shodan else {
            let word = field.kind == .long ? value : SearchEngine.quoted(value)
            let sign = text.literal == nil ? ": " : "="
            return Piece(text: filter + sign + word, isSelective: isSelective)
        }
        guard filter.isEmpty else {
            return Piece(
                text: "\(filter):\(SearchEngine.word(value))",
                isSelective: isSelective,
                filter: filter
            )
        }
        // Text of the banner: the header whole when its begin is known.
        if let name = FieldCatalog.member(test.field), text.parts.first != .any, literals.count == 1 {
            value = SearchEngine.headerText(name, value)
        }
        return Piece(text: SearchEngine.quoted(value), isSelective: isSelective)
    }
}
