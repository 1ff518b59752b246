/// One question: a canonical name and an address family.
struct DNSQuestion: Hashable {
    let name: String
    let isIPv6: Bool
}

/// The answer to one question.
enum DNSAnswer {
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
    }

    private var young: [DNSQuestion: Entry] = [:]
    private var old: [DNSQuestion: Entry] = [:]
    private let generationSize: Int

    init(capacity: Int) {
        generationSize = max(1, capacity / 2)
    }

    var count: Int { young.count + old.count }

    /// - Parameter now: the time in milliseconds.
    mutating func find(_ question: DNSQuestion, now: UInt64) -> DNSAnswer? {
        if let entry = young[question] {
            if entry.expiry > now { return remaining(entry, now) }
            young[question] = nil
        } else if let entry = old.removeValue(forKey: question), entry.expiry > now {
            put(question, entry)
            return remaining(entry, now)
        }
        return nil
    }

    /// - Parameter seconds: how long it holds; with 0 it is not kept.
    mutating func add(_ question: DNSQuestion, _ answer: DNSAnswer, seconds: UInt32, now: UInt64) {
        guard seconds > 0 else { return }
        put(question, Entry(answer: answer, expiry: now + UInt64(seconds) * 1000))
    }

    private mutating func put(_ question: DNSQuestion, _ entry: Entry) {
        old[question] = nil
        if young[question] == nil, young.count >= generationSize {
            swap(&young, &old)
            young.removeAll(keepingCapacity: true)
        }
        young[question] = entry
    }

    /// The answer with the TTLs that are left of it.
    private func remaining(_ entry: Entry, _ now: UInt64) -> DNSAnswer {
        guard case .addresses(var addresses) = entry.answer else { return entry.answer }
        let left = UInt32(clamping: (entry.expiry - now) / 1000)
        for index in addresses.indices { addresses[index].ttl = min(addresses[index].ttl, left) }
        return .addresses(addresses)
    }
}
