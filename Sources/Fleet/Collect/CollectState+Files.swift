import GRDB

extension CollectState {
    /// A whole file as it was written; nil for one that an older program wrote.
    func whole(_ vantage: String, _ number: Int) throws -> FileChecksum? {
        try queue.read { db in
            let sql = "SELECT bytes, checksum FROM files WHERE vantage = ? AND number = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [vantage, number]) else { return nil }
            return FileChecksum(bytes: try value(row, "bytes"), checksum: try value(row, "checksum"))
        }
    }

    /// What counts of the open files, by vantage points, but of those that an older program wrote.
    func parts() throws -> [String: FileChecksum] {
        try queue.read { db in
            var parts: [String: FileChecksum] = [:]
            for row in try Row.fetchAll(db, sql: "SELECT * FROM parts") {
                let part = FileChecksum(bytes: try value(row, "bytes"), checksum: try value(row, "checksum"))
                parts[try value(row, "vantage")] = part
            }
            return parts
        }
    }

    /// Forgets which files a feed could not be given.
    func forgetUnfed(_ name: String) throws {
        try queue.write { try $0.execute(sql: "DELETE FROM unfed WHERE name = ?", arguments: [name]) }
    }

    /// How many files a feed could not be given.
    func unfedCount(_ name: String) throws -> Int {
        try queue.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM unfed WHERE name = ?", arguments: [name]) ?? 0
        }
    }

    /// The files that a feed could not be given, and what stood there when it was tried.
    func unfed(_ name: String) throws -> [UnfedFile] {
        try queue.read { db in
            let sql = "SELECT vantage, number, stamp FROM unfed WHERE name = ? ORDER BY vantage, number"
            return try Row.fetchAll(db, sql: sql, arguments: [name]).map { row in
                UnfedFile(
                    vantage: try value(row, "vantage"),
                    number: try value(row, "number"),
                    stamp: try value(row, "stamp")
                )
            }
        }
    }

    func isUnfed(_ name: String, _ vantage: String, _ number: Int) throws -> Bool {
        try queue.read { db in
            let sql = "SELECT 1 FROM unfed WHERE name = ? AND vantage = ? AND number = ?"
            return try Bool.fetchOne(db, sql: sql, arguments: [name, vantage, number]) ?? false
        }
    }

    /// Notes that a feed was not given a file.
    func addUnfed(_ name: String, _ file: UnfedFile) throws {
        try queue.write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO unfed VALUES (?, ?, ?, ?)",
                arguments: [name, file.vantage, file.number, file.stamp]
            )
        }
    }

    func removeUnfed(_ name: String, _ file: UnfedFile) throws {
        try queue.write { db in
            try db.execute(
                sql: "DELETE FROM unfed WHERE name = ? AND vantage = ? AND number = ?",
                arguments: [name, file.vantage, file.number]
            )
        }
    }
}

extension CollectState.Transaction {
    /// Notes how a file was when it became whole.
    func addWhole(_ vantage: String, _ number: Int, _ file: FileChecksum) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
            arguments: [vantage, number, file.bytes, file.checksum]
        )
    }
}

/// A whole file that a feed could not be given.
struct UnfedFile {
    let vantage: String
    let number: Int
    /// What stood in its place, as `FileChecksum.stamp` says.
    var stamp: String
}
