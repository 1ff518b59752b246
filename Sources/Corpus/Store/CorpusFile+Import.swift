import Foundation
import GRDB
package import Observations

extension CorpusFile {
    /// What came of a file.
    package enum ImportResult: Equatable, Sendable {
        case added(IngestCounts)
        /// The very same bytes have been imported before.
        case known
    }

    /// Adds the observations of an NDJSON file.
    ///
    /// The same observation counts once, from whatever file it comes: importing a file again, or another one
    /// with some of the same records, changes nothing that is already there.
    ///
    /// - Parameter path: the file, or `-` for standard input.
    package func add(sweep path: String) throws -> ImportResult {
        var reader = try LineReader(path)
        let known = path == "-" ? nil : try FileDigest(ofRegularFile: path)
        if let known, try isImported(known.sha256) { return .known }
        return try ingest { session in
            let before = session.counts
            var first: Int?
            var fault: FileError?
            do {
                while let isRecord = try reader.next({ try session.add(line: $0) }) {
                    if !isRecord, first == nil { first = reader.number }
                }
            } catch let error as FileError {
                // What stands before the fault is kept.
                fault = error
            }
            var counts = session.counts
            counts.malformed += reader.skipped
            counts.firstMalformed = first
            counts.fault = fault?.description
            // A file with faults is read again when it is named again, so that they are said again.
            if let known, counts.records > 0, counts.malformed == 0, fault == nil {
                try session.commit { db in
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO imports VALUES (?, ?, ?, ?, ?, ?)",
                        arguments: [
                            Data(known.sha256), path, known.size, counts.records - before.records,
                            counts.added - before.added, IngestSession.now,
                        ]
                    )
                }
            }
            return .added(counts)
        }
    }

    /// Adds all records of a source.
    ///
    /// - Parameter unread: is told what of it could not be read; what stands before is kept.
    package func add(_ source: any RecordSource, unread: (FileError) -> Void) throws -> IngestCounts {
        try ingest { session in
            var first: Int?
            try source.read { block in
                try block.forEachLine { line, number in
                    if try !session.add(line: line) { first = first ?? number }
                }
            } unread: {
                unread($0)
            }
            var counts = session.counts
            counts.firstMalformed = first
            return counts
        }
    }

    /// Adds certificates that were seen on no endpoint, as records that hold a certificate and no endpoint.
    package func add(certificates lines: [[UInt8]]) throws -> IngestCounts {
        try ingest { session in
            for line in lines { try session.add(certificate: line) }
            return session.counts
        }
    }

    private func isImported(_ digest: [UInt8]) throws -> Bool {
        try read { db in
            try db.first("SELECT 1 FROM imports WHERE digest = ?", [digest]) { _ in } != nil
        }
    }
}
