package import Corpus

/// A question to a corpus, compiled: it can be asked for rows, a number or groups.
package struct CorpusSearch {
    package let corpus: CorpusFile
    package let unit: SearchUnit
    package let tree: KQLNode
    /// How each part is found.
    package let ways: [SearchWay]
    private let remarks: SearchRemarks
    private var condition: Condition
    let few: Int
    /// What `now` means, in milliseconds since 1970.
    let now: Int

    /// - Parameters:
    ///   - now: what `now` means, in milliseconds since 1970.
    ///   - few: of how many rows at most what an index finds is fetched and sorted; nil for the usual number.
    /// - Throws: `KQLError` for what is no query of this corpus's fields.
    package init(
        _ query: String,
        in corpus: CorpusFile,
        of unit: SearchUnit = .sightings,
        now: Int,
        few: Int? = nil
    ) throws {
        self.corpus = corpus
        self.few = few ?? SearchCompiler.few
        self.now = now
        self.unit = unit
        tree = try KQLParser.parse(query)
        remarks = SearchRemarks(tree, of: unit)
        guard unit != .findings else {
            let compiled = try FindingCompiler(now: now).compile(tree)
            condition = Condition(sql: compiled.sql, values: compiled.values)
            ways = []
            return
        }
        let compiler = SearchCompiler(corpus, unit, now: now, few: self.few)
        condition = try compiler.compile(tree)
        ways = compiler.ways
    }

    /// The same corpus and unit with another question, to be counted.
    func counting(_ condition: Condition) -> CorpusSearch {
        var search = self
        search.condition = condition
        return search
    }

    /// The tables of the unit with what the condition needs, and the condition.
    ///
    /// - Parameters:
    ///   - isWalk: whether rows are wanted in their order, the newest first.
    ///   - isWhole: whether all of them are.
    ///   - number: only rows above it are looked at; nil for all.
    private func from(isWalk: Bool, isWhole: Bool = false, above number: Int? = nil) -> String {
        let alias = unit.scope.rawValue
        guard unit != .findings else { return "FROM findings f WHERE \(condition.sql)" }
        let isWalk = isWalk && !condition.isSelective
        let table =
            unit == .sightings
            ? "sightings s\(isWalk ? " INDEXED BY sightings_last_seen" : "")\(Scope.joins(condition.scopes))"
            : "\(unit.table) \(alias)\(isWalk ? " NOT INDEXED" : "")"
        let above = number.map { "\(alias).id > \($0) AND " } ?? ""
        return "FROM \(table) WHERE \(above)(\(isWhole ? condition.all.sql : condition.sql))"
    }

    /// The numbers of the rows, the newest first.
    func numbers(limit: Int) -> (sql: String, values: [CorpusValue]) {
        let alias = unit.scope.rawValue
        let newest =
            unit == .sightings || unit == .findings
            ? "\(alias).last_seen DESC, \(alias).id DESC" : "\(alias).id DESC"
        let order = condition.isSelective ? newest.replacing("s.last_seen", with: "+s.last_seen") : newest
        return (
            "SELECT \(alias).id AS id \(from(isWalk: true)) ORDER BY \(order) LIMIT \(limit)",
            condition.values
        )
    }

    /// Whether every row is asked for.
    var isEverything: Bool { condition.sql == "1" }

    /// All numbers, in no order.
    var allNumbers: (sql: String, values: [CorpusValue]) {
        (
            "SELECT \(unit.scope.rawValue).id AS id \(from(isWalk: false, isWhole: true))",
            condition.all.values
        )
    }

    private static let mostShared = 1_000_000
    /// How many rows tell how common something is.
    private static let sample = 2000

    /// How many rows there are.
    ///
    /// - Parameter most: no more are counted than one above this; nil counts all.
    package func count(atMost most: Int? = nil) throws -> Int {
        var result = 0
        if let most, let found = condition.found, unit == .sightings || unit.scope == found.scope {
            // One after the other, as far as they are wanted: however many there are.
            let seen =
                unit.scope == found.scope
                ? "" : "CROSS JOIN sightings s ON \(found.scope.column) = found.id"
            let sql = """
                WITH found(id) AS (SELECT DISTINCT * FROM (\(found.sql)))
                SELECT count(*) FROM (SELECT 1 FROM found \(seen) LIMIT \(most + 1))
                """
            try corpus.select(sql, found.values) { result = try $0.count(0) }
            return result
        }
        let isWhole = try most == nil || !isOfMany()
        let all = from(isWalk: false, isWhole: isWhole)
        let sql =
            most.map { "SELECT count(*) FROM (SELECT 1 \(all) LIMIT \($0 + 1))" } ?? "SELECT count(*) \(all)"
        try corpus.select(sql, isWhole ? condition.all.values : condition.values) {
            result = try $0.count(0)
        }
        return result
    }

    /// Whether so many rows of a huge corpus hold what is asked, as the newest tell, that some thousands are
    /// sooner counted one by one than made out once for all that share it.
    private func isOfMany() throws -> Bool {
        let last = try rowCount()
        guard condition.whole != nil, last > Self.mostShared else { return false }
        var found = 0
        let sql = "SELECT count(*) \(from(isWalk: false, above: last - Self.sample))"
        try corpus.select(sql, condition.values) { found = try $0.count(0) }
        return found > Self.sample / 10
    }

    /// What whoever asked may not expect.
    ///
    /// - Parameter isEmpty: whether nothing was found.
    package func remarks(isEmpty: Bool) -> [String] {
        guard isEmpty else { return remarks.always }
        // Of an empty corpus nothing follows.
        let none = (try? rowCount()) == 0 ? ["the corpus holds no \(unit.rawValue)"] : []
        return remarks.always + remarks.whenEmpty + none
    }

    /// What every row has to be looked at for: parts that no index finds, when no other part narrows the
    /// question.
    package var scans: [String] {
        condition.isSelective ? [] : ways.filter { $0.way == nil && !$0.scopes.isEmpty }.map(\.asked)
    }

    /// How many rows there are that a scan has to look at.
    package func rowCount() throws -> Int {
        var result = 0
        try corpus.select("SELECT ifnull(max(id), 0) FROM \(unit.table)") { result = try $0.integer(0) }
        return result
    }

    /// How the question is carried out, in lines.
    package func explanation(limit: Int) throws -> String {
        var text = "tree   \(tree.description)\n"
        for way in ways {
            let found = way.found.map {
                $0 > few ? "more than \(few)" : "\($0)"
            }
            let how =
                way.way.map { "found by \($0): \(found ?? "some") sightings" }
                ?? (way.scopes.isEmpty
                    ? "read from each sighting" : "no index: read from each row that is left")
            text += "part   \(way.asked)\n       \(how)\n"
        }
        let (sql, values) = numbers(limit: limit)
        text +=
            condition.isSelective
            ? "order  what is found is sorted\n"
            : "order  the newest rows are looked through until there are enough\n"
        text += "SQL    \(sql)\n"
        if !values.isEmpty { text += "       \(values.map { "\($0)" }.joined(separator: ", "))\n" }
        for step in try corpus.plan(sql, values) { text += "SQLite \(step)\n" }
        return text
    }
}

extension CorpusSearch {
    /// Writes the rows as records, the newest first.
    ///
    /// - Returns: how many there were.
    package func records(limit: Int, _ write: (Span<UInt8>) throws -> Void) throws -> Int {
        let (sql, values) = numbers(limit: limit)
        return switch unit {
        case .sightings: try corpus.records(ofSightings: sql, values, write)
        case .endpoints: try corpus.records(ofEndpoints: sql, values, write)
        case .certificates: try corpus.records(ofCertificates: sql, values, write)
        case .findings: try corpus.records(ofFindings: sql, values, write)
        }
    }
}

extension CorpusSearch {
    /// The rules that matched any of the sightings that were found.
    package func matchedRules() throws -> Set<String> {
        let (sql, values) = allNumbers
        return try corpus.rules(matching: sql, values)
    }

    /// The leads of all sightings that were found: the software, and the strongest lead of it.
    package func leads(_ body: (_ software: String, _ confidence: Int) throws -> Void) throws {
        let (sql, values) = allNumbers
        let leads = "SELECT software, max(confidence) FROM leads WHERE sighting IN (\(sql)) GROUP BY software"
        try corpus.select(leads, values) { try body(try $0.text(0), try $0.integer(1)) }
    }
}
