import Bytes
import Foundation
import GRDB
import Observations

/// What a pivot reads, by small look-ups on one connection.
final class PivotReader {
    struct Sighting {
        let id, endpoint, certificate, appearance, first, last, count: Int
    }

    struct Certificate {
        let sha256: String
        let subject: String
        let issuer: String
        let notBefore: Int?
        let notAfter: Int?
        let marks: [Mark]
    }

    struct Endpoint {
        let ip: String
        let port: Int
        let name: String

        var text: String { (ip.contains(":") ? "[\(ip)]" : ip) + ":\(port)" }
    }

    private let db: Database
    private let hash: SipHash
    private let picker = RecordPicker()
    private let since: Int
    private let until: Int
    private var appearances: [Int: ServiceFacts] = [:]
    private var endpoints: [Int: Endpoint] = [:]

    init(_ db: Database, hash: SipHash, since: Int, until: Int) {
        self.db = db
        self.hash = hash
        self.since = since
        self.until = until
    }

    private func statement(_ sql: PivotSQL) throws -> Statement { try db.cachedStatement(sql: sql.rawValue) }

    private func integers(_ sql: PivotSQL, _ arguments: StatementArguments) throws -> [Int] {
        try Int.fetchAll(try statement(sql), arguments: arguments)
    }

    func id(_ mark: Mark) -> Int64 { mark.id(hash) }

    func total(_ sql: PivotSQL) throws -> Int { try integers(sql, []).first ?? 0 }

    /// How many have a mark; nil when it has no row, which means one at most.
    func count(_ mark: Mark) throws -> Int? { try integers(.mark, [id(mark)]).first }

    func certificates(with mark: Mark, limit: Int) throws -> [Int] {
        try integers(.certificatesByMark, [id(mark), limit])
    }

    func appearances(with mark: Mark, limit: Int) throws -> [Int] {
        try integers(.appearancesByMark, [id(mark), limit])
    }

    func certificate(sha256: [UInt8]) throws -> Int? {
        try integers(.certificateByHash, [Data(sha256)]).first
    }

    func endpoints(ip: String, port: Int?, limit: Int) throws -> [Int] {
        guard let port else { return try integers(.endpointsByAddress, [ip, limit]) }
        return try integers(.endpointsByPort, [ip, port, limit])
    }

    func endpoints(name: String, limit: Int) throws -> [Int] {
        try integers(.endpointsByName, [name, limit])
    }

    /// The certificates with a name below a domain.
    func certificates(below domain: String, limit: Int) throws -> [Int] {
        let low = ReversedName(domain).text + "."
        // `/` follows `.` in ASCII.
        let high = ReversedName(domain).text + "/"
        return try integers(.namesBelow, [low, high, limit])
    }

    private func sightings(_ sql: PivotSQL, _ key: Int, _ limit: Int) throws -> [Sighting] {
        try Row.fetchAll(try statement(sql), arguments: [key, since, until, limit]).map {
            Sighting(
                id: $0[0],
                endpoint: $0[1],
                certificate: $0[2],
                appearance: $0[3],
                first: $0[4],
                last: $0[5],
                count: $0[6]
            )
        }
    }

    func sightings(endpoint: Int, limit: Int) throws -> [Sighting] {
        try sightings(.sightingsByEndpoint, endpoint, limit)
    }

    func sightings(certificate: Int, limit: Int) throws -> [Sighting] {
        try sightings(.sightingsByCertificate, certificate, limit)
    }

    func sightings(appearance: Int, limit: Int) throws -> [Sighting] {
        try sightings(.sightingsByAppearance, appearance, limit)
    }

    /// How many endpoints show a certificate, at most 1,000.
    func sightingCount(certificate: Int) throws -> Int {
        try integers(.sightingsOfCertificate, [certificate]).first ?? 0
    }

    func leads(sighting: Int) throws -> [String] {
        try String.fetchAll(try statement(.leads), arguments: [sighting])
    }

    func endpoint(_ id: Int) throws -> Endpoint {
        if let known = endpoints[id] { return known }
        let row = try Row.fetchOne(try statement(.endpoint), arguments: [id])
        let endpoint = Endpoint(ip: row?[0] ?? "", port: row?[1] ?? 0, name: row?[2] ?? "")
        endpoints[id] = endpoint
        return endpoint
    }

    func service(_ id: Int) throws -> ServiceFacts {
        if let known = appearances[id] { return known }
        let facts = ServiceFacts(text: try String.fetchOne(try statement(.appearance), arguments: [id]) ?? "")
        appearances[id] = facts
        return facts
    }

    /// The certificate with its marks, which come of what the record said of it.
    func certificate(_ id: Int) throws -> Certificate? {
        guard let row = try Row.fetchOne(try statement(.certificate), arguments: [id]) else { return nil }
        let sha256 = [UInt8](row[0] as Data)
        var line = "{\"tls\":{\"server\":{\"hash\":{\"sha256\":\"\(sha256.hex)\"}"
        if let x509 = row[6] as String? { line += ",\"x509\":" + x509 }
        line += "}},\"hallmark\":{"
        if let details = row[7] as String? { line += "\"certificate\":" + details }
        line += "}}"
        let isRead = (try? picker.read(line.utf8)) != nil
        return Certificate(
            sha256: sha256.hex,
            subject: row[1],
            issuer: row[2],
            notBefore: row[3],
            notAfter: row[4],
            marks: isRead ? CertificateFacts(picker)?.marks ?? [] : []
        )
    }
}
