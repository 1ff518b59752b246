import Bytes
import GRDB
import Observations

/// What a pivot reads, by small look-ups on one connection.
final class PivotReader {
    struct Sighting {
        let id, endpoint, certificate, appearance, first, last: Int
    }

    struct Certificate {
        let sha256: String
        let subject: String
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

    private func integers(_ sql: PivotSQL, _ values: [any CorpusBindable]) throws -> [Int] {
        try statement(sql).rows(values) { try $0.integer(0) }
    }

    private func count(_ sql: PivotSQL, _ values: [any CorpusBindable] = []) throws -> Int? {
        // The greatest of nothing is null.
        try statement(sql).first(values) { $0.isNull(0) ? nil : try $0.count(0) } ?? nil
    }

    func id(_ mark: Mark) -> Int64 { mark.id(hash) }

    func total(_ sql: PivotSQL) throws -> Int { try count(sql) ?? 0 }

    /// How many have a mark; nil when it has no row, which means one at most.
    func count(_ mark: Mark) throws -> Int? { try count(.mark, [id(mark)]) }

    func certificates(with mark: Mark, limit: Int) throws -> [Int] {
        try integers(.certificatesByMark, [id(mark), limit])
    }

    func appearances(with mark: Mark, limit: Int) throws -> [Int] {
        try integers(.appearancesByMark, [id(mark), limit])
    }

    func certificate(sha256: [UInt8]) throws -> Int? {
        try integers(.certificateByHash, [sha256]).first
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
        try statement(sql).rows([key, since, until, limit]) { row in
            Sighting(
                id: try row.integer(0),
                endpoint: try row.integer(1),
                certificate: try row.integer(2),
                appearance: try row.integer(3),
                first: try row.time(4),
                last: try row.time(5)
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
        try count(.sightingsOfCertificate, [certificate]) ?? 0
    }

    func leads(sighting: Int) throws -> [String] {
        try statement(.leads).rows([sighting]) { try $0.text(0) }
    }

    func endpoint(_ id: Int) throws -> Endpoint {
        if let known = endpoints[id] { return known }
        let found = try statement(.endpoint).first([id]) { row in
            Endpoint(ip: try row.text(0), port: try row.port(1), name: try row.text(2))
        }
        guard let endpoint = found else { throw CorpusDamage("a sighting is of an endpoint that is missing") }
        endpoints[id] = endpoint
        return endpoint
    }

    func service(_ id: Int) throws -> ServiceFacts {
        if let known = appearances[id] { return known }
        guard let text = try statement(.appearance).first([id], { try $0.text(0) }) else {
            throw CorpusDamage("a sighting is of an appearance that is missing")
        }
        let facts = ServiceFacts(text: text)
        appearances[id] = facts
        return facts
    }

    /// The certificate with its marks, which come of what the record said of it.
    func certificate(_ id: Int) throws -> Certificate? {
        try statement(.certificate).first([id]) { row in
            let sha256 = try row.digest(0).hex
            let (x509, details) = (try row.json(2), try row.json(3))
            var line = "{\"tls\":{\"server\":{\"hash\":{\"sha256\":\"\(sha256)\"}"
            if let x509 { line += ",\"x509\":" + x509 }
            line += "}},\"hallmark\":{"
            if let details { line += "\"certificate\":" + details }
            line += "}}"
            guard (try? picker.read(line.utf8)) != nil, picker.text(.x509) == x509,
                picker.text(.certificate) == details
            else { throw CorpusDamage.record }
            return Certificate(
                sha256: sha256,
                subject: try row.text(1),
                marks: CertificateFacts(picker)?.marks ?? []
            )
        }
    }
}
