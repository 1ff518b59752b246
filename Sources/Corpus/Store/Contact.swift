import Bytes
import Observations
import Wire

/// What a record says of one client: how often it connected, since when, and how much.
struct Contact: Equatable {
    /// The address or what stands for it; empty where only a user is known.
    var address = ""
    var user = ""
    /// Milliseconds since 1970.
    var first: Int
    var last: Int
    var count: Int
    var bytes: Int?
    var milliseconds: Int?
    var ja3: [String] = []
    var ja4: [String] = []

    private static let mostHashes = 8
    /// Bytes and times that are larger are wrong; sums of them stay far from the end of `Int`.
    private static let mostSummed = 1 << 47

    /// All clients of a record, as a policy has them kept.
    static func all(_ record: RecordPicker, _ seen: SeenPeriod, _ policy: ClientPolicy) -> [Contact] {
        guard record.has(.client) else { return [] }
        if case .leaveOut = policy { return [] }
        return record.groups(.client, fields, joined: [.clientJA3, .clientJA4]).prefix(mostClients)
            .compactMap { Contact($0, seen, policy) }
    }

    /// More than an import writes.
    private static let mostClients = 1024

    private static let fields: [RecordField] = [
        .clientIP, .clientPseudonym, .clientUser, .clientCount, .clientFirst, .clientLast, .clientBytes,
        .clientDuration, .clientJA3, .clientJA4,
    ]

    private init?(_ members: [RecordField: String], _ seen: SeenPeriod, _ policy: ClientPolicy) {
        func number(_ field: RecordField) -> Int? {
            members[field].flatMap { Int($0) }.map { min(max($0, 0), Self.mostSummed) }
        }
        func time(_ field: RecordField) -> Int? { members[field].flatMap { RFC3339.milliseconds($0) } }
        func hashes(_ field: RecordField) -> [String] {
            (members[field] ?? "").split(separator: " ").prefix(Self.mostHashes)
                .filter { $0.utf8.count <= 64 }.map { String($0).lowercased() }
        }
        first = time(.clientFirst) ?? seen.first
        last = max(time(.clientLast) ?? seen.last, first)
        count = min(max(number(.clientCount) ?? 1, 1), SeenPeriod.mostCounted)
        bytes = number(.clientBytes)
        milliseconds = number(.clientDuration)
        (ja3, ja4) = (hashes(.clientJA3), hashes(.clientJA4))
        if let ip = members[.clientIP].flatMap({ IPAddress($0) }) {
            if case .replace(let pseudonym) = policy {
                address = pseudonym(ip)
            } else {
                address = ip.description
            }
        } else if let pseudonym = members[.clientPseudonym], [UInt8](hex: pseudonym)?.count == 16 {
            address = pseudonym.lowercased()
        }
        if case .keep = policy, let name = members[.clientUser] { user = String(name.prefix(256)) }
        if address.isEmpty, user.isEmpty { return nil }
    }

    /// What was kept of the same client on the same day.
    init(_ row: CorpusRow) throws {
        first = try row.time(0)
        last = try row.time(1)
        count = try row.count(2)
        bytes = row.isNull(3) ? nil : try row.count(3)
        milliseconds = row.isNull(4) ? nil : try row.count(4)
        ja3 = try row.text(5).split(separator: " ").map(String.init)
        ja4 = try row.text(6).split(separator: " ").map(String.init)
    }

    /// Puts two of one client and day together.
    ///
    /// - Parameter isMore: whether the other tells of further connections; else it tells of the same ones,
    ///   and perhaps of more.
    mutating func merge(_ other: Contact, isMore: Bool) {
        func sum(_ one: Int, _ two: Int, _ most: Int) -> Int { isMore ? min(one + two, most) : max(one, two) }
        first = min(first, other.first)
        last = max(last, other.last)
        count = sum(count, other.count, SeenPeriod.mostCounted)
        if let more = other.bytes { bytes = sum(bytes ?? 0, more, Self.mostSummed) }
        if let more = other.milliseconds { milliseconds = sum(milliseconds ?? 0, more, Self.mostSummed) }
        ja3 = Array((ja3 + other.ja3.filter { !ja3.contains($0) }).prefix(Self.mostHashes))
        ja4 = Array((ja4 + other.ja4.filter { !ja4.contains($0) }).prefix(Self.mostHashes))
    }

    /// Days since 1970.
    var day: Int { UTCCalendar.floor(first, 86_400_000) }
}
