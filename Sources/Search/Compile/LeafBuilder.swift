import Bytes
import Corpus
import Observations
import Wire

/// Turns a comparison of one field into SQL.
struct LeafBuilder {
    let corpus: CorpusFile
    /// Milliseconds since 1970.
    let now: Int

    func exists(_ field: SearchField) -> Leaf {
        var leaf: Leaf
        switch field.place {
        case .endpoint("name"), .target:
            leaf = Leaf(sql: field.place == .target ? "1" : "e.name <> ''", scopes: [.endpoint])
        case .endpoint, .moments, .sighting: leaf = Leaf(sql: "1", scopes: [])
        case .certificate(let column):
            leaf = Leaf(sql: SearchField.Place.isKnown(column), scopes: [.certificate])
        case .digest(let column): leaf = Leaf(sql: "length(c.\(column)) > 0", scopes: [.certificate])
        case .json, .listed: leaf = json(field, "1", [])
        case .appearance(let kind):
            leaf = Leaf(sql: "hallmark_mark(a.marks, \(kind.rawValue)) IS NOT NULL", scopes: [.appearance])
        case .lead(let column):
            leaf = lead("\(column) IS NOT NULL", [])
        case .leadLabel: leaf = lead("1", [])
        case .known(let column): leaf = known("\(column) IS NOT NULL", [])
        }
        leaf.asked = "\(field.name): *"
        return leaf
    }

    /// `field : value`.
    func equals(_ field: SearchField, _ value: KQLLiteral) throws(KQLError) -> Leaf {
        if value.isAny { return exists(field) }
        if case .null = value {
            throw problem(field, "null is no value: 'not \(field.name): *' asks for none")
        }
        var leaf =
            switch value {
            case .wildcard(let pieces): try matches(field, pieces)
            default: try holds(field, value.plain ?? "")
            }
        leaf.asked = "\(field.name): \(value.description)"
        leaf.field = field
        return leaf
    }

    /// `field < value`.
    func range(
        _ field: SearchField,
        _ comparison: KQLNode.Comparison,
        _ value: KQLLiteral
    ) throws(KQLError) -> Leaf {
        guard let text = value.plain else { throw problem(field, "\(value.description) has no order") }
        let sign =
            switch comparison {
            case .less: "<"
            case .atMost: "<="
            case .greater: ">"
            case .atLeast: ">="
            }
        var leaf: Leaf
        switch field.kind {
        case .date:
            let time = try time(field, text)
            // What is left out of a time is rounded towards what the sign includes.
            let bound = comparison == .less || comparison == .atLeast ? time.first : time.last
            leaf = compared(field, sign, .integer(bound), isLess: sign.hasPrefix("<"))
        case .long:
            leaf = compared(field, sign, .integer(try number(field, text)), isLess: sign.hasPrefix("<"))
        case .ip:
            guard let address = IPAddress(text) else { throw problem(field, "'\(text)' is no address") }
            leaf = compared(field, sign, .bytes(address.unmapped.sortedBytes), isLess: false)
        case .boolean: throw problem(field, "true and false have no order")
        default:
            if field.isHexadecimal, !text.utf8.allSatisfy(\.isHexDigit) {
                throw problem(field, "'\(text)' is no begin of a value in hexadecimal")
            }
            // The begin of a digest has an order, too.
            let spelled =
                field.isHexadecimal
                ? text.uppercased() : text.isEmpty ? text : Field.spelled(text, of: field.name) ?? text
            leaf = compared(field, sign, .text(spelled), isLess: false)
        }
        leaf.asked = "\(field.name) \(sign) \(text)"
        return leaf
    }

    func time(_ field: SearchField, _ text: String) throws(KQLError) -> TimeValue {
        guard let time = TimeValue(text, now: now) else {
            throw problem(
                field,
                "'\(text)' is no time: write \"2026-11-01\", \"2026-11-01T08:00:00Z\" or now-7d"
            )
        }
        return time
    }

    func number(_ field: SearchField, _ text: String) throws(KQLError) -> Int {
        guard let number = Int(text) else { throw problem(field, "'\(text)' is no whole number") }
        return number
    }

    func problem(_ field: SearchField, _ reason: String) -> KQLError {
        KQLError(column: nil, reason: "\(field.name): \(reason)")
    }

    /// A condition on one lead of the sighting.
    func lead(_ sql: String, _ values: [CorpusValue]) -> Leaf { row(of: "leads", "the leads", sql, values) }

    /// A condition on one thing that others list of the sighting.
    func known(_ sql: String, _ values: [CorpusValue]) -> Leaf {
        row(of: "listed", "what others list", sql, values)
    }

    private func row(of table: String, _ way: String, _ sql: String, _ values: [CorpusValue]) -> Leaf {
        Leaf(
            sql: "EXISTS (SELECT 1 FROM \(table) WHERE sighting = s.id AND \(sql))",
            values: values,
            scopes: [],
            candidates: Leaf.Candidates(
                scope: .sighting,
                sql: "SELECT sighting FROM \(table) WHERE \(sql)",
                values: values,
                isExact: true,
                way: way
            ),
            ofLead: sql
        )
    }
}
