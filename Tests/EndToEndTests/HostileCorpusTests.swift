import Foundation
import TestSupport
import Testing

/// A corpus that is damaged, or that somebody else made: every command says so and ends with 1, or is not
/// touched by it; none ends by a signal or waits.
@Suite struct HostileCorpusTests {
    private static let rules = [
        "--no-default-signatures", "--signatures", projectFolder + "/signatures/tunnel",
    ]

    /// The commands that read a corpus; `added` is a record that it does not have.
    private static func commands(_ corpus: String, _ added: String) -> [[String]] {
        [
            ["pivot", "192.0.2.1:443", "--depth", "2"] + rules, ["corpus", "stats"], ["corpus", "export"],
            ["corpus", "add", added], ["corpus", "prune", "--before", "2026-11-02"],
            // Its records tell no end of their certificates.
            ["compare", added, "--inventory", added + ".csv", "-q", "--keep-going"],
            ["scan", "127.0.0.1:1", "--no-signatures", "-q", "--connect-timeout", "1", "--retries", "0"],
        ].map { $0 + ["--corpus", corpus] }
    }

    private static func record(_ ip: String, _ certificate: Int, failure: Bool = false) -> String {
        let digest = String(repeating: "A\(certificate)", count: 32)
        let outcome = failure ? "failure" : "success"
        let error = failure ? ",\"error\":{\"code\":\"connection_refused\"}" : ""
        return """
            {"@timestamp":"2026-11-0\(certificate)T08:00:00Z","event":{"dataset":"hallmark.observation","outcome":"\(outcome)"}\(error),\
            "server":{"address":"\(ip)","ip":"\(ip)","port":443,"domain":"one.example"},\
            "tls":{"server":{"hash":{"sha256":"\(digest)"},"jarm":"27d4","x509":{"serial_number":"0A01",\
            "subject":{"distinguished_name":"CN=one.example","common_name":["one.example"]},\
            "not_before":"2026-10-01T00:00:00Z","alternative_names":["one.example","two.example"]}}},\
            "http":{"response":{"title":"hello"}},"hallmark":{"scan":{"id":"s"},"certificate":{"spki_sha256":\
            "\(digest)"},"leads":[{"software":{"name":"Tool","id":"S0001"},"confidence":40}]}}

            """
    }

