/// A sweep that a corpus holds.
package struct CorpusScan: Equatable, Sendable {
    package let id: String
    /// Its first and last observation, in milliseconds since 1970.
    package let first: Int
    package let last: Int
    package let observations: Int
}

extension CorpusFile {
    /// The sweeps that were added, the newest first.
    ///
    /// - Parameter limit: how many at most.
    package func scans(limit: Int) throws -> [CorpusScan] {
        try scans("ORDER BY first_seen DESC, id LIMIT ?", .integer(limit))
    }

    /// The sweep of an identifier; nil if the corpus has none.
    package func scan(_ id: String) throws -> CorpusScan? { try scans("WHERE id = ?", .text(id)).first }

    private func scans(_ which: String, _ value: CorpusValue) throws -> [CorpusScan] {
        var scans: [CorpusScan] = []
        try select("SELECT id, first_seen, last_seen, observations FROM scans \(which)", [value]) { row in
            scans.append(
                CorpusScan(
                    id: try row.text(0),
                    first: try row.time(1),
                    last: try row.time(2),
                    observations: try row.count(3)
                )
            )
        }
        return scans
    }
}
