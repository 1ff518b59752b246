import Corpus

/// A query about one lead, one thing that others list, or one object of another list, in braces:
/// `hallmark.leads:{ software.name: x and label: high }`.
struct LeadCompiler {
    let builder: LeafBuilder
    /// The list's name.
    let path: String

    /// The query as a part of one over sightings.
    func leaf(_ query: KQLNode) throws(KQLError) -> Leaf {
        let (sql, values) = try compile(query)
        if path == SearchField.leads { return builder.lead(sql, values) }
        if path == SearchField.indicators { return builder.known(sql, values) }
        let objects = SearchField.all.first { $0.name.hasPrefix(path + ".") }?.place.objects ?? ""
        return Leaf(
            sql: "EXISTS (SELECT 1 FROM \(objects) WHERE \(sql))",
            values: values,
            scopes: [.certificate]
        )
    }

    /// SQL over a row of `leads` or `listed`, or an object `o` of the list.
    private func compile(_ node: KQLNode) throws(KQLError) -> (sql: String, values: [CorpusValue]) {
        switch node {
        case .or(let parts): return try joined(parts, " OR ")
        case .and(let parts): return try joined(parts, " AND ")
        case .not(let part):
            let inner = try compile(part)
            return ("NOT ifnull(\(inner.sql), 0)", inner.values)
        case .nested: throw KQLError(column: nil, reason: "\(path) holds no list of objects in each")
        case .equals(let name, let value):
            return try any(try FieldNames.fields(name, below: path, orAllOf: value.isAny)) {
                field throws(KQLError) in
                try builder.equals(field, value)
            }
        case .range(let name, let comparison, let value):
            return try any(try FieldNames.fields(name, below: path, orAllOf: false)) {
                field throws(KQLError) in
                try builder.range(field, comparison, value)
            }
        }
    }

    private func joined(_ parts: [KQLNode], _ word: String) throws(KQLError) -> (
        sql: String, values: [CorpusValue]
    ) {
        var sql: [String] = []
        var values: [CorpusValue] = []
        for part in parts {
            let compiled = try compile(part)
            sql.append(compiled.sql)
            values += compiled.values
        }
        return ("(\(sql.joined(separator: word)))", values)
    }

    private func any(
        _ fields: [SearchField],
        _ leaf: (SearchField) throws(KQLError) -> Leaf
    ) throws(KQLError) -> (sql: String, values: [CorpusValue]) {
        var sql: [String] = []
        var values: [CorpusValue] = []
        for field in fields {
            let asked = try leaf(field)
            guard let row = asked.ofLead ?? asked.ofObject else {
                throw KQLError(column: nil, reason: "\(field.name) is not of \(path)")
            }
            sql.append(row)
            values += asked.values
        }
        return ("(\(sql.joined(separator: " OR ")))", values)
    }
}
