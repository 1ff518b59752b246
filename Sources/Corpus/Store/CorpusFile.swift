import Bytes
import Foundation
import GRDB

/// An open corpus: a SQLite database in WAL mode with the tables of `CorpusSchema`.
package final class CorpusFile: Sendable {
    package enum Access: Sendable {
        /// An existing file, for queries.
        case read
        /// An existing file, to be changed: a mistyped name makes no corpus.
        case change
        /// A file to be added to, made if need be.
        case write
    }

    package let path: String
    let queue: DatabaseQueue
    /// Under which the corpus numbers its marks.
    let hash: SipHash

    /// What no other corpus is called, made of the key that it was given when it was made; a copy of its file
    /// is the same corpus.
    package var identity: String { String(hash.hash("identity"), radix: 16) }

    package init(_ path: String, _ access: Access) throws {
        self.path = path
        SQLiteSetup.begin()
        if case .free = try CorpusPlace.look(at: path), access != .write {
            throw FileManager.default.fileExists(atPath: path)
                ? CorpusError.notACorpus(path) : CorpusError.notFound(path)
        }
        (queue, hash) = try Self.explained(path) {
            // As an absolute path it is a file's name and nothing else to SQLite.
            let file = URL(fileURLWithPath: path).path
            let queue = try Self.queue(file, path, access)
            let hash = try queue.read { db in
                try Self.check(db, path)
                try CorpusSchema.check(db, complete: true)
                return try Self.key(db)
            }
            return (queue, hash)
        }
    }

    /// Finds out whether a corpus could be added to, and makes none.
    ///
    /// - Throws: what opening it to write throws.
    package static func check(_ path: String) throws {
        if case .database = try CorpusPlace.look(at: path) {
            try CorpusPlace.checkNames(of: path)
            _ = try CorpusFile(path, .read)
        } else if !CorpusPlace.isWritable(path) {
            // As SQLite says it.
            throw CorpusError.failed("\(path): unable to open database file")
        }
    }

    /// Opens the database; an older corpus is brought up to date first, whatever for it is opened.
    private static func queue(_ file: String, _ path: String, _ access: Access) throws -> DatabaseQueue {
        if access != .read { try CorpusPlace.checkNames(of: path) }
        let queue = try DatabaseQueue(path: file, configuration: configuration(access))
        // One that is being made is waited for.
        if access != .write, try queue.read(isBlank) { try CorpusTurn.take(at: path) {} }
        if access != .read {
            if access == .change { try queue.read { try check($0, path) } }
            try prepare(queue, path)
            return queue
        }
        if try queue.read({ db in
            try check(db, path)
            return try CorpusSchema.isOlder(db)
        }) {
            try queue.close()
            try CorpusPlace.checkNames(of: path)
            try prepare(DatabaseQueue(path: file, configuration: configuration(.write)), path)
            return try DatabaseQueue(path: file, configuration: configuration(access))
        }
        return queue
    }

    /// Runs `body` with a connection that can't change anything.
    ///
    /// - Throws: a `CorpusError` for what is wrong with the corpus.
    func read<R>(_ body: (Database) throws -> R) throws -> R {
        try Self.explained(path) { try queue.read(body) }
    }

    /// Runs `body` in a transaction.
    func write<R>(_ body: (Database) throws -> R) throws -> R {
        try Self.explained(path) { try queue.write(body) }
    }

    /// Runs `body`, which makes its own transactions.
    func writeInBatches<R>(_ body: (Database) throws -> R) throws -> R {
        try Self.explained(path) { try queue.inDatabase(body) }
    }

    /// Brings all that was written into the file itself, as far as no other program reads it.
    ///
    /// Whoever copies the file alone, without what SQLite keeps beside it, has it whole.
    func settle() { _ = try? queue.inDatabase { try $0.checkpoint(.truncate) } }

    /// Gives back the room of what was deleted.
    func vacuum() throws { try Self.explained(path) { try queue.vacuum() } }

    /// Says what SQLite and the reader of rows say in words that name the corpus and what can be done.
    private static func explained<R>(_ path: String, _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as DatabaseError {
            switch error.resultCode {
            case .SQLITE_NOTADB: throw CorpusError.notACorpus(path)
            case .SQLITE_CORRUPT, .SQLITE_MISMATCH, .SQLITE_CONSTRAINT, .SQLITE_FORMAT:
                throw CorpusError.damaged(path, error.message ?? "\(error.resultCode)")
            default: throw CorpusError.failed("\(path): \(error.message ?? "\(error.resultCode)")")
            }
        } catch let damage as CorpusDamage {
            throw CorpusError.damaged(path, damage.description)
        }
    }

    private static func configuration(_ access: Access) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = access == .read
        // Another process may be writing: wait for its batch.
        configuration.busyMode = .timeout(30)
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { db in
            CorpusFunctions.add(to: db)
            // What a file's schema says is not trusted, nor that its pages are whole. A page is looked
            // through when it is read: one that is mapped would be so each time that it is used.
            try db.execute(
                sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0"
            )
            try db.execute(sql: "PRAGMA cache_size = -131072; PRAGMA temp_store = MEMORY")
            guard access != .read else { return }
            // With WAL, NORMAL can lose the last commits on a power cut, and nothing else.
            try db.execute(sql: "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000")
        }
        return configuration
    }

    private static func prepare(_ queue: DatabaseQueue, _ path: String) throws {
        guard try !isReady(queue, path) else { return }
        try CorpusTurn.take(at: path) { try prepareInTurn(queue, path) }
    }

    private static func isReady(_ queue: DatabaseQueue, _ path: String) throws -> Bool {
        try queue.inDatabase { db in
            guard try !isBlank(db) else { return false }
            try check(db, path)
            guard try !CorpusSchema.isOlder(db) else { return false }
            return try db.first("SELECT count(*) FROM meta WHERE key IN ('k0', 'k1')") { try $0.integer(0) }
                == 2
        }
    }

    private static func prepareInTurn(_ queue: DatabaseQueue, _ path: String) throws {
        try queue.inDatabase { db in
            if try !isBlank(db) {
                try check(db, path)
            } else {
                try db.execute(sql: "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL")
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

    /// Whether nothing is in it but the table in which steps are noted: a corpus that is being made, or whose
    /// maker was killed.
    private static func isBlank(_ db: Database) throws -> Bool {
        try db.first("SELECT 1 FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'", [], { _ in }) == nil
    }

    /// Refuses what is not a corpus and what a newer version wrote.
    private static func check(_ db: Database, _ path: String) throws {
        let identifier = try db.first("PRAGMA application_id") { try $0.integer(0) }
        guard identifier == CorpusSchema.applicationID else { throw CorpusError.notACorpus(path) }
        try CorpusSchema.check(db, complete: false)
        guard try !CorpusSchema.isNewer(db) else { throw CorpusError.newer(path) }
    }

    private static func key(_ db: Database) throws -> SipHash {
        func part(_ name: String) throws -> UInt64 {
            let value = try db.first("SELECT value FROM meta WHERE key = ?", [name]) { try $0.integer(0) }
            guard let value else { throw CorpusDamage("the key of its marks is missing") }
            return UInt64(bitPattern: Int64(value))
        }
        return SipHash(k0: try part("k0"), k1: try part("k1"))
    }
}
