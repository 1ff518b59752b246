import Net
import PublicSuffix
import Wire

/// Looks up where names point: each certificate's once, for all endpoints that show it.
final class NamesDesk {
    let inquirer: NameInquirer
    private let suffixes: PublicSuffixList
    private let loop: EventLoop
    private var known: [Key: Entry] = [:]
    /// Bytes of what is known, as estimated.
    private var cost = 0

    /// A certificate as an endpoint of one family sees it: the other family is asked for only where this one
    /// has no address.
    ///
    /// What a record says of its digest is no key alone: the names are those that were read.
    private struct Key: Hashable {
        let leaf: String
        let names: [String]
        let isV4: Bool
    }

    private final class Entry {
        let names: CertificateNames
        var places: [Place]
        var policy: NamesContext.IssuerPolicy?
        var missing = 0
        var waiting: [() -> Void] = []
        /// On the loop's clock; nil while questions are open.
        var expiry: UInt64?

        init(_ names: CertificateNames) {
            self.names = names
            places = Array(repeating: .unanswered, count: names.names.count)
        }
    }

    private enum Place {
        case addresses([IPAddress])
        case none
        case unanswered
        /// It has more addresses than are read, and these are the first: what is not among them is not known.
        case cut([IPAddress])
    }

    /// Milliseconds for which a certificate's names are taken for what they were; DNS's own times are the
    /// inquirer's.
    private static let lifetime: UInt64 = 60_000
    private static let capacity = 8 << 20
    private static let maximumReverse = 4
    private static let maximumElsewhere = 16

    init(_ inquirer: NameInquirer, _ suffixes: PublicSuffixList, on loop: EventLoop) {
        self.inquirer = inquirer
        self.suffixes = suffixes
        self.loop = loop
    }

    /// - Parameter completion: called once, perhaps before this returns.
    func look(_ facts: RecordFacts, _ completion: @escaping (NamesContext) -> Void) {
        let look = Look(completion)
        guard let address = facts.address?.unmapped else { return completion(NamesContext()) }
        // The look itself, so that it does not end while questions are still being put.
        look.missing = 1
        reverse(address, look)
        if let leaf = facts.leaf, !facts.names.isEmpty {
            look.missing += 1
            names(Key(leaf: leaf, names: facts.names, isV4: address.isV4), facts) { [self] entry in
                apply(entry, address, look)
                look.done()
            }
        }
        look.done()
    }

    // MARK: The address's names

    private func reverse(_ address: IPAddress, _ look: Look) {
        look.missing += 1
        inquirer.ask(.reverse(of: address)) { [self] answer in
            defer { look.done() }
            guard case .found(let found) = answer else { return look.misses += 1 }
            if case .failure(let failure) = found, !failure.isFinal { return look.misses += 1 }
            look.answers += 1
            guard case .texts(let names) = found else { return }
            look.context.reverse = Array(names.prefix(Self.maximumReverse))
            for name in look.context.reverse { confirm(name, address, look) }
        }
    }

    private func confirm(_ name: String, _ address: IPAddress, _ look: Look) {
        guard let question = DNSQuestion(host: name, isIPv6: address.isV6) else { return }
        look.missing += 1
        inquirer.ask(question) { answer in
            defer { look.done() }
            guard case .found(let found) = answer else { return look.misses += 1 }
            switch found {
            case .addresses(let addresses):
                if addresses.contains(where: { $0.address.address == address }) {
                    look.context.confirmed.append(name)
                } else if addresses.count > Resolver.maximumAddresses {
                    look.misses += 1
                }
            case .failure(let failure) where !failure.isFinal: look.misses += 1
            case .failure, .texts: break
            }
        }
    }

    // MARK: The certificate's names

    private func names(_ key: Key, _ facts: RecordFacts, _ completion: @escaping (Entry) -> Void) {
        if let entry = known[key] {
            guard let expiry = entry.expiry else {
                entry.waiting.append { completion(entry) }
                return
            }
            if expiry > loop.now { return completion(entry) }
        }
        let entry = Entry(CertificateNames(facts.names, suffixes))
        if cost > Self.capacity {
            known = known.filter { $0.value.expiry == nil }
            cost = 0
        }
        known[key] = entry
        entry.waiting = [{ completion(entry) }]
        entry.missing = 1
        for index in entry.names.names.indices { ask(index, isIPv6: !key.isV4, isLast: false, entry) }
        if let domain = entry.names.domain { askPolicy(domain, facts.issuer, entry) }
        done(entry)
    }

