import Foundation

/// Ranks endpoints by how unusual their marks are, in bits.
///
/// A value surprises with n bits when one endpoint of 2^n has a value that is as rare or rarer: where many
/// have a value of their own, such a one is no surprise. What one in 32 has counts nothing. Of the marks of
/// one family the most unusual counts, and the families are added up.
package struct Hunt {
    package let found: [HuntResult]
    /// Endpoints in all, and those that were left out because somebody has decided on them.
    package let endpoints: Int
    package let decided: Int

    /// - Parameters:
    ///   - includesDecided: whether endpoints on which somebody has decided are ranked, too.
    ///   - limit: how many are kept, the most unusual first.
    package init(_ table: HuntTable, common: CommonMarks, includesDecided: Bool = false, limit: Int) {
        table.countKeys()
        let counts = HuntCounts(table)
        var ranked: [(score: Double, row: Int)] = []
        var decided = 0
        for (place, row) in table.rows.enumerated() {
            if row.isDecided, !includesDecided {
                decided += 1
                continue
            }
            let score = counts.unusual(row, common).reduce(0) { $0 + $1.counted }
            if score > 0 { ranked.append((score, place)) }
        }
        ranked.sort { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
        found = ranked.prefix(limit).map { score, place in
            let row = table.rows[place]
            return HuntResult(
                ip: row.ip,
                port: row.port,
                name: row.name,
                time: row.time,
                bits: score,
                lead: row.lead,
                marks: counts.unusual(row, common).sorted { $0.counted > $1.counted }
            )
        }
        endpoints = table.rows.count
        self.decided = decided
    }
}

/// An endpoint that is unusual, and why.
package struct HuntResult: Sendable {
    package let ip: String
    package let port: Int
    package let name: String
    /// Milliseconds since 1970.
    package let time: Int
    package let bits: Double
    package let lead: String
    package let marks: [HuntReason]

    package var endpoint: String { ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)" }
}

/// A mark of an endpoint that is unusual.
package struct HuntReason: Sendable {
    package let field: String
    package let value: String
    /// What the value is held against, where it is not all endpoints: another mark's field and value.
    package var given: (field: String, value: String)?
    /// How many endpoints have the value, how many have one that is as rare or rarer, and how many tell one.
    package let count: Int
    package let asRare: Int
    package let of: Int

    /// How surprising the value is.
    package var bits: Double { log2(Double(of) / Double(asRare)) }

    /// What is not counted of it: one endpoint in 32 is not unusual.
    package static let usual = 5.0

    /// What it adds to the endpoint's bits.
    package var counted: Double { max(0, bits - Self.usual) }
}
