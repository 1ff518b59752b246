import GRDB
import Wire

extension CorpusFile {
    /// When an asset's endpoint was seen last, in milliseconds since 1970.
    package func lastSeen(_ asset: Asset, port: Int) throws -> Int? {
        let column: String
        let value: String
        switch asset.place {
        case .address(let address): (column, value) = ("ip", address.description)
        case .host(let name): (column, value) = ("name", name)
        case .range, .below: return nil
        }
        return try queue.read { db in
            try Int.fetchOne(
                db,
                sql: """
                    SELECT max(last_seen) FROM sightings
                    WHERE endpoint IN (SELECT id FROM endpoints WHERE \(column) = ? AND port = ?)
                    """,
                arguments: [value, port]
            )
        }
    }
}
