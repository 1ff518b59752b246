import Bytes
package import Observations
package import Wire

/// Looks up who hosts an address, and remembers it by prefix.
package final class HostingDesk {
    private var table = RangeTable()
    private var databases: [AddressDatabase] = []
    /// By the neighbourhood where all of it has the same answer, and by the address where not.
    private var neighbourhoods: [IPAddress: HostingContext] = [:]
    private var addresses: [IPAddress: HostingContext] = [:]
    /// What of the files could not be read, for a person.
    package private(set) var remarks: [String] = []

    /// Entries of each that are remembered.
    private static let capacity = 1 << 16

    /// - Parameters:
    ///   - databases: paths of MaxMind DB files; what an earlier one says is not said again by a later one.
    ///   - ranges: files of published ranges, as `RangeFile` takes them.
    package init(databases: [String], ranges: [String]) throws(FileError) {
        for path in databases { self.databases.append(try AddressDatabase(path)) }
        for path in ranges {
            let file = try RangeFile(path)
            for range in file.ranges { table.add(range) }
            if let first = file.firstUnread {
                let entries = file.unread == 1 ? "an entry that is" : "\(file.unread) entries that are"
                let which = file.unread == 1 ? ":" : ", the first is"
                remarks.append("\(path): not read: \(entries) no prefix\(which) \(first)")
            }
        }
    }

    /// Damage that was met in databases since.
    package var faults: [String] {
        databases.compactMap { database in
            let times = "\(database.faults) \(noun("time", for: database.faults))"
            return database.firstFault.map { "\(database.path): is damaged: \($0), \(times)" }
        }
    }

    /// Databases that said nothing of any address that was looked up, for a person.
    package var silent: [String] {
        databases.compactMap { database in
            guard database.asked > 0, database.told == 0, database.faults == 0 else { return nil }
            let why =
                database.found > 0
                ? "what it has of them stands under no name that is known (Docs/context.md)"
                : "it has none of them"
            return "\(database.path): says nothing of any address: \(why)"
        }
    }

    package func look(_ address: IPAddress) -> HostingContext {
        let address = address.unmapped
        let neighbourhood = address.neighbourhood
        if let found = neighbourhoods[neighbourhood] ?? addresses[address] { return found }
        var context = HostingContext()
        var isWhole = table.isWhole(neighbourhood)
        for database in databases {
            let (entry, length) = database.find(address)
            if length > (address.isV4 ? 24 : 64) { isWhole = false }
            guard let entry else { continue }
            context.autonomousSystem = context.autonomousSystem ?? entry.autonomousSystem
            context.organization = context.organization ?? entry.organization
            context.country = context.country ?? entry.country
            if let kind = entry.kind, context.kind == .unknown { context.kind = kind }
        }
        if let (owner, network, length) = table.find(address) {
            context.kind = owner.kind
            context.provider = owner.provider
            context.service = owner.service
            context.region = owner.region
            context.prefix = "\(network)/\(length)"
        }
        if neighbourhoods.count + addresses.count >= Self.capacity {
            neighbourhoods.removeAll(keepingCapacity: true)
            addresses.removeAll(keepingCapacity: true)
        }
        if isWhole { neighbourhoods[neighbourhood] = context } else { addresses[address] = context }
        return context
    }
}
