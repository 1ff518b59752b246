import Bytes
import Corpus
import Observations
import Terminal

extension CorpusSearch {
    /// The columns of a table when none are named.
    package static func columns(of unit: SearchUnit) -> [String] {
        switch unit {
        case .sightings:
            [
                "@timestamp", "server.ip", "server.port", "server.domain", "tls.server.subject",
                "tls.server.issuer", "hallmark.leads.software.name", "hallmark.leads.confidence",
            ]
        case .endpoints:
            ["server.ip", "server.port", "server.domain", "@timestamp", "hallmark.sightings.count"]
        case .certificates:
            [
                "tls.server.hash.sha256", "tls.server.subject", "tls.server.issuer", "tls.server.not_before",
                "tls.server.not_after",
            ]
        case .findings:
            [
                "@timestamp", "hallmark.findings.severity", "hallmark.findings.name", "server.ip",
                "server.port", "server.domain", "file.path", "tls.server.hash.sha256",
                "hallmark.findings.message", "hallmark.findings.owner",
            ]
        }
    }

    /// The rows, the newest first, each as the texts of some fields.
    ///
    /// Of endpoints and certificates that were seen several times, a sighting's field is that of the last.
    package func rows(_ names: [String], limit: Int, _ body: ([String]) throws -> Void) throws {
        guard unit != .findings else { return try findingRows(names, limit: limit, body) }
        let columns = try names.map { name in
            guard let field = SearchField.byName[name] else {
                return SearchColumn(field: try FieldNames.fields(.text(name), below: nil, orAllOf: false)[0])
            }
            return SearchColumn(field: field)
        }
        let found = numbers(limit: limit)
        let sql = """
            SELECT \(columns.map(\.text).joined(separator: ", ")), \(Self.isTorn) FROM (\(found.sql)) m
            \(joined(lasts: true)) ORDER BY \(unit == .sightings ? "s.last_seen DESC, s.id" : "m.id") DESC
            """
        try corpus.select(sql, found.values) { row in
            var cells: [String] = []
            for (index, column) in columns.enumerated() { cells.append(try row.cell(Int32(index), column)) }
            if try row.integer(Int32(columns.count)) != 0 { throw CorpusDamage.torn }
            try body(cells)
        }
    }

    /// Whether a sighting names what is missing.
    private static let isTorn =
        "s.id IS NOT NULL AND (e.id IS NULL OR a.id IS NULL OR s.certificate <> 0 AND c.id IS NULL)"

    /// All four tables, beginning at the numbers of `m`.
    ///
    /// - Parameter lasts: whether only the last sighting of each row counts.
    func joined(lasts: Bool) -> String {
        let sighting =
            switch (unit, lasts) {
            case (.sightings, _), (.findings, _): "CROSS JOIN sightings s ON s.id = m.id"
            case (_, false): "LEFT JOIN sightings s ON \(unit.scope.column) = m.id"
            case (_, true):
                """
                LEFT JOIN sightings s ON s.id = (SELECT id FROM sightings s WHERE \(unit.scope.column) = m.id
                ORDER BY last_seen DESC, id DESC LIMIT 1)
                """
            }
        return """
            \(sighting) LEFT JOIN endpoints e ON e.id = \(unit == .endpoints ? "m.id" : "s.endpoint")
            LEFT JOIN appearances a ON a.id = s.appearance
            LEFT JOIN certificates c ON c.id = \(unit == .certificates ? "m.id" : "s.certificate")
            """
    }
}

extension CorpusRow {
    /// A column's value as text; empty without one.
    func cell(_ index: Int32, _ column: SearchColumn) throws -> String {
        if isNull(index) { return "" }
        if column.isTime { return RFC3339.text(try time(index)) }
        return try value(index)
    }
}

extension CorpusSearch {
    /// The values of a field, and how many rows hold each.
    package struct Group: Equatable, Sendable {
        package let value: String
        package let count: Int
    }

    /// Counts the rows by the values of a field; of times by their day.
    ///
    /// - Parameters:
    ///   - rarest: whether the rarest come first.
    ///   - limit: how many groups at most.
    ///   - newest: only so many rows are looked at, the newest; nil looks at all.
    package func groups(
        by name: String,
        rarest: Bool,
        limit: Int,
        newest: Int? = nil
    ) throws -> [Group] {
        guard unit != .findings else {
            return try findingGroups(by: name, rarest: rarest, limit: limit)
        }
        let field = try FieldNames.fields(.text(name), below: nil, orAllOf: false)[0]
        let column = SearchColumn(field: field)
        let group = column.group
        if isEverything, column.isOfLead { return try leadGroups(column, rarest: rarest, limit: limit) }
        let found = newest.map { numbers(limit: $0) } ?? allNumbers
        let from =
            unit == .certificates && column.needsCertificate
            ? "CROSS JOIN certificates c ON c.id = m.id" : joined(lasts: false)
        let sql = """
            SELECT \(group.value) AS grouped, count(DISTINCT m.id) AS number FROM (\(found.sql)) m
            \(from)\(group.join) WHERE grouped IS NOT NULL
            GROUP BY 1 ORDER BY number \(rarest ? "" : "DESC"), grouped LIMIT \(limit)
            """
        var groups: [Group] = []
        try corpus.select(sql, found.values) { row in
            let value =
                column.isTime
                ? RFC3339.day(try row.integer(0).multipliedReportingOverflow(by: 86_400_000).partialValue)
                : try row.value(0)
            groups.append(Group(value: value, count: try row.count(1)))
        }
        return groups
    }

    /// The same of everything by a field of leads: there are few leads, and rows without one need no look.
    private func leadGroups(_ column: SearchColumn, rarest: Bool, limit: Int) throws -> [Group] {
        let sql = """
            SELECT \(column.group.value) AS grouped, count(DISTINCT \(unit.scope.column)) AS number
            FROM leads l CROSS JOIN sightings s ON s.id = l.sighting
            WHERE grouped IS NOT NULL \(unit == .certificates ? "AND s.certificate <> 0" : "")
            GROUP BY 1 ORDER BY number \(rarest ? "" : "DESC"), grouped LIMIT \(limit)
            """
        var groups: [Group] = []
        try corpus.select(sql) { groups.append(Group(value: try $0.value(0), count: try $0.count(1))) }
        return groups
    }
}
