import Bytes
import Corpus
import Observations
import Wire

extension LeafBuilder {
    /// A field holds a value without wildcards.
    func holds(_ field: SearchField, _ text: String) throws(KQLError) -> Leaf {
        switch field.kind {
        case .date:
            let time = try time(field, text)
            return between(field, time.first, time.last)
        case .long:
            let number = try number(field, text)
            if case .appearance = field.place { return keyword(field, "\(number)") }
            return compared(field, "=", .integer(number), isLess: false)
        case .boolean:
            guard text == "true" || text == "false" else {
                throw problem(field, "'\(text)' is not true or false")
            }
            if case .known(let column) = field.place {
                return known(text == "true" ? "\(column) = 1" : "0", [])
            }
            return json(field, "j.type = ?", [.text(text)])
        case .ip: return try address(field, IPAddress(text)?.unmapped.description ?? text)
        default:
            let spelled = Field.spelled(text, of: field.name)
            if spelled == nil, field.isHexadecimal {
                throw problem(field, "'\(text)' is no value in hexadecimal, two digits for each byte")
            }
            return keyword(field, spelled ?? text)
        }
    }

    private func keyword(_ field: SearchField, _ text: String) -> Leaf {
        switch field.place {
        case .digest(let column):
            guard let bytes = [UInt8](hex: text), !bytes.isEmpty else { return Leaf(sql: "0", scopes: []) }
            let values = [CorpusValue.bytes(bytes)]
            var leaf = Leaf(sql: "c.\(column) = ?", values: values, scopes: [.certificate])
            let kind: MarkKind? = column == "spki" ? .key : column == "tbs" ? .tbs : nil
            leaf.candidates =
                kind.map { mark(.certificate, $0, text) }
                ?? Leaf.Candidates(
                    scope: .certificate,
                    sql: "SELECT id FROM certificates WHERE \(column) = ?",
                    values: values,
                    isExact: true,
                    way: "the index of \(column)"
                )
            return leaf
        case .appearance(let kind):
            let candidates = mark(.appearance, kind, text)
            return Leaf(
                sql: "EXISTS (SELECT 1 FROM appearance_marks WHERE mark = ? AND appearance = s.appearance)",
                values: candidates.values,
                scopes: [],
                candidates: candidates
            )
        case .certificate("serial"):
            var leaf = compared(field, "=", .text(text), isLess: false)
            leaf.candidates = mark(.certificate, .serial, text)
            return leaf
        case .leadLabel: return lead("\(Self.label) = ?", [.text(text)])
        case .endpoint, .target, .certificate, .json, .listed, .lead, .known, .moments,
            .sighting:
            var leaf = compared(field, "=", .text(text), isLess: false)
            leaf.candidates = leaf.candidates ?? words(field, [text])
            return leaf
        }
    }

    /// The word for a lead's confidence, as `LeadLabel` has it.
    static let label: String = {
        var parts: [String] = []
        for confidence in 1...99
        where LeadLabel(confidence: confidence) != LeadLabel(confidence: confidence - 1) {
            parts.append(
                "WHEN confidence < \(confidence) THEN '\(LeadLabel(confidence: confidence - 1).rawValue)'"
            )
        }
        return "(CASE \(parts.joined(separator: " ")) ELSE '\(LeadLabel(confidence: 99).rawValue)' END)"
    }()

    /// Who has a mark, exactly.
    func mark(_ scope: Scope, _ kind: MarkKind, _ value: String) -> Leaf.Candidates {
        Leaf.Candidates(
            scope: scope,
            sql:
                "SELECT \(scope == .certificate ? "certificate" : "appearance") FROM \(scope == .certificate ? "certificate" : "appearance")_marks WHERE mark = ?",
            values: [.integer(corpus.number(of: kind, value))],
            isExact: true,
            way: "the marks"
        )
    }

