import GRDB
import GRDBSQLite

/// Binding and stepping without boxed arguments, for the statements that run for every record.
extension Statement {
    func bind(_ index: Int32, _ value: Int) {
        sqlite3_bind_int64(sqliteStatement, index, Int64(value))
    }

    func bind(_ index: Int32, _ value: Int64) {
        sqlite3_bind_int64(sqliteStatement, index, value)
    }

    func bind(_ index: Int32, _ value: Int?) {
        if let value { bind(index, value) } else { sqlite3_bind_null(sqliteStatement, index) }
    }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else {
            sqlite3_bind_null(sqliteStatement, index)
            return
        }
        value.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(sqliteStatement, index, $0.baseAddress, Int32($0.count), transient)
            }
        }
    }

    /// Binds a blob; an empty array is an empty blob, not null.
    func bind(_ index: Int32, _ value: [UInt8]?) {
        guard let value else {
            sqlite3_bind_null(sqliteStatement, index)
            return
        }
        if value.isEmpty {
            sqlite3_bind_zeroblob(sqliteStatement, index, 0)
        } else {
            sqlite3_bind_blob(sqliteStatement, index, value, Int32(value.count), transient)
        }
    }

    /// Runs a statement that returns no row, and says how many rows it changed.
    @discardableResult
    func run(_ db: Database) throws -> Int {
        defer { sqlite3_reset(sqliteStatement) }
        let code = sqlite3_step(sqliteStatement)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(db, code) }
        return Int(sqlite3_changes(db.sqliteConnection))
    }

    /// The first column of the first row, if there is one.
    func integer(_ db: Database) throws -> Int? {
        defer { sqlite3_reset(sqliteStatement) }
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: return Int(sqlite3_column_int64(sqliteStatement, 0))
        case SQLITE_DONE: return nil
        case let code: throw failure(db, code)
        }
    }

    private func failure(_ db: Database, _ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: sqlite3_errmsg(db.sqliteConnection).map { String(cString: $0) }
        )
    }
}

/// SQLite copies the value before the call returns; its own macro holds a cast that Swift can't import.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
