import GRDB

/// What each column of a corpus holds, and whether it does.
///
/// SQLite keeps whatever somebody puts into a column. Each reader checks what it reads; who says what a
/// corpus is as a whole has to have looked at all of it.
enum CorpusColumns {
    /// What a column holds; `orNothing` where it may be null.
    private enum Content: Sendable {
        case number, count, time, day, port, text, bytes, digest
        indirect case orNothing(Content)

        /// SQL that is true for what the column must not hold.
        func fault(of column: String) -> String {
            func type(_ name: String) -> String { "typeof(\(column)) <> '\(name)'" }
            func range(_ values: ClosedRange<Int>) -> String {
                "\(type("integer")) OR \(column) NOT BETWEEN \(values.lowerBound) AND \(values.upperBound)"
            }
            switch self {
            case .number: return type("integer")
            case .count: return range(0...CorpusRow.mostCounted)
            case .time: return range(CorpusRow.times)
            case .day:
                return range(CorpusRow.times.lowerBound / dayLength...CorpusRow.times.upperBound / dayLength)
            case .port: return range(0...65535)
            case .text: return type("text")
            case .bytes: return type("blob")
            case .digest: return "\(type("blob")) OR length(\(column)) <> 32"
            case .orNothing(let content):
                return "\(column) IS NOT NULL AND (\(content.fault(of: column)))"
            }
        }

        /// Reads a value that is at fault, which says what is wrong with it.
        func read(_ row: CorpusRow, _ column: Int32) throws {
            switch self {
            case .number: _ = try row.integer(column)
            case .count: _ = try row.count(column)
            case .time: _ = try row.time(column)
            case .day: _ = try row.time(column)
            case .port: _ = try row.port(column)
            case .text: _ = try row.text(column)
            case .bytes: _ = try row.bytes(column)
            case .digest: _ = try row.digest(column)
            case .orNothing(let content): if !row.isNull(column) { try content.read(row, column) }
            }
        }
    }

    private static let dayLength = 86_400_000

    /// The columns of each table, but those that are large (parts of records, the certificates themselves):
    /// who writes them out again looks at them.
    private static let columns: [(table: String, columns: [(name: String, content: Content)])] = [
        (
            "certificates",
            [
                ("sha256", .digest), ("subject", .text), ("issuer", .text), ("serial", .text),
                ("not_before", .orNothing(.time)), ("not_after", .orNothing(.time)), ("spki", .bytes),
                ("tbs", .bytes), ("shape", .text), ("added", .time),
            ]
        ),
        ("names", [("name", .text), ("certificate", .number)]),
        ("appearances", [("hash", .number), ("marks", .text)]),
        ("certificate_marks", [("mark", .number), ("certificate", .number)]),
        ("appearance_marks", [("mark", .number), ("appearance", .number)]),
        ("marks", [("kind", .number), ("value", .text), ("count", .count)]),
        ("endpoints", [("ip", .text), ("port", .port), ("name", .text), ("transport", .text)]),
        (
            "sightings",
            [
                ("endpoint", .number), ("certificate", .number), ("appearance", .number),
                ("first_seen", .time), ("last_seen", .time), ("count", .count),
            ]
        ),
        (
            "moments",
            [
                ("endpoint", .number), ("certificate", .number), ("time", .time), ("sighting", .number),
                ("count", .count),
            ]
        ),
        ("failures", [("endpoint", .number), ("time", .time), ("code", .text)]),
        (
            "leads",
            [
                ("sighting", .number), ("software", .text), ("software_id", .orNothing(.text)),
                ("confidence", .count), ("time", .time), ("against", .orNothing(.text)),
            ]
        ),
        (
            "scans",
            [
                ("id", .text), ("first_seen", .time), ("last_seen", .time), ("observations", .count),
                ("summary", .orNothing(.text)),
            ]
        ),
        (
            "imports",
            [
                ("digest", .digest), ("path", .text), ("bytes", .count), ("records", .count),
                ("added", .count), ("time", .time),
            ]
        ),
        ("clients", [("address", .text), ("user", .text)]),
        (
            "contacts",
            [
                ("endpoint", .number), ("certificate", .number), ("client", .number), ("day", .day),
                ("first_seen", .time), ("last_seen", .time), ("count", .count),
                ("bytes", .orNothing(.number)),
                ("milliseconds", .orNothing(.number)), ("ja3", .text), ("ja4", .text),
            ]
        ),
        ("decisions", [("subject", .text), ("time", .time), ("line", .text)]),
        (
            "resolutions",
            [
                ("name", .text), ("type", .number), ("target", .text), ("first_seen", .time),
                ("last_seen", .time), ("count", .count),
            ]
        ),
        (
            "findings",
            [
                ("hash", .number), ("name", .text), ("severity", .text), ("message", .text),
                ("asset", .text), ("owner", .text), ("ip", .text), ("port", .orNothing(.port)),
                ("host", .text), ("file", .text), ("sha256", .orNothing(.digest)), ("first_seen", .time),
                ("last_seen", .time),
            ]
        ),
        ("matches", [("rule", .text), ("sighting", .number)]),
        (
            "listed",
            [
                ("sighting", .number), ("place", .number), ("kind", .text), ("field", .text),
                ("value", .text), ("feed", .text), ("date", .orNothing(.time)), ("until", .orNothing(.time)),
                ("description", .orNothing(.text)), ("tlp", .orNothing(.text)),
                ("software_id", .orNothing(.text)), ("software", .orNothing(.text)),
                ("reference", .orNothing(.text)), ("confirmed", .orNothing(.number)),
                ("aged", .orNothing(.number)), ("time", .time),
            ]
        ),
    ]

    /// Reads every column of every table once.
    ///
    /// - Throws: `CorpusDamage` for the first that holds what it must not.
    static func check(_ db: Database) throws {
        for (table, columns) in columns {
            let names = columns.map(\.name).joined(separator: ", ")
            let faults = columns.map { "(\($0.content.fault(of: $0.name)))" }.joined(separator: " OR ")
            _ = try db.first("SELECT \(names) FROM \(table) WHERE \(faults) LIMIT 1") { row in
                for (place, column) in columns.enumerated() { try column.content.read(row, Int32(place)) }
                throw CorpusDamage("the table '\(table)' holds what it can't hold")
            }
        }
        // What is read of these texts is more than that they are some.
        try db.makeStatement(sql: "SELECT \(CorpusEndpoint.columns) FROM endpoints").forEach {
            _ = try CorpusEndpoint($0)
        }
        try db.makeStatement(sql: "SELECT marks FROM appearances").forEach {
            _ = try ServiceFacts(text: try $0.text(0))
        }
    }
}
