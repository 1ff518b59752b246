import GRDB

/// What a corpus holds, in numbers.
package struct CorpusStats: Equatable, Sendable {
    package struct Common: Equatable, Sendable {
        package let mark: Mark
        package let count: Int
    }

    package struct Software: Equatable, Sendable {
        package let name: String
        package let endpoints: Int
    }

    /// Counts by what is counted, in the order in which they are shown.
    package var counts: [(name: String, count: Int)] = []
    /// When the first and the last observation were made, in milliseconds since 1970.
    package var first: Int?
    package var last: Int?
    package var bytes = 0
    /// The most common marks of each kind.
    package var common: [Common] = []
    package var leads: [Software] = []

    package static func == (left: CorpusStats, right: CorpusStats) -> Bool {
        left.counts.map(\.name) == right.counts.map(\.name)
            && left.counts.map(\.count) == right.counts.map(\.count) && left.first == right.first
            && left.last == right.last && left.common == right.common && left.leads == right.leads
    }
}

extension CorpusFile {
    /// - Parameter top: how many of the most common marks of each kind are listed.
    package func stats(top: Int = 3) throws -> CorpusStats {
        try queue.read { db in
            var stats = CorpusStats()
            for table in [
                "certificates", "names", "endpoints", "appearances", "sightings", "moments", "failures",
                "scans",
                "imports",
            ] {
                let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0
                stats.counts.append((table == "moments" ? "observations" : table, count))
            }
            if let row = try Row.fetchOne(db, sql: "SELECT min(first_seen), max(last_seen) FROM sightings") {
                (stats.first, stats.last) = (row[0], row[1])
            }
            let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            stats.bytes = pages * (try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
            for kind in MarkKind.allCases {
                let rows = try Row.fetchAll(
                    db,
                    sql:
                        "SELECT value, count FROM marks WHERE kind = ? AND count > 1 ORDER BY count DESC, id LIMIT ?",
                    arguments: [kind.rawValue, top]
                )
                stats.common += rows.map { CorpusStats.Common(mark: Mark(kind, $0[0]), count: $0[1]) }
            }
            stats.leads = try Row.fetchAll(
                db,
                sql: """
                    SELECT software, count(DISTINCT endpoint) FROM leads
                    JOIN sightings ON sightings.id = leads.sighting GROUP BY software ORDER BY 2 DESC, 1
                    """
            ).map { CorpusStats.Software(name: $0[0], endpoints: $0[1]) }
            return stats
        }
    }
}