    /// A column or a value of JSON compared with a value.
    ///
    /// - Parameter isLess: whether the earliest of several times is what counts.
    func compared(_ field: SearchField, _ sign: String, _ value: CorpusValue, isLess: Bool) -> Leaf {
        let test = "\(sign) ?"
        switch field.place {
        case .endpoint("name"):
            let sql = "name \(test) AND name <> ''"
            return endpoint("e.name \(test) AND e.name <> ''", sql, [value], indexed: true)
        case .endpoint("ip") where field.kind == .ip:
            return Leaf(sql: "hallmark_address(e.ip) \(test)", values: [value], scopes: [.endpoint])
        case .endpoint(let column):
            let isIndexed = column != "transport"
            return endpoint("e.\(column) \(test)", "\(column) \(test)", [value], indexed: isIndexed)
        case .target:
            guard sign == "=" else {
                return Leaf(
                    sql: "iif(e.name <> '', e.name, e.ip) \(test)",
                    values: [value],
                    scopes: [.endpoint]
                )
            }
            return endpoint(
                "(e.name = ? OR e.ip = ? AND e.name = '')",
                "name = ? AND name <> '' UNION ALL SELECT id FROM endpoints WHERE ip = ? AND name = ''",
                [value, value],
                indexed: true
            )
        case .certificate(let column):
            var leaf = Leaf(
                sql: "(c.\(column) \(test) AND \(SearchField.Place.isKnown(column)))",
                values: [value],
                scopes: [.certificate]
            )
            if field.kind == .date {
                leaf.candidates = Leaf.Candidates(
                    scope: .certificate,
                    sql: "SELECT id FROM certificates WHERE \(column) \(test)",
                    values: [value],
                    isExact: true,
                    way: "the index of \(column)"
                )
            }
            return leaf
        case .digest(let column):
            return Leaf(sql: "hex(c.\(column)) \(test)", values: [value], scopes: [.certificate])
        case .json, .listed:
            switch field.kind {
            case .long: return json(field, "\(Self.number) \(test)", [value])
            case .date: return json(field, "hallmark_time(j.atom) \(test)", [value])
            case .ip: return json(field, "hallmark_address(j.atom) \(test)", [value])
            default: return json(field, "CAST(j.atom AS TEXT) \(test)", [value])
            }
        case .appearance(let kind):
            let mark = "hallmark_mark(a.marks, \(kind.rawValue))"
            return Leaf(
                sql: field.kind == .long ? "CAST(\(mark) AS INTEGER) \(test)" : "\(mark) \(test)",
                values: [value],
                scopes: [.appearance]
            )
        case .lead(let column): return lead("\(column) \(test)", [value])
        case .leadLabel: return lead("\(Self.label) \(test)", [value])
        case .known(let column): return known("\(column) \(test)", [value])
        case .moments: return sighting(isLess ? "first_seen" : "last_seen", test, value)
        case .sighting(let column): return sighting(column, test, value)
        }
    }

    private func sighting(_ column: String, _ test: String, _ value: CorpusValue) -> Leaf {
        Leaf(
            sql: "s.\(column) \(test)",
            values: [value],
            scopes: [],
            candidates: column == "count"
                ? nil
                : Leaf.Candidates(
                    scope: .sighting,
                    sql: "SELECT id FROM sightings WHERE \(column) \(test)",
                    values: [value],
                    isExact: true,
                    way: "the index of \(column)"
                )
        )
    }

    private func endpoint(_ sql: String, _ candidates: String, _ values: [CorpusValue], indexed: Bool) -> Leaf
    {
        var leaf = Leaf(sql: "(\(sql))", values: values, scopes: [.endpoint])
        if indexed {
            leaf.candidates = Leaf.Candidates(
                scope: .endpoint,
                sql: "SELECT id FROM endpoints WHERE \(candidates)",
                values: values,
                isExact: true,
                way: "the endpoints"
            )
        }
        return leaf
    }

    /// A value of JSON as a number, also where a store has made a text of it; null for what is none.
    static let number =
        "CASE WHEN j.type IN ('integer', 'real') OR j.type = 'text' AND j.atom <> '' AND j.atom NOT GLOB '*[^-0-9]*' THEN CAST(j.atom AS INTEGER) END"

