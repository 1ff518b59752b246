import Bytes
package import Wire

/// The same endpoint with the same certificate on the same day is one record, however often it was seen.
package struct SightingKey: Hashable, Sendable {
    /// The address, or its text where it is none.
    var ip: IPAddress?
    var address: String
    var port: UInt16
    /// The hash of the server's name.
    var serverName: Int
    /// What was shown: the leaf, or the fingerprint where there is none.
    var certificate: Int
    /// Days since 1970.
    var day: Int

    /// What tells nearly all keys from each other; names and certificates are hashes already.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(ip)
        if ip == nil { hasher.combine(address) }
        // An address may have all ports, each with the same certificate.
        hasher.combine((serverName ^ certificate &+ day) &+ Int(port) &* 0x9e37_79b9)
    }

    init(ip: IPAddress?, address: String, port: UInt16, serverName: Int, certificate: Int, day: Int) {
        self.ip = ip
        self.address = address
        self.port = port
        self.serverName = serverName
        self.certificate = certificate
        self.day = day
    }

    /// Names of hosts are the same in whatever letters (RFC 4343).
    private static func combine(_ name: UnsafeRawBufferPointer, into hasher: inout Hasher) {
        guard name.contains(where: { $0 &- 0x41 < 26 }) else { return hasher.combine(bytes: name) }
        name.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    /// - Parameters:
    ///   - serverName: its bytes; nil for none.
    ///   - certificate: bytes that tell what was shown.
    ///   - time: nanoseconds since 1970.
    package init(
        ip: IPAddress,
        port: UInt16,
        serverName: UnsafeRawBufferPointer?,
        certificate: [UnsafeRawBufferPointer?],
        time: Int64
    ) {
        var names = Hasher()
        if let serverName { Self.combine(serverName, into: &names) }
        var shown = Hasher()
        for part in certificate {
            shown.combine(part?.count)
            if let part { shown.combine(bytes: part) }
        }
        self.init(
            ip: ip,
            address: "",
            port: port,
            serverName: names.finalize(),
            certificate: shown.finalize(),
            day: UTCCalendar.floor(Int(time), 86_400_000_000_000)
        )
    }
}

/// Records that are held until everything is known that they stand for, within a bound on their bytes.
///
/// When the bound is reached the oldest are written with what they stand for by then; an endpoint that is
/// seen again makes another record, and whoever adds up counts gets the same sum.
struct SightingTable {
    struct Entry {
        let key: SightingKey
        /// The encoded record without its two last braces and its line's end.
        let line: [UInt8]
        /// Where in the line `client` goes.
        let clientPlace: Int
        var count = 0
        var first = Int64.max
        var last = Int64.min
        var clients = ClientSums()

        /// - Returns: by how many bytes it grew.
        @discardableResult
        mutating func add(at time: Int64, _ client: ImportClient?) -> Int {
            count += 1
            first = min(first, time)
            last = max(last, time)
            guard let client, !client.isEmpty else { return 0 }
            let before = clients.size
            clients.add(client, at: time)
            return clients.size - before
        }
    }

    private var places: [SightingKey: Int] = [:]
    private var entries: [Entry] = []
    /// The number of the first entry among all that ever were.
    private var base = 0
    private var bytes = 0
    private let maximumBytes: Int

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    /// Counts one more sighting of a record that is held.
    ///
    /// - Returns: false when there is none with this key that has room for the client: another record holds
    ///   what comes from then on, so that no client is left out.
    mutating func add(_ key: SightingKey, at time: Int64, _ client: ImportClient?) -> Bool {
        guard let place = places[key] else { return false }
        let index = place - base
        if let client, !client.isEmpty, !entries[index].clients.hasRoom(for: client) { return false }
        bytes += entries[index].add(at: time, client)
        return true
    }

    mutating func insert(_ entry: Entry) {
        places[entry.key] = base + entries.count
        bytes += entry.line.count + entry.clients.size + 256
        entries.append(entry)
    }

    /// Takes the oldest records out when the bound is reached, or all of them.
    mutating func takeOldest(all: Bool = false) -> [Entry] {
        guard all || bytes > maximumBytes else { return [] }
        var count = entries.count
        if !all {
            // A quarter, so that the rest is not moved for each record.
            var freed = 0
            count = 0
            while count < entries.count, freed < maximumBytes / 4 {
                freed += entries[count].line.count + entries[count].clients.size + 256
                count += 1
            }
            bytes -= freed
        }
        let taken = Array(entries.prefix(count))
        // A later record of the same key stays.
        for (index, entry) in taken.enumerated() where places[entry.key] == base + index {
            places[entry.key] = nil
        }
        entries.removeFirst(count)
        base += count
        if all { bytes = 0 }
        return taken
    }
}
