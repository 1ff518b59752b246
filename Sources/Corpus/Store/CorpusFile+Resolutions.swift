import Foundation
import GRDB
import Observations
import Terminal

extension CorpusFile {
    /// What came of a file of passive DNS.
    package enum ResolutionResult: Equatable, Sendable {
        /// How many names led where the corpus had not known them to lead.
        case added(new: Int)
        /// The very same bytes have been imported before.
        case known
    }

    /// Adds where names pointed.
    ///
    /// Adding the same again changes nothing: a file is known by its digest, and of what tells of the same
    /// time the larger count stays.
    ///
    /// - Parameters:
    ///   - path: of the file that it comes from; nil or `-` for what is no file.
    ///   - read: hands over what the file has, and says whether all of it could be read.
    package func add(
        resolutionsOf path: String?,
        _ read: ((Resolution) throws -> Void) throws -> Bool
    ) throws -> ResolutionResult {
        let known = path.flatMap { $0 == "-" ? nil : $0 }.flatMap { try? FileDigest(ofRegularFile: $0) }
        if let known, try isImported(known.sha256) { return .known }
        return try writeInBatches { db in
            let session = try ResolutionSession(db)
            var records = 0
            do {
                let isWhole = try read { resolution in
                    records += 1
                    try session.add(resolution)
                }
                try session.commit {
                    // A file with faults is read again when it is named again, so that they are said again.
                    guard let known, let path, isWhole, records > 0 else { return }
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO imports VALUES (?, ?, ?, ?, ?, ?)",
                        arguments: [
                            Data(known.sha256), path, known.size, records, session.new, IngestSession.now,
                        ]
                    )
                }
            } catch {
                if db.isInsideTransaction { try? db.rollback() }
                throw error
            }
            return .added(new: session.new)
        }
    }
}

extension CorpusFile {
    /// Tells where names pointed, in the order of the names.
    ///
    /// - Parameters:
    ///   - since: milliseconds since 1970; what was last seen before is left out.
    ///   - until: what was first seen after it is left out.
    ///   - take: returns false for what it can't take.
    /// - Throws: what is damaged, when all else has been told.
    package func resolutions(
        since: Int? = nil,
        until: Int? = nil,
        _ take: (Resolution) throws -> Bool
    ) throws {
        try read { db in
            let rows = try db.makeStatement(
                sql: """
                    SELECT name, type, target, first_seen, last_seen, count FROM resolutions
                    WHERE last_seen >= ? AND first_seen <= ? ORDER BY name, type, target
                    """
            )
            var damaged = 0
            var damage: CorpusDamage?
            try rows.forEach([since ?? .min, until ?? .max]) { row in
                let resolution: Resolution
                do {
                    resolution = try Resolution(row)
                } catch let error as CorpusDamage {
                    damaged += 1
                    damage = damage ?? error
                    return
                }
                guard try take(resolution) else {
                    damaged += 1
                    damage = damage ?? CorpusDamage("'\(resolution.target)' is no address")
                    return
                }
            }
            if let damage {
                throw CorpusDamage(
                    "where names pointed can't be written \(counted(damaged, "time")): \(damage)"
                )
            }
        }
    }
}

/// Sums up what is seen of names, and writes it a batch at a time.
private final class ResolutionSession {
    private let db: Database
    private let select, insert: Statement
    private var pending: [Resolution.Key: Resolution] = [:]
    private(set) var new = 0

    /// Names and targets that are held in memory: some tens of megabytes where each is as long as it can be.
    private static let batch = 50_000

    init(_ db: Database) throws {
        self.db = db
        select = try db.makeStatement(
            sql: """
                SELECT name, type, target, first_seen, last_seen, count FROM resolutions
                WHERE name = ? AND type = ? AND target = ?
                """
        )
        insert = try db.makeStatement(sql: "INSERT OR REPLACE INTO resolutions VALUES (?, ?, ?, ?, ?, ?)")
    }

    /// Times of one file are summed while they are held, and counted as the corpus counts them afterwards.
    func add(_ resolution: Resolution) throws {
        if var sum = pending[resolution.key] {
            sum.count = min(sum.count + resolution.count, SeenPeriod.mostCounted)
            sum.first = min(sum.first, resolution.first)
            sum.last = max(sum.last, resolution.last)
            pending[resolution.key] = sum
        } else {
            pending[resolution.key] = resolution
            if pending.count >= Self.batch { try commit {} }
        }
    }

    /// Writes what is held, and what `body` writes, in one transaction.
    func commit(_ body: () throws -> Void) throws {
        try db.inTransaction(.immediate) {
            for resolution in pending.values { try write(resolution) }
            try body()
            return .commit
        }
        pending.removeAll(keepingCapacity: true)
    }

    private func write(_ resolution: Resolution) throws {
        let name = ReversedName(resolution.name).text
        let target = resolution.kind == .cname ? ReversedName(resolution.target).text : resolution.target
        var sum = resolution
        if let known = try select.first([name, resolution.kind.rawValue, target], { try Resolution($0) }) {
            sum = known
            sum.merge(resolution)
        } else {
            new += 1
        }
        insert.bind(1, name)
        insert.bind(2, resolution.kind.rawValue)
        insert.bind(3, target)
        insert.bind(4, sum.first)
        insert.bind(5, sum.last)
        insert.bind(6, sum.count)
        try insert.run(db)
    }
}

extension Resolution {
    /// A row of `name, type, target, first_seen, last_seen, count`.
    init(_ row: CorpusRow) throws {
        guard let kind = Kind(rawValue: try row.integer(1)) else {
            throw CorpusDamage("the column 'type' holds what is no type of DNS record that is kept")
        }
        name = ReversedName(try row.text(0)).text
        self.kind = kind
        let target = try row.text(2)
        self.target = kind == .cname ? ReversedName(target).text : target
        first = try row.time(3)
        last = try row.time(4)
        count = try row.count(5)
    }
}
