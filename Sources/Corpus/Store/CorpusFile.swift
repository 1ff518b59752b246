import Bytes
import Foundation
import GRDB

/// An open corpus: a SQLite database in WAL mode with the tables of `CorpusSchema`.
package final class CorpusFile: Sendable {
    package enum Access: Sendable {
        /// An existing file, for queries.
        case read
        /// A file to be changed, made if need be.
        case write
    }

    package let path: String
    let queue: DatabaseQueue
    /// Under which the corpus numbers its marks.
    let hash: SipHash

    package init(_ path: String, _ access: Access) throws {
        self.path = path
        let exists = FileManager.default.fileExists(atPath: path)
        guard exists || access == .write else { throw CorpusError.notFound(path) }
        do {
            queue = try DatabaseQueue(path: path, configuration: Self.configuration(access))
            if access == .write { try Self.prepare(queue, path) }
            hash = try queue.read { db in
                try Self.check(db, path)
                return try Self.key(db)
            }
        } catch let error as DatabaseError {
            if error.resultCode == .SQLITE_NOTADB { throw CorpusError.notACorpus(path) }
            throw CorpusError.failed("\(path): \(error.message ?? "\(error.resultCode)")")
        }
    }

    private static func configuration(_ access: Access) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = access == .read
        // Another process may be writing: wait for its batch.
        configuration.busyMode = .timeout(30)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -131072; PRAGMA temp_store = MEMORY")
            try db.execute(sql: "PRAGMA mmap_size = 8589934592")
            guard access == .write else { return }
            // With WAL, NORMAL can lose the last commits on a power cut, and nothing else.
            try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000")
        }
        return configuration
    }

    private static func prepare(_ queue: DatabaseQueue, _ path: String) throws {
        try queue.inDatabase { db in
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            if tables > 0 {
                try check(db, path)
            } else {
                try db.execute(
                    sql: "PRAGMA page_size = 8192; PRAGMA application_id = \(CorpusSchema.applicationID)"
                )
                try db.execute(sql: "PRAGMA journal_mode = WAL")
            }
        }
        try CorpusSchema.migrator.migrate(queue)
        try queue.write { db in
            for name in ["k0", "k1"] {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO meta VALUES (?, ?)",
                    arguments: [name, Int64.random(in: .min ... .max)]
                )
            }
        }
    }

    /// Refuses what is not a corpus and what a newer version wrote.
    private static func check(_ db: Database, _ path: String) throws {
        let identifier = try Int.fetchOne(db, sql: "PRAGMA application_id")
        guard identifier == CorpusSchema.applicationID else { throw CorpusError.notACorpus(path) }
        guard try !CorpusSchema.migrator.hasBeenSuperseded(db) else { throw CorpusError.newer(path) }
    }

    private static func key(_ db: Database) throws -> SipHash {
        func part(_ name: String) throws -> UInt64 {
            let value = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [name])
            return UInt64(bitPattern: value ?? 0)
        }
        return SipHash(k0: try part("k0"), k1: try part("k1"))
    }
}
