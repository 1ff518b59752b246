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
        return try queue.read { db in
            let endpoints = "(SELECT id FROM endpoints WHERE \(column) = ? AND port = ?)"
            let answered = try Int.fetchOne(
                db,
                sql: "SELECT max(time) FROM moments WHERE endpoint IN \(endpoints) AND time < ?",
                arguments: [value, port, time]
            )
            guard let answered else { return nil }
            let failed = try Int.fetchOne(
                db,
                sql: "SELECT min(time) FROM failures WHERE endpoint IN \(endpoints) AND time > ?",
                arguments: [value, port, answered]
            )
            return Absence(answered: answered, failed: failed)
        }
    }
}
