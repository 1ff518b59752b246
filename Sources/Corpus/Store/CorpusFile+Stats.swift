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
    /// How many endpoints had each value of some marks of services when they were seen last, the most common
    /// first.
    ///
    /// - Parameter newest: only endpoints among so many sightings, the newest, are counted.
    package func endpoints(
        by kinds: [MarkKind],
        newest: Int
    ) throws -> [MarkKind: [(value: String, count: Int)]] {
        // Beside max() SQLite takes the other columns of the row that has it.
        let latest = """
            SELECT appearance, max(last_seen) AS last FROM
            (SELECT endpoint, appearance, last_seen FROM sightings ORDER BY last_seen DESC LIMIT ?)
            GROUP BY endpoint
            """
        let sql = """
            SELECT a.marks, number FROM
            (SELECT appearance, count(*) AS number FROM (\(latest)) WHERE last IS NOT NULL GROUP BY appearance) n
            JOIN appearances a ON a.id = n.appearance
            """
        var found: [MarkKind: [String: Int]] = [:]
        try select(sql, [.integer(newest)]) { row in
            let (marks, count) = (try row.text(0), try row.count(1))
            for kind in kinds {
                guard let value = ServiceFacts.value(of: kind.rawValue, in: marks) else { continue }
                found[kind, default: [:]][value, default: 0] &+= count
            }
        }
        return found.mapValues { counts in
            counts.map { (value: $0.key, count: $0.value) }.sorted {
                ($1.count, $0.value) < ($0.count, $1.value)
            }
        }
    }

    /// - Parameters:
    ///   - top: how many of the most common marks of each kind are listed.
    ///   - isChecked: whether every column is read, too, to see that it holds what it may: of millions of
    ///     sightings that takes long.
    package func stats(top: Int = 3, isChecked: Bool = true) throws -> CorpusStats {
        try read { db in
            if isChecked {
                try CorpusColumns.check(db)
                try CorpusReferences.check(db)
            }
            var stats = CorpusStats()
            for table in [
                "certificates", "names", "endpoints", "appearances", "sightings", "moments", "failures",
                "scans",
                "imports", "clients", "contacts", "resolutions", "findings",
            ] {
                let count = try db.first("SELECT count(*) FROM \(table)") { try $0.count(0) } ?? 0
                stats.counts.append((table == "moments" ? "observations" : table, count))
            }
            // Each by itself: SQLite finds one in an index, and reads all rows for both.
            let ends =
                "SELECT (SELECT min(first_seen) FROM sightings), (SELECT max(last_seen) FROM sightings)"
            _ = try db.first(ends) { row in
                guard !row.isNull(0) || !row.isNull(1) else { return }
                (stats.first, stats.last) = (try row.time(0), try row.time(1))
            }
            let pages = try db.first("PRAGMA page_count") { try $0.count(0) } ?? 0
            stats.bytes = pages * (try db.first("PRAGMA page_size") { try $0.count(0) } ?? 0)
            for kind in MarkKind.allCases {
                stats.common += try db.rows(
                    "SELECT value, count FROM marks WHERE kind = ? AND count > 1 ORDER BY count DESC, id LIMIT ?",
                    [kind.rawValue, top]
                ) { CorpusStats.Common(mark: Mark(kind, try $0.text(0)), count: try $0.count(1)) }
            }
            stats.leads = try db.rows(
                """
                SELECT software, count(DISTINCT endpoint) FROM leads
                JOIN sightings ON sightings.id = leads.sighting GROUP BY software ORDER BY 2 DESC, 1
                """
            ) { CorpusStats.Software(name: try $0.text(0), endpoints: try $0.count(1)) }
            return stats
        }
    }
}
