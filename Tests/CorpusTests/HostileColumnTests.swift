import Corpus
import Foundation
import GRDB
import Inventory
import Observations
import TestSupport
import Testing

/// Whatever a column holds, a corpus answers or says that it is damaged: nothing traps, and nothing that is
/// no record is exported.
@Suite struct HostileColumnTests {
    /// Values that SQLite keeps in a column whatever it was declared as.
    private static let values = [
        "'abc'", "x'00'", "9223372036854775807", "-9223372036854775808", "1.5", "NULL",
        "CAST(x'ff80c0' AS TEXT)",
        "'a' || char(0) || 'b'", "'{}},\"x\":{\"y\":{}'", "'{\"a\":' || char(10) || '1}'",
    ]

    private static func records() -> [SampleRecord] {
        var records = (1...6).map { index in
            SampleRecord(
                time: "2026-11-0\(index)T08:00:00Z",
                ip: "192.0.2.\(index)",
                name: index < 3 ? "shop.example" : nil,
                certificate: index % 4 + 1,
                names: ["one.example", "two.example"],
                server: "nginx",
                lead: ("Tool", 40, "low")
            )
        }
        records.append(SampleRecord(time: "2026-11-08T08:00:00Z", ip: "192.0.2.3", failure: "timeout"))
        return records
    }

    /// What commands ask of a corpus.
    private static func use(_ path: String, _ more: String, alsoWrite: Bool) throws -> [String] {
        var faults: [String] = []
        func attempt(_ name: String, _ access: CorpusFile.Access, _ body: (CorpusFile) throws -> Void) {
            do { try body(CorpusFile(path, access)) } catch let error as CorpusError {
                if !error.description.contains(path) { faults.append("\(name): \(error)") }
            } catch { faults.append("\(name): \(error)") }
        }
        attempt("stats", .read) { corpus in
            let stats = try corpus.stats(top: 20)
            _ = (stats.text, stats.json)
        }
        attempt("export", .read) { corpus in
            try corpus.export { line in
                let data = line.withUnsafeBufferPointer { Data($0) }
                let isRecord = (try? JSONSerialization.jsonObject(with: data)) is [String: Any]
                if !isRecord || data.dropLast().contains(0x0a) {
                    faults.append("export writes \(String(decoding: data, as: UTF8.self))")
                }
            }
        }
        for query in ["192.0.2.1", "*.example", "serial=0A01"] {
            attempt("pivot \(query)", .read) { corpus in
                var options = PivotOptions()
                options.depth = 2
                options.limit = .max
                options.wantsClients = true
                let answer = try Pivot.run(PivotQuery(query), in: corpus, options)
                _ = (answer.text, answer.ndjson(queries: true), answer.queryText)
                _ = PivotGraph(answer).text(.html)
            }
        }
        attempt("absence", .read) { corpus in
            let inventory = try Inventory(
                CSVReader.rows(Array("address,ports\n192.0.2.3,443\n".utf8), file: "i"),
                file: "i"
            )
            _ = try corpus.absence(inventory.assets[0], port: 443, at: 1_900_000_000_000)
        }
        attempt("findings", .read) { corpus in
            _ = try corpus.records(ofFindings: "SELECT id FROM findings", []) { line in
                let data = line.withUnsafeBufferPointer { Data($0) }
                if (try? JSONSerialization.jsonObject(with: data)) == nil {
                    faults.append("findings are \(String(decoding: data, as: UTF8.self))")
                }
            }
            _ = try (corpus.matchedEndpoints(), corpus.rules(matching: "SELECT id FROM sightings", []))
        }
        attempt("drift", .read) { corpus in
            let scans = try corpus.scans(limit: 9)
            guard let newest = scans.first, let oldest = scans.last else { return }
            let drift = CorpusDrift(oldest, newest, in: corpus)
            for part in CorpusDrift.Part.allCases {
                _ = try drift.count(part)
                try drift.records(part, limit: 9) { _ in }
            }
        }
        guard alsoWrite else { return faults }
        attempt("add", .write) { _ = try $0.add(sweep: more) }
        attempt("prune", .write) { _ = try $0.prune(before: 1_793_600_000_000) }
        return faults
    }