    func json(_ field: SearchField, _ test: String, _ values: [CorpusValue]) -> Leaf {
        guard let atoms = field.place.atoms else { return Leaf(sql: "0", scopes: []) }
        var leaf = Leaf(
            sql: "EXISTS (SELECT 1 FROM \(atoms) WHERE j.atom IS NOT NULL AND \(test))",
            values: values,
            scopes: [.certificate]
        )
        leaf.ofObject = field.place.ofObject.map {
            "EXISTS (SELECT 1 FROM \($0) WHERE j.atom IS NOT NULL AND \(test))"
        }
        return leaf
    }

    /// A time lies in a span.
    private func between(_ field: SearchField, _ first: Int, _ last: Int) -> Leaf {
        let values = [CorpusValue.integer(first), .integer(last)]
        switch field.place {
        case .moments:
            return Leaf(
                sql: """
                    (s.last_seen >= ? AND s.first_seen <= ? AND EXISTS (SELECT 1 FROM moments
                    WHERE moments.endpoint = s.endpoint AND moments.certificate = s.certificate
                    AND moments.sighting = s.id AND time BETWEEN ? AND ?))
                    """,
                values: values + values,
                scopes: []
            )
        case .sighting(let column):
            return Leaf(sql: "s.\(column) BETWEEN ? AND ?", values: values, scopes: [])
        case .known(let column): return known("\(column) BETWEEN ? AND ?", values)
        case .certificate(let column):
            return Leaf(
                sql: "c.\(column) BETWEEN ? AND ?",
                values: values,
                scopes: [.certificate],
                candidates: Leaf.Candidates(
                    scope: .certificate,
                    sql: "SELECT id FROM certificates WHERE \(column) BETWEEN ? AND ?",
                    values: values,
                    isExact: true,
                    way: "the index of \(column)"
                )
            )
        default: return json(field, "hallmark_time(j.atom) BETWEEN ? AND ?", values)
        }
    }

    /// An address, or a network as `192.0.2.0/24`.
    private func address(_ field: SearchField, _ text: String) throws(KQLError) -> Leaf {
        if let fault = NetworkWord.fault(of: text, in: field.name) { throw problem(field, fault) }
        let range: AddressRange?
        do { range = try AddressRange(parsing: Array(text.utf8).span)?.unmapped } catch {
            throw problem(field, error.description)
        }
        guard let range, !text.contains("-") else {
            throw problem(field, "'\(text)' is no address and no network such as 192.0.2.0/24")
        }
        if range.isSingle, field.place == .endpoint("ip") {
            let value = [CorpusValue.text(range.first.description)]
            return endpoint("e.ip = ?", "ip = ?", value, indexed: true)
        }
        let values = [CorpusValue.bytes(range.first.sortedBytes), .bytes(range.last.sortedBytes)]
        guard case .endpoint = field.place else {
            return json(field, "hallmark_address(j.atom) BETWEEN ? AND ?", values)
        }
        var leaf = Leaf(sql: "hallmark_address(e.ip) BETWEEN ? AND ?", values: values, scopes: [.endpoint])
        if let start = Self.commonStart(range) {
            // All its addresses begin with the same text, and lie together in the index.
            leaf.candidates = Leaf.Candidates(
                scope: .endpoint,
                sql:
                    "SELECT id FROM endpoints WHERE ip >= ? AND ip < ? AND hallmark_address(ip) BETWEEN ? AND ?",
                values: [.text(start + "."), .text(start + "/")] + values,
                isExact: true,
                way: "the endpoints whose address begins with \(start)"
            )
        }
        return leaf
    }

    /// The parts that all IPv4 addresses of a range begin with: `192.0.2`.
    private static func commonStart(_ range: AddressRange) -> String? {
        guard range.first.isV4 else { return nil }
        let first = range.first.description.split(separator: ".")
        let last = range.last.description.split(separator: ".")
        let common = zip(first, last).prefix { $0 == $1 }.map { String($0.0) }.prefix(3)
        return common.isEmpty ? nil : common.joined(separator: ".")
    }
}
