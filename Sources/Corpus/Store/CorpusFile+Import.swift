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

    /// Adds all records of a source.
    ///
    /// The same observation counts once, from whatever source it comes: importing a file again, or another
    /// one with some of the same records, changes nothing that is already there.
    ///
    /// - Parameters:
    ///   - clients: what is kept of those who connected.
    ///   - unread: is told what of it could not be read; what stands before is kept.
    package func add(
        _ source: any RecordSource,
        clients: ClientPolicy = .keep,
        unread: (FileError) -> Void
    ) throws -> ImportResult {
        let path = (source as? RecordFile)?.path
        // What can't be read is told when it is read.
        let known = path.flatMap { $0 == "-" ? nil : $0 }.flatMap { try? FileDigest(ofRegularFile: $0) }
        if let known, try isImported(known.sha256) { return .known }
        return try ingest(clients: clients) { session in
            var first: Int?
            var isWhole = true
            try source.read { block in
                try block.forEachLine { line, number in
                    if try !session.add(line: line) { first = first ?? number }
                }
            } unread: { error in
                isWhole = false
                unread(error)
            }
            var counts = session.counts
            counts.firstMalformed = first
            // A file with faults is read again when it is named again, so that they are said again.
            if let known, let path, counts.records > 0, counts.malformed == 0, isWhole {
                try session.commit { db in
                    try db.execute(
                        sql: "INSERT OR IGNORE INTO imports VALUES (?, ?, ?, ?, ?, ?)",
                        arguments: [
                            Data(known.sha256), path, known.size, counts.records, counts.added,
                            IngestSession.now,
                        ]
                    )
                }
            }
            return .added(counts)
        }
    }

    /// Adds the observations of a file of records, or of standard input: `-`.
    package func add(sweep path: String) throws -> ImportResult {
        var fault: FileError?
        let result = try add(RecordFile(path)) { fault = fault ?? $0 }
        guard let fault, case .added(var counts) = result else { return result }
        counts.fault = fault.description
        return .added(counts)
    }

    /// Adds certificates that were seen on no endpoint, as records that hold a certificate and no endpoint.
    package func add(certificates lines: [[UInt8]]) throws -> IngestCounts {
        try ingest { session in
            for line in lines { try session.add(certificate: line) }
            return session.counts
        }
    }

    func isImported(_ digest: [UInt8]) throws -> Bool {
        try read { db in
            try db.first("SELECT 1 FROM imports WHERE digest = ?", [digest]) { _ in } != nil
        }
    }
}