    @Test func noValueOfAnyColumnTraps() async throws {
        let scratch = Scratch()
        let good = scratch.file("good.sqlite")
        let sweep = try scratch.sweep("sweep", Self.records())
        let more = try scratch.sweep(
            "more",
            [SampleRecord(time: "2026-11-09T08:00:00Z", ip: "192.0.2.3", failure: "timeout")]
                + (1...9).map { SampleRecord(ip: "192.0.2.\($0)", certificate: $0, names: ["three.example"]) }
        )
        do {
            let corpus = try CorpusFile(good, .write)
            _ = try corpus.add(sweep: sweep)
        }
        let clients = """
            INSERT INTO clients VALUES (1, '192.0.2.77', 'user');
            INSERT OR IGNORE INTO contacts
            SELECT endpoint, certificate, 1, first_seen / 86400000, first_seen, last_seen, 1, 10, 10, 'a', 'b' FROM sightings;
            """
        try check("sqlite3", [good, clients])
        let decision = "INSERT INTO decisions VALUES (1, 'endpoint=192.0.2.3:443', 1793600000000, '{}')"
        try check("sqlite3", [good, decision])
        let resolutions = """
            INSERT INTO resolutions VALUES ('example.two', 1, '192.0.2.3', 1793600000000, 1793700000000, 2),
            ('example.three', 5, 'example.two', 1793600000000, 1793700000000, 2);
            """
        try check("sqlite3", [good, resolutions])
        let findings = """
            INSERT INTO findings VALUES (1, 7, 'new', 'high', 'a', 'b', 'c', '192.0.2.3', 443, 'shop.example', 'f', NULL,
            1793600000000, 1793700000000);
            INSERT INTO matches SELECT 'rule', id FROM sightings;
            """
        try check("sqlite3", [good, findings])
        let listed = """
            INSERT INTO listed SELECT id, 0, 'address', 'server.ip', '192.0.2.3', 'Feed', 1793600000000, 1793700000000,
            'd', 'red', 'S1', 'Tool', 'C-1', 1, 1, 1793600000000 FROM sightings;
            """
        try check("sqlite3", [good, listed])
        try check("sqlite3", [good, "PRAGMA wal_checkpoint(TRUNCATE)"])
        let columns = try check(
            "sqlite3",
            [
                "-separator", " ", good,
                // A virtual table has no columns of its own: what it holds lies in tables beside it.
                """
                SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c
                WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'
                """,
            ]
        ).text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(columns.count > 50)
        for table in Set(columns.map { $0[0] }) {
            #expect(
                try check("sqlite3", [good, "SELECT count(*) > 0 FROM \(table)"]).text == "1\n",
                "\(table)"
            )
        }
        try await withThrowingTaskGroup(of: [String].self) { group in
            for column in columns {
                group.addTask { try Self.faults(of: column[0], column[1], good, more) }
            }
            for try await faults in group { #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))") }
        }
    }

    /// What rows name and is not there is damage, not an observation less.
    @Test(arguments: [
        "DELETE FROM endpoints WHERE id = 1", "DELETE FROM appearances WHERE id = 1",
        "DELETE FROM certificates", "UPDATE leads SET confidence = 101", "UPDATE leads SET confidence = -1",
    ])
    func missingRowsAreDamage(_ sql: String) throws {
        let scratch = Scratch()
        let path = scratch.file("c.sqlite")
        do { _ = try CorpusFile(path, .write).add(sweep: scratch.sweep("sweep", Self.records())) }
        try check("sqlite3", [path, sql])
        let corpus = try CorpusFile(path, .read)
        #expect(throws: CorpusError.self) { try corpus.export { _ in } }
        #expect(throws: CorpusError.self) { try corpus.latestRecords(since: 0) { _ in } }
    }

    /// Tries all values in one column.
    private static func faults(
        of table: String,
        _ column: String,
        _ good: String,
        _ more: String
    ) throws -> [String] {
        let scratch = Scratch()
        var faults: [String] = []
        for (number, value) in values.enumerated() {
            let path = scratch.file("\(number).sqlite")
            try FileManager.default.copyItem(atPath: good, toPath: path)
            do {
                let plain = try DatabaseQueue(path: path)
                try plain.writeWithoutTransaction { db in
                    // What a constraint of one row forbids may stand in another.
                    try db.execute(sql: "UPDATE OR IGNORE \(table) SET \(column) = \(value)")
                }
                try plain.close()
            } catch { continue }
            faults += try use(path, more, alsoWrite: number < 3).map {
                "\(table).\(column) = \(value): \($0)"
            }
            for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
        }
        return faults
    }
}
