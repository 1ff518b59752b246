import Bytes
import Foundation
import GRDB
import Observations
import Terminal

extension CorpusFile {
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
                    SELECT time, ip, port, name, hashes, x509, details, der, marks, moments.sighting
                    FROM moments
                    JOIN endpoints ON endpoints.id = moments.endpoint
                    JOIN sightings ON sightings.id = moments.sighting
                    JOIN appearances ON appearances.id = sightings.appearance
                    LEFT JOIN certificates ON certificates.id = moments.certificate
                    WHERE time BETWEEN ? AND ?
                    ORDER BY moments.endpoint, moments.certificate, time
                    """
            )
            let leads = try db.makeStatement(
                sql: "SELECT software, software_id, confidence FROM leads WHERE sighting = ?"
            )
            let picker = RecordPicker([.hashes, .x509, .certificate])
            var output = ByteBuffer(capacity: 1 << 16)
            var count = 0
            var damaged = 0
            var damage: CorpusDamage?
            try rows.forEach([since ?? .min, until ?? .max]) { row in
                do {
                    let moment = try ExportedMoment(row)
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
    private static func holds(_ line: Span<UInt8>, _ moment: ExportedMoment, _ picker: RecordPicker) -> Bool {
        line.withUnsafeBufferPointer { bytes in
            (try? picker.read(bytes)) != nil && (try? picker.checkTexts()) != nil
                && picker.text(.hashes) == moment.hashes && picker.text(.x509) == moment.x509
                && picker.text(.certificate) == moment.details
        }
    }
}

/// An observation as the tables hold it.
private struct ExportedMoment {
    let time, port, sighting: Int
    let ip, name: String
    let hashes, x509, details: String?
    let der: [UInt8]?
    let service: ServiceFacts

    init(_ row: CorpusRow) throws {
        time = try row.time(0)
        ip = try row.text(1)
        port = try row.port(2)
        name = try row.text(3)
        hashes = try row.json(4)
        x509 = try row.json(5)
        details = try row.json(6)
        der = row.isNull(7) ? nil : try row.bytes(7)
        service = ServiceFacts(text: try row.text(8))
        sighting = try row.integer(9)
    }
}

/// A lead as the tables hold it.
private struct ExportedLead {
    let software: String
    let id: String?
    let confidence: Int

    init(_ row: CorpusRow) throws {
        software = try row.text(0)
        id = row.isNull(1) ? nil : try row.text(1)
        confidence = try row.integer(2)
    }
}

extension ByteBuffer {
    fileprivate mutating func append(_ moment: ExportedMoment, _ leads: [ExportedLead]) {
        let (ip, name, service) = (moment.ip, moment.name, moment.service)
        append("{")
        member("@timestamp", RFC3339.text(moment.time))
        append(",\"ecs\":{\"version\":\"9.0.0\"}")
        append(",\"event\":{\"kind\":\"")
        append(leads.isEmpty ? "event" : "alert")
        append("\",\"category\":[\"network\"],\"dataset\":\"hallmark.observation\",\"outcome\":\"success\"}")
        object("server")
        member("address", name.isEmpty ? ip : name)
        member("ip", ip)
        member("port", moment.port)
        if !name.isEmpty { member("domain", name) }
        endObject()
        append(",\"network\":{\"transport\":\"tcp\",\"type\":\"")
        append(ip.contains(":") ? "ipv6" : "ipv4")
        append("\"}")
        object("tls")
        append(service, [.protocolVersion])
        if !name.isEmpty {
            object("client")
            member("server_name", name)
            endObject()
        }
        object("server")
        append(json: "hash", moment.hashes)
        append(service, [.ja3s, .ja4s, .ja4x, .jarm])
        append(json: "x509", moment.x509)
        if let der = moment.der {
            array("certificate_chain")
            append("\"")
            append(base64: der.span)
            append("\"]")
        }
        append("}}")
        appendHTTP(service)
        object("hallmark")
        append(json: "certificate", moment.details)
        append(service, [.stack])
        if service.marks.contains(where: { $0.kind == .favicon }) {
            object("favicon")
            append(service, [.favicon])
            endObject()
        }
        append(leads: leads)
        append("}}\n")
    }

    private mutating func appendHTTP(_ service: ServiceFacts) {
        let kinds: [MarkKind] = [.headerOrder, .headers, .html, .title]
        let all = kinds + [.body, .server]
        guard service.marks.contains(where: { all.contains($0.kind) }) else { return }
        append(",\"http\":{\"response\":{")
        append(service, kinds)
        for mark in service.marks where mark.kind == .server {
            object("header")
            array("server")
            string(mark.value)
            append("]}")
        }
        if service.marks.contains(where: { $0.kind == .body }) {
            object("body")
            append(service, [.body])
            endObject()
        }
        append("}}")
    }

    /// The members for marks of some kinds, by the last part of the field's name.
    private mutating func append(_ service: ServiceFacts, _ kinds: [MarkKind]) {
        for mark in service.marks where kinds.contains(mark.kind) {
            comma()
            string(String(mark.kind.field.split(separator: ".").last ?? ""))
            append(":")
            if [.headers, .html, .favicon].contains(mark.kind), let number = Int(mark.value) {
                append(decimal: number)
            } else {
                string(mark.value)
            }
        }
    }

    private mutating func append(json name: StaticString, _ text: String?) {
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
            endObject()
        }
        endArray()
    }
}
