import Bytes
import Foundation
import GRDB
import GRDBSQLite
import Observations

/// The certificates and trust settings of an NSS database, `cert9.db`.
///
/// A row of `nssPublic` is a PKCS#11 object: column `a0` is its class, `a3` its label, `a11` its value. A
/// trust object has the certificate's SHA-1 in `ace5363b4` and what is thought of it for servers in
/// `ace536358` (NSS, `pkcs11n.h`).
enum NSSStore {
    private static let certificateClass: [UInt8] = [0, 0, 0, 1]
    private static let trustClass: [UInt8] = [0xce, 0x53, 0x43, 0x53]
    /// `CKO_TRUST` (PKCS#11 3.2), which may follow NSS's own.
    private static let newTrustClass: [UInt8] = [0, 0, 0, 0x0b]
    /// `CKT_NSS_TRUSTED` and `CKT_NSS_TRUSTED_DELEGATOR`.
    private static let trusted: [[UInt8]] = [[0xce, 0x53, 0x43, 0x51], [0xce, 0x53, 0x43, 0x52]]
    /// `CKT_NSS_NOT_TRUSTED`.
    private static let refused: [UInt8] = [0xce, 0x53, 0x43, 0x5a]
    /// How all values of such a kind begin.
    private static let opinionHead: [UInt8] = [0xce, 0x53, 0x43]
    /// More rows than any profile has.
    private static let mostRows = 100_000

    /// What is said of a database of something else.
    static let isAnother = "is a SQLite database without NSS's table of objects"

    static func isOne(_ bytes: [UInt8]) -> Bool { bytes.starts(with: Array("SQLite format 3\0".utf8)) }

    /// Reads a database out of memory, so that nothing is written beside a file that is looked at.
    static func read(_ bytes: [UInt8], path: String) -> RootStore {
        var store = RootStore(path: path, kind: .nss)
        do {
            let queue = try DatabaseQueue()
            try queue.inDatabase { db in
                try load(bytes, into: db)
                // A view in a foreign file calls nothing.
                try db.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
                try read(db, into: &store)
            }
        } catch {
            let reason = (error as? DatabaseError)?.message ?? "can't be read"
            store.faults.append(FileError(path, "the NSS database: \(reason)"))
        }
        return store
    }

    /// Puts a database file's bytes in the place of an empty database.
    private static func load(_ bytes: [UInt8], into db: Database) throws {
        guard bytes.count >= 100, let room = sqlite3_malloc64(UInt64(bytes.count)) else {
            throw DatabaseError(resultCode: .SQLITE_NOTADB, message: "it breaks off in its head")
        }
        let memory = UnsafeMutableRawBufferPointer(start: room, count: bytes.count)
        memory.copyBytes(from: bytes)
        // In memory there is no write-ahead log, which the head may speak of (SQLite file format, section
        // 1.3.3).
        (memory[18], memory[19]) = (1, 1)
        let code = sqlite3_deserialize(
            db.sqliteConnection,
            "main",
            room.assumingMemoryBound(to: UInt8.self),
            Int64(bytes.count),
            Int64(bytes.count),
            UInt32(SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY)
        )
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private static func read(_ db: Database, into store: inout RootStore) throws {
        let isTable = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'nssPublic'"
        guard let count = try Row.fetchOne(db, sql: isTable), isOne(count) else {
            store.faults.append(FileError(store.path, Self.isAnother))
            return
        }
        guard try isSound(db, &store) else { return }
        var opinions = try trust(db, &store)
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT a11, a3 FROM nssPublic WHERE a0 = ? LIMIT \(mostRows)",
            arguments: [Self.data(certificateClass)]
        )
        var number = 0
        var held: Set<[UInt8]> = []
        while let row = try rows.next() {
            number += 1
            guard let der = bytes(row, 0), !der.isEmpty else {
                store.faults.append(
                    FileError("\(store.path): object \(number)", "a certificate without its bytes")
                )
                continue
            }
            let label = bytes(row, 1).map { String(decoding: $0, as: UTF8.self) } ?? "object \(number)"
            let digest = BodyDigest.sha1(der.span)
            held.insert(digest)
            store.roots.append(StoredRoot(der, place: label, trust: opinions[digest] ?? .unstated))
        }
        if number == mostRows {
            store.faults.append(FileError(store.path, "more than \(mostRows) certificates"))
        }
        opinions = opinions.filter { $0.value == .trusted && !held.contains($0.key) }
        if !opinions.isEmpty {
            store.remarks.append(
                "\(opinions.count) of its trust settings name a certificate that is not in it"
            )
        }
    }

