import Bytes
import GRDB
import Observations

extension CorpusFile {
    /// Writes sightings as records, each as it was seen last.
    ///
    /// - Parameter numbers: SQL that gives out numbers of sightings as `id`.
    /// - Returns: how many there were.
    package func records(
        ofSightings numbers: String,
        _ values: [CorpusValue],
        _ write: (Span<UInt8>) throws -> Void
    ) throws -> Int {
        let sql = """
            SELECT last_seen, \(CorpusEndpoint.columns), \(Self.hashes(of: "s")), x509, details, der, marks, s.id,
                \(ExportedTexts.columns), count, first_seen, last_seen
            FROM (\(numbers)) m CROSS JOIN sightings s ON s.id = m.id
            LEFT JOIN endpoints ON endpoints.id = s.endpoint
            LEFT JOIN appearances ON appearances.id = s.appearance
            LEFT JOIN certificates ON certificates.id = s.certificate
            ORDER BY last_seen DESC, s.id DESC
            """
        return try read { db in
            let leads = try db.makeStatement(
                sql: "SELECT software, software_id, confidence, against FROM leads WHERE sighting = ?"
            )
            let listed = try ExportedListed.reader(db)
            let picker = RecordPicker([.hashes, .x509, .certificate])
            var output = ByteBuffer(capacity: 1 << 16)
            var count = 0
            try db.makeStatement(sql: sql).forEach(values) { row in
                var moment = try ExportedMoment(row)
                moment.listed = try listed(moment.sighting)
                moment.seen = try ExportedSeen(row, from: 11 + ExportedTexts.count)
                output.removeAll()
                output.append(moment, try leads.rows([moment.sighting]) { try ExportedLead($0) })
                guard output.withSpan({ Self.holds($0, moment, picker) }) else { throw CorpusDamage.record }
                try output.withSpan { try write($0) }
                count += 1
            }
            return count
        }
    }

    /// Writes endpoints, with how often and when they were seen.
    package func records(
        ofEndpoints numbers: String,
        _ values: [CorpusValue],
        _ write: (Span<UInt8>) throws -> Void
    ) throws -> Int {
        let sql = """
            SELECT \(CorpusEndpoint.columns), sum(count), min(first_seen), max(last_seen) FROM (\(numbers)) m
            CROSS JOIN endpoints e ON e.id = m.id LEFT JOIN sightings s ON s.endpoint = e.id
            GROUP BY e.id ORDER BY e.id DESC
            """
        return try lines(sql, values, write) { row, line in
            line.append("{")
            line.append(try CorpusEndpoint(row))
            line.object("hallmark")
            line.append(seen: try ExportedSeen(row, from: 4))
        }
    }

    /// Writes certificates, with how often and when they were seen.
    package func records(
        ofCertificates numbers: String,
        _ values: [CorpusValue],
        _ write: (Span<UInt8>) throws -> Void
    ) throws -> Int {
        let sql = """
            SELECT hashes, x509, details, sum(count), min(first_seen), max(last_seen), \(ExportedTexts.columns)
            FROM (\(numbers)) m
            CROSS JOIN certificates c ON c.id = m.id LEFT JOIN sightings s ON s.certificate = c.id
            GROUP BY c.id ORDER BY c.id DESC
            """
        let picker = RecordPicker([.hashes, .x509, .certificate])
        return try lines(sql, values, write) { row, line in
            let (hashes, x509, details) = (try row.json(0), try row.json(1), try row.json(2))
            line.append("{")
            line.object("tls")
            line.object("server")
            line.append(json: "hash", hashes)
            line.append(try ExportedTexts(row, from: 6))
            line.append(json: "x509", x509)
            line.append("}}")
            line.object("hallmark")
            line.append(json: "certificate", details)
            line.append(seen: try ExportedSeen(row, from: 3))
            let isWhole = line.withSpan { span in
                span.withUnsafeBufferPointer { bytes in
                    (try? picker.read(Array(bytes) + Array("}}".utf8))) != nil
                        && (try? picker.checkWhole()) != nil
                        && picker.text(.hashes) == hashes && picker.text(.x509) == x509
                        && picker.text(.certificate) == details
                }
            }
            guard isWhole else { throw CorpusDamage.record }
        }
    }

    /// A line for each row; `body` leaves two braces open.
    private func lines(
        _ sql: String,
        _ values: [CorpusValue],
        _ write: (Span<UInt8>) throws -> Void,
        _ body: (CorpusRow, inout ByteBuffer) throws -> Void
    ) throws -> Int {
        var line = ByteBuffer(capacity: 1 << 14)
        var count = 0
        try select(sql, values) { row in
            line.removeAll()
            try body(row, &line)
            line.append("}}\n")
            try line.withSpan { try write($0) }
            count += 1
        }
        return count
    }
}
