import Wire

/// Prefixes, of which the longest that holds an address is found.
struct RangeTable {
    private struct Length {
        let bits: Int
        var owners: [IPAddress: Int] = [:]
    }

    private var owners: [PublishedRange.Owner] = []
    private var places: [String: Int] = [:]
    /// The longest first; each family apart.
    private var lengths: [[Length]] = [[], []]
    /// Neighbourhoods that a longer prefix divides.
    private var divided: Set<IPAddress> = []
    private(set) var count = 0

    /// Of two that publish the same prefix the first stays, unless the second says more of the service.
    mutating func add(_ range: PublishedRange) {
        let family = range.network.isV4 ? 0 : 1
        let place = place(of: range.owner)
        let index: Int
        if let found = lengths[family].firstIndex(where: { $0.bits <= range.length }) {
            index = found
            if lengths[family][found].bits != range.length {
                lengths[family].insert(Length(bits: range.length), at: found)
            }
        } else {
            index = lengths[family].count
            lengths[family].append(Length(bits: range.length))
        }
        let old = lengths[family][index].owners[range.network]
        if let old, !Self.saysMore(range.owner, owners[old]) { return }
        lengths[family][index].owners[range.network] = place
        if old == nil { count += 1 }
        if range.length > (range.network.isV4 ? 24 : 64) { divided.insert(range.network.neighbourhood) }
    }

    /// AWS lists each prefix once as `AMAZON` and again under its service; Azure under regions and services.
    private static func saysMore(_ new: PublishedRange.Owner, _ old: PublishedRange.Owner) -> Bool {
        if old.kind != new.kind { return new.kind == .cdn }
        return old.service == nil || old.service == "AMAZON" || old.service?.hasPrefix("AzureCloud") == true
    }

    private mutating func place(of owner: PublishedRange.Owner) -> Int {
        let key =
            "\(owner.kind.rawValue)\u{0}\(owner.provider)\u{0}\(owner.service ?? "")\u{0}\(owner.region ?? "")"
        if let place = places[key] { return place }
        owners.append(owner)
        places[key] = owners.count - 1
        return owners.count - 1
    }

    /// Whether all addresses of the neighbourhood have the same owner.
    func isWhole(_ neighbourhood: IPAddress) -> Bool { !divided.contains(neighbourhood) }

    func find(_ address: IPAddress) -> (owner: PublishedRange.Owner, network: IPAddress, length: Int)? {
        for length in lengths[address.isV4 ? 0 : 1] {
            let network = address.prefix(length.bits)
            if let place = length.owners[network] { return (owners[place], network, length.bits) }
        }
        return nil
    }
}
