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
    /// `CKT_NSS_TRUSTED` and `CKT_NSS_TRUSTED_DELEGATOR`.
    private static let trusted: [[UInt8]] = [[0xce, 0x53, 0x43, 0x51], [0xce, 0x53, 0x43, 0x52]]
    /// `CKT_NSS_NOT_TRUSTED`.
    private static let refused: [UInt8] = [0xce, 0x53, 0x43, 0x5a]
    /// More rows than any profile has.
    private static let mostRows = 100_000

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
            store.faults.append(FileError(store.path, "is a SQLite database without NSS's table of objects"))
            return
        }
        let opinions = try trust(db)
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT a11, a3 FROM nssPublic WHERE a0 = ? LIMIT \(mostRows)",
            arguments: [Self.data(certificateClass)]
        )
        var number = 0
        while let row = try rows.next() {
            number += 1
            guard let der = bytes(row, 0), !der.isEmpty else {
                store.faults.append(
                    FileError("\(store.path): object \(number)", "a certificate without its bytes")
                )
                continue
            }
            let label = bytes(row, 1).map { String(decoding: $0, as: UTF8.self) } ?? "object \(number)"
            let opinion = opinions[BodyDigest.sha1(der.span)] ?? .unstated
            store.roots.append(StoredRoot(der, place: label, trust: opinion))
        }
    }

    /// What is thought of certificates for servers, by SHA-1.
    private static func trust(_ db: Database) throws -> [[UInt8]: StoredRoot.Trust] {
        var opinions: [[UInt8]: StoredRoot.Trust] = [:]
        let rows = try Row.fetchCursor(
            db,
            sql: "SELECT ace5363b4, ace536358 FROM nssPublic WHERE a0 = ? LIMIT \(mostRows)",
            arguments: [Self.data(trustClass)]
        )
        while let row = try rows.next() {
            guard let digest = bytes(row, 0), let value = bytes(row, 1) else { continue }
            opinions[digest] = trusted.contains(value) ? .trusted : value == refused ? .distrusted : .unstated
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
