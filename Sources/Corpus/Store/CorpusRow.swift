import GRDB
import GRDBSQLite

/// A row that a statement has found, whose columns are checked for what they have to hold.
///
/// A column of SQLite holds whatever somebody put there, whatever its declaration says. What a corpus tells
/// is read here and nowhere else, so that a file that is damaged, or that somebody else wrote, is an error.
package struct CorpusRow {
    fileprivate let statement: OpaquePointer

    /// More than this is no count of anything that fits on a disk; sums of counts stay far from the end of
    /// `Int`.
    static let mostCounted = 1 << 48

    /// The times that records can hold, in milliseconds since 1970: an offset reaches a day beyond the years.
    static let times = -62_167_305_600_000...253_402_387_199_999

    package func isNull(_ column: Int32) -> Bool { type(column) == SQLITE_NULL }

    package func integer(_ column: Int32) throws(CorpusDamage) -> Int {
        guard type(column) == SQLITE_INTEGER else { throw damage(column, "a number") }
        return Int(sqlite3_column_int64(statement, column))
    }

    package func count(_ column: Int32) throws(CorpusDamage) -> Int {
        try integer(column, within: 0...Self.mostCounted, "a count")
    }

    package func time(_ column: Int32) throws(CorpusDamage) -> Int {
        try integer(column, within: Self.times, "a time")
    }

    package func port(_ column: Int32) throws(CorpusDamage) -> Int {
        try integer(column, within: 0...65535, "a port")
    }

    /// A confidence.
    package func percent(_ column: Int32) throws(CorpusDamage) -> Int {
        try integer(column, within: 0...100, "from 0 to 100")
    }

    private func integer(
        _ column: Int32,
        within range: ClosedRange<Int>,
        _ wanted: String
    ) throws(CorpusDamage) -> Int {
        let value = try integer(column)
        guard range.contains(value) else {
            throw CorpusDamage("the column '\(name(column))' holds \(value), which is not \(wanted)")
        }
        return value
    }

    package func text(_ column: Int32) throws(CorpusDamage) -> String {
        guard type(column) == SQLITE_TEXT else { throw damage(column, "a text") }
        // The text comes first: to ask for it may convert it, which changes its length.
        let start = sqlite3_column_text(statement, column)
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CorpusDamage("the column '\(name(column))' holds a text that is not UTF-8")
        }
        return text
    }

    /// A text, or a number as one.
    package func value(_ column: Int32) throws(CorpusDamage) -> String {
        type(column) == SQLITE_INTEGER ? String(try integer(column)) : try text(column)
    }

    package func bytes(_ column: Int32) throws(CorpusDamage) -> [UInt8] {
        guard type(column) == SQLITE_BLOB else { throw damage(column, "bytes") }
        let start = sqlite3_column_blob(statement, column)
        return [UInt8](
            UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
        )
    }

    /// A SHA-256.
    func digest(_ column: Int32) throws(CorpusDamage) -> [UInt8] {
        let bytes = try bytes(column)
        guard bytes.count == 32 else { throw damage(column, "a SHA-256") }
        return bytes
    }

    /// Part of a record as it stood there: JSON, which is given without the tabs and line ends that may stand
    /// between its words.
    package func json(_ column: Int32) throws(CorpusDamage) -> String? {
        guard !isNull(column) else { return nil }
        let text = try text(column)
        guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
        let isBlank = Set<UInt8>([0x09, 0x0a, 0x0d])
        guard text.utf8.allSatisfy({ $0 >= 0x20 || isBlank.contains($0) }) else {
            throw damage(column, "JSON")
        }
        return String(decoding: text.utf8.map { isBlank.contains($0) ? 0x20 : $0 }, as: UTF8.self)
    }

    private func type(_ column: Int32) -> Int32 { sqlite3_column_type(statement, column) }

    private func name(_ column: Int32) -> String {
        sqlite3_column_name(statement, column).map { String(cString: $0) } ?? "\(column)"
    }

    private func damage(_ column: Int32, _ wanted: String) -> CorpusDamage {
        let found =
            switch type(column) {
            case SQLITE_INTEGER: "a whole number"
            case SQLITE_FLOAT: "a number with a fraction"
            case SQLITE_TEXT: "a text"
            case SQLITE_BLOB: "bytes"
            default: "nothing"
            }
        return CorpusDamage("the column '\(name(column))' holds \(found) in place of \(wanted)")
    }
}

extension Statement {
    /// Calls `body` with each row.
    func forEach(
        _ values: [any CorpusBindable] = [],
        _ body: (CorpusRow) throws -> Void
    ) throws {
        for (index, value) in values.enumerated() { value.bind(to: self, at: Int32(index + 1)) }
        defer { sqlite3_reset(sqliteStatement) }
        while try step() { try body(CorpusRow(statement: sqliteStatement)) }
    }

    /// What `read` makes of the rows.
    func rows<R>(_ values: [any CorpusBindable] = [], _ read: (CorpusRow) throws -> R) throws -> [R] {
        var result: [R] = []
        try forEach(values) { result.append(try read($0)) }
        return result
    }

    /// What `read` makes of the first row, if there is one.
    func first<R>(_ values: [any CorpusBindable] = [], _ read: (CorpusRow) throws -> R) throws -> R? {
        for (index, value) in values.enumerated() { value.bind(to: self, at: Int32(index + 1)) }
        defer { sqlite3_reset(sqliteStatement) }
        return try step() ? try read(CorpusRow(statement: sqliteStatement)) : nil
    }
}

extension Database {
    /// What `read` makes of the rows of a statement that runs once.
    func rows<R>(
        _ sql: String,
        _ values: [any CorpusBindable] = [],
        _ read: (CorpusRow) throws -> R
    ) throws -> [R] {
        try makeStatement(sql: sql).rows(values, read)
    }

    /// What `read` makes of the first row of a statement that runs once, if there is one.
    func first<R>(
        _ sql: String,
        _ values: [any CorpusBindable] = [],
        _ read: (CorpusRow) throws -> R
    ) throws -> R? {
        try makeStatement(sql: sql).first(values, read)
    }
}
