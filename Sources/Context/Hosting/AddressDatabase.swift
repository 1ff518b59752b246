import CMaxMindDB
import Glibc
import Observations
import Wire

/// A MaxMind DB file: MaxMind's own, and those of others in their layouts (https://maxmind.github.io/MaxMind-DB/).
final class AddressDatabase {
    /// What a file says of an address.
    struct Entry {
        var autonomousSystem: Int?
        var organization: String?
        var country: String?
        var kind: HostingContext.Kind?

        var isEmpty: Bool {
            autonomousSystem == nil && organization == nil && country == nil && kind == nil
        }
    }

    let path: String
    private let database: UnsafeMutablePointer<MMDB_s>
    /// Whether addresses of IPv6 are in it.
    private let hasIPv6: Bool
    /// How often the file was found to be damaged, and what was wrong the first time.
    private(set) var faults = 0
    private(set) var firstFault: String?
    /// Addresses that it was asked for, those of which it has an entry, and those of which one says anything.
    private(set) var asked = 0
    private(set) var found = 0
    private(set) var told = 0

    init(_ path: String) throws(FileError) {
        database = try Self.open(path)
        self.path = path
        hasIPv6 = database.pointee.metadata.ip_version == 6
    }

    /// Before the object is whole: one that is not is ended as if the file had been opened.
    private static func open(_ path: String) throws(FileError) -> UnsafeMutablePointer<MMDB_s> {
        // It would be waited for, and can't be read by places.
        if AwaitedFile.isPipe(path) {
            throw FileError(path, "is a pipe, and a database is read here and there: name a file")
        }
        let database = UnsafeMutablePointer<MMDB_s>.allocate(capacity: 1)
        database.initialize(to: MMDB_s())
        let status = MMDB_open(path, UInt32(MMDB_MODE_MMAP), database)
        guard status == MMDB_SUCCESS else {
            database.deallocate()
            throw FileError(path, "is no MaxMind DB: \(text(status))")
        }
        return database
    }

    deinit {
        MMDB_close(database)
        database.deallocate()
    }

    private static func text(_ status: CInt) -> String {
        guard let text = MMDB_strerror(status) else { return "error \(status)" }
        return String(cString: text)
    }

    /// What is said of an address, and of how many bits' worth of its neighbours as well.
    func find(_ address: IPAddress) -> (entry: Entry?, length: Int) {
        guard address.isV4 || hasIPv6 else { return (nil, 0) }
        asked += 1
        var error = MMDB_SUCCESS
        var result = lookup(address, &error)
        guard error == MMDB_SUCCESS else {
            note(error)
            return (nil, address.bitWidth)
        }
        // In a file of IPv6 an IPv4 address is 96 bits further down.
        let length = Int(result.netmask) - (address.isV4 && hasIPv6 ? 96 : 0)
        guard result.found_entry else { return (nil, max(0, length)) }
        found += 1
        let entry = read(&result.entry)
        if !entry.isEmpty { told += 1 }
        return (entry, max(0, length))
    }

    private func lookup(_ address: IPAddress, _ error: inout CInt) -> MMDB_lookup_result_s {
        // As bytes: several C modules declare the structures inside, and any may count as their owner.
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        let family = sa_family_t(address.isV4 ? AF_INET : AF_INET6)
        withUnsafeBytes(of: family) { for index in $0.indices { bytes[index] = $0[index] } }
        var number: [UInt8] = []
        address.append(bytesTo: &number)
        let place = address.isV4 ? 4 : 8
        for index in number.indices { bytes[place + index] = number[index] }
        return bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return MMDB_lookup_result_s() }
            return MMDB_lookup_sockaddr(database, base.assumingMemoryBound(to: sockaddr.self), &error)
        }
    }

    private func note(_ status: CInt) {
        faults += 1
        firstFault = firstFault ?? Self.text(status)
    }

    // MARK: Values

    /// The names under which files have the same things: MaxMind's and DB-IP's first, then IPinfo's.
    private func read(_ entry: inout MMDB_entry_s) -> Entry {
        var result = Entry()
        result.autonomousSystem =
            number(&entry, ["autonomous_system_number"]) ?? number(
                &entry,
                ["traits", "autonomous_system_number"]
            )
            ?? text(&entry, ["asn"]).flatMap { Int($0.hasPrefix("AS") ? $0.dropFirst(2) : $0[...]) }
            ?? number(&entry, ["asn"])
        result.organization =
            text(&entry, ["autonomous_system_organization"])
            ?? text(&entry, ["traits", "autonomous_system_organization"]) ?? text(&entry, ["as_name"])
            ?? text(&entry, ["name"])
        result.country =
            text(&entry, ["country", "iso_code"]) ?? text(&entry, ["country_code"]) ?? text(
                &entry,
                ["country"]
            )
            ?? text(&entry, ["registered_country", "iso_code"])
        // A country's name is no code.
        if let country = result.country, country.utf8.count != 2 { result.country = nil }
        let use =
            text(&entry, ["traits", "user_type"]) ?? text(&entry, ["connection_type"]) ?? text(
                &entry,
                ["type"]
            )
            ?? text(&entry, ["traits", "connection_type"])
        result.kind = use.flatMap(Self.kind)
        return result
    }

    /// The words of GeoIP2 Enterprise (`user_type`), GeoIP2 Connection-Type and IPinfo (`type`).
    private static func kind(_ use: String) -> HostingContext.Kind? {
        switch use.lowercased() {
        case "residential", "cellular", "consumer_privacy_network", "cable/dsl", "dialup", "satellite", "isp":
            .consumer
        case "hosting": .cloud
        case "content_delivery_network": .cdn
        default: nil
        }
    }

    private func value(_ entry: inout MMDB_entry_s, _ path: [StaticString]) -> MMDB_entry_data_s? {
        var names: [UnsafePointer<CChar>?] = path.map {
            UnsafeRawPointer($0.utf8Start).assumingMemoryBound(to: CChar.self)
        }
        names.append(nil)
        var data = MMDB_entry_data_s()
        let status = MMDB_aget_value(&entry, &data, names)
        switch status {
        case MMDB_SUCCESS: return data.has_data ? data : nil
        case MMDB_LOOKUP_PATH_DOES_NOT_MATCH_DATA_ERROR, MMDB_INVALID_LOOKUP_PATH_ERROR: return nil
        default:
            note(status)
            return nil
        }
    }

    private func text(_ entry: inout MMDB_entry_s, _ path: [StaticString]) -> String? {
        guard let data = value(&entry, path), data.type == UInt32(MMDB_DATA_TYPE_UTF8_STRING),
            let start = data.utf8_string, data.data_size > 0
        else { return nil }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(min(data.data_size, 1024)))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func number(_ entry: inout MMDB_entry_s, _ path: [StaticString]) -> Int? {
        guard let data = value(&entry, path) else { return nil }
        switch CInt(bitPattern: data.type) {
        case MMDB_DATA_TYPE_UINT32: return Int(data.uint32)
        case MMDB_DATA_TYPE_UINT16: return Int(data.uint16)
        default: return nil
        }
    }
}
