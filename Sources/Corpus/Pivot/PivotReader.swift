import Bytes
import GRDB
import Observations
import Wire

/// A corpus as a pivot reads it, by small look-ups on one connection.
final class PivotReader: PivotStore {
    private let db: Database
    private let hash: SipHash
    private let picker = RecordPicker()
    private let since: Int
    private let until: Int
    private var appearances: [Int: ServiceFacts] = [:]
    private var endpoints: [Int: CorpusEndpoint] = [:]
    /// Popular ones stand on many endpoints; no more are kept than `mostCertificates`.
    private var certificates: [Int: PivotCertificate] = [:]
    private static let mostCertificates = 1000

    init(_ db: Database, hash: SipHash, since: Int, until: Int) {
        self.db = db
        self.hash = hash
        self.since = since
        self.until = until
    }

    fileprivate func statement(_ sql: PivotSQL) throws -> Statement {
        try db.cachedStatement(sql: sql.rawValue)
    }

    private func integers(_ sql: PivotSQL, _ values: [any CorpusBindable]) throws -> [Int] {
        try statement(sql).rows(values) { try $0.integer(0) }
    }

    private func count(_ sql: PivotSQL, _ values: [any CorpusBindable] = []) throws -> Int? {
        // The greatest of nothing is null.
        try statement(sql).first(values) { $0.isNull(0) ? nil : try $0.count(0) } ?? nil
    }

    func id(_ mark: Mark) -> Int64 { mark.id(hash) }

    func certificateTotal() throws -> Int { try count(.certificateCount) ?? 0 }

    func sightingTotal() throws -> Int { try count(.sightingCount) ?? 0 }

    var names: (any NameStore)? { self }

    var clients: (any ClientStore)? { self }

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

    private func sightings(_ sql: PivotSQL, _ key: Int, _ limit: Int) throws -> [PivotSighting] {
        try statement(sql).rows([key, since, until, limit]) { try PivotSighting($0) }
    }

    func sightings(endpoint: Int, limit: Int) throws -> [PivotSighting] {
        try sightings(.sightingsByEndpoint, endpoint, limit)
    }

    func sightings(certificate: Int, limit: Int) throws -> [PivotSighting] {
        try sightings(.sightingsByCertificate, certificate, limit)
    }

    func sightings(appearance: Int, limit: Int) throws -> [PivotSighting] {
        try sightings(.sightingsByAppearance, appearance, limit)
    }

    /// How many endpoints show a certificate, at most 1,000.
    func sightingCount(certificate: Int) throws -> Int {
        try count(.sightingsOfCertificate, [certificate]) ?? 0
    }

    /// The sightings that a lead names a software for.
    func sightings(lead software: String, limit: Int) throws -> [PivotSighting] {
        try statement(.sightingsByLead).rows([software, since, until, limit]) { try PivotSighting($0) }
    }

    /// Rows are numbered as they come.
    func age(certificate: Int) -> PivotAge { PivotAge(certificate) }
    func age(endpoint: Int) -> PivotAge { PivotAge(endpoint) }

    func leads(sighting: Int) throws -> [String] {
        try statement(.leads).rows([sighting]) { try $0.text(0) }
    }

    func endpoint(_ id: Int) throws -> CorpusEndpoint {
        if let known = endpoints[id] { return known }
        let found = try statement(.endpoint).first([id]) { try CorpusEndpoint($0) }
        guard let endpoint = found else { throw CorpusDamage("a sighting is of an endpoint that is missing") }
        endpoints[id] = endpoint
        return endpoint
    }

    func service(_ id: Int) throws -> ServiceFacts {
        if let known = appearances[id] { return known }
        guard let text = try statement(.appearance).first([id], { try $0.text(0) }) else {
            throw CorpusDamage("a sighting is of an appearance that is missing")
        }
        let facts = try ServiceFacts(text: text)
        appearances[id] = facts
        return facts
    }

    /// The certificate with its marks, which come of what the record said of it.
    func certificate(_ id: Int) throws -> PivotCertificate? {
        if let known = certificates[id] { return known }
        guard id != 0 else { return nil }
        guard let found = try read(certificate: id) else {
            throw CorpusDamage("a certificate is missing that is named elsewhere")
        }
        if certificates.count >= Self.mostCertificates { certificates.removeAll(keepingCapacity: true) }
        certificates[id] = found
        return found
    }

    private func read(certificate id: Int) throws -> PivotCertificate? {
        try statement(.certificate).first([id]) { row in
            let certificate = PivotCertificate(
                sha256: try row.digest(0).hex,
                subject: try row.text(1),
                x509: try row.json(2),
                details: try row.json(3),
                picker
            )
            guard let certificate else { throw CorpusDamage.record }
            return certificate
        }
    }
}

extension PivotReader: ClientStore {
    /// Who connected to an endpoint, or to whatever showed a certificate, the latest first.
    func contacts(_ id: Int, isEndpoint: Bool, limit: Int) throws -> [PivotContact] {
        try statement(isEndpoint ? .contactsByEndpoint : .contactsByCertificate)
            .rows([id, since, until, limit]) { try PivotContact($0) }
    }

    func client(_ id: Int) throws -> (address: String, user: String) {
        let found = try statement(.client).first([id]) { (try $0.text(0), try $0.text(1)) }
        guard let found else { throw CorpusDamage("a contact is of a client that is missing") }
        return found
    }
}

extension PivotReader: NameStore {
    /// Whether there is any passive DNS.
    func hasResolutions() throws -> Bool { try statement(.anyResolution).first([], { _ in }) != nil }

    /// Where a name pointed.
    func resolutions(name: String, limit: Int) throws -> [Resolution] {
        try statement(.resolutionsByName).rows([ReversedName(name).text, since, until, limit]) {
            try Resolution($0)
        }
    }

    /// Where names below a domain pointed.
    func resolutions(below domain: String, limit: Int) throws -> [Resolution] {
        let low = ReversedName(domain).text
        return try statement(.resolutionsBelow).rows([low + ".", low + "/", since, until, limit]) {
            try Resolution($0)
        }
    }

    /// Which names pointed to an address, or were aliases of a name, the latest first.
    func resolutions(target: String, limit: Int) throws -> [Resolution] {
        // No name ends in a number, as an IPv4 address does, or has a colon.
        let isAddress = IPAddress(target) != nil
        let target = isAddress ? target : ReversedName(target).text
        return try statement(.resolutionsByTarget).rows([target, since, until, limit]) {
            try Resolution($0)
        }
    }
}

extension PivotSighting {
    fileprivate init(_ row: CorpusRow) throws {
        self.init(
            id: try row.integer(0),
            endpoint: try row.integer(1),
            certificate: try row.integer(2),
            appearance: try row.integer(3),
            first: try row.time(4),
            last: try row.time(5)
        )
    }
}

extension PivotContact {
    fileprivate init(_ row: CorpusRow) throws {
        client = try row.integer(0)
        endpoint = try row.integer(1)
        certificate = try row.integer(2)
        first = try row.time(3)
        last = try row.time(4)
        count = try row.integer(5)
        bytes = try row.count(10) > 0 ? row.integer(6) : nil
        milliseconds = try row.count(11) > 0 ? row.integer(7) : nil
        ja3 = Self.words(try row.text(8))
        ja4 = Self.words(try row.text(9))
    }

    /// The words of a text, each once.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        for word in text.split(separator: " ") where words.count < 8 && !words.contains(String(word)) {
            words.append(String(word))
        }
        return words
    }
}
