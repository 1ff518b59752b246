import Bytes
import Foundation
import GRDB
import Observations

/// What a collector remembers, in a SQLite file beside its records: shards that are done, what came of the
/// others, and how far the file of records counts.
///
/// One transaction holds what came of some messages and the length of the file with their records. So the
/// two never disagree, whenever the collector ends.
final class CollectState: Sendable {
    let queue: DatabaseQueue
    private let path: String

    private static let tables = """
        CREATE TABLE IF NOT EXISTS places (vantage TEXT PRIMARY KEY, number INTEGER, offset INTEGER) WITHOUT ROWID;
        -- Of the open files the bytes that count.
        CREATE TABLE IF NOT EXISTS parts (vantage TEXT PRIMARY KEY, bytes INTEGER, checksum INTEGER) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS done (job TEXT, vantage TEXT, number INTEGER,
            PRIMARY KEY (job, vantage, number)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS messages (job TEXT, vantage TEXT, number INTEGER, attempt TEXT, sequence INTEGER,
            keys BLOB, done TEXT, PRIMARY KEY (job, vantage, number, attempt, sequence)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS jobs (job TEXT PRIMARY KEY, shards INTEGER, endpoints INTEGER, records INTEGER,
            repeated INTEGER, lost INTEGER) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS plans (job TEXT PRIMARY KEY, shards INTEGER, endpoints INTEGER, vantages TEXT)
            WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS name (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT);
        INSERT OR IGNORE INTO name VALUES (1, lower(hex(randomblob(16))));
        CREATE TABLE IF NOT EXISTS feeds (name TEXT, vantage TEXT, number INTEGER,
            PRIMARY KEY (name, vantage)) WITHOUT ROWID;
        -- Whole files as they were written.
        CREATE TABLE IF NOT EXISTS files (vantage TEXT, number INTEGER, bytes INTEGER, checksum INTEGER,
            PRIMARY KEY (vantage, number)) WITHOUT ROWID;
        -- Files that a feed was not given, and what stood there then.
        CREATE TABLE IF NOT EXISTS unfed (name TEXT, vantage TEXT, number INTEGER, stamp TEXT,
            PRIMARY KEY (name, vantage, number)) WITHOUT ROWID;
        """

    init(_ path: String) throws {
        self.path = path
        var configuration = Configuration()
        // A thread that feeds may still be letting go of what it read for the one before.
        configuration.busyMode = .timeout(30)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        do {
            queue = try DatabaseQueue(path: URL(fileURLWithPath: path).path, configuration: configuration)
            try queue.write { try $0.execute(sql: Self.tables) }
        } catch let error as DatabaseError {
            let isDamaged = [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode)
            throw FileError(path, (isDamaged ? "is damaged" : error.message ?? "can't be used") + Self.advice)
        }
    }

