/// Reads the Kibana Query Language.
///
/// Each function is a rule of Kibana's grammar and has its name there; what it takes and refuses is the same,
/// in UTF-16 units as there. A rule that does not fit leaves the place where it was.
package struct KQLParser {
    var text: KQLText
    private var depth = 0

    /// Queries longer than this, in UTF-16 units, are refused.
    static let longest = 1 << 16
    /// Brackets within brackets.
    static let deepest = 64

    private init(_ query: String) { text = KQLText(Array(query.utf16)) }

    /// - Throws: with the place that was understood last, and what could stand there.
    package static func parse(_ query: String) throws(KQLError) -> KQLNode {
        guard query.utf16.count <= longest else {
            throw KQLError(column: nil, reason: "the query is longer than \(longest) characters")
        }
        var parser = KQLParser(query)
        return try parser.start()
    }

    private mutating func start() throws(KQLError) -> KQLNode {
        text.skipSpace()
        let query = try orQuery()
        text.skipSpace()
        guard text.isAtEnd else { throw text.error() }
        if let half = text.half {
            throw KQLError(column: half + 1, reason: "an escape in this value is half a character")
        }
        let any = KQLLiteral.wildcard(["", ""])
        return query ?? .equals(any, any)
    }

    private mutating func orQuery() throws(KQLError) -> KQLNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw KQLError(column: text.place + 1, reason: "more than \(Self.deepest) brackets in each other")
        }
        guard let head = try andQuery() else { return nil }
        var nodes = [head]
        while let place = text.take(word: "or") {
            guard let next = try andQuery() else {
                text.place = place
                break
            }
            nodes.append(next)
        }
        return nodes.count == 1 ? head : .or(nodes)
    }

    private mutating func andQuery() throws(KQLError) -> KQLNode? {
        guard let head = try notQuery() else { return nil }
        var nodes = [head]
        while let place = text.take(word: "and") {
            guard let next = try notQuery() else {
                text.place = place
                break
            }
            nodes.append(next)
        }
        return nodes.count == 1 ? head : .and(nodes)
    }

    private mutating func notQuery() throws(KQLError) -> KQLNode? {
        if let place = text.takeNot() {
            if let query = try subQuery() { return .not(query) }
            text.place = place
        }
        return try subQuery()
    }

    private mutating func subQuery() throws(KQLError) -> KQLNode? {
        let place = text.place
        if text.take("(") {
            text.skipSpace()
            if let query = try orQuery() {
                text.skipSpace()
                if text.take(")") { return query }
            }
            text.place = place
        }
        return try nestedQuery()
    }

    private mutating func nestedQuery() throws(KQLError) -> KQLNode? {
        let place = text.place
        if let field = text.literal() {
            text.skipSpace()
            if text.take(":") {
                text.skipSpace()
                if text.take("{") {
                    text.skipSpace()
                    if let query = try orQuery() {
                        text.skipSpace()
                        if text.take("}") { return .nested(field, query) }
                    }
                }
            }
        }
        text.place = place
        return try expression()
    }

    /// A range, a field with its values, or a lone value.
    private mutating func expression() throws(KQLError) -> KQLNode? {
        let place = text.place
        if let field = text.literal() {
            text.skipSpace()
            let behind = text.place
            if let comparison = text.comparison() {
                text.skipSpace()
                if let value = text.literal() { return .range(field, comparison, value) }
            }
            text.place = behind
            if text.take(":") {
                text.skipSpace()
                if let list = try values(of: field) { return list }
            }
        }
        text.place = place
        return text.literal().map { .equals(.null, $0) }
    }

    /// A value, or a tree of values in brackets.
    private mutating func values(of field: KQLLiteral) throws(KQLError) -> KQLNode? {
        let place = text.place
        if text.take("(") {
            text.skipSpace()
            if let list = try orValues(of: field) {
                text.skipSpace()
                if text.take(")") { return list }
            }
            text.place = place
        }
        return text.literal().map { .equals(field, $0) }
    }

    private mutating func orValues(of field: KQLLiteral) throws(KQLError) -> KQLNode? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw KQLError(column: text.place + 1, reason: "more than \(Self.deepest) brackets in each other")
        }
        guard let head = try andValues(of: field) else { return nil }
        var nodes = [head]
        while let place = text.take(word: "or") {
            guard let next = try andValues(of: field) else {
                text.place = place
                break
            }
            nodes.append(next)
        }
        return nodes.count == 1 ? head : .or(nodes)
    }

    private mutating func andValues(of field: KQLLiteral) throws(KQLError) -> KQLNode? {
        guard let head = try notValues(of: field) else { return nil }
        var nodes = [head]
        while let place = text.take(word: "and") {
            guard let next = try notValues(of: field) else {
                text.place = place
                break
            }
            nodes.append(next)
        }
        return nodes.count == 1 ? head : .and(nodes)
    }

    private mutating func notValues(of field: KQLLiteral) throws(KQLError) -> KQLNode? {
        if let place = text.takeNot() {
            if let list = try values(of: field) { return .not(list) }
            text.place = place
        }
        return try values(of: field)
    }
}
