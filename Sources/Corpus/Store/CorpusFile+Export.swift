import Bytes
import Foundation
import GRDB
import Observations
import Terminal

extension CorpusFile {
    /// The column `hashes` of a certificate that stands beside a table: no text where the table names a
    /// certificate that is missing, so that whoever reads it finds the damage.
    ///
    /// What rows name is looked for by outer joins for the same reason.
    static func hashes(of table: String) -> String {
        "CASE WHEN \(table).certificate > 0 AND certificates.id IS NULL THEN 0 ELSE hashes END AS hashes"
    }

    /// Writes every observation as a record again, in the order of endpoints and times.
    ///
    /// What a corpus does not keep is missing: probes, raw headers and bodies, the certificates above the
    /// leaf, and which scan the observation came from.
    ///
    /// - Parameter write: is given one line after the other, each with its end.
    /// - Returns: how many lines there were.
    /// - Throws: what is damaged, when all else has been written.
    @discardableResult
    package func export(
        since: Int? = nil,
        until: Int? = nil,
        _ write: (Span<UInt8>) throws -> Void
    ) throws -> Int {
        try read { db in
            let rows = try db.makeStatement(
                sql: """
                    SELECT time, \(CorpusEndpoint.columns), \(Self.hashes(of: "moments")), x509, details, der, marks,
                        moments.sighting, \(ExportedTexts.columns)
                    FROM moments
                    LEFT JOIN endpoints ON endpoints.id = moments.endpoint
                    LEFT JOIN sightings ON sightings.id = moments.sighting
                    LEFT JOIN appearances ON appearances.id = sightings.appearance
                    LEFT JOIN certificates ON certificates.id = moments.certificate
                    WHERE time BETWEEN ? AND ?
                    ORDER BY moments.endpoint, moments.certificate, time
                    """
            )
            let leads = try db.makeStatement(
                sql: "SELECT software, software_id, confidence, against FROM leads WHERE sighting = ?"
            )
            let listed = try ExportedListed.reader(db)
            let picker = RecordPicker([.hashes, .x509, .certificate])
            var output = ByteBuffer(capacity: 1 << 16)
            var count = 0
            var damaged = 0
            var damage: CorpusDamage?
            try rows.forEach([since ?? .min, until ?? .max]) { row in
                do {
                    var moment = try ExportedMoment(row)
                    moment.listed = try listed(moment.sighting)
                    let found = try leads.rows([moment.sighting]) { try ExportedLead($0) }
                    output.removeAll()
                    output.append(moment, found)
                    guard output.withSpan({ Self.holds($0, moment, picker) }) else {
                        throw CorpusDamage.record
                    }
                } catch let error as CorpusDamage {
                    // The others are worth having all the same.
                    damaged += 1
                    damage = damage ?? error
                    return
                }
                try output.withSpan { try write($0) }
                count += 1
            }
            if let damage {
                throw CorpusDamage("\(counted(damaged, "observation")) can't be written: \(damage)")
            }
            return count
        }
    }

    /// Whether the line holds what stands in the corpus as JSON, each part in its place: something else would
    /// go out as a record that nobody has seen.
    static func holds(_ line: Span<UInt8>, _ moment: ExportedMoment, _ picker: RecordPicker) -> Bool {
        line.withUnsafeBufferPointer { bytes in
            (try? picker.read(bytes)) != nil && (try? picker.checkWhole()) != nil
                && picker.text(.hashes) == moment.hashes && picker.text(.x509) == moment.x509
                && picker.text(.certificate) == moment.details
        }
    }
}

/// An observation as the tables hold it.
struct ExportedMoment {
    let time, sighting: Int
    let endpoint: CorpusEndpoint
    let hashes, x509, details: String?
    let der: [UInt8]?
    let texts: ExportedTexts
    let service: ServiceFacts
    /// How often it was seen so, for the first and the last time; nil for a single observation.
    var seen: ExportedSeen?
    /// What others list of it.
    var listed: [ExportedListed] = []

    init(_ row: CorpusRow) throws {
        time = try row.time(0)
        endpoint = try CorpusEndpoint(row, from: 1)
        hashes = try row.json(5)
        x509 = try row.json(6)
        details = try row.json(7)
        der = row.isNull(8) ? nil : try row.bytes(8)
        service = try ServiceFacts(text: try row.text(9))
        sighting = try row.integer(10)
        texts = try ExportedTexts(row, from: 11)
    }

    /// What is known of a certificate that was never read by us; nil for one that was, and for none.
    ///
    /// Our reader says the digest of each key. The text of others is no key to anything when it is read
    /// again.
    var reported: Fidelity? {
        guard hashes != nil, der == nil, details?.contains("\"spki_sha256\"") != true else { return nil }
        return x509 == nil && texts.isEmpty ? .digest : .text
    }
}

/// Several observations of the same.
struct ExportedSeen {
    let count, first, last: Int

    /// Reads three columns from one on.
    init?(_ row: CorpusRow, from column: Int32) throws {
        guard !row.isNull(column + 1) else { return nil }
        count = try row.count(column)
        first = try row.time(column + 1)
        last = try row.time(column + 2)
    }
}

