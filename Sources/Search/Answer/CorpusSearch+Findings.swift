import Bytes
import Corpus
import Observations

extension CorpusSearch {
    /// Findings as texts of some fields, the newest first.
    func findingRows(_ names: [String], limit: Int, _ body: ([String]) throws -> Void) throws {
        let fields = try names.map { try FindingField.fields(.text($0), below: nil)[0] }
        let found = numbers(limit: limit)
        let sql = """
            SELECT \(fields.map(\.sql).joined(separator: ", ")) FROM (\(found.sql)) m
            CROSS JOIN findings f ON f.id = m.id ORDER BY f.last_seen DESC, f.id DESC
            """
        try corpus.select(sql, found.values) { row in
            var cells: [String] = []
            for (index, field) in fields.enumerated() {
                let place = Int32(index)
                cells.append(
                    row.isNull(place)
                        ? "" : field.kind == .date ? RFC3339.text(try row.time(place)) : try row.value(place)
                )
            }
            try body(cells)
        }
    }

    /// Findings by the values of a field; of times by their day.
    func findingGroups(by name: String, rarest: Bool, limit: Int) throws -> [Group] {
        let field = try FindingField.fields(.text(name), below: nil)[0]
        guard name != "@timestamp" else {
            throw KQLError(
                column: nil,
                reason:
                    "of a finding only the first and the last time are kept: group by hallmark.sightings.first or .last"
            )
        }
        let isTime = field.kind == .date
        let found = allNumbers
        let sql = """
            SELECT \(isTime ? "\(field.sql) / 86400000" : field.sql) AS grouped, count(*) AS number
            FROM (\(found.sql)) m CROSS JOIN findings f ON f.id = m.id WHERE grouped IS NOT NULL AND grouped <> ''
            GROUP BY 1 ORDER BY number \(rarest ? "" : "DESC"), grouped LIMIT \(limit)
            """
        var groups: [Group] = []
        try corpus.select(sql, found.values) { row in
            let value =
                isTime
                ? RFC3339.day(try row.integer(0).multipliedReportingOverflow(by: 86_400_000).partialValue)
                : try row.value(0)
            groups.append(Group(value: value, count: try row.count(1)))
        }
        return groups
    }
}
