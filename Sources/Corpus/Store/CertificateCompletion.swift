import Bytes
import GRDB
import Observations

/// Fills what a corpus lacks of a certificate out of a later record of the same one.
///
/// The first record of a certificate may have been damaged, or somebody's text; a certificate is what its
/// digest says, and so what another record tells of it holds for both.
final class CertificateCompletion {
    private let hash: SipHash
    private let select, merge, update, hasMark, removeMark, uncount, forgetCount, removeWords: Statement
    private let picker = RecordPicker()

    init(_ db: Database, hash: SipHash) throws {
        self.hash = hash
        select = try db.makeStatement(sql: "SELECT \(ToldParts.columns) FROM certificates WHERE id = ?")
        // Members of the second stand over those of the first.
        let parts = ["hashes", "x509", "details"].enumerated().map { index, column in
            let later = "?\(index + 2)"
            func isNone(_ text: String) -> String {
                "(\(text) IS NULL OR NOT json_valid(\(text)) OR json_type(\(text)) <> 'object')"
            }
            return """
                CASE WHEN \(isNone(later)) THEN \(column) WHEN \(isNone(column)) THEN \(later)
                WHEN ?5 THEN json_patch(\(column), \(later)) ELSE json_patch(\(later), \(column)) END
                """
        }
        merge = try db.makeStatement(
            sql: """
                SELECT hashes, x509, details, \(parts.joined(separator: ", "))
                FROM certificates WHERE id = ?1
                """
        )
        update = try db.makeStatement(
            sql: """
                UPDATE certificates SET subject = ?2, issuer = ?3, serial = ?4, not_before = ?5, not_after = ?6,
                    spki = ?7, tbs = ?8, shape = ?9, hashes = ?10, x509 = ?11, details = ?12 WHERE id = ?1
                """
        )
        hasMark = try db.makeStatement(
            sql: "SELECT 1 FROM certificate_marks WHERE mark = ? AND certificate = ?"
        )
        removeMark = try db.makeStatement(
            sql: "DELETE FROM certificate_marks WHERE mark = ? AND certificate = ?"
        )
        uncount = try db.makeStatement(sql: "UPDATE marks SET count = count - 1 WHERE id = ?")
        forgetCount = try db.makeStatement(sql: "DELETE FROM marks WHERE id = ? AND count < 2")
        removeWords = try db.makeStatement(sql: CorpusSchema.certificateWordsToRemove + " WHERE id = ?")
    }

    /// - Parameters:
    ///   - record: a later one of the certificate.
    ///   - pending: what waits to be written; it is given the marks that are new.
    /// - Returns: what is told of the certificate now; nil where the record tells nothing that was lacking.
    func complete(
        _ id: Int,
        from record: RecordPicker,
        _ pending: inout PendingMarks,
        _ statements: IngestStatements,
        _ db: Database
    ) throws -> CertificateFacts? {
        guard let stored = try select.first([id], { try ToldParts($0) }) else { return nil }
        let told = ToldParts(record)
        guard !told.isSubset(of: stored) else { return nil }
        let (old, new) = try merged(id, record, isLaterFirst: told.isSuperset(of: stored))
        let isText = record.has(.fidelity) && record.text(.fidelity) != Fidelity.der.rawValue
        guard let facts = try facts(new, isText: isText), !ToldParts(picker).isSubset(of: stored) else {
            return nil
        }
        // Marks of the first record may wait with the others of its batch.
        try pending.write(db, statements)
        if !isText { try removeMarks(of: old, but: facts.marks, id, db) }
        for mark in facts.marks {
            let number = mark.id(hash)
            guard try hasMark.first([number, id], { _ in }) == nil else { continue }
            pending.add(mark, id: number, certificate: id)
        }
        removeWords.bind(1, id)
        try removeWords.run(db)
        update.bind(1, id)
        update.bind(2, facts.subject)
        update.bind(3, facts.issuer)
        update.bind(4, facts.serial)
        update.bind(5, facts.notBefore)
        update.bind(6, facts.notAfter)
        update.bind(7, facts.spki)
        update.bind(8, facts.tbs)
        update.bind(9, facts.shape)
        update.bind(10, new.hashes)
        update.bind(11, new.x509)
        update.bind(12, new.details)
        try update.run(db)
        try statements.addWords(ofCertificate: id, db)
        return facts
    }

    /// The parts of a record that a corpus keeps as they stood there.
    private struct Parts {
        let hashes, x509, details: String?
    }

    /// The parts that are kept, and with what a record tells besides.
    ///
    /// - Parameter isLaterFirst: whether the record tells all that is kept: then it is believed where they
    ///   differ, since what is kept may be damaged.
    private func merged(
        _ id: Int,
        _ record: RecordPicker,
        isLaterFirst: Bool
    ) throws -> (old: Parts, new: Parts) {
        merge.bind(1, id)
        merge.bind(2, record.text(.hashes))
        merge.bind(3, record.text(.x509))
        merge.bind(4, record.text(.certificate))
        let first: Int = isLaterFirst ? 1 : 0
        merge.bind(5, first)
        let found = try merge.first { row in
            (
                Parts(hashes: try row.json(0), x509: try row.json(1), details: try row.json(2)),
                Parts(hashes: try row.json(3), x509: try row.json(4), details: try row.json(5))
            )
        }
        guard let found else { throw CorpusDamage.record }
        return found
    }

    /// What the parts tell as a record; nil for what is none.
    private func facts(_ parts: Parts, isText: Bool) throws -> CertificateFacts? {
        var line = ByteBuffer()
        line.append("{")
        line.object("tls")
        line.object("server")
        line.append(json: "hash", parts.hashes)
        line.append(json: "x509", parts.x509)
        line.append("}}")
        line.object("hallmark")
        line.append(json: "certificate", parts.details)
        if isText {
            line.object("source")
            line.member("fidelity", word: Fidelity.text.rawValue)
            line.endObject()
        }
        line.append("}}")
        let isRead = line.withSpan { span in
            span.withUnsafeBufferPointer { (try? picker.read($0)) != nil }
        }
        return isRead ? CertificateFacts(picker) : nil
    }

    /// Takes away what the certificate was thought to be.
    private func removeMarks(of old: Parts, but marks: [Mark], _ id: Int, _ db: Database) throws {
        // How the parts were come by is not kept: what is not there is not removed.
        let known = try [true, false].flatMap { try facts(old, isText: $0)?.marks ?? [] }
        for mark in Set(known).subtracting(marks) {
            let number = mark.id(hash)
            removeMark.bind(1, number)
            removeMark.bind(2, id)
            guard try removeMark.run(db) > 0 else { continue }
            for statement in [uncount, forgetCount] {
                statement.bind(1, number)
                try statement.run(db)
            }
        }
    }
}
