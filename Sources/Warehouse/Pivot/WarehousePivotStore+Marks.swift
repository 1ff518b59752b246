package import Corpus
import Export

/// How many have a mark, and what has it.
extension WarehousePivotStore {
    func records() throws(WarehouseError) -> Int {
        if let recordCount { return recordCount }
        var query = WarehouseQuery()
        query.text = "SELECT toString(count()) FROM \(ClickHouseTable.name)"
        let rows = try clickHouse.rows(query) { row throws(WarehouseError) in try row.integer(0) }
        recordCount = rows.first ?? 0
        return rows.first ?? 0
    }

    /// The function that counts what is distinct: of very many it estimates.
    func distinctCount() throws(WarehouseError) -> String {
        try records() > Self.mostCounted ? "uniqCombined64" : "uniqExact"
    }

    /// SQL that makes of each record as many rows as it has of the marks, with their places.
    static func places(_ marks: some Collection<(Int, Mark)>, _ query: inout WarehouseQuery) -> String {
        let held = marks.map { "if(ifNull(\(query.condition($0.1)), 0), \($0.0), -1)" }
        return "arrayJoin(arrayFilter(i -> i >= 0, [\(held.joined(separator: ", "))]))"
    }

    func total(_ column: String, besides none: String) throws(WarehouseError) -> Int {
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

    func fetchCounts(_ marks: [Mark]) throws(WarehouseError) {
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
    func passCounts(_ marks: [Mark]) throws(WarehouseError) {
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

    func unknown<Key: Hashable>(_ keys: [Key], _ isUnknown: (Key) -> Bool) -> [Key] {
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
    func fetchCertificates(with marks: [Mark], limit: Int) throws(WarehouseError) {
        let unknown = unknown(marks) { mark in
            !mark.kind.isOfService && holders[mark].map { $0.limit < limit } ?? true
        }
        guard !unknown.isEmpty else { return }
        let isSmall = try records() <= Self.mostPassed
        let rows = try inParts(unknown.enumerated().map(\.self), Self.mostParts) {
            row throws(WarehouseError) in
            (place: try row.integer(0), sha256: try row.text(1), first: try row.integer(2))
        } _: { marks, query in
            if isSmall {
                return """
                    SELECT toString(place), c, toString(toUnixTimestamp64Milli(t)) FROM (
                        SELECT place, c, t, row_number() OVER (PARTITION BY place ORDER BY t, c) AS rank FROM (
                            SELECT \(Self.places(marks.map { ($0.0, $0.1) }, &query)) AS place,
                                \(ClickHousePivot.certificate) AS c, min(timestamp) AS t
                            FROM \(ClickHouseTable.name) GROUP BY place, c
                        )
                    ) WHERE rank <= \(limit) ORDER BY place, rank
                    """
            }
            return marks.map { place, mark in
                """
                (SELECT \(place) AS place, c, toString(toUnixTimestamp64Milli(t)) AS first, rank FROM (
                    SELECT \(ClickHousePivot.certificate) AS c, min(timestamp) AS t,
                        row_number() OVER (ORDER BY min(timestamp), c) AS rank
                    FROM \(ClickHouseTable.name) WHERE \(query.condition(mark)) GROUP BY c
                ) WHERE rank <= \(limit))
                """
            }.joined(separator: " UNION ALL ").inOrder(by: "place, rank")
        }
        for mark in unknown { holders[mark] = (limit, []) }
        for row in rows where unknown.indices.contains(row.place) {
            let number = certificates.number(row.sha256)
            certificateAges[number] = min(certificateAges[number] ?? .max, row.first)
            holders[unknown[row.place]]?.numbers.append(number)
        }
    }

    package func certificates(with mark: Mark, limit: Int) throws -> [Int] {
        try fetchCertificates(with: [mark], limit: limit)
        return Array((holders[mark]?.numbers ?? []).prefix(limit))
    }

    /// Appearances that have marks, and their sightings.
    func fetchAppearances(with marks: [Mark], limit: Int) throws(WarehouseError) {
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
}

extension String {
    /// Parts of a union in the order of their places.
    fileprivate var inOrder: String { inOrder(by: "place") }

    fileprivate func inOrder(by columns: String) -> String { "SELECT * FROM (\(self)) ORDER BY \(columns)" }
}
