import GRDB

/// Whether the tables of a file are those of a corpus.
extension CorpusSchema {
    /// A table, an index, a view or a trigger.
    private struct Item: Equatable {
        let type: String
        let name: String
        let sql: String?

        /// Whether it runs somebody's own SQL when it is read or written: a query over a view with a
        /// recursive expression may never end.
        var isActive: Bool {
            type == "view" || type == "trigger" || sql?.uppercased().hasPrefix("CREATE VIRTUAL") ?? false
        }
    }

    /// What the current version makes, as SQLite writes it down.
    private static let current: [Item] = {
        var configuration = Configuration()
        configuration.prepareDatabase { CorpusFunctions.add(to: $0) }
        guard let queue = try? DatabaseQueue(configuration: configuration),
            (try? migrator.migrate(queue)) != nil,
            let items = try? queue.read({ try Self.items($0) })
        else { return [] }
        return items
    }()

    private static func items(_ db: Database) throws -> [Item] {
        try db.rows("SELECT type, name, sql FROM sqlite_schema") { row in
            Item(
                type: try row.text(0),
                name: try row.text(1),
                sql: row.isNull(2) ? nil : try row.text(2)
            )
        }
    }

    /// Refuses what is in the way of reading anything.
    ///
    /// - Parameter complete: whether all tables have to be there, which they are not before older files have
    ///   become newer ones.
    static func check(_ db: Database, complete: Bool) throws {
        let items = try items(db)
        if let item = items.first(where: { $0.isActive && !current.contains($0) }) {
            throw CorpusDamage("it holds the \(item.type) '\(item.name)', and no corpus has one")
        }
        guard complete else { return }
        let found = Dictionary(items.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for item in current where found[item.name] != item {
            let what = found[item.name] == nil ? "is missing" : "is not the one that Hallmark makes"
            throw CorpusDamage("the \(item.type) '\(item.name)' \(what)")
        }
    }

    /// Whether the tables are those of an older version.
    static func isOlder(_ db: Database) throws -> Bool { try !migrator.hasCompletedMigrations(db) }

    /// Whether a newer version has worked on the file.
    static func isNewer(_ db: Database) throws -> Bool {
        let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'grdb_migrations'"
        guard try db.first(table, [], { _ in }) != nil else { return false }
        let known = Set(migrator.migrations)
        return try db.rows("SELECT identifier FROM grdb_migrations") { try $0.text(0) }
            .contains { !known.contains($0) }
    }
}
