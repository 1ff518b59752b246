import GRDB
import Observations

/// The statements that run for every record, prepared once.
final class IngestStatements {
    private let selectEndpoint, newEndpoint, newFailure, selectCertificate, newCertificate, setDER: Statement
    private let newName, newMoment, selectMoment, selectSighting, newSighting, laterSighting,
        selectAppearance: Statement
    private let newAppearance, newAppearanceMark, selectMark, newCertificateMark, addCount, newMark: Statement
    private let newLead, newScan, certificateWords, appearanceWords, endpointWords: Statement

    init(_ db: Database) throws {
        selectEndpoint = try db.makeStatement(
            sql: "SELECT id FROM endpoints WHERE ip = ? AND port = ? AND name = ? AND transport = ?"
        )
        newEndpoint = try db.makeStatement(
            sql: "INSERT INTO endpoints (ip, port, name, transport) VALUES (?, ?, ?, ?)"
        )
        newFailure = try db.makeStatement(sql: "INSERT OR IGNORE INTO failures VALUES (?, ?, ?)")
        selectCertificate = try db.makeStatement(
            sql: """
                SELECT id, der IS NULL, ?2 IS NOT NULL AND hashes IS NOT ?2 OR ?3 IS NOT NULL AND x509 IS NOT ?3
                    OR ?4 IS NOT NULL AND details IS NOT ?4 OR subject = '' OR issuer = '' OR not_before IS NULL OR not_after IS NULL
                FROM certificates WHERE sha256 = ?1
                """
        )
        newCertificate = try db.makeStatement(
            sql: """
                INSERT INTO certificates (sha256, subject, issuer, serial, not_before, not_after, spki, tbs, shape,
                    hashes, x509, details, added, der)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                    \(CertificateFacts.x509("?11", emptyNames: "?15")), ?12, ?13, ?14)
                """
        )
        setDER = try db.makeStatement(sql: "UPDATE certificates SET der = ? WHERE id = ? AND der IS NULL")
        newName = try db.makeStatement(sql: "INSERT OR IGNORE INTO names VALUES (?, ?)")
        selectMoment = try db.makeStatement(
            sql: "SELECT count, sighting FROM moments WHERE endpoint = ? AND certificate = ? AND time = ?"
        )
        newMoment = try db.makeStatement(
            sql: """
                INSERT INTO moments (endpoint, certificate, time, sighting, count) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET count = excluded.count
                """
        )
        selectSighting = try db.makeStatement(
            sql: "SELECT id FROM sightings WHERE endpoint = ? AND certificate = ? AND appearance = ?"
        )
        newSighting = try db.makeStatement(
            sql: """
                INSERT INTO sightings (endpoint, certificate, appearance, first_seen, last_seen, count)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        )
        laterSighting = try db.makeStatement(
            sql: """
                UPDATE sightings SET count = min(count + ?4, \(CorpusRow.mostCounted)),
                    first_seen = min(first_seen, ?2), last_seen = max(last_seen, ?3) WHERE id = ?1
                """
        )
        selectAppearance = try db.makeStatement(sql: "SELECT id FROM appearances WHERE hash = ?")
        newAppearance = try db.makeStatement(sql: "INSERT INTO appearances (hash, marks) VALUES (?, ?)")
        newAppearanceMark = try db.makeStatement(
            sql: "INSERT OR IGNORE INTO appearance_marks VALUES (?, ?)"
        )
        selectMark = try db.makeStatement(sql: "SELECT 1 FROM certificate_marks WHERE mark = ? LIMIT 1")
        newCertificateMark = try db.makeStatement(
            sql: "INSERT OR IGNORE INTO certificate_marks VALUES (?, ?)"
        )
        addCount = try db.makeStatement(sql: "UPDATE marks SET count = count + ?2 WHERE id = ?1")
        newMark = try db.makeStatement(sql: "INSERT INTO marks VALUES (?, ?, ?, ?)")
        certificateWords = try db.makeStatement(sql: CorpusSchema.certificateWords + " WHERE id = ?")
        appearanceWords = try db.makeStatement(sql: CorpusSchema.appearanceWords + " WHERE id = ?")
        endpointWords = try db.makeStatement(sql: CorpusSchema.endpointWords + " AND id = ?")
        newLead = try db.makeStatement(
            sql: """
                INSERT INTO leads (sighting, software, software_id, confidence, time, against)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                    confidence = max(confidence, excluded.confidence),
                    against = iif(excluded.time >= time, ifnull(excluded.against, against), against),
                    time = max(time, excluded.time)
                """
        )
        newScan = try db.makeStatement(
            sql: """
                INSERT INTO scans (id, first_seen, last_seen, observations) VALUES (?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen),
                    last_seen = max(last_seen, excluded.last_seen),
                    observations = observations + excluded.observations
                """
        )
    }

    func endpoint(_ endpoint: CorpusEndpoint, _ db: Database) throws -> Int? {
        endpoint.bind(to: selectEndpoint)
        return try selectEndpoint.first { try $0.integer(0) }
    }

    func insertEndpoint(_ endpoint: CorpusEndpoint, _ db: Database) throws -> Int {
        endpoint.bind(to: newEndpoint)
        try newEndpoint.run(db)
        let id = Int(db.lastInsertedRowID)
        if !endpoint.name.isEmpty {
            endpointWords.bind(1, id)
            try endpointWords.run(db)
        }
        return id
    }

    func addFailure(_ endpoint: Int, _ time: Int, _ code: String, _ db: Database) throws -> Int {
        newFailure.bind(1, endpoint)
        newFailure.bind(2, time)
        newFailure.bind(3, code)
        return try newFailure.run(db)
    }

    /// A certificate's number, whether its DER is still to come, and whether the record may tell something
    /// else that is not kept of it.
    func certificate(
        _ sha256: [UInt8],
        _ record: RecordPicker,
        _ db: Database
    ) throws -> (id: Int, lacksDER: Bool, mayLack: Bool)? {
        selectCertificate.bind(1, sha256)
        for (index, field) in [RecordField.hashes, .x509, .certificate].enumerated() {
            let isThere: Void? = record.withBytes(field) {
                selectCertificate.bind(Int32(index + 2), text: $0)
            }
            if isThere == nil { selectCertificate.bind(Int32(index + 2), nil as String?) }
        }
        return try selectCertificate.first {
            (try $0.integer(0), try $0.integer(1) != 0, try $0.integer(2) != 0)
        }
    }

    func insertCertificate(
        _ facts: CertificateFacts,
        _ parts: CertificateParts,
        _ record: RecordPicker,
        _ der: [UInt8]?,
        _ now: Int,
        _ db: Database
    ) throws -> Int {
        newCertificate.bind(1, facts.sha256)
        newCertificate.bind(2, facts.subject)
        newCertificate.bind(3, facts.issuer)
        newCertificate.bind(4, facts.serial)
        newCertificate.bind(5, facts.notBefore)
        newCertificate.bind(6, facts.notAfter)
        newCertificate.bind(7, facts.spki)
        newCertificate.bind(8, facts.tbs)
        newCertificate.bind(9, facts.shape)
        newCertificate.bind(10, parts.hashes)
        newCertificate.bind(11, parts.x509)
        newCertificate.bind(12, parts.details)
        newCertificate.bind(13, now)
        newCertificate.bind(14, der)
        newCertificate.bind(15, CertificateFacts.emptyNames(record))
        try newCertificate.run(db)
        let id = Int(db.lastInsertedRowID)
        try addWords(ofCertificate: id, db)
        return id
    }

    func addWords(ofCertificate id: Int, _ db: Database) throws {
        certificateWords.bind(1, id)
        try certificateWords.run(db)
    }

    /// Adds the DER to a certificate that came without it before.
    func complete(_ certificate: Int, _ der: [UInt8], _ db: Database) throws {
        setDER.bind(1, der)
        setDER.bind(2, certificate)
        try setDER.run(db)
    }

    func addName(_ name: String, _ certificate: Int, _ db: Database) throws {
        newName.bind(1, name)
        newName.bind(2, certificate)
        try newName.run(db)
    }

    /// For how many connections an observation stands, and which sighting it is of.
    func moment(
        _ endpoint: Int,
        _ certificate: Int,
        _ time: Int,
        _ db: Database
    ) throws -> (count: Int, sighting: Int)? {
        selectMoment.bind(1, endpoint)
        selectMoment.bind(2, certificate)
        selectMoment.bind(3, time)
        return try selectMoment.first { (try $0.count(0), try $0.integer(1)) }
    }

    func addMoment(
        _ endpoint: Int,
        _ certificate: Int,
        _ time: Int,
        _ sighting: Int,
        _ count: Int,
        _ db: Database
    ) throws {
        newMoment.bind(1, endpoint)
        newMoment.bind(2, certificate)
        newMoment.bind(3, time)
        newMoment.bind(4, sighting)
        newMoment.bind(5, count)
        try newMoment.run(db)
    }

    func sighting(_ endpoint: Int, _ certificate: Int, _ appearance: Int, _ db: Database) throws -> Int? {
        selectSighting.bind(1, endpoint)
        selectSighting.bind(2, certificate)
        selectSighting.bind(3, appearance)
        return try selectSighting.first { try $0.integer(0) }
    }

    func insertSighting(
        _ endpoint: Int,
        _ certificate: Int,
        _ appearance: Int,
        _ seen: SeenPeriod,
        _ db: Database
    ) throws -> Int {
        newSighting.bind(1, endpoint)
        newSighting.bind(2, certificate)
        newSighting.bind(3, appearance)
        newSighting.bind(4, seen.first)
        newSighting.bind(5, seen.last)
        newSighting.bind(6, seen.count)
        try newSighting.run(db)
        return Int(db.lastInsertedRowID)
    }

    /// - Parameter count: the connections that were not counted yet.
    func extendSighting(_ sighting: Int, _ seen: SeenPeriod, _ count: Int, _ db: Database) throws {
        laterSighting.bind(1, sighting)
        laterSighting.bind(2, seen.first)
        laterSighting.bind(3, seen.last)
        laterSighting.bind(4, count)
        try laterSighting.run(db)
    }

    func appearance(_ hash: Int64, _ db: Database) throws -> Int? {
        selectAppearance.bind(1, hash)
        return try selectAppearance.first { try $0.integer(0) }
    }

    func insertAppearance(_ hash: Int64, _ marks: String, _ db: Database) throws -> Int {
        newAppearance.bind(1, hash)
        newAppearance.bind(2, marks)
        try newAppearance.run(db)
        let id = Int(db.lastInsertedRowID)
        appearanceWords.bind(1, id)
        try appearanceWords.run(db)
        return id
    }

    func addAppearanceMark(_ mark: Int64, _ appearance: Int, _ db: Database) throws {
        newAppearanceMark.bind(1, mark)
        newAppearanceMark.bind(2, appearance)
        try newAppearanceMark.run(db)
    }

    func certificateHasMark(_ mark: Int64, _ db: Database) throws -> Bool {
        selectMark.bind(1, mark)
        return try selectMark.first { try $0.integer(0) } != nil
    }

    func addCertificateMark(_ mark: Int64, _ certificate: Int, _ db: Database) throws {
        newCertificateMark.bind(1, mark)
        newCertificateMark.bind(2, certificate)
        try newCertificateMark.run(db)
    }

    /// - Returns: false when the mark has no row yet.
    func countMark(_ mark: Int64, _ number: Int, _ db: Database) throws -> Bool {
        addCount.bind(1, mark)
        addCount.bind(2, number)
        return try addCount.run(db) > 0
    }

    func insertMark(_ id: Int64, _ mark: Mark, _ count: Int, _ db: Database) throws {
        newMark.bind(1, id)
        newMark.bind(2, mark.kind.rawValue)
        newMark.bind(3, mark.value)
        newMark.bind(4, count)
        try newMark.run(db)
    }

    func addLead(
        _ sighting: Int,
        _ software: String,
        _ id: String?,
        _ confidence: Int,
        _ time: Int,
        against: String?,
        _ db: Database
    ) throws {
        newLead.bind(1, sighting)
        newLead.bind(2, software)
        newLead.bind(3, id)
        newLead.bind(4, confidence)
        newLead.bind(5, time)
        newLead.bind(6, against)
        try newLead.run(db)
    }

    func addScan(_ id: String, _ first: Int, _ last: Int, _ count: Int, _ db: Database) throws {
        newScan.bind(1, id)
        newScan.bind(2, first)
        newScan.bind(3, last)
        newScan.bind(4, count)
        try newScan.run(db)
    }
}