    /// The columns that are read, and must be there.
    private static let columns = ["a0", "a3", "a11", "ace5363b4", "ace536358"]

    /// Whether SQLite finds the database whole, and NSS would find its columns in it.
    ///
    /// NSS refuses a damaged database, but what stands in it must not pass for one without roots.
    private static func isSound(_ db: Database, _ store: inout RootStore) throws -> Bool {
        let path = store.path
        // A foreign schema's own conditions are not computed.
        try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
        guard let state = try Row.fetchOne(db, sql: "PRAGMA integrity_check(1)"),
            let text = bytes(state, 0).map({ String(decoding: $0, as: UTF8.self) })
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        if text != "ok" {
            store.faults.append(FileError(path, "the NSS database is damaged: \(text.prefix(200))"))
        }
        let known = try Row.fetchAll(db, sql: "PRAGMA table_info(nssPublic)").compactMap { row in
            bytes(row, 1).map { String(decoding: $0, as: UTF8.self) }
        }
        let missing = columns.filter { !known.contains($0) }
        guard missing.isEmpty else {
            let names = missing.joined(separator: ", ")
            store.faults.append(
                FileError(path, "the NSS database is damaged: its table of objects lacks \(names)")
            )
            return false
        }
        return true
    }

    /// What is thought of certificates for servers, by SHA-1.
    private static func trust(
        _ db: Database,
        _ store: inout RootStore
    ) throws -> [[UInt8]: StoredRoot.Trust] {
        var opinions: [[UInt8]: StoredRoot.Trust] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT ace5363b4, ace536358 FROM nssPublic WHERE a0 = ? LIMIT \(mostRows)",
            arguments: [Self.data(trustClass)]
        )
        var (number, unread) = (0, 0)
        while let row = try rows.next() {
            number += 1
            // All of NSS's opinions begin alike; anything else is none.
            guard let digest = bytes(row, 0), digest.count == 20, let value = bytes(row, 1),
                value.count == 4, value.starts(with: opinionHead)
            else {
                unread += 1
                continue
            }
            opinions[digest] = trusted.contains(value) ? .trusted : value == refused ? .distrusted : .unstated
        }
        let newer = try Row.fetchOne(
            db,
            sql: "SELECT a0 FROM nssPublic WHERE a0 = ?",
            arguments: [Self.data(newTrustClass)]
        )
        if newer != nil {
            store.faults.append(
                FileError(store.path, "trust settings of PKCS#11 3.2 are in it, which are not read")
            )
        }
        if unread > 0 {
            store.faults.append(
                FileError(store.path, "\(unread) of \(number) trust settings of the NSS database are damaged")
            )
        }
        if number == mostRows {
            store.faults.append(FileError(store.path, "more than \(mostRows) trust settings"))
        }
        return opinions
    }

    private static func isOne(_ row: Row) -> Bool {
        if case .int64(let count)? = row.databaseValues.first?.storage { return count == 1 }
        return false
    }

    /// A column's bytes; nil for what is no blob and no text.
    private static func bytes(_ row: Row, _ column: Int) -> [UInt8]? {
        let values = Array(row.databaseValues)
        guard values.indices.contains(column) else { return nil }
        switch values[column].storage {
        case .blob(let data): return Array(data)
        case .string(let text): return Array(text.utf8)
        default: return nil
        }
    }

    private static func data(_ bytes: [UInt8]) -> DatabaseValue {
        Data(bytes).databaseValue
    }
}
