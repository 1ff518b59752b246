import Bytes
import Foundation
import GRDB
import Observations

/// A connection that takes lines, a transaction for each batch.
final class IngestSession {
    private let db: Database
    private let ingest: Ingest
    private let picker = RecordPicker(RecordField.kept + RecordField.found)
    private let conclusions = ConclusionLines()
    private var open = false
    private var inBatch = 0

    /// How many records one transaction takes at most, and how many marks.
    ///
    /// The marks of a batch lie scattered over a table of their own, most of whose pages are written anew for
    /// each batch: few large ones cost a large corpus far less than many small ones.
    static let batch = 50_000
    static let batchMarks = 600_000

    fileprivate init(_ db: Database, hash: SipHash, clients: ClientPolicy) throws {
        self.db = db
        ingest = try Ingest(db, hash: hash, clients: clients)
    }

    var counts: IngestCounts { ingest.counts }

    /// Adds lines, each with its end, and commits them.
    func add(lines: inout [UInt8]) throws {
        let count = lines.count
        lines.append(contentsOf: repeatElement(0x20, count: RecordPicker.padding))
        try lines.withUnsafeBytes { bytes in
            var start = 0
            while start < count, let base = bytes.baseAddress {
                let feed = memchr(base + start, 0x0a, count - start)
                let end = feed.map { UnsafeRawPointer($0) - base } ?? count
                if end > start { try add(line: UnsafeRawBufferPointer(rebasing: bytes[start..<end])) }
                start = end + 1
            }
        }
        try commit()
    }

    /// Adds one line that has `RecordPicker.padding` readable bytes behind it.
    ///
    /// - Returns: whether it was an observation, or another line of ours, which is passed over.
    @discardableResult
    func add(line: UnsafeRawBufferPointer) throws -> Bool {
        try begin()
        do throws(Observations.RecordError) {
            try picker.read(padded: line)
            try picker.checkWhole()
        } catch {
            ingest.countMalformed(error.description)
            return false
        }
        let verdict = picker.verdict
        guard verdict.isRecord || picker.text(.dataset) == LineKind.finding.datasets[0] else {
            if verdict == .conclusion, conclusions.hold(padded: line) {
                ingest.countConclusion()
                return true
            }
            ingest.countMalformed(verdict.fault == .foreign ? nil : verdict.fault?.description)
            return false
        }
        let malformed = ingest.counts.malformed
        try ingest.add(picker, line, now: Self.now)
        inBatch += 1
        try commitFullBatch()
        return ingest.counts.malformed == malformed
    }

    private func commitFullBatch() throws {
        if inBatch >= Self.batch || ingest.pendingMarks >= Self.batchMarks { try commit() }
    }

    /// Adds the certificate of a record that was seen on no endpoint.
    func add(certificate line: [UInt8]) throws {
        try begin()
        do {
            try picker.read(line)
        } catch {
            ingest.countMalformed()
            return
        }
        try ingest.addCertificate(picker, now: Self.now)
    }

    private func begin() throws {
        guard !open else { return }
        try db.beginTransaction(.immediate)
        open = true
    }

    func commit() throws {
        guard open else { return }
        try ingest.flush()
        try db.commit()
        open = false
        inBatch = 0
    }

    /// Commits the last batch together with what `body` writes.
    func commit(with body: (Database) throws -> Void) throws {
        try begin()
        try body(db)
        try commit()
    }

    static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }
}

extension CorpusFile {
    /// Runs `body` on the writing connection; what it did not commit is undone when it throws.
    func ingest<R>(
        clients: ClientPolicy = .keep,
        _ body: (IngestSession) throws -> R
    ) throws -> R {
        try writeInBatches { db in
            let session = try IngestSession(db, hash: hash, clients: clients)
            do {
                let result = try body(session)
                try session.commit()
                return result
            } catch {
                if db.isInsideTransaction { try? db.rollback() }
                throw error
            }
        }
    }
}
