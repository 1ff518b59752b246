/// One question: a canonical name and an address family.
package struct DNSQuestion: Hashable {
    let name: String
    let isIPv6: Bool

    package init(name: String, isIPv6: Bool) {
        self.name = name
        self.isIPv6 = isIPv6
    }
}

/// The answer to one question.
package enum DNSAnswer {
    case addresses([ResolvedAddress])
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
        if case .addresses(let addresses) = answer {
            cost += addresses.capacity * MemoryLayout<ResolvedAddress>.stride
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
