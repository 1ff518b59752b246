import GRDB

/// What can stand for a `?` of a query from outside of this module.
package enum CorpusValue: Sendable, Equatable, CorpusBindable {
    case integer(Int)
    case text(String)
    case bytes([UInt8])

    func bind(to statement: Statement, at index: Int32) {
        switch self {
        case .integer(let value): statement.bind(index, value)
        case .text(let value): statement.bind(index, value)
        case .bytes(let value): statement.bind(index, value)
        }
    }
}

extension CorpusFile {
    /// Calls `body` with each row of a statement that only reads.
    package func select(
        _ sql: String,
        _ values: [CorpusValue] = [],
        _ body: (CorpusRow) throws -> Void
    ) throws {
        try read { db in try db.makeStatement(sql: sql).forEach(values, body) }
    }

    /// How SQLite would carry out a statement, a line a step.
    package func plan(_ sql: String, _ values: [CorpusValue] = []) throws -> [String] {
        var steps: [String] = []
        try select("EXPLAIN QUERY PLAN " + sql, values) { steps.append(try $0.text(3)) }
        return steps
    }

    /// The number by which this corpus knows a mark, whether it has it or not.
    package func number(of kind: MarkKind, _ value: String) -> Int { Int(Mark(kind, value).id(hash)) }
}
