import GRDB

extension CorpusFile {
    /// What was removed.
    package struct PruneCounts: Equatable, Sendable {
        package var sightings = 0
        package var certificates = 0
        package var endpoints = 0
        /// Days of clients.
        package var contacts = 0
        /// That a name led somewhere.
        package var resolutions = 0
    }

    /// Forgets what was last seen before a time, and certificates and endpoints that are then left without a
    /// sighting.
    ///
    /// Certificates that were imported on their own stay, unless they are as old.
    ///
    /// - Parameter clients: forgets of those who connected what is older than this.
    package func prune(before time: Int? = nil, clients: Int? = nil) throws -> PruneCounts {
        let counts = try write { db in
            // What stands alone would go with what is old, and nobody would know.
            try CorpusReferences.check(db)
            var counts = PruneCounts()
            func delete(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
                try db.execute(sql: sql, arguments: arguments)
                return db.changesCount
            }
            func forgetClients() throws {
                _ = try delete("DELETE FROM clients WHERE id NOT IN (SELECT client FROM contacts)")
            }
            if let oldest = [time, clients].compactMap(\.self).max() {
                counts.contacts = try delete("DELETE FROM contacts WHERE last_seen < ?", [oldest])
            }
            try forgetClients()
            guard let time else { return counts }
            counts.sightings = try delete("DELETE FROM sightings WHERE last_seen < ?", [time])
            _ = try delete("DELETE FROM moments WHERE sighting NOT IN (SELECT id FROM sightings)")
            _ = try delete("DELETE FROM leads WHERE sighting NOT IN (SELECT id FROM sightings)")
            _ = try delete("DELETE FROM listed WHERE sighting NOT IN (SELECT id FROM sightings)")
            counts.resolutions = try delete("DELETE FROM resolutions WHERE last_seen < ?", [time])
            _ = try delete("DELETE FROM matches WHERE sighting NOT IN (SELECT id FROM sightings)")
            _ = try delete("DELETE FROM findings WHERE last_seen < ?", [time])
            _ = try delete("DELETE FROM failures WHERE time < ?", [time])
            counts.certificates = try delete(
                """
                DELETE FROM certificates WHERE added < ?
                AND NOT EXISTS (SELECT 1 FROM sightings WHERE certificate = certificates.id)
                """,
                [time]
            )
            if counts.certificates > 0 { try Self.forgetMarks(db) }
            counts.endpoints = try delete(
                "DELETE FROM endpoints WHERE id NOT IN (SELECT endpoint FROM sightings)"
            )
            counts.contacts += try delete(
                "DELETE FROM contacts WHERE endpoint NOT IN (SELECT id FROM endpoints)"
            )
            try forgetClients()
            _ = try delete("DELETE FROM failures WHERE endpoint NOT IN (SELECT id FROM endpoints)")
            _ = try delete("DELETE FROM appearances WHERE id NOT IN (SELECT appearance FROM sightings)")
            _ = try delete(
                "DELETE FROM appearance_marks WHERE appearance NOT IN (SELECT id FROM appearances)"
            )
            _ = try delete("DELETE FROM scans WHERE last_seen < ?", [time])
            // An import that was pruned may be wanted again.
            _ = try delete("DELETE FROM imports")
            try Self.recount(db)
            try CorpusSchema.fillWords(db)
            return counts
        }
        try vacuum()
        return counts
    }

    /// Forgets names and marks of certificates that are gone.
    ///
    /// Marks lie in the order of their numbers, so that each leads to another certificate. The certificates'
    /// numbers alone stay in memory; their long rows would be read from the disk for every mark.
    private static func forgetMarks(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY);
                INSERT INTO kept SELECT id FROM certificates;
                DELETE FROM names WHERE certificate NOT IN (SELECT id FROM kept);
                DELETE FROM certificate_marks WHERE certificate NOT IN (SELECT id FROM kept);
                DROP TABLE kept;
                """
        )
    }

    /// Counts all marks anew.
    private static func recount(_ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE marks SET count =
                    (SELECT count(*) FROM certificate_marks WHERE mark = marks.id) WHERE kind < 60;
                CREATE TEMP TABLE seen (appearance INTEGER PRIMARY KEY, count INTEGER);
                INSERT INTO seen SELECT appearance, count(*) FROM sightings GROUP BY appearance;
                UPDATE marks SET count = (SELECT coalesce(sum(seen.count), 0) FROM appearance_marks
                    JOIN seen USING (appearance) WHERE mark = marks.id) WHERE kind >= 60;
                DROP TABLE seen;
                DELETE FROM marks WHERE count < 2 AND kind < 60 OR count < 1;
                """
        )
    }
}