    private func ask(_ index: Int, isIPv6: Bool, isLast: Bool, _ entry: Entry) {
        guard let question = DNSQuestion(host: entry.names.names[index].asked, isIPv6: isIPv6) else { return }
        entry.missing += 1
        inquirer.ask(question) { [self] answer in
            defer { done(entry) }
            guard case .found(let found) = answer else { return }
            switch found {
            case .addresses(let found):
                let addresses = found.map(\.address.address)
                entry.places[index] =
                    addresses.count > Resolver.maximumAddresses ? .cut(addresses) : .addresses(addresses)
            case .failure(.noSuchName), .failure(.badName): entry.places[index] = .none
            case .failure(.noData):
                if isLast {
                    entry.places[index] = .none
                } else {
                    ask(index, isIPv6: !isIPv6, isLast: true, entry)
                }
            case .failure, .texts: break
            }
        }
    }

    private func askPolicy(_ domain: String, _ issuer: String?, _ entry: Entry) {
        guard let question = DNSQuestion.authorities(of: domain) else { return }
        entry.missing += 1
        inquirer.ask(question) { [self] answer in
            defer { done(entry) }
            guard case .found(.texts(let issuers)) = answer else { return }
            entry.policy = NamesContext.IssuerPolicy(
                domain: domain,
                issuers: issuers,
                agrees: issuer.flatMap { IssuerDomains.agree($0, with: issuers) }
            )
        }
    }

    private func done(_ entry: Entry) {
        entry.missing -= 1
        guard entry.missing == 0 else { return }
        let isWhole = !entry.places.contains { if case .unanswered = $0 { true } else { false } }
        // What had no answer is asked for again by the next that wants it.
        entry.expiry = isWhole ? loop.now + Self.lifetime : 0
        cost += entry.names.names.reduce(512) { $0 + 2 * $1.text.utf8.count + 64 }
        for place in entry.places {
            switch place {
            case .addresses(let addresses), .cut(let addresses):
                cost += addresses.count * MemoryLayout<IPAddress>.stride
            case .none, .unanswered: break
            }
        }
        let waiting = entry.waiting
        entry.waiting = []
        for completion in waiting { completion() }
    }

    private func apply(_ entry: Entry, _ address: IPAddress, _ look: Look) {
        if entry.names.addresses.contains(address) { look.context.here.append(address.description) }
        for (name, place) in zip(entry.names.names, entry.places) {
            switch place {
            case .addresses(let addresses) where addresses.contains(address),
                .cut(let addresses) where addresses.contains(address):
                look.context.here.append(name.text)
            case .addresses(let addresses):
                look.context.elsewhere.append(name.text)
                for other in addresses
                where look.context.addresses.count < Self.maximumElsewhere
                    && !look.context.addresses.contains(other)
                {
                    look.context.addresses.append(other)
                }
            case .cut:
                // Somebody answered, and yet not all of it is known.
                look.context.unanswered.append(name.text)
                look.misses += 1
            case .none where name.isWildcard: look.context.open.append(name.text)
            case .none: look.context.nowhere.append(name.text)
            case .unanswered:
                look.context.unanswered.append(name.text)
                look.misses += 1
                continue
            }
            look.answers += 1
        }
        look.context.more = entry.names.more
        look.context.policy = entry.policy
    }
}

/// One endpoint's names while they are looked up.
private final class Look {
    var context = NamesContext()
    var missing = 0
    /// Questions that somebody answered, and those that nobody did.
    var answers = 0
    var misses = 0
    private let completion: (NamesContext) -> Void

    init(_ completion: @escaping (NamesContext) -> Void) { self.completion = completion }

    func done() {
        missing -= 1
        guard missing == 0 else { return }
        context.state = misses == 0 ? .complete : answers == 0 ? .notAsked : .partial
        completion(context)
    }
}
