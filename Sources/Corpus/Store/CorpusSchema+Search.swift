import GRDB

/// What `hallmark search` needs beside the tables: words of texts, and orders of columns.
extension CorpusSchema {
    static let search = """
        CREATE INDEX sightings_last_seen ON sightings (last_seen);
        CREATE INDEX sightings_first_seen ON sightings (first_seen);
        CREATE INDEX endpoints_port ON endpoints (port);
        CREATE INDEX certificates_not_after ON certificates (not_after);
        CREATE INDEX certificates_not_before ON certificates (not_before);

        -- Words alone: the texts stand in the tables, under the same numbers.
        CREATE VIRTUAL TABLE certificate_words
            USING fts5(subject, issuer, names, content='', columnsize=0, tokenize='unicode61 remove_diacritics 0');
        CREATE VIRTUAL TABLE appearance_words
            USING fts5(title, server, marks, content='', columnsize=0, tokenize='unicode61 remove_diacritics 0');
        CREATE VIRTUAL TABLE endpoint_words
            USING fts5(name, content='', columnsize=0, tokenize='unicode61 remove_diacritics 0');
        """

    /// The words of certificates; a record may tell of attributes and not of the whole name.
    static let certificateWords =
        "INSERT INTO certificate_words (rowid, subject, issuer, names) SELECT \(wordsOfCertificates)"

    /// Removes them: an index that does not hold the texts has to be told them once more.
    static let certificateWordsToRemove = """
        INSERT INTO certificate_words (certificate_words, rowid, subject, issuer, names)
            SELECT 'delete', \(wordsOfCertificates)
        """

    private static let wordsOfCertificates = """
        id, CASE WHEN subject <> '' THEN subject ELSE \(values("$.subject")) END,
            CASE WHEN issuer <> '' THEN issuer ELSE \(values("$.issuer")) END,
            \(values("$.alternative_names"))
        FROM certificates
        """

    static let appearanceWords = """
        INSERT INTO appearance_words (rowid, title, server, marks)
            SELECT id, hallmark_mark(marks, \(MarkKind.title.rawValue)), hallmark_mark(marks, \(MarkKind.server.rawValue)),
            marks FROM appearances
        """

    static let endpointWords = """
        INSERT INTO endpoint_words (rowid, name) SELECT id, name FROM endpoints WHERE name <> ''
        """

    /// All texts below a path of `x509`.
    ///
    /// A word that no text holds stands between them, so that no phrase goes from one to the next.
    private static func values(_ path: String) -> String {
        """
        (SELECT group_concat(atom, ' \(gap) ')
            FROM json_tree(CASE WHEN json_valid(x509) THEN x509 END, '\(path)') WHERE atom IS NOT NULL)
        """
    }

    /// A private-use character (U+F8FF), which SQLite's tokenizer takes for a letter.
    private static let gap = "\u{f8ff}"

    /// Writes the words of everything anew.
    static func fillWords(_ db: Database) throws {
        for table in ["certificate_words", "appearance_words", "endpoint_words"] {
            try db.execute(sql: "INSERT INTO \(table) (\(table)) VALUES ('delete-all')")
        }
        for sql in [certificateWords, appearanceWords, endpointWords] { try db.execute(sql: sql) }
    }
}
