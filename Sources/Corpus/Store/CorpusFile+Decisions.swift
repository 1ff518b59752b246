import Bytes
import GRDB

extension CorpusFile {
    /// Remembers a decision; none is ever changed or forgotten.
    ///
    /// - Parameters:
    ///   - subject: what it is about.
    ///   - time: milliseconds since 1970.
    ///   - line: the decision as a line of JSON.
    package func add(decisionOn subject: String, time: Int, line: String) throws {
        try write { db in
            let statement = try db.makeStatement(
                sql: "INSERT INTO decisions (subject, time, line) VALUES (?, ?, ?)"
            )
            statement.bind(1, subject)
            statement.bind(2, time)
            statement.bind(3, line)
            try statement.run(db)
        }
    }

    /// All decisions as lines of JSON, in the order in which they were made.
    package func decisions(_ body: (String) throws -> Void) throws {
        try select("SELECT line FROM decisions ORDER BY time, id") { try body(try $0.text(0)) }
    }

    /// A number that is another one after each decision.
    package func lastDecision() throws -> Int {
        var last = 0
        try select("SELECT coalesce(max(id), 0) FROM decisions") { last = try $0.integer(0) }
        return last
    }
}
