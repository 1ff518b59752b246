package import Wire

/// One question: a canonical name and what is asked of it.
package struct DNSQuestion: Hashable {
    /// The types of records that are asked for, by their numbers.
    enum Kind: CInt {
        case ipv4 = 1
        /// The name of an address (PTR).
        case name = 12
        case ipv6 = 28
        /// Who may issue certificates (CAA).
        case authorities = 257
    }

    let name: String
    let kind: Kind

    package init(name: String, isIPv6: Bool) {
        self.init(name, isIPv6 ? .ipv6 : .ipv4)
    }

    private init(_ name: String, _ kind: Kind) {
        self.name = name
        self.kind = kind
    }

    var isIPv6: Bool { kind == .ipv6 }

    /// The addresses of a host in one family; nil for what is no name.
    package init?(host: String, isIPv6: Bool) {
        guard let name = DNSName.canonical(host) else { return nil }
        self.init(name: name, isIPv6: isIPv6)
    }

    /// The names of an address (RFC 1035, section 3.5; RFC 3596, section 2.5).
    package static func reverse(of address: IPAddress) -> DNSQuestion {
        var bytes: [UInt8] = []
        address.append(bytesTo: &bytes)
        let labels =
            address.isV4
            ? bytes.reversed().map { String($0) }
            : bytes.reversed().flatMap { [String($0 & 15, radix: 16), String($0 >> 4, radix: 16)] }
        let zone = address.isV4 ? "in-addr.arpa" : "ip6.arpa"
        return DNSQuestion(labels.joined(separator: ".") + "." + zone, .name)
    }

    /// Which authorities may issue certificates for a domain (RFC 8659); nil for what is no name.
    package static func authorities(of domain: String) -> DNSQuestion? {
        DNSName.canonical(domain).map { DNSQuestion($0, .authorities) }
    }
}

/// The answer to one question.
package enum DNSAnswer {
    case addresses([ResolvedAddress])
    /// Names of an address, or domains of authorities; of authorities none when nobody may issue.
    case texts([String])
    case failure(DNSFailure)
}

/// Answers for as long as they hold, and never more than its capacity of them.
///
/// Two generations stand for a list by last use: what is found in the old one moves to the young
/// one; a full young one becomes the old one, whose rest is forgotten.
struct DNSCache {
    private struct Entry {
        let answer: DNSAnswer
        let expiry: UInt64
        /// Bytes.
        let cost: Int
    }

    private struct Generation {
        var entries: [DNSQuestion: Entry] = [:]
        var cost = 0

        mutating func remove(_ question: DNSQuestion) -> Entry? {
            guard let entry = entries.removeValue(forKey: question) else { return nil }
            cost -= entry.cost
            return entry
        }
    }

    private var young = Generation()
    private var old = Generation()
    private let generationCost: Int

    /// What an entry costs in two tables with room to grow, beside its name and addresses.
    private static let overhead = 256

    /// - Parameter capacity: bytes.
    init(capacity: Int) {
        generationCost = max(1, capacity / 2)
    }

    var count: Int { young.entries.count + old.entries.count }
    /// Bytes, as estimated.
    var cost: Int { young.cost + old.cost }

    /// - Parameter now: the time in milliseconds.
    mutating func find(_ question: DNSQuestion, now: UInt64) -> DNSAnswer? {
        if let entry = young.entries[question] {
            if entry.expiry > now { return remaining(entry, now) }
            _ = young.remove(question)
        } else if let entry = old.remove(question), entry.expiry > now {
            put(question, entry)
            return remaining(entry, now)
        }
        return nil
    }

    /// - Parameter seconds: how long it holds; with 0 it is not kept.
    mutating func add(_ question: DNSQuestion, _ answer: DNSAnswer, seconds: UInt32, now: UInt64) {
        guard seconds > 0 else { return }
        var cost = Self.overhead + question.name.utf8.count
        switch answer {
        case .addresses(let addresses): cost += addresses.capacity * MemoryLayout<ResolvedAddress>.stride
        case .texts(let texts):
            for text in texts { cost += text.utf8.count + MemoryLayout<String>.stride }
        case .failure: break
        }
        put(question, Entry(answer: answer, expiry: now + UInt64(seconds) * 1000, cost: cost))
    }

    private mutating func put(_ question: DNSQuestion, _ entry: Entry) {
        _ = old.remove(question)
        _ = young.remove(question)
        // One that is larger than a generation is not worth the others.
        guard entry.cost <= generationCost else { return }
        if young.cost + entry.cost > generationCost {
            swap(&young, &old)
            young = Generation()
        }
        young.entries[question] = entry
        young.cost += entry.cost
    }

    /// The answer with the TTLs that are left of it.
    private func remaining(_ entry: Entry, _ now: UInt64) -> DNSAnswer {
        guard case .addresses(var addresses) = entry.answer else { return entry.answer }
        let left = UInt32(clamping: (entry.expiry - now) / 1000)
        for index in addresses.indices { addresses[index].ttl = min(addresses[index].ttl, left) }
        return .addresses(addresses)
    }
}
