import GRDB

/// The tables of a corpus and how older files become newer ones.
///
/// Times are milliseconds since 1970 in UTC. Certificates, endpoints and appearances have small numbers;
/// marks are known by the SipHash of their kind and value under the corpus's own key (`meta`).
enum CorpusSchema {
    /// `HLMK`: tells the file apart from other SQLite files.
    static let applicationID = 0x484c_4d4b

    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            // A file that says that it is a corpus has its tables: both come in one transaction.
            try db.execute(sql: version1 + "\nPRAGMA application_id = \(applicationID);")
        }
        migrator.registerMigration("2") { try $0.execute(sql: version2) }
        migrator.registerMigration("search") { db in
            try db.execute(sql: search)
            try fillWords(db)
        }
        migrator.registerMigration("decisions") { try $0.execute(sql: decisions) }
        migrator.registerMigration("resolutions") { try $0.execute(sql: resolutions) }
        migrator.registerMigration("findings") { try $0.execute(sql: findings) }
        migrator.registerMigration("transport") { try $0.execute(sql: transport) }
        // What speaks against a lead, a line each; nothing where whoever said the lead did not say.
        migrator.registerMigration("against") {
            try $0.execute(sql: "ALTER TABLE leads ADD COLUMN against TEXT")
        }
        migrator.registerMigration("untold") { try $0.execute(sql: UntoldCertificates.index) }
        migrator.registerMigration("listed") { try $0.execute(sql: listed) }
        return migrator
    }()

    /// Others' logs: how many connections an observation stands for, and who connected.
    private static let version2 = """
        ALTER TABLE moments ADD COLUMN count INTEGER NOT NULL DEFAULT 1;

        -- An address, or what stands for it, and a user where a source names one, or empty.
        CREATE TABLE clients (
            id INTEGER PRIMARY KEY, address TEXT NOT NULL, user TEXT NOT NULL, UNIQUE (address, user)
        );

        -- Who connected to an endpoint that showed a certificate (0: none), summed by day (days since 1970).
        CREATE TABLE contacts (
            endpoint INTEGER NOT NULL REFERENCES endpoints, certificate INTEGER NOT NULL,
            client INTEGER NOT NULL REFERENCES clients, day INTEGER NOT NULL,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL,
            bytes INTEGER, milliseconds INTEGER, ja3 TEXT NOT NULL, ja4 TEXT NOT NULL,
            PRIMARY KEY (endpoint, certificate, client, day)
        ) WITHOUT ROWID;
        CREATE INDEX contacts_certificate ON contacts (certificate);
        """

    /// One port of an address may be served over TCP and over UDP.
    private static let transport = """
        CREATE TABLE endpoints_by_transport (
            id INTEGER PRIMARY KEY,
            ip TEXT NOT NULL, port INTEGER NOT NULL,
            -- The name that was asked for (SNI), or empty.
            name TEXT NOT NULL,
            -- `tcp` or `udp`.
            transport TEXT NOT NULL,
            UNIQUE (ip, port, name, transport)
        );
        INSERT INTO endpoints_by_transport SELECT id, ip, port, name, 'tcp' FROM endpoints;
        DROP TABLE endpoints;
        ALTER TABLE endpoints_by_transport RENAME TO endpoints;
        CREATE INDEX endpoints_name ON endpoints (name) WHERE name <> '';
        CREATE INDEX endpoints_port ON endpoints (port);
        """

    /// What people decided, as lines of JSON; it is never pruned.
    private static let decisions = """
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY, subject TEXT NOT NULL, time INTEGER NOT NULL, line TEXT NOT NULL
        );
        CREATE INDEX decisions_subject ON decisions (subject);
        """

    /// Where names pointed, by passive DNS.
    private static let resolutions = """
        CREATE TABLE resolutions (
            -- With its labels reversed.
            name TEXT NOT NULL,
            -- Of the record: 1 (A), 28 (AAAA) or 5 (CNAME).
            type INTEGER NOT NULL,
            -- An address, or the name that an alias stands for, with its labels reversed.
            target TEXT NOT NULL,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (name, type, target)
        ) WITHOUT ROWID;
        CREATE INDEX resolutions_target ON resolutions (target, last_seen);
        """

    private static let version1 = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;

        CREATE TABLE certificates (
            id INTEGER PRIMARY KEY,
            sha256 BLOB NOT NULL UNIQUE,
            subject TEXT NOT NULL,
            issuer TEXT NOT NULL,
            serial TEXT NOT NULL,
            not_before INTEGER,
            not_after INTEGER,
            spki BLOB NOT NULL,
            tbs BLOB NOT NULL,
            shape TEXT NOT NULL,
            -- `tls.server.hash`, `tls.server.x509` and `hallmark.certificate` as they stood in the record.
            hashes TEXT, x509 TEXT, details TEXT,
            added INTEGER NOT NULL,
            der BLOB
        );

        -- Names with their labels reversed, so that all names below a domain lie together.
        CREATE TABLE names (
            name TEXT NOT NULL, certificate INTEGER NOT NULL REFERENCES certificates,
            PRIMARY KEY (name, certificate)
        ) WITHOUT ROWID;
        CREATE INDEX names_certificate ON names (certificate);

        -- How a service looks besides its certificate: a line for each mark, `kind=value`.
        CREATE TABLE appearances (
            id INTEGER PRIMARY KEY, hash INTEGER NOT NULL UNIQUE, marks TEXT NOT NULL
        );

        -- Which certificates and which appearances have a mark.
        CREATE TABLE certificate_marks (
            mark INTEGER NOT NULL, certificate INTEGER NOT NULL, PRIMARY KEY (mark, certificate)
        ) WITHOUT ROWID;
        CREATE TABLE appearance_marks (
            mark INTEGER NOT NULL, appearance INTEGER NOT NULL, PRIMARY KEY (mark, appearance)
        ) WITHOUT ROWID;

        -- How many certificates, or sightings for the marks of services, have a mark. A certificate's mark
        -- that stands nowhere else has no row.
        CREATE TABLE marks (
            id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL
        );
        CREATE INDEX marks_common ON marks (kind, count);

        CREATE TABLE endpoints (
            id INTEGER PRIMARY KEY,
            ip TEXT NOT NULL, port INTEGER NOT NULL,
            -- The name that was asked for (SNI), or empty.
            name TEXT NOT NULL,
            UNIQUE (ip, port, name)
        );
        CREATE INDEX endpoints_name ON endpoints (name) WHERE name <> '';

        -- An endpoint with a certificate (0: none) and an appearance.
        CREATE TABLE sightings (
            id INTEGER PRIMARY KEY,
            endpoint INTEGER NOT NULL REFERENCES endpoints,
            certificate INTEGER NOT NULL,
            appearance INTEGER NOT NULL REFERENCES appearances,
            first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, count INTEGER NOT NULL,
            UNIQUE (endpoint, certificate, appearance)
        );
        CREATE INDEX sightings_certificate ON sightings (certificate, last_seen);
        CREATE INDEX sightings_appearance ON sightings (appearance, last_seen);

        -- Each single observation, so that none is counted twice.
        CREATE TABLE moments (
            endpoint INTEGER NOT NULL, certificate INTEGER NOT NULL, time INTEGER NOT NULL,
            sighting INTEGER NOT NULL REFERENCES sightings,
            PRIMARY KEY (endpoint, certificate, time)
        ) WITHOUT ROWID;

        -- When an endpoint that had answered before did not.
        CREATE TABLE failures (
            endpoint INTEGER NOT NULL REFERENCES endpoints, time INTEGER NOT NULL, code TEXT NOT NULL,
            PRIMARY KEY (endpoint, time)
        ) WITHOUT ROWID;

        CREATE TABLE leads (
            sighting INTEGER NOT NULL REFERENCES sightings, software TEXT NOT NULL, software_id TEXT,
            confidence INTEGER NOT NULL, time INTEGER NOT NULL,
            PRIMARY KEY (sighting, software)
        ) WITHOUT ROWID;
        CREATE INDEX leads_software ON leads (software);

        CREATE TABLE scans (
            id TEXT PRIMARY KEY, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
            observations INTEGER NOT NULL, summary TEXT
        ) WITHOUT ROWID;

        CREATE TABLE imports (
            digest BLOB PRIMARY KEY, path TEXT NOT NULL, bytes INTEGER NOT NULL, records INTEGER NOT NULL,
            added INTEGER NOT NULL, time INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
