import Bytes
package import Corpus
import Export
import Observations

/// The table of `hallmark warehouse schema` as a pivot reads it, by few queries of which each asks much.
///
/// Records become marks by the same readers as on their way into a corpus. Numbers are given out here, in the
/// order in which things are met; what was read is remembered, for one pivot.
package final class WarehousePivotStore: PivotStore {
    let clickHouse: ClickHouse
    private let picker = RecordPicker()
    private let since: Int
    private let until: Int
    /// How many records there are.
    private var recordCount: Int?

    private var certificates = NumberTable<String>()
    private var endpoints = NumberTable<SightingRow.Endpoint>()
    private var appearances = NumberTable<String>()
    private var sightings = NumberTable<[Int]>()
    private var services: [Int: ServiceFacts] = [:]
    private var leads: [Int: [String]] = [:]
    /// What stands behind numbers of certificates that were looked for; nil for what is not there.
    private var found: [Int: PivotCertificate?] = [:]
    private var totals: [Int: Int] = [:]
    private var ofCertificate: [Int: [PivotSighting]] = [:]
    private var ofEndpoint: [Int: [PivotSighting]] = [:]
    private var ofAppearance: [Int: [PivotSighting]] = [:]
    private var counts: [Mark: Int] = [:]
    /// What has a mark, and how many were asked for.
    private var holders: [Mark: (limit: Int, numbers: [Int])] = [:]

    /// Up to this many records, what is distinct is counted; of more it is estimated, within a percent.
    static let mostCounted = 10_000_000
    /// Up to this many records, one pass over all of them is cheaper than a question for each mark.
    static let mostPassed = 1_000_000
    /// Of each certificate and endpoint so many sightings are read: a pivot looks at no more.
    private static let mostSightings = 20
    /// Conditions of one query, certificates of one query.
    private static let mostParts = 50
    private static let mostFetched = 400

    /// - Parameters:
    ///   - since: milliseconds since 1970, or nil, as `PivotOptions` has it.
    package init(_ clickHouse: ClickHouse, since: Int?, until: Int?) {
        self.clickHouse = clickHouse
        self.since = since ?? .min
        self.until = until ?? .max
    }

    /// Asks for each part of what is wanted: at most `size` at once, and fewer where their values are long.
    private func inParts<Wanted, Row>(
        _ wanted: [Wanted],
        _ size: Int,
        _ read: (WarehouseRow) throws(WarehouseError) -> Row,
        _ text: (ArraySlice<Wanted>, inout WarehouseQuery) -> String
    ) throws(WarehouseError) -> [Row] {
        var rows: [Row] = []
        var left = wanted[...]
        var count = size
        while !left.isEmpty {
            let part = left.prefix(count)
            var query = WarehouseQuery()
            query.text = text(part, &query)
            guard query.size <= WarehouseQuery.usualSize || part.count == 1 else {
                count = (part.count + 1) / 2
                continue
            }
            rows += try clickHouse.rows(query, read)
            left = left.dropFirst(part.count)
        }
        return rows
    }

    // MARK: Counts

    private func records() throws(WarehouseError) -> Int {
        if let recordCount { return recordCount }
        var query = WarehouseQuery()
        query.text = "SELECT toString(count()) FROM \(ClickHouseTable.name)"
        let rows = try clickHouse.rows(query) { row throws(WarehouseError) in try row.integer(0) }
        recordCount = rows.first ?? 0
        return rows.first ?? 0
    }

    /// The function that counts what is distinct: of very many it estimates.
    private func distinctCount() throws(WarehouseError) -> String {
        try records() > Self.mostCounted ? "uniqCombined64" : "uniqExact"
    }

    /// SQL that makes of each record as many rows as it has of the marks, with their places.
    private static func places(_ marks: some Collection<(Int, Mark)>, _ query: inout WarehouseQuery) -> String
    {
        let held = marks.map { "if(ifNull(\(query.condition($0.1)), 0), \($0.0), -1)" }
        return "arrayJoin(arrayFilter(i -> i >= 0, [\(held.joined(separator: ", "))]))"
    }

    private func total(_ column: String, besides none: String) throws(WarehouseError) -> Int {
        let distinct = try distinctCount()
        var query = WarehouseQuery()
        query.text =
            "SELECT toString(\(distinct)(\(column))) FROM \(ClickHouseTable.name) WHERE \(column) != \(none)"
        return try clickHouse.rows(query) { row throws(WarehouseError) in try row.integer(0) }.first ?? 0
    }

    package func certificateTotal() throws -> Int {
        try total(ClickHousePivot.certificate, besides: "''")
    }

    package func sightingTotal() throws -> Int { try total(ClickHousePivot.sighting, besides: "0") }

    private func fetchCounts(_ marks: [Mark]) throws(WarehouseError) {
        let unknown = unknown(marks) { counts[$0] == nil }
        guard !unknown.isEmpty else { return }
        guard try records() > Self.mostPassed else { return try passCounts(unknown) }
        let distinct = try distinctCount()
        let numbers = try inParts(unknown, Self.mostParts) { row throws(WarehouseError) in
            try row.integer(1)
        } _: { marks, query in
            marks.enumerated().map { place, mark in
                let column = mark.kind.isOfService ? ClickHousePivot.sighting : ClickHousePivot.certificate
                return "SELECT \(place) AS place, toString(\(distinct)(\(column))) AS n "
                    + "FROM \(ClickHouseTable.name) WHERE \(query.condition(mark))"
            }.joined(separator: " UNION ALL ").inOrder
        }
        guard numbers.count == unknown.count else {
            throw WarehouseError("\(clickHouse.place): the answer has other counts than were asked for")
        }
        for (mark, number) in zip(unknown, numbers) { counts[mark] = number }
    }

    /// Counts all marks in one pass.
    private func passCounts(_ marks: [Mark]) throws(WarehouseError) {
        let rows = try inParts(marks.enumerated().map { ($0, $1) }, Self.mostParts) {
            row throws(WarehouseError) in
            (place: try row.integer(0), count: try row.integer(1))
        } _: { marks, query in
            let services = marks.filter { $0.1.kind.isOfService }.map { "\($0.0)" }
            let isService = services.isEmpty ? "0" : "place IN (\(services.joined(separator: ", ")))"
            return """
                SELECT toString(place), toString(uniqExact(what)) FROM (
                    SELECT \(Self.places(marks, &query)) AS place,
                        if(\(isService), toString(\(ClickHousePivot.sighting)), \(ClickHousePivot.certificate)) AS what
                    FROM \(ClickHouseTable.name)
                ) GROUP BY place
                """
        }
        for mark in marks { counts[mark] = 0 }
        for row in rows where marks.indices.contains(row.place) { counts[marks[row.place]] = row.count }
    }

    private func unknown<Key: Hashable>(_ keys: [Key], _ isUnknown: (Key) -> Bool) -> [Key] {
        var seen: Set<Key> = []
        return keys.filter { isUnknown($0) && seen.insert($0).inserted }
    }

    package func count(_ mark: Mark) throws -> Int? {
        try fetchCounts([mark])
        return counts[mark]
    }

    package func has(_ mark: Mark) throws -> Bool { try count(mark) ?? 0 > 0 }

    // MARK: What has a mark

    /// Of all kinds of marks those of certificates.
    private func fetchCertificates(with marks: [Mark], limit: Int) throws(WarehouseError) {
        let unknown = unknown(marks) { mark in
            !mark.kind.isOfService && holders[mark].map { $0.limit < limit } ?? true
        }
        guard !unknown.isEmpty else { return }
        let isSmall = try records() <= Self.mostPassed
        let rows = try inParts(unknown.enumerated().map(\.self), Self.mostParts) {
            row throws(WarehouseError) in
            (place: try row.integer(0), sha256: try row.text(1))
        } _: { marks, query in
            if isSmall {
                return """
                    SELECT toString(place), c FROM (
                        SELECT place, c, row_number() OVER (PARTITION BY place ORDER BY t, c) AS rank FROM (
                            SELECT \(Self.places(marks.map { ($0.0, $0.1) }, &query)) AS place,
                                \(ClickHousePivot.certificate) AS c, min(timestamp) AS t
                            FROM \(ClickHouseTable.name) GROUP BY place, c
                        )
                    ) WHERE rank <= \(limit) ORDER BY place, rank
                    """
            }
            return marks.map { place, mark in
                """
                (SELECT \(place) AS place, c, rank FROM (
                    SELECT \(ClickHousePivot.certificate) AS c, row_number() OVER (ORDER BY min(timestamp), c) AS rank
                    FROM \(ClickHouseTable.name) WHERE \(query.condition(mark)) GROUP BY c
                ) WHERE rank <= \(limit))
                """
            }.joined(separator: " UNION ALL ").inOrder(by: "place, rank")
        }
        for mark in unknown { holders[mark] = (limit, []) }
        for row in rows where unknown.indices.contains(row.place) {
            holders[unknown[row.place]]?.numbers.append(certificates.number(row.sha256))
        }
    }

    package func certificates(with mark: Mark, limit: Int) throws -> [Int] {
        try fetchCertificates(with: [mark], limit: limit)
        return Array((holders[mark]?.numbers ?? []).prefix(limit))
    }

    /// Appearances that have marks, and their sightings.
    private func fetchAppearances(with marks: [Mark], limit: Int) throws(WarehouseError) {
        let unknown = unknown(marks) { mark in
            mark.kind.isOfService && holders[mark].map { $0.limit < limit } ?? true
        }
        let rows = try fetch(unknown, .appearance, limit: 200, most: 4000) { $1.condition($0) }
        var all: [Int: [PivotSighting]] = [:]
        for mark in unknown { holders[mark] = (limit, []) }
        for (place, row) in rows {
            let sighting = number(row)
            all[sighting.appearance, default: []].append(sighting)
            let mark = unknown[place]
            guard var known = holders[mark], known.numbers.last != sighting.appearance,
                known.numbers.count < limit
            else { continue }
            known.numbers.append(sighting.appearance)
            holders[mark] = known
        }
        for (appearance, sightings) in all where ofAppearance[appearance]?.count ?? -1 < sightings.count {
            var seen: Set<Int> = []
            ofAppearance[appearance] = sightings.filter { seen.insert($0.id).inserted }
        }
    }

    package func appearances(with mark: Mark, limit: Int) throws -> [Int] {
        try fetchAppearances(with: [mark], limit: limit)
        return Array((holders[mark]?.numbers ?? []).prefix(limit))
    }

    // MARK: Sightings

    /// The sightings for each of several conditions, with the place of the condition.
    private func fetch<Wanted>(
        _ wanted: [Wanted],
        _ group: SightingRow.Group,
        limit: Int,
        most: Int,
        _ condition: (Wanted, inout WarehouseQuery) -> String
    ) throws(WarehouseError) -> [(place: Int, row: SightingRow)] {
        try inParts(wanted.enumerated().map(\.self), Self.mostParts) { row throws(WarehouseError) in
            let row = try SightingRow(row)
            guard wanted.indices.contains(row.place) else {
                throw WarehouseError("the answer is to a question that was not asked")
            }
            return (row.place, row)
        } _: { parts, query in
            let (least, latest) = (query.value(since), query.value(until))
            return parts.map { place, wanted in
                let text = SightingRow.sql(
                    place,
                    condition(wanted, &query),
                    group,
                    limit: limit,
                    least: least,
                    most: latest
                )
                return "(SELECT * FROM (\(text)) LIMIT \(most))"
            }.joined(separator: " UNION ALL ")
        }
    }

    private func number(_ row: SightingRow) -> PivotSighting {
        let endpoint = endpoints.number(row.endpoint)
        let certificate = row.certificate.isEmpty ? 0 : certificates.number(row.certificate)
        let appearance = appearances.number(row.service.text)
        services[appearance] = row.service
        let id = sightings.number([endpoint, certificate, appearance])
        leads[id] = row.leads
        return PivotSighting(
            id: id,
            endpoint: endpoint,
            certificate: certificate,
            appearance: appearance,
            first: row.first,
            last: row.last
        )
    }

    private func fetchSightings(certificates numbers: [Int]) throws(WarehouseError) {
        let unknown = unknown(numbers) { $0 > 0 && ofCertificate[$0] == nil && certificates[$0] != nil }
        for start in stride(from: 0, to: unknown.count, by: Self.mostFetched) {
            let part = unknown[start..<min(start + Self.mostFetched, unknown.count)]
            let digests = part.compactMap { certificates[$0] }
            let rows = try fetch([digests], .certificate, limit: Self.mostSightings, most: .max >> 1) {
                "\(ClickHousePivot.certificate) IN \($1.value($0))"
            }
            for number in part { ofCertificate[number] = [] }
            for (_, row) in rows {
                let sighting = number(row)
                ofCertificate[sighting.certificate, default: []].append(sighting)
                totals[sighting.certificate] = row.total
            }
        }
    }

    private func fetchSightings(endpoints numbers: [Int]) throws(WarehouseError) {
        let unknown = unknown(numbers) { ofEndpoint[$0] == nil && endpoints[$0] != nil }
        for start in stride(from: 0, to: unknown.count, by: Self.mostFetched) {
            let part = unknown[start..<min(start + Self.mostFetched, unknown.count)]
            let keys = part.compactMap { endpoints[$0] }
            let rows = try fetch([keys], .endpoint, limit: Self.mostSightings, most: .max >> 1) {
                "server_ip IN \($1.value(Array(Set($0.map(\.ip))))) "
                    + "AND \(SightingRow.key) IN \($1.value($0.map(\.key)))"
            }
            for number in part { ofEndpoint[number] = [] }
            for (_, row) in rows {
                let sighting = number(row)
                ofEndpoint[sighting.endpoint, default: []].append(sighting)
            }
        }
    }

    package func sightings(certificate: Int, limit: Int) throws -> [PivotSighting] {
        try fetchSightings(certificates: [certificate])
        return Array((ofCertificate[certificate] ?? []).prefix(limit))
    }

    package func sightings(endpoint: Int, limit: Int) throws -> [PivotSighting] {
        try fetchSightings(endpoints: [endpoint])
        return Array((ofEndpoint[endpoint] ?? []).prefix(limit))
    }

    package func sightings(appearance: Int, limit: Int) throws -> [PivotSighting] {
        Array((ofAppearance[appearance] ?? []).prefix(limit))
    }

    package func sightings(lead software: String, limit: Int) throws -> [PivotSighting] {
        let (leads, sighting) = (ClickHousePivot.leads, ClickHousePivot.sighting)
        let rows = try fetch([software], .certificate, limit: limit, most: limit) { software, query in
            let isSaid = "has(\(leads), \(query.value(software)))"
            return "\(sighting) IN (SELECT \(sighting) FROM \(ClickHouseTable.name) WHERE \(isSaid))"
        }
        return rows.filter { $0.row.leads.contains(software) }.map { number($0.row) }
    }

    package func sightingCount(certificate: Int) throws -> Int {
        try fetchSightings(certificates: [certificate])
        return min(totals[certificate] ?? 0, 1000)
    }

    package func leads(sighting: Int) throws -> [String] { leads[sighting] ?? [] }

    // MARK: Certificates, endpoints, appearances

    private func fetch(certificates numbers: [Int]) throws(WarehouseError) {
        let unknown = unknown(numbers) { found[$0] == nil && certificates[$0] != nil }
        let column = ClickHousePivot.certificate
        // What somebody else wrote down of a certificate counts where nobody has read it.
        let place = "(\(column), \(ClickHousePivot.isText), timestamp)"
        let rows = try inParts(unknown.compactMap { certificates[$0] }, Self.mostFetched) {
            row throws(WarehouseError) in
            (try row.text(0), try row.optionalText(1), try row.optionalText(2))
        } _: { digests, query in
            let isWanted = "\(column) IN \(query.value(Array(digests)))"
            return """
                SELECT \(column), any(JSONExtractRaw(record, 'tls', 'server', 'x509')),
                    any(JSONExtractRaw(record, 'hallmark', 'certificate'))
                FROM \(ClickHouseTable.name)
                PREWHERE \(isWanted) AND \(place) IN (
                    SELECT \(column), min((\(ClickHousePivot.isText), timestamp)).1 AS t,
                        min((\(ClickHousePivot.isText), timestamp)).2
                    FROM \(ClickHouseTable.name) WHERE \(isWanted) GROUP BY \(column)
                )
                GROUP BY \(column)
                """
        }
        for number in unknown { found[number] = .some(nil) }
        for (sha256, x509, details) in rows {
            let certificate = PivotCertificate(
                sha256: sha256,
                subject: nil,
                x509: x509,
                details: details,
                picker
            )
            guard let certificate else {
                throw WarehouseError("\(clickHouse.place): the record of a certificate is not JSON")
            }
            found[certificates.number(sha256)] = .some(certificate)
        }
    }

    package func certificate(_ id: Int) throws -> PivotCertificate? {
        try fetch(certificates: [id])
        return found[id] ?? nil
    }

    package func certificate(sha256: [UInt8]) throws -> Int? {
        let number = certificates.number(sha256.hex)
        try fetch(certificates: [number])
        return found[number].flatMap(\.self) == nil ? nil : number
    }

    /// The endpoints for which a condition holds, the one that was seen first first.
    private func endpoints(
        limit: Int,
        _ condition: (inout WarehouseQuery) -> String
    ) throws(WarehouseError) -> [Int] {
        var query = WarehouseQuery()
        query.text = """
            SELECT '0', '', ifNull(server_ip, '') AS ip, toString(ifNull(server_port, 0)) AS port,
                \(ClickHousePivot.host) AS host, \(ClickHousePivot.transport) AS transport,
                any(\(ClickHousePivot.appearance)), '0', '0', [], '0'
            FROM \(ClickHouseTable.name) WHERE \(ClickHousePivot.sighting) != 0 AND \(condition(&query))
            GROUP BY ip, port, host, transport ORDER BY min(timestamp), ip, port, host LIMIT \(limit)
            """
        let rows = try clickHouse.rows(query) { row throws(WarehouseError) in try SightingRow(row).endpoint }
        return rows.map { endpoints.number($0) }
    }

    package func endpoints(ip: String, port: Int?, limit: Int) throws -> [Int] {
        try endpoints(limit: limit) { query in
            let address = "server_ip = \(query.value(ip))"
            return port.map { "\(address) AND server_port = \(query.value($0))" } ?? address
        }
    }

    package func endpoints(name: String, limit: Int) throws -> [Int] {
        try endpoints(limit: limit) {
            "\(ClickHousePivot.host) = \($0.value(name)) AND \(ClickHousePivot.host) != ''"
        }
    }

    package func certificates(below domain: String, limit: Int) throws -> [Int] {
        var query = WarehouseQuery()
        let end = query.value("." + domain.lowercased())
        query.text = """
            SELECT \(ClickHousePivot.certificate) AS c FROM \(ClickHouseTable.name)
            WHERE c != '' AND arrayExists(
                n -> endsWith(trim(TRAILING '.' FROM n), \(end)) AND length(n) > length(\(end)),
                \(ClickHousePivot.names))
            GROUP BY c ORDER BY min(timestamp), c LIMIT \(limit)
            """
        let rows = try clickHouse.rows(query) { row throws(WarehouseError) in try row.text(0) }
        return rows.map { certificates.number($0) }
    }

    package func endpoint(_ id: Int) throws -> CorpusEndpoint {
        guard let place = endpoints[id] else { throw WarehouseError("there is no endpoint \(id)") }
        return CorpusEndpoint(
            ip: place.ip,
            port: place.port,
            name: place.name,
            transport: place.transport
        )
    }

    package func service(_ id: Int) throws -> ServiceFacts {
        guard let facts = services[id] else { throw WarehouseError("there is no appearance \(id)") }
        return facts
    }

    // MARK: Ahead

    package func prefetch(_ wanted: PivotForesight) throws {
        switch wanted {
        case .weights(let marks): try fetchCounts(marks)
        case .holders(let marks):
            try fetchCertificates(with: marks, limit: Self.mostHolders)
            try fetchAppearances(with: marks, limit: Self.mostAppearances)
        case .digests(let digests):
            try fetch(certificates: digests.map { certificates.number($0.hex) })
        case .certificates(let numbers):
            try fetch(certificates: numbers)
            try fetchSightings(certificates: numbers)
        case .endpoints(let numbers):
            try fetchSightings(endpoints: numbers)
            let shown = numbers.flatMap { ofEndpoint[$0] ?? [] }.map(\.certificate)
            try fetch(certificates: shown.filter { $0 > 0 })
        }
    }

    /// Certificates and appearances with one mark that a pivot goes through at most.
    private static let mostHolders = 3000
    private static let mostAppearances = 200
}

extension String {
    /// Parts of a union in the order of their places.
    fileprivate var inOrder: String { inOrder(by: "place") }

    fileprivate func inOrder(by columns: String) -> String { "SELECT * FROM (\(self)) ORDER BY \(columns)" }
}
