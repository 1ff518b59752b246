import Bytes

/// What differs between two sweeps, by endpoint: address, port and name.
package struct CorpusDrift: Sendable {
    package enum Part: String, CaseIterable, Sendable {
        /// Endpoints that the later sweep saw and the earlier one did not.
        case new
        /// Endpoints that both saw, with a certificate or an appearance that the earlier did not see there.
        case changed
        /// Endpoints that the earlier sweep saw and the later one did not.
        case gone = "not seen again"

        /// In addresses and JSON.
        package var word: StaticString {
            switch self {
            case .new: "new"
            case .changed: "changed"
            case .gone: "gone"
            }
        }
    }

    let corpus: CorpusFile
    package let before: CorpusScan
    package let after: CorpusScan

    /// A corpus holds when a sweep began and ended, and when each endpoint was observed: what was observed
    /// within that time counts as seen by it.
    package init(_ before: CorpusScan, _ after: CorpusScan, in corpus: CorpusFile) {
        (self.corpus, self.before, self.after) = (corpus, before, after)
    }

    /// Selects numbers of sightings as `id`, one for each endpoint.
    package func query(_ part: Part) -> (sql: String, values: [CorpusValue]) {
        let (wanted, other) = part == .gone ? (before, after) : (after, before)
        let isOther = "SELECT 1 FROM sightings o WHERE o.endpoint = s.endpoint AND \(Self.isSeen("o"))"
        var sql = "SELECT s.id AS id, max(s.last_seen) FROM sightings s WHERE \(Self.isSeen("s"))"
        var values = Self.period(wanted) + Self.period(other)
        switch part {
        case .new, .gone: sql += " AND NOT EXISTS (\(isOther))"
        case .changed:
            sql += " AND EXISTS (\(isOther)) AND NOT \(Self.isSeen("s"))"
            values += Self.period(other)
        }
        return (sql + " GROUP BY s.endpoint", values)
    }

    /// How many endpoints there are.
    package func count(_ part: Part) throws -> Int {
        let (sql, values) = query(part)
        var count = 0
        try corpus.select("SELECT count(*) FROM (\(sql))", values) { count = try $0.count(0) }
        return count
    }

    /// Writes the endpoints as records, the newest first.
    package func records(
        _ part: Part,
        limit: Int,
        _ write: (Span<UInt8>) throws -> Void
    ) throws {
        let (sql, values) = query(part)
        _ = try corpus.records(
            ofSightings: "SELECT id FROM (\(sql) ORDER BY 2 DESC, 1 DESC LIMIT \(limit))",
            values,
            write
        )
    }

    /// Whether a sighting was observed within a time: its first or last observation tells, or else each has
    /// to be looked at.
    private static func isSeen(_ alias: String) -> String {
        """
        (\(alias).first_seen <= ? AND \(alias).last_seen >= ? AND (\(alias).first_seen >= ? OR \(alias).last_seen <= ?
        OR EXISTS (SELECT 1 FROM moments m WHERE m.endpoint = \(alias).endpoint AND m.certificate = \(alias).certificate
        AND m.time BETWEEN ? AND ? AND m.sighting = \(alias).id)))
        """
    }

    /// The values of `isSeen`.
    private static func period(_ scan: CorpusScan) -> [CorpusValue] {
        let (first, last) = (CorpusValue.integer(scan.first), CorpusValue.integer(scan.last))
        return [last, first, first, last, first, last]
    }
}
