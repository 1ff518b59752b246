import Bytes
import Wire

/// The clients of one record: who connected how often, within bounds.
struct ClientSums {
    private struct Sum {
        var ip: IPAddress?
        var user: String?
        var count = 0
        var first = Int64.max
        var last = Int64.min
        var bytes: Int?
        var milliseconds: Int?
        var ja3: [String] = []
        var ja4: [String] = []
    }

    static let mostClients = 64
    private static let mostHashes = 8

    private var sums: [Sum] = []
    /// Who each of them is, hashed: what is looked through for every connection holds no reference.
    private var identities: [Int] = []
    /// About how many bytes it takes.
    var size: Int { sums.count * 256 }

    /// Whether a client is known or finds a place.
    func hasRoom(for client: ImportClient) -> Bool {
        sums.count < Self.mostClients || identities.contains(Self.identity(client))
    }

    /// Counts a connection; one of a client without a place belongs to another record (`hasRoom`).
    mutating func add(_ client: ImportClient, at time: Int64) {
        let place: Int
        let identity = Self.identity(client)
        if let known = identities.firstIndex(of: identity) {
            place = known
        } else {
            place = sums.count
            sums.append(Sum(ip: client.ip, user: client.user))
            identities.append(identity)
        }
        Self.add(client, at: time, to: &sums[place])
    }

    private static func add(_ client: ImportClient, at time: Int64, to sum: inout Sum) {
        sum.count += 1
        sum.first = min(sum.first, time)
        sum.last = max(sum.last, time)
        if let bytes = client.bytes { sum.bytes = sum.bytes.saturating(adding: bytes) }
        if let time = client.milliseconds { sum.milliseconds = sum.milliseconds.saturating(adding: time) }
        keep(client.ja3, in: &sum.ja3)
        keep(client.ja4, in: &sum.ja4)
    }

    private static func identity(_ client: ImportClient) -> Int {
        var hasher = Hasher()
        hasher.combine(client.ip)
        hasher.combine(client.user)
        return hasher.finalize()
    }

    private static func keep(_ hash: String?, in hashes: inout [String]) {
        guard let hash, hashes.count < mostHashes, !hashes.contains(hash) else { return }
        hashes.append(hash)
    }

    /// The member `client` of the record; nothing when no address may be told.
    func append(addressesTo out: inout ByteBuffer, _ pseudonyms: Pseudonyms?) {
        guard pseudonyms == nil, sums.contains(where: { $0.ip != nil }) else { return }
        out.object("client")
        out.array("ip")
        var told: [IPAddress] = []
        for sum in sums {
            guard let ip = sum.ip, !told.contains(ip) else { continue }
            told.append(ip)
            out.comma()
            out.string(ip.description)
        }
        out.endArray()
        out.endObject()
    }

    /// The member `clients` of `hallmark`.
    func append(to out: inout ByteBuffer, _ pseudonyms: Pseudonyms?, _ time: inout TimestampWriter) {
        guard !sums.isEmpty else { return }
        out.array("clients")
        for sum in sums { Self.append(sum, to: &out, pseudonyms, &time) }
        out.endArray()
    }

    private static func append(
        _ sum: Sum,
        to out: inout ByteBuffer,
        _ pseudonyms: Pseudonyms?,
        _ time: inout TimestampWriter
    ) {
        out.element()
        if let ip = sum.ip {
            if let pseudonyms {
                out.member("pseudonym", pseudonyms.pseudonym(of: ip))
            } else {
                out.member("ip", ip.description)
            }
        }
        if pseudonyms == nil, let user = sum.user { out.member("user", user) }
        out.member("count", sum.count)
        out.member("first", time: sum.first, &time)
        out.member("last", time: sum.last, &time)
        if let bytes = sum.bytes { out.member("bytes", bytes) }
        if let duration = sum.milliseconds { out.member("duration_ms", duration) }
        if !sum.ja3.isEmpty { out.member("ja3", texts: sum.ja3) }
        if !sum.ja4.isEmpty { out.member("ja4", texts: sum.ja4) }
        out.endObject()
    }
}

extension ByteBuffer {
    /// A moment in nanoseconds since 1970.
    mutating func member(_ name: StaticString, time: Int64, _ writer: inout TimestampWriter) {
        key(name)
        append(0x22)
        writer.append(time, to: &self)
        append(0x22)
    }

    mutating func member(_ name: StaticString, texts: [String]) {
        array(name)
        for text in texts {
            comma()
            string(text)
        }
        endArray()
    }
}

extension Int? {
    /// A sum that stays at the largest number instead of overflowing.
    fileprivate func saturating(adding value: Int) -> Int {
        let (sum, overflow) = (self ?? 0).addingReportingOverflow(value)
        return overflow ? (value < 0 ? .min : .max) : sum
    }
}
