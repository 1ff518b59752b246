import GRDB
import Terminal

/// Rows that name others, and whether those are there.
///
/// Whoever joins tables loses a row that names a missing one without a word: it is looked for by itself.
enum CorpusReferences {
    private struct Reference: Sendable {
        let table: String
        let column: String
        let target: String
        /// Whether 0 stands for none.
        var mayBeNone = false

        var isMissing: String {
            (mayBeNone ? "r.\(column) <> 0 AND " : "")
                + "NOT EXISTS (SELECT 1 FROM \(target) t WHERE t.id = r.\(column))"
        }

        /// - Parameter count: of the rows that name a missing one.
        func damage(_ count: Int, isWhole: Bool) -> CorpusDamage {
            let rows = "\(counted(count, "row")) of '\(table)' \(count == 1 ? "names" : "name")"
            return CorpusDamage("\(isWhole ? "" : "at least ")\(rows) \(target) that are missing")
        }
    }

    private static let sightings = [
        Reference(table: "sightings", column: "endpoint", target: "endpoints"),
        Reference(table: "sightings", column: "certificate", target: "certificates", mayBeNone: true),
        Reference(table: "sightings", column: "appearance", target: "appearances"),
    ]

    private static let others = [
        Reference(table: "names", column: "certificate", target: "certificates"),
        Reference(table: "certificate_marks", column: "certificate", target: "certificates"),
        Reference(table: "appearance_marks", column: "appearance", target: "appearances"),
        Reference(table: "moments", column: "endpoint", target: "endpoints"),
        Reference(table: "moments", column: "certificate", target: "certificates", mayBeNone: true),
        Reference(table: "moments", column: "sighting", target: "sightings"),
        Reference(table: "failures", column: "endpoint", target: "endpoints"),
        Reference(table: "leads", column: "sighting", target: "sightings"),
        Reference(table: "listed", column: "sighting", target: "sightings"),
        Reference(table: "matches", column: "sighting", target: "sightings"),
        Reference(table: "contacts", column: "endpoint", target: "endpoints"),
        Reference(table: "contacts", column: "certificate", target: "certificates", mayBeNone: true),
        Reference(table: "contacts", column: "client", target: "clients"),
    ]

    /// Looks at all rows: of millions of sightings that takes long.
    ///
    /// - Throws: `CorpusDamage` for the first table with a row that names a missing one.
    static func check(_ db: Database) throws {
        var spans: [String: Span] = [:]
        for reference in sightings + others {
            let span = try spans[reference.target] ?? Span(of: reference.target, db)
            spans[reference.target] = span
            guard try mayMiss(reference, span, db) else { continue }
            let sql = "SELECT count(*) FROM \(reference.table) r WHERE \(reference.isMissing)"
            let count = try db.first(sql) { try $0.count(0) } ?? 0
            if count > 0 { throw reference.damage(count, isWhole: true) }
        }
    }

    /// The numbers of a table's rows.
    private struct Span {
        var first = 0
        var last = 0
        /// Whether all between the first and the last are there, as they are where nothing was pruned.
        var isWhole = false

        init(of table: String, _ db: Database) throws {
            // Each by itself: SQLite finds one at an end, and reads all rows for both.
            let ends = "SELECT (SELECT min(id) FROM \(table)), (SELECT max(id) FROM \(table))"
            _ = try db.first(ends) { row in
                guard !row.isNull(0), !row.isNull(1) else { return }
                (first, last) = (try row.integer(0), try row.integer(1))
            }
            let count = try db.first("SELECT count(*) FROM \(table)") { try $0.integer(0) } ?? 0
            let (distance, isBeyond) = last.subtractingReportingOverflow(first)
            isWhole = !isBeyond && distance == count - 1
        }
    }

    /// Finds out whether a row may name a missing one without looking up what each names: the rows of
    /// `certificates` are long, and each of their many marks would lead to another place of the file.
    private static func mayMiss(_ reference: Reference, _ span: Span, _ db: Database) throws -> Bool {
        let column = "r.\(reference.column)"
        let isAny = reference.mayBeNone ? "\(column) <> 0" : "1"
        guard span.isWhole else {
            let sql = """
                SELECT 1 FROM (SELECT \(column) FROM \(reference.table) r WHERE \(isAny)
                EXCEPT SELECT id FROM \(reference.target)) LIMIT 1
                """
            return try db.first(sql) { _ in true } ?? false
        }
        let sql = """
            SELECT 1 FROM \(reference.table) r
            WHERE \(isAny) AND (typeof(\(column)) <> 'integer' OR \(column) < ? OR \(column) > ?) LIMIT 1
            """
        return try db.first(sql, [span.first, span.last]) { _ in true } ?? false
    }

    /// How many of the newest sightings, and of the oldest, every command looks at.
    private static let sample = 128

    /// Looks at a few sightings, however many there are: whoever took rows out took many.
    static func checkSome(_ db: Database) throws {
        for reference in sightings {
            let some = ["DESC", "ASC"].map { order in
                "SELECT * FROM (SELECT * FROM sightings ORDER BY id \(order) LIMIT \(sample))"
            }
            let sql = """
                SELECT count(*) FROM (\(some.joined(separator: " UNION "))) r WHERE \(reference.isMissing)
                """
            let count = try db.first(sql) { try $0.count(0) } ?? 0
            if count > 0 { throw reference.damage(count, isWhole: false) }
        }
    }
}

extension CorpusFile {
    /// Looks for rows that name missing ones, in a few sightings: what would be lost in silence.
    ///
    /// - Throws: a `CorpusError` for a corpus in which there are some. `stats` looks at all rows.
    package func checkSome() throws { try read { try CorpusReferences.checkSome($0) } }

    /// The same of a corpus that is opened to be asked.
    package static func asked(_ path: String) throws -> CorpusFile {
        let corpus = try CorpusFile(path, .read)
        try corpus.checkSome()
        return corpus
    }
}