    /// A corpus with something in every table.
    private static func corpus(_ scratch: Scratch) throws -> (path: String, added: String) {
        let sweep = try scratch.write(
            "sweep",
            (1...3).map { record("192.0.2.\($0)", $0) }.joined() + record("192.0.2.1", 4, failure: true)
        )
        let path = scratch.file("good.sqlite")
        try check(Program.path, ["corpus", "add", sweep, "--corpus", path])
        let added = try scratch.write("added", record("192.0.2.1", 5, failure: true) + record("192.0.2.9", 6))
        try scratch.write("added.csv", "address,ports\n192.0.2.1,443\n192.0.2.9,443\n")
        try check("sqlite3", [path, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE"])
        return (path, added)
    }

    private static func query(_ path: String, _ sql: String) throws -> [String] {
        try check("sqlite3", [path, sql]).text.split(separator: "\n").map(String.init)
    }

    /// Runs all commands over a copy of the corpus that `sql` changed.
    ///
    /// - Returns: what went wrong with one of them.
    private static func faults(_ sql: String, _ good: String, _ added: String) throws -> [String] {
        let scratch = Scratch()
        let path = scratch.file("c.sqlite")
        var faults: [String] = []
        for command in commands(path, added) {
            for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
            try FileManager.default.copyItem(atPath: good, toPath: path)
            // What a constraint forbids a hostile file can hold all the same; it need not be tried here.
            let free = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; "
            guard try run("sqlite3", [path, free + sql]).status == 0 else { return [] }
            let result = try run(
                "timeout",
                ["-s", "KILL", "60", Program.path] + command,
                environment: [
                    "SWIFT_BACKTRACE": "enable=no", "HALLMARK_SIGNATURES": projectFolder + "/signatures",
                ]
            )
            let said = result.status == 1 && result.errors.contains(path)
            // Nothing found and not known are answers of a pivot.
            let answered = [0] + (command[0] == "pivot" ? [2, 4] : [])
            if !said, !answered.contains(Int(result.status)) {
                faults.append("\(sql) [\(command.joined(separator: " "))]: \(result.status) \(result.errors)")
            }
            if command[1] == "export" {
                for line in result.text.split(separator: "\n")
                where (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] == nil {
                    faults.append("\(sql): exports \(line)")
                }
            }
        }
        return faults
    }

    /// Runs many at a time.
    private static func faults(_ all: [String], _ good: String, _ added: String) async throws -> [String] {
        try await withThrowingTaskGroup(of: [String].self) { group in
            for sql in all { group.addTask { try Self.faults(sql, good, added) } }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// One of each kind; `HostileColumnTests` tries every value in every column.
    @Test func everyCommandSaysThatACorpusIsDamaged() async throws {
        let scratch = Scratch()
        let (good, added) = try Self.corpus(scratch)
        let forever = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i"
        let faults = try await Self.faults(
            [
                "UPDATE marks SET count = 'abc'", "UPDATE sightings SET last_seen = x'00'",
                "UPDATE sightings SET id = 9223372036854775807 WHERE id = 1",
                "UPDATE moments SET time = -9223372036854775808", "UPDATE meta SET value = 'k'",
                "UPDATE endpoints SET port = 1e300", "UPDATE certificates SET x509 = '{}},'",
                "DROP TABLE leads", "ALTER TABLE sightings DROP COLUMN count",
                "DROP TABLE scans; CREATE VIEW scans AS SELECT 1",
                "DROP TABLE moments; CREATE VIEW moments AS \(forever) AS endpoint FROM n",
                "CREATE TRIGGER t AFTER INSERT ON endpoints BEGIN INSERT INTO meta \(forever), 1 FROM n; END",
                "DROP TABLE grdb_migrations; CREATE VIEW grdb_migrations AS \(forever) AS identifier FROM n",
                "DROP TABLE names; CREATE VIRTUAL TABLE names USING fts5(name)",
                "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'x' WHERE name = 'marks'",
                "PRAGMA application_id = 7", "PRAGMA user_version = 1", "DELETE FROM meta",
            ],
            good,
            added
        )
        #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
    }

    /// What no other command reads of a corpus, its numbers are made of all the same.
    @Test func theNumbersOfADamagedCorpusAreNotTold() throws {
        let scratch = Scratch()
        let (good, _) = try Self.corpus(scratch)
        #expect(try Program.run(["corpus", "stats", "--corpus", good]).status == 0)
        let path = scratch.file("c.sqlite")
        for sql in [
            "UPDATE certificates SET not_before = 'abc'", "UPDATE certificates SET not_after = 1e300",
            "UPDATE moments SET time = -9223372036854775808", "UPDATE moments SET count = -1",
            "UPDATE sightings SET count = 9223372036854775807", "UPDATE endpoints SET port = 65536",
            "UPDATE leads SET confidence = x'00'", "UPDATE OR IGNORE names SET name = x'00'",
            "UPDATE certificates SET sha256 = x'00' WHERE id = 1", "UPDATE failures SET code = x'ff'",
            "UPDATE appearances SET marks = x'00'", "UPDATE imports SET bytes = -1",
        ] {
            for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) }
            try FileManager.default.copyItem(atPath: good, toPath: path)
            try check("sqlite3", [path, sql])
            let result = try Program.run(["corpus", "stats", "--corpus", path])
            #expect(
                result.status == 1 && result.errors.contains("the corpus is damaged"),
                "\(sql): \(result)"
            )
            #expect(result.text.isEmpty, "\(sql)")
        }
    }

    /// What lies where a corpus should be is looked at before it is opened, and nothing is waited for.
    @Test func whatIsNoFileIsNoCorpus() throws {
        let scratch = Scratch()
        let (good, added) = try Self.corpus(scratch)
        let script = """
            cd "$0" && mkfifo pipe && mkdir folder && cp "$1" side && mkfifo side-wal && cp "$1" shared && mkfifo shared-shm
            head -c 60 "$1" > short && head -c 40000 "$1" > cut && printf 'SQLite format 2' > old
            """
        try check("bash", ["-ec", script, scratch.path, good])
        for name in ["pipe", "folder", "side", "shared", "short", "cut", "old", "/dev/zero", "/dev/null"] {
            let path = name.hasPrefix("/") ? name : scratch.file(name)
            for command in Self.commands(path, added) where name == "pipe" || command[0] == "corpus" {
                let result = try run("timeout", ["-s", "KILL", "60", Program.path] + command)
                #expect(result.status == 1 && result.errors.contains(path), "\(command): \(result)")
            }
        }
        // A name that means something to SQLite is a file's name.
        let memory = try run(
            "bash",
            [
                "-c", "cd \"$0\" && \"$1\" corpus add added --corpus :memory: && test -s :memory:",
                scratch.path, Program.path,
            ]
        )
        #expect(memory.status == 0, "\(memory.errors)")
        // An empty name, as a shell makes of a variable that is not set, is a mistake of usage.
        #expect(try Program.run(["corpus", "add", added, "--corpus", ""]).status == 64)
    }
}
