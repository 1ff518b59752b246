import Corpus

/// Turns a query's tree into SQL, with a look into the corpus at how many rows each part finds.
final class SearchCompiler {
    private let corpus: CorpusFile
    private let builder: LeafBuilder
    private let unit: SearchUnit
    private let few: Int
    /// How each part is found, in the order of the query.
    private(set) var ways: [SearchWay] = []

    /// What an index finds no more of is fetched and sorted; of more, the newest are looked through.
    static let few = 10_000
    /// So many times as much is looked up once for all rows where to look at each takes long.
    private static let mostMade = 5
    /// More values than this in one query are refused: SQLite bounds what one statement may hold.
    private static let mostParts = 2000

    /// So many parts are compiled at most.
    private let mostWays: Int
    /// Rows that lack a fact, by the fact's field: a query of many words asks for the same few.
    private var known: [String: Condition] = [:]

    /// - Parameter times: how often the query stands in what will be compiled.
    init(_ corpus: CorpusFile, _ unit: SearchUnit, now: Int, few: Int, times: Int = 1) {
        (self.corpus, self.unit, self.few) = (corpus, unit, few)
        mostWays = times * Self.mostParts
        builder = LeafBuilder(corpus: corpus, now: now)
    }

    /// What counts of a row of which something is asked that nobody has told (`ToldFact`).
    enum Bound {
        /// It does not have it.
        case plain
        /// It has none that is asked for.
        case least
        /// It may have one that is asked for.
        case most

        var opposite: Bound {
            switch self {
            case .plain: .plain
            case .least: .most
            case .most: .least
            }
        }
    }

    func compile(_ node: KQLNode, _ bound: Bound = .plain) throws -> Condition {
        switch node {
        case .and(let parts): return Self.joined(try parts.map { try compile($0, bound) }, "AND")
        case .or(let parts): return Self.joined(try parts.map { try compile($0, bound) }, "OR")
        case .not(let part): return Self.negated(try compile(part, bound.opposite))
        case .nested(let path, let query):
            guard let list = path.plain, SearchField.listNames.contains(list) else {
                throw FieldNames.noList(path)
            }
            var leaf = try LeadCompiler(builder: builder, path: list).leaf(query)
            leaf.asked = node.description
            return try any(of: [leaf], bound, ToldFact(list: list).map { [$0] } ?? [])
        case .equals(.null, let value):
            if value.isAny { return Condition(sql: "1") }
            let leaves = try builder.anywhere(value)
            return try any(of: leaves, bound, bound == .most ? ToldFact.asked(in: node, builder) : [])
        case .equals(let name, let value):
            // A lone wildcard in place of a name is any field.
            if name.isAny { return try compile(.equals(.null, value), bound) }
            try FieldNames.checkPlace(name, value)
            let fields = try FieldNames.fields(name, below: nil, orAllOf: value.isAny)
            return try any(of: fields, value.isAny ? .plain : bound) { field throws(KQLError) in
                try builder.equals(field, value)
            }
        case .range(let name, let comparison, let value):
            let fields = try FieldNames.fields(name, below: nil, orAllOf: false)
            return try any(of: fields, bound) { field throws(KQLError) in
                try builder.range(field, comparison, value)
            }
        }
    }

    /// Any of the fields that can hold the value: of several, some may be of another type.
    private func any(
        of fields: [SearchField],
        _ bound: Bound,
        _ leaf: (SearchField) throws(KQLError) -> Leaf
    ) throws -> Condition {
        var leaves: [Leaf] = []
        var facts: [ToldFact] = []
        var failure: KQLError?
        for field in fields {
            do throws(KQLError) {
                leaves.append(try leaf(field))
                facts += ToldFact.held(by: field).map { [$0] } ?? []
            } catch { failure = failure ?? error }
        }
        if leaves.isEmpty, let failure { throw failure }
        return try any(of: leaves, bound, facts)
    }

    /// - Parameter facts: what nobody may have told of what is asked.
    private func any(of leaves: [Leaf], _ bound: Bound, _ facts: [ToldFact]) throws -> Condition {
        let missing = bound == .most ? try facts.map { try lacking($0) } : []
        return Self.joined(try leaves.map(condition) + missing, "OR")
    }

    /// Rows of which nobody has told a fact.
    func lacking(_ fact: ToldFact) throws -> Condition {
        if let condition = known[fact.field.name] { return condition }
        let made = try condition(fact.missing)
        known[fact.field.name] = made
        return made
    }

