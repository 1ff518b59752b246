import Bytes
import Foundation
import GRDB
import Observations

extension CorpusFile {
    /// Writes every observation as a record again, in the order of endpoints and times.
    ///
    /// What a corpus does not keep is missing: probes, raw headers and bodies, the certificates above the
    /// leaf, and which scan the observation came from.
    ///
    /// - Parameter write: is given one line after the other, each with its end.
    /// - Returns: how many lines there were.
    @discardableResult
    package func export(
        since: Int? = nil,
        until: Int? = nil,
        _ write: (Span<UInt8>) throws -> Void
    ) throws -> Int {
        try queue.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT time, ip, port, name, hashes, x509, details, der, marks, moments.sighting
                    FROM moments
                    JOIN endpoints ON endpoints.id = moments.endpoint
                    JOIN sightings ON sightings.id = moments.sighting
                    JOIN appearances ON appearances.id = sightings.appearance
                    LEFT JOIN certificates ON certificates.id = moments.certificate
                    WHERE time BETWEEN ? AND ?
                    ORDER BY moments.endpoint, moments.certificate, time
                    """,
                arguments: [since ?? .min, until ?? .max]
            )
            let leads = try db.makeStatement(
                sql: "SELECT software, software_id, confidence FROM leads WHERE sighting = ?"
            )
            var output = ByteBuffer(capacity: 1 << 16)
            var count = 0
            while let row = try rows.next() {
                output.removeAll()
                let found = try Row.fetchAll(leads, arguments: [row[9] as Int])
                output.append(exported: row, leads: found)
                try output.withSpan { try write($0) }
                count += 1
            }
            return count
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func append(exported row: Row, leads: [Row]) {
        let ip: String = row[1]
        let name: String = row[3]
        let service = ServiceFacts(text: row[8])
        append("{")
        member("@timestamp", RFC3339.text(row[0]))
        append(",\"ecs\":{\"version\":\"9.0.0\"}")
        append(",\"event\":{\"kind\":\"")
        append(leads.isEmpty ? "event" : "alert")
        append("\",\"category\":[\"network\"],\"dataset\":\"hallmark.observation\",\"outcome\":\"success\"}")
        object("server")
        member("address", name.isEmpty ? ip : name)
        member("ip", ip)
        member("port", row[2] as Int)
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
        append(json: "hash", row[4])
        append(service, [.ja3s, .ja4s, .ja4x, .jarm])
        append(json: "x509", row[5])
        if let der = (row[7] as Data?).map({ [UInt8]($0) }) {
            array("certificate_chain")
            append("\"")
            append(base64: der.span)
            append("\"]")
        }
        append("}}")
        appendHTTP(service)
        object("hallmark")
        append(json: "certificate", row[6])
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

    private mutating func append(leads: [Row]) {
        guard !leads.isEmpty else { return }
        array("leads")
        for lead in leads {
            element()
            object("software")
            if let id: String = lead[1] { member("id", id) }
            member("name", lead[0] as String)
            endObject()
            let confidence: Int = lead[2]
            member("confidence", confidence)
            // Who reads the export judges a lead by its label.
            member("label", word: LeadLabel(confidence: confidence).rawValue)
            endObject()
        }
        endArray()
    }
}