/// A lead as the tables hold it.
struct ExportedLead {
    let software: String
    let id: String?
    let confidence: Int
    /// What speaks against it; nil where that is not known.
    let against: [String]?

    init(_ row: CorpusRow) throws {
        software = try row.text(0)
        id = row.isNull(1) ? nil : try row.text(1)
        confidence = try row.percent(2)
        against = row.isNull(3) ? nil : try row.text(3).split(separator: "\n").map(String.init)
    }
}

extension ServiceFacts {
    /// A mark as a member of the record.
    fileprivate struct Member {
        /// Names from the object that it is written into down to its own.
        let path: [Substring]
        let value: String
        let isNumber: Bool
        let isArray: Bool

        /// The same as the outermost object on its path sees it.
        var below: Member {
            Member(path: Array(path.dropFirst()), value: value, isNumber: isNumber, isArray: isArray)
        }
    }

    /// The marks below an object of the record, by the row of their field.
    fileprivate func members(of object: String, without other: String? = nil) -> [Member] {
        marks.compactMap { mark in
            guard mark.kind.field.hasPrefix(object + "."), let field = Field.named(mark.kind.field) else {
                return nil
            }
            let path = field.name.dropFirst(object.count + 1).split(separator: ".")
            guard path[0] != other ?? "" else { return nil }
            return Member(
                path: path,
                value: mark.value,
                isNumber: field.kind == .long,
                isArray: field.isArray
            )
        }
    }
}

extension ByteBuffer {
    mutating func append(_ moment: ExportedMoment, _ leads: [ExportedLead]) {
        let (name, service) = (moment.endpoint.name, moment.service)
        let fidelity = moment.reported
        beginRecord(fidelity == nil ? .observation : .imported, at: moment.time, isAlert: !leads.isEmpty)
        // As in a record of ours: leads early.
        if !leads.isEmpty { append(hallmark: moment, leads) }
        append(moment.endpoint)
        object("tls")
        append(service.members(of: "tls", without: "server"))
        if !name.isEmpty {
            object("client")
            member("server_name", name)
            endObject()
        }
        object("server")
        append(json: "hash", moment.hashes)
        append(moment.texts)
        append(service.members(of: "tls.server"))
        append(json: "x509", moment.x509)
        if let der = moment.der {
            array("certificate_chain")
            append("\"")
            append(base64: der.span)
            append("\"]")
        }
        append("}}")
        let http = service.members(of: "http")
        if !http.isEmpty {
            object("http")
            append(http)
            endObject()
        }
        if leads.isEmpty { append(hallmark: moment, leads) }
        append("}\n")
    }

    private mutating func append(hallmark moment: ExportedMoment, _ leads: [ExportedLead]) {
        object("hallmark")
        append(leads: leads)
        if !moment.listed.isEmpty {
            array("indicators")
            for mark in moment.listed { mark.write(to: &self) }
            endArray()
        }
        append(json: "certificate", moment.details)
        append(moment.service.members(of: "hallmark"))
        if let fidelity = moment.reported {
            // What the text does not tell may be so or not: a corpus does not keep what its source could
            // know.
            let lacks = fidelity == .text ? ["tls.server.x509."] : []
            member(ImportSource(product: "hallmark", format: "corpus", lacks: lacks), fidelity)
        }
        append(seen: moment.seen)
        endObject()
    }

    mutating func append(seen: ExportedSeen?) {
        guard let seen else { return }
        object("sightings")
        member("count", seen.count)
        member("first", RFC3339.text(seen.first))
        member("last", RFC3339.text(seen.last))
        endObject()
    }

    /// Members for marks, each at its path; an object for those that share its begin.
    private mutating func append(_ members: [ServiceFacts.Member]) {
        var names: [Substring] = []
        for member in members where !names.contains(member.path[0]) { names.append(member.path[0]) }
        for name in names {
            comma()
            string(String(name))
            append(":")
            let inner = members.filter { $0.path[0] == name }
            if inner[0].path.count == 1 {
                append(inner[0])
            } else {
                append("{")
                append(inner.map(\.below))
                append("}")
            }
        }
    }

    private mutating func append(_ member: ServiceFacts.Member) {
        if member.isArray { append("[") }
        if member.isNumber, let number = Int(member.value) {
            append(decimal: number)
        } else {
            string(member.value)
        }
        if member.isArray { append("]") }
    }

    mutating func append(json name: StaticString, _ text: String?) {
        guard let text else { return }
        key(name)
        append(text)
    }

    private mutating func append(leads: [ExportedLead]) {
        guard !leads.isEmpty else { return }
        array("leads")
        for lead in leads {
            element()
            object("software")
            if let id = lead.id { member("id", id) }
            member("name", lead.software)
            endObject()
            member("confidence", lead.confidence)
            // Who reads the export judges a lead by its label.
            member("label", word: LeadLabel(confidence: lead.confidence).rawValue)
            if let against = lead.against {
                array("against")
                for text in against {
                    comma()
                    string(text)
                }
                endArray()
            }
            endObject()
        }
        endArray()
    }
}
