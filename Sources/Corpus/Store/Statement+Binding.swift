import GRDB
import GRDBSQLite

/// What can stand for a `?` of a statement.
protocol CorpusBindable {
    func bind(to statement: Statement, at index: Int32)
}

extension Int: CorpusBindable {
    func bind(to statement: Statement, at index: Int32) { statement.bind(index, self) }
}

extension Int64: CorpusBindable {
    func bind(to statement: Statement, at index: Int32) { statement.bind(index, self) }
}

extension String: CorpusBindable {
    func bind(to statement: Statement, at index: Int32) { statement.bind(index, self) }
}

extension [UInt8]: CorpusBindable {
    func bind(to statement: Statement, at index: Int32) { statement.bind(index, self) }
}

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
        value.withUTF8 { bind(index, text: UnsafeRawBufferPointer($0)) }
    }

    /// Binds a text by its bytes, which are UTF-8.
    func bind(_ index: Int32, text bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_text64(
            sqliteStatement,
            index,
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            UInt64(bytes.count),
            transient,
            UInt8(SQLITE_UTF8)
        )
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
            sqlite3_bind_blob64(sqliteStatement, index, value, UInt64(value.count), transient)
        }
    }

    /// Runs a statement that returns no row, and says how many rows it changed.
    @discardableResult
    func run(_ db: Database) throws -> Int {
        defer { sqlite3_reset(sqliteStatement) }
        _ = try step()
        return Int(sqlite3_changes(db.sqliteConnection))
    }

    /// - Returns: whether there is a row.
    func step() throws -> Bool {
        switch sqlite3_step(sqliteStatement) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code),
                message: sqlite3_errmsg(sqlite3_db_handle(sqliteStatement)).map { String(cString: $0) }
            )
        }
    }
}

/// SQLite copies the value before the call returns; its own macro holds a cast that Swift can't import.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
