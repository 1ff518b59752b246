import Bytes
import GRDB
import Observations
import Wire

extension RecordField {
    fileprivate static let findingName = found("hallmark.findings.name")
    fileprivate static let ruleName = found("hallmark.matches.rule.name")

    private static func found(_ name: String) -> RecordField {
        guard let field = Field.named(name) else { preconditionFailure("there is no field \(name)") }
        return RecordField(field)
    }

    /// By which a corpus sees that a record tells of findings, matches or lists: few do, and are read whole.
    static let found: [RecordField] = [.findingName, .ruleName, .listedFeed]
}

/// What a record or a line of findings says was found, and which rules matched it.
final class FoundFacts {
    private let hash: SipHash
    private let newFinding, newMatch: Statement
    private let tree = JSONTree()

    /// More findings of one record are not read.
    private static let most = 1000

    init(_ db: Database, hash: SipHash) throws {
        self.hash = hash
        newFinding = try db.makeStatement(
            sql: """
                INSERT INTO findings (hash, name, severity, message, asset, owner, ip, port, host, file, sha256,
                    first_seen, last_seen)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)
                ON CONFLICT DO UPDATE SET severity = excluded.severity,
                    first_seen = min(first_seen, excluded.first_seen),
                    last_seen = max(last_seen, excluded.last_seen)
                """
        )
        newMatch = try db.makeStatement(sql: "INSERT OR IGNORE INTO matches (rule, sighting) VALUES (?, ?)")
    }

    /// Remembers the findings of a record.
    ///
    /// - Parameters:
    ///   - line: of the record, with `RecordPicker.padding` readable bytes behind it.
    ///   - time: when they were said, in milliseconds since 1970.
    /// - Returns: how many were kept, how many could not be read, and how many are of a record that is none
    ///   of ours: those are left out.
    func addFindings(
        _ record: RecordPicker,
        _ line: UnsafeRawBufferPointer,
        _ time: Int,
        _ db: Database
    ) throws -> (kept: Int, unread: Int, foreign: Int) {
        guard record.has(.findingName) else { return (0, 0, 0) }
        let findings = try parts(of: "hallmark.findings", line)
        guard record.has(.dataset) else { return (0, 0, findings.count) }
        let ip = record.endpointAddress ?? ""
        let port = record.integer(.port).flatMap { 0...65535 ~= $0 ? $0 : nil }
        let address = record.text(.address) ?? ""
        let own = IPAddress.canonical(address) == ip ? "" : address
        let host = (record.text(.serverName) ?? record.text(.domain) ?? own).lowercased()
        let file = record.text(.filePath) ?? ""
        let sha256 = CertificateFacts.sha256(record)
        var digest = ByteBuffer()
        if let sha256 { digest.append(hex: sha256.span) }
        var count = 0
        for finding in findings.prefix(Self.most) {
            let told = ["name", "severity", "message", "asset", "owner"].map { finding[$0]?.string ?? "" }
            guard !told[0].isEmpty else { continue }
            let place = [ip, port.map { "\($0)" } ?? "", host, file, digest.text]
            // The severity may change; what is said and of what may not.
            let key = ([told[0]] + told[2...] + place).joined(separator: "\0")
            newFinding.bind(1, Int64(bitPattern: hash.hash(key)))
            for (index, text) in told.enumerated() { newFinding.bind(Int32(index + 2), text) }
            newFinding.bind(7, ip)
            newFinding.bind(8, port)
            newFinding.bind(9, host)
            newFinding.bind(10, file)
            newFinding.bind(11, sha256)
            newFinding.bind(12, time)
            try newFinding.run(db)
            count += 1
        }
        return (count, findings.count - count, 0)
    }

    /// Remembers the rules that matched a sighting.
    ///
    /// - Returns: how many are of a record that is none of ours: those are left out.
    func addMatches(
        _ record: RecordPicker,
        _ line: UnsafeRawBufferPointer,
        _ sighting: Int,
        _ db: Database
    ) throws -> Int {
        guard record.has(.ruleName) else { return 0 }
        let matches = try parts(of: "hallmark.matches", line)
        guard record.has(.dataset) else { return matches.count }
        for match in matches {
            guard let rule = (match.at("rule.id") ?? match.at("rule.name"))?.string else { continue }
            newMatch.bind(1, rule)
            newMatch.bind(2, sighting)
            try newMatch.run(db)
        }
        return 0
    }

    private func parts(of list: String, _ line: UnsafeRawBufferPointer) throws -> [JSONNode] {
        try tree.read(line, padded: true).at(list)?.objects ?? []
    }
}
