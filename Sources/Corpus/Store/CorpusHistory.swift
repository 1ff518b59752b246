import Bytes
import GRDB

/// What a corpus remembers around a certificate: when it was seen first, and how often it is issued anew.
package final class CorpusHistory {
    package struct Facts: Equatable, Sendable {
        /// Milliseconds since 1970.
        package var firstSeen: Int?
        /// Seconds.
        package var ageWhenFirstSeen: Int?
        package var issues: Int?
        /// Seconds.
        package var rhythm: Int?
    }

    private let corpus: CorpusFile
    private var known: [String: Facts] = [:]

    /// Certificates that are remembered, and those of one name that are looked at.
    private static let capacity = 4096
    private static let mostIssues = 1000

    package init(_ corpus: CorpusFile) { self.corpus = corpus }

    /// - Parameters:
    ///   - certificate: SHA-256 in hexadecimal.
    ///   - names: of the certificate.
    package func look(certificate: String?, names: [String]) throws -> Facts {
        guard let certificate, let digest = [UInt8](hex: certificate) else { return Facts() }
        if let facts = known[certificate] { return facts }
        let facts = try corpus.read { db in try Self.read(db, digest, names) }
        if known.count >= Self.capacity { known.removeAll(keepingCapacity: true) }
        known[certificate] = facts
        return facts
    }

    private static func read(_ db: Database, _ digest: [UInt8], _ names: [String]) throws -> Facts {
        var facts = Facts()
        let own = try db.first("SELECT id, not_before FROM certificates WHERE sha256 = ?", [digest]) {
            (id: try $0.integer(0), notBefore: $0.isNull(1) ? nil : try $0.time(1))
        }
        guard let own else { return facts }
        facts.firstSeen =
            try db.first("SELECT min(first_seen) FROM sightings WHERE certificate = ?", [own.id]) {
                $0.isNull(0) ? nil : try $0.time(0)
            } ?? nil
        if let seen = facts.firstSeen, let begin = own.notBefore {
            // Both are times of the years 0 to 9999, so that the difference fits.
            facts.ageWhenFirstSeen = (seen &- begin) / 1000
        }
        guard let name = names.first else { return facts }
        let begins = try db.rows(
            """
            SELECT not_before FROM names JOIN certificates ON certificates.id = names.certificate
            WHERE names.name = ? AND not_before IS NOT NULL ORDER BY not_before LIMIT \(mostIssues)
            """,
            [ReversedName(name).text]
        ) { try $0.time(0) }
        facts.issues = max(1, begins.count)
        var gaps = zip(begins.dropFirst(), begins).map { ($0 &- $1) / 1000 }.filter { $0 > 0 }
        gaps.sort()
        if !gaps.isEmpty { facts.rhythm = gaps[gaps.count / 2] }
        return facts
    }
}