    /// The leaf as a condition on the unit that is searched.
    private func condition(_ leaf: Leaf) throws -> Condition {
        guard ways.count < mostWays else {
            throw KQLError(column: nil, reason: "more than \(Self.mostParts) values in one query")
        }
        let most = leaf.isCostly ? Self.mostMade * few : few
        let found = try leaf.candidates.map { try probe($0, atMost: most) }
        ways.append(
            SearchWay(asked: leaf.asked, way: leaf.candidates?.way, found: found?.rows, scopes: leaf.scopes)
        )
        let isRare = found.map { $0.candidates <= most } ?? false
        let isSelective = isRare && (found.map { $0.rows <= few } ?? false)
        if unit == .sightings {
            var condition = sightings(leaf, isRare: isRare)
            condition.isSelective = isSelective
            return condition
        }
        let scope = unit.scope
        if leaf.scopes.subtracting([scope]).isEmpty,
            leaf.candidates.map({ $0.scope == scope }) ?? !leaf.scopes.isEmpty
        {
            // It is about the unit itself.
            var condition = sightings(leaf, isRare: isRare)
            condition.sql = condition.sql.replacing(scope.column, with: "\(scope.rawValue).id")
            condition.whole?.sql.replace(scope.column, with: "\(scope.rawValue).id")
            condition.scopes = []
            condition.isSelective = isRare
            return condition
        }
        let inner = sightings(leaf, isRare: isRare)
        let from = "FROM sightings s\(Scope.joins(inner.scopes)) WHERE"
        let isMember = "\(scope.rawValue).id IN (SELECT \(scope.column) \(from)"
        let sql =
            isSelective
            ? "\(isMember) \(inner.sql))"
            : "EXISTS (SELECT 1 \(from) \(scope.column) = \(scope.rawValue).id AND \(inner.sql))"
        return Condition(
            sql: sql,
            whole: inner.whole.map { .init(sql: "\(isMember) \($0.sql))", values: $0.values) },
            values: inner.values,
            isSelective: isSelective
        )
    }

    /// The leaf as a condition on sightings.
    private func sightings(_ leaf: Leaf, isRare: Bool) -> Condition {
        let found = leaf.candidates.map { Self.found($0, leaf) }
        let exact = leaf.candidates.flatMap { $0.isExact ? $0 : nil }
        if isRare, let found {
            return Condition(
                sql: found.sql,
                values: found.values,
                scopes: exact == nil ? leaf.scopes : [],
                found: exact
            )
        }
        return Condition(
            sql: leaf.sql,
            whole: leaf.whole.map { .init(sql: $0, values: leaf.values) } ?? found,
            values: leaf.values,
            scopes: leaf.scopes,
            found: exact
        )
    }

    /// The leaf by what an index finds.
    private static func found(_ candidates: Leaf.Candidates, _ leaf: Leaf) -> Condition.Part {
        let sql = "\(candidates.scope.column) IN (\(candidates.sql))"
        guard !candidates.isExact else { return .init(sql: sql, values: candidates.values) }
        return .init(sql: "(\(sql) AND \(leaf.sql))", values: candidates.values + leaf.values)
    }

    /// How many candidates there are, and how many sightings they have; no more is counted than matters.
    private func probe(_ candidates: Leaf.Candidates, atMost most: Int) throws -> (
        candidates: Int, rows: Int
    ) {
        func count(_ sql: String, _ values: [CorpusValue], atMost most: Int) throws -> Int {
            var result = 0
            try corpus.select("SELECT count(*) FROM (\(sql) LIMIT \(most + 1))", values) {
                result = try $0.count(0)
            }
            return result
        }
        let number = try count("SELECT 1 FROM (\(candidates.sql))", candidates.values, atMost: most)
        guard number <= few, candidates.scope != .sighting else { return (number, number) }
        let rows = "SELECT 1 FROM sightings s WHERE \(candidates.scope.column) IN (\(candidates.sql))"
        return (number, try count(rows, candidates.values, atMost: few))
    }

    /// What a row does not have is not known to SQL; here it is as if it were false.
    static func negated(_ inner: Condition) -> Condition {
        Condition(
            sql: "NOT ifnull(\(inner.sql), 0)",
            whole: inner.whole.map { .init(sql: "NOT ifnull(\($0.sql), 0)", values: $0.values) },
            values: inner.values,
            scopes: inner.scopes
        )
    }

    /// Conditions joined so that no expression becomes deep: SQLite bounds the depth of a tree.
    static func joined(_ parts: [Condition], _ word: String) -> Condition {
        guard parts.count > 1 else { return parts.first ?? Condition(sql: "0") }
        let middle = parts.count / 2
        let left = joined(Array(parts[..<middle]), word)
        let right = joined(Array(parts[middle...]), word)
        let isSame = left.whole == nil && right.whole == nil
        return Condition(
            sql: "(\(left.sql) \(word) \(right.sql))",
            whole: isSame
                ? nil
                : .init(
                    sql: "(\(left.all.sql) \(word) \(right.all.sql))",
                    values: left.all.values + right.all.values
                ),
            values: left.values + right.values,
            scopes: left.scopes.union(right.scopes),
            isSelective: word == "AND"
                ? left.isSelective || right.isSelective : left.isSelective && right.isSelective
        )
    }
}

/// How one part of a query is found.
package struct SearchWay: Sendable {
    package let asked: String
    /// By what it is found; nil when every row is looked at.
    package let way: String?
    /// How many sightings it finds, at most one more than `SearchCompiler.few`.
    let found: Int?
    let scopes: Set<Scope>
}
