import ArgumentParser
import Fetch
import Fleet
import Warehouse

/// ClickHouse as what whole files of records go on to: one insert a file.
///
/// A file that is inserted again has the same token, and the table of `hallmark warehouse schema` remembers
/// the tokens of its last ten thousand inserts: a second insert of it changes nothing.
struct ClickHouseFeed: RecordFeed {
    private let clickHouse: ClickHouse

    init(_ clickHouse: ClickHouse) { self.clickHouse = clickHouse }

    var name: String { clickHouse.place }
    var identity: String { clickHouse.identity }

    func take(_ path: String, token: String) throws -> Bool {
        do {
            try clickHouse.insert(file: path, token: token)
            return true
        } catch let error as WarehouseError {
            throw FleetError(error.description)
        }
    }
}

extension ClickHouse {
    /// One that an option names, which says what is waited for.
    init(option text: String, login: String?) throws {
        try self.init(text, login: login)
        onWait = FetchRequest.waits(of: place)
    }

    /// Refuses what is no address.
    static func check(_ text: String?, option: String) throws {
        guard let text else { return }
        do throws(WarehouseError) { try check(text) } catch { throw ValidationError("\(option) \(error)") }
    }
}
