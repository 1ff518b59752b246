import Bytes
import GRDB
import Observations

/// Fills what a corpus lacks of a certificate out of a later record of the same one.
///
/// The first record of a certificate may have been damaged, or somebody's text; a certificate is what its
/// digest says, and so what another record tells of it holds for both.
final class CertificateCompletion {
    private let hash: SipHash
    private let select, update, hasMark, removeMark, removeName, uncount, forgetCount, removeWords: Statement
    private let picker = RecordPicker()
    private let tree = JSONTree()
    /// Records of certificates, as hashes, which told nothing new.
    private var seen: Set<Int> = []

    init(_ db: Database, hash: SipHash) throws {
        self.hash = hash
        select = try db.makeStatement(
            sql: """
                SELECT hashes, x509, details, subject = '', issuer = '', not_before IS NULL, not_after IS NULL
                FROM certificates WHERE id = ?
                """
        )
        // What the other record told beside the parts stays where the parts do not tell it.
        update = try db.makeStatement(
            sql: """
                UPDATE certificates SET subject = iif(?2 = '', subject, ?2), issuer = iif(?3 = '', issuer, ?3),
                    serial = iif(?4 = '', serial, ?4), not_before = ifnull(?5, not_before),
                    not_after = ifnull(?6, not_after), spki = iif(length(?7) = 0, spki, ?7),
                    tbs = iif(length(?8) = 0, tbs, ?8), shape = iif(?9 = '', shape, ?9),
                    hashes = ?10, x509 = ?11, details = ?12 WHERE id = ?1
                """
        )
        hasMark = try db.makeStatement(
            sql: "SELECT 1 FROM certificate_marks WHERE mark = ? AND certificate = ?"
        )
        removeMark = try db.makeStatement(
            sql: "DELETE FROM certificate_marks WHERE mark = ? AND certificate = ?"
        )
        removeName = try db.makeStatement(sql: "DELETE FROM names WHERE name = ? AND certificate = ?")
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
        let told = CertificateParts(record, tree)
        // What stands under dotted names is not in the hash.
        guard told.isDotted || seen.insert(Self.hash(id, record)).inserted else { return nil }
        if seen.count > Self.mostSeen { seen = [] }
        guard let (old, lacks) = try kept(id) else { throw CorpusDamage.record }
        let stored = ToldMembers(old.texts, tree)
        let later = ToldMembers(told.texts, tree)
            .filled(
                from: ToldMembers([nil, CertificateFacts.emptyNames(record), nil], tree),
                isLaterFirst: false
            )
        let besides = CertificateFacts(record)
        guard !stored.tellsAll(of: later) || besides.map(lacks.isFilled(by:)) == true else { return nil }
        // What is kept may be damaged where another record tells all of it.
        let filled = stored.filled(from: later, isLaterFirst: later.tellsAll(of: stored))
        // What can't be told apart stays as it is.
        guard !stored.isCut, !later.isCut, !filled.isCut else { return nil }
        let new = CertificateParts(filled.texts)
        let isText = record.has(.fidelity) && record.text(.fidelity) != Fidelity.der.rawValue
        guard var facts = try facts(new, isText: isText) else { return nil }
        if let besides { facts.fill(from: besides) }
        // Marks of the first record may wait with the others of its batch.
        try pending.write(db, statements)
        if !isText { try remove(old, but: facts, id, db) }
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

    /// More hashes than this are not kept at a time.
    private static let mostSeen = 200_000

    private static func hash(_ id: Int, _ record: RecordPicker) -> Int {
        var hasher = Hasher()
        hasher.combine(id)
        for field in Self.read {
            let isThere: Void? = record.withBytes(field) {
                hasher.combine($0.count)
                hasher.combine(bytes: UnsafeRawBufferPointer($0))
            }
            hasher.combine(isThere != nil)
        }
        return hasher.finalize()
    }

    private static let read: [RecordField] = [
        .hashes, .x509, .certificate, .fidelity, .subjectText, .issuerText, .begin, .end,
    ]

    /// What no record has told of a certificate, of that which may stand beside the parts.
    private struct Lacks {
        let subject, issuer, notBefore, notAfter: Bool

        func isFilled(by facts: CertificateFacts) -> Bool {
            subject && !facts.subject.isEmpty || issuer && !facts.issuer.isEmpty
                || notBefore && facts.notBefore != nil || notAfter && facts.notAfter != nil
        }
    }

    private func kept(_ id: Int) throws -> (parts: CertificateParts, lacks: Lacks)? {
        try select.first([id]) { row in
            (
                CertificateParts([try row.json(0), try row.json(1), try row.json(2)]),
                Lacks(
                    subject: try row.integer(3) != 0,
                    issuer: try row.integer(4) != 0,
                    notBefore: try row.integer(5) != 0,
                    notAfter: try row.integer(6) != 0
                )
            )
        }
    }

    /// What the parts tell as a record; nil for what is none.
    private func facts(_ parts: CertificateParts, isText: Bool) throws -> CertificateFacts? {
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
    private func remove(_ old: CertificateParts, but facts: CertificateFacts, _ id: Int, _ db: Database)
        throws
    {
        // How the parts were come by is not kept: what is not there is not removed.
        let known = try [true, false].compactMap { try self.facts(old, isText: $0) }
        for mark in Set(known.flatMap(\.marks)).subtracting(facts.marks) {
            let number = mark.id(hash)
            removeMark.bind(1, number)
            removeMark.bind(2, id)
            guard try removeMark.run(db) > 0 else { continue }
            for statement in [uncount, forgetCount] {
                statement.bind(1, number)
                try statement.run(db)
            }
        }
        for name in Set(known.flatMap(\.names)).subtracting(facts.names) {
            removeName.bind(1, ReversedName(name).text)
            removeName.bind(2, id)
            try removeName.run(db)
        }
    }
}
