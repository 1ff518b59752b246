/// What comparisons, audits and watches of logs have said, and which rules matched.
extension CorpusSchema {
    static let findings = """
        -- What was said of one thing: the same words of the same thing stand once, with when they were said first
        -- and last. An endpoint, a file of a trust store, a certificate or several of these; texts may be empty.
        CREATE TABLE findings (
            id INTEGER PRIMARY KEY, hash INTEGER NOT NULL UNIQUE,
            name TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL,
            asset TEXT NOT NULL, owner TEXT NOT NULL,
            ip TEXT NOT NULL, port INTEGER, host TEXT NOT NULL, file TEXT NOT NULL, sha256 BLOB,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL
        );
        CREATE INDEX findings_last_seen ON findings (last_seen);
        CREATE INDEX findings_ip ON findings (ip, port);
        CREATE INDEX findings_sha256 ON findings (sha256);

        -- Rules by their UUID, or by their title where they have none.
        CREATE TABLE matches (
            rule TEXT NOT NULL, sighting INTEGER NOT NULL REFERENCES sightings, PRIMARY KEY (rule, sighting)
        ) WITHOUT ROWID;
        CREATE INDEX matches_sighting ON matches (sighting);
        """
}
