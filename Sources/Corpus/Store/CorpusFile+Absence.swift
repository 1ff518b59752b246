import GRDB
package import Inventory
import Wire

extension CorpusFile {
    /// When an asset's endpoint that fails now was seen last, and since when it has failed.
    ///
    /// - Parameter time: a time at which it failed, in milliseconds since 1970.
    /// - Returns: nil when the corpus has no answer from before.
    package func absence(_ asset: Asset, port: Int, at time: Int) throws -> Absence? {
        let column: String
        let value: String
        switch asset.place {
        case .address(let address): (column, value) = ("ip", address.description)
        case .host(let name): (column, value) = ("name", name)
        case .range, .below: return nil
        }
        return try read { db in
            let endpoints = "(SELECT id FROM endpoints WHERE \(column) = ? AND port = ?)"
            func moment(_ sql: String, _ limit: Int) throws -> Int? {
                // The least or greatest of nothing is null.
                try db.first(sql, [value, port, limit]) { $0.isNull(0) ? nil : try $0.time(0) } ?? nil
            }
            let answered = try moment(
                "SELECT max(time) FROM moments WHERE endpoint IN \(endpoints) AND time < ?",
                time
            )
            guard let answered else { return nil }
            let failed = try moment(
                "SELECT min(time) FROM failures WHERE endpoint IN \(endpoints) AND time > ?",
                answered
            )
            return Absence(answered: answered, failed: failed)
        }
    }
}
