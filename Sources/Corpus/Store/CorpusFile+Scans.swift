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
        var scans: [CorpusScan] = []
        try select(
            "SELECT id, first_seen, last_seen, observations FROM scans ORDER BY first_seen DESC, id LIMIT ?",
            [.integer(limit)]
        ) { row in
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