    /// The files that are written, by vantage points, and their bytes that count.
    func places() throws -> [String: (number: Int, offset: Int)] {
        try queue.read { db in
            var places: [String: (number: Int, offset: Int)] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM places") {
                let number: Int = try value(row, "number")
                guard (1...RecordFolder.mostFiles).contains(number) else { throw damage("number") }
                places[try value(row, "vantage")] = (number, try value(row, "offset"))
            }
            return places
        }
    }

    /// What a row holds, if it is what this program writes there: a file can be damaged.
    func value<Value: DatabaseValueConvertible>(_ row: Row, _ column: String) throws -> Value {
        let held: DatabaseValue? = row[column]
        guard let held, let value = Value.fromDatabaseValue(held) else { throw damage(column) }
        return value
    }

    private func damage(_ column: String) -> FileError {
        FileError(
            path,
            "is damaged: the column '\(column)' holds what no collector writes" + Self.advice
        )
    }

    private static let advice = ". Collect into another folder; what lies here is whole"

    /// What no other collector is called.
    func name() throws -> String {
        try queue.read { try String.fetchOne($0, sql: "SELECT text FROM name") ?? "" }
    }

    /// Runs `body` in a transaction.
    func write<R>(_ body: (Transaction) throws -> R) throws -> R {
        try queue.write { try body(Transaction(db: $0)) }
    }

    /// Shards that came in part, as the last collector knew them.
    func openShards() throws -> [ShardPlace: OpenShard] {
        try queue.read { db in
            var shards: [ShardPlace: OpenShard] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT * FROM messages")
            while let row = try rows.next() {
                let place = ShardPlace(
                    job: try value(row, "job"),
                    vantage: try value(row, "vantage"),
                    number: try value(row, "number")
                )
                let attempt: String = try value(row, "attempt")
                let sequence: Int = try value(row, "sequence")
                if let text: String = try? value(row, "done") {
                    let done = try JSONDecoder().decode(ResultHeader.Done.self, from: Data(text.utf8))
                    shards[place, default: OpenShard()].end(attempt, messages: sequence, done)
                    continue
                }
                _ = shards[place, default: OpenShard()].begin(attempt, sequence)
                let keys = Array(try value(row, "keys") as Data)
                guard keys.count.isMultiple(of: RecordKey.size) else { throw damage("keys") }
                for start in stride(from: 0, to: keys.count, by: RecordKey.size) {
                    _ = shards[place]?.add(RecordKey(keys[start...].prefix(RecordKey.size)), attempt)
                }
            }
            return shards
        }
    }

    /// What the jobs whose results came can come to.
    func facts() throws -> [String: JobFacts] {
        try queue.read { db in
            var facts: [String: JobFacts] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM plans") {
                let vantages: String = try value(row, "vantages")
                let shards: UInt32 = try value(row, "shards")
                guard (1...FleetJob.mostShards).contains(shards) else { throw damage("shards") }
                facts[try value(row, "job")] = JobFacts(
                    shards: shards,
                    // SQLite's numbers have a sign.
                    endpoints: UInt64(bitPattern: try value(row, "endpoints") as Int64),
                    vantages: vantages.split(separator: ",").map(String.init)
                )
            }
            return facts
        }
    }

    /// How far each job is.
    func progress() throws -> [JobProgress] {
        try queue.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM jobs").map { row in
                JobProgress(
                    job: try value(row, "job"),
                    shardsDone: try value(row, "shards"),
                    endpoints: try value(row, "endpoints"),
                    records: try value(row, "records"),
                    repeated: try value(row, "repeated"),
                    lost: try value(row, "lost")
                )
            }
        }
    }

    /// The numbers of a job's shards that are done.
    func done(_ job: String, _ vantage: String) throws -> Set<UInt32> {
        try queue.read { db in
            Set(
                try UInt32.fetchAll(
                    db,
                    sql: "SELECT number FROM done WHERE job = ? AND vantage = ?",
                    arguments: [job, vantage]
                )
            )
        }
    }

    /// The last file that a feed has taken, or could not be given; 0 for none.
    ///
    /// - Parameter name: the feed's identity.
    func fed(_ name: String, _ vantage: String) throws -> Int {
        try queue.read { db in
            let sql = "SELECT number FROM feeds WHERE name = ? AND vantage = ?"
            return try Int.fetchOne(db, sql: sql, arguments: [name, vantage]) ?? 0
        }
    }

    func setFed(_ name: String, _ vantage: String, _ number: Int) throws {
        try queue.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO feeds VALUES (?, ?, ?)",
                arguments: [name, vantage, number]
            )
        }
    }

    /// What is written together.
    struct Transaction {
        let db: Database

        func isDone(_ place: ShardPlace) throws -> Bool {
            try Bool.fetchOne(
                db,
                sql: "SELECT 1 FROM done WHERE job = ? AND vantage = ? AND number = ?",
                arguments: [place.job, place.vantage, Int64(place.number)]
            ) ?? false
        }

        /// Notes a message and its records' keys, or what a whole scan came to.
        func add(_ place: ShardPlace, _ header: ResultHeader, keys: [UInt8]) throws {
            let done = try header.done.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
            try db.execute(
                sql: "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    place.job, place.vantage, Int64(place.number), header.attempt, header.sequence,
                    Data(keys), done,
                ]
            )
        }

        /// Notes what a job can come to.
        func add(_ job: String, _ facts: JobFacts) throws {
            try db.execute(
                sql: "INSERT OR REPLACE INTO plans VALUES (?, ?, ?, ?)",
                arguments: [
                    job, Int64(facts.shards), Int64(bitPattern: facts.endpoints),
                    facts.vantages.joined(separator: ","),
                ]
            )
        }

        /// Counts for a job.
        func count(_ job: String, records: Int, repeated: Int) throws {
            try db.execute(
                sql: """
                    INSERT INTO jobs VALUES (?1, 0, 0, ?2, ?3, 0)
                    ON CONFLICT DO UPDATE SET records = records + ?2, repeated = repeated + ?3
                    """,
                arguments: [job, records, repeated]
            )
        }

        /// Notes that a shard is done; what came of it is not needed any more.
        func finish(_ place: ShardPlace, endpoints: UInt64, lost: UInt64) throws {
            try db.execute(
                sql: "DELETE FROM messages WHERE job = ? AND vantage = ? AND number = ?",
                arguments: [place.job, place.vantage, Int64(place.number)]
            )
            try db.execute(
                sql: "INSERT OR IGNORE INTO done VALUES (?, ?, ?)",
                arguments: [place.job, place.vantage, Int64(place.number)]
            )
            try db.execute(
                sql: """
                    INSERT INTO jobs VALUES (?1, 1, ?2, 0, 0, ?3)
                    ON CONFLICT DO UPDATE SET shards = shards + 1, endpoints = endpoints + ?2, lost = lost + ?3
                    """,
                arguments: [place.job, Int64(min(endpoints, 1 << 40)), Int64(min(lost, 1 << 40))]
            )
        }

        /// Notes which file is open, and what counts of it.
        func setPlace(_ vantage: String, _ folder: RecordFolder) throws {
            try db.execute(
                sql: "INSERT OR REPLACE INTO places VALUES (?, ?, ?)",
                arguments: [vantage, folder.number, folder.offset]
            )
            try db.execute(
                sql: "INSERT OR REPLACE INTO parts VALUES (?, ?, ?)",
                arguments: [vantage, folder.written.bytes, folder.written.checksum]
            )
        }
    }
}
