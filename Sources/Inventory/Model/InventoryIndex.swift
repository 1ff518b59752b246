package import Bytes
package import Wire

/// Finds assets by endpoint, by certificate and by name.
package struct InventoryIndex: Sendable {
    package let inventory: Inventory
    private var hosts: [String: [Int32]] = [:]
    private var domains: [String: [Int32]] = [:]
    private var addresses: [IPAddress: [Int32]] = [:]
    private let ranges: RangeIndex
    private let owned: RangeIndex
    private var certificates: [Digest256: [Int32]] = [:]
    private var keys: [Digest256: [Int32]] = [:]
    private var tbs: [Digest256: [Int32]] = [:]
    /// Certificates, keys and TBS families that are ours wherever they stand: no asset is named for them.
    package var authorised: Set<Digest256> = []
    /// Names that are ours, the domains below which all are, and the domains right above ours.
    private var ourNames: Set<String> = []
    private var ourDomains: Set<String> = []
    private var ourParents: Set<String> = []

    package init(_ inventory: Inventory) {
        self.inventory = inventory
        var spans: [(AddressRange, Int32)] = []
        for (number, asset) in inventory.assets.enumerated() {
            let index = Int32(number)
            switch asset.place {
            case .address(let address): addresses[address, default: []].append(index)
            case .range(let range): spans.append((range, index))
            case .host(let name): hosts[name, default: []].append(index)
            case .below(let domain): domains[domain, default: []].append(index)
            }
            for digest in asset.certificates { certificates[digest, default: []].append(index) }
            for digest in asset.keys { keys[digest, default: []].append(index) }
            for digest in asset.tbs { tbs[digest, default: []].append(index) }
        }
        ranges = RangeIndex(spans)
        owned = RangeIndex(inventory.owned.map { ($0, 0) })
        collectNames()
    }

    private mutating func collectNames() {
        for asset in inventory.assets {
            var names = asset.names
            if case .host(let name) = asset.place { names.append(name) }
            if case .below(let domain) = asset.place { ourDomains.insert(domain) }
            for name in names {
                if name.hasPrefix("*.") {
                    ourDomains.insert(String(name.dropFirst(2)))
                } else if IPAddress(name) == nil {
                    ourNames.insert(name)
                    if let parent = HostName.parent(name) { ourParents.insert(parent) }
                }
            }
        }
    }

    /// The assets that name an endpoint: by host name, else by address, else by domain, else by the smallest
    /// range.
    ///
    /// - Parameter name: the name that was asked for.
    package func assets(ip: IPAddress?, port: Int, name: String?) -> [Int] {
        func usable(_ found: [Int32]?) -> [Int] {
            (found ?? []).map(Int.init).filter { inventory.assets[$0].allows(port: port) }
        }
        let name = name.map { $0.lowercased() }
        if let name {
            let found = usable(hosts[name])
            if !found.isEmpty { return found }
        }
        let address = ip?.unmapped
        if let address {
            let found = usable(addresses[address])
            if !found.isEmpty { return found }
        }
        var domain = name.flatMap(HostName.parent)
        while let this = domain, !domains.isEmpty {
            let found = usable(domains[this])
            if !found.isEmpty { return found }
            domain = HostName.parent(this)
        }
        guard let address else { return [] }
        var best = UInt128.max
        var found: [Int] = []
        ranges.forEach(at: address.key) { size, index in
            guard size <= best, inventory.assets[Int(index)].allows(port: port) else { return }
            if size < best { found.removeAll() }
            best = size
            found.append(Int(index))
        }
        return found
    }

    /// Whether an address is ours: in an owned range, or an asset's own address or range, on whatever port.
    package func isOwned(_ ip: IPAddress) -> Bool {
        let address = ip.unmapped
        let number = address.key
        return addresses[address] != nil || owned.contains(number) || ranges.contains(number)
    }

    /// The first assets on which a certificate, its key or its TBS family is authorised, and how many there
    /// are.
    ///
    /// A certificate can be authorised on thousands; a report names a few.
    func authorising(certificate: Digest256, key: Digest256?, tbs body: Digest256?) -> (
        some: [Int], count: Int
    ) {
        let found = certificates[certificate] ?? key.flatMap { keys[$0] } ?? body.flatMap { tbs[$0] } ?? []
        return (found.prefix(8).map(Int.init), found.count)
    }

    /// Whether one of a certificate's digests is among those of ours, though no asset is named for it.
    func isAuthorised(_ digests: [Digest256?]) -> Bool {
        !authorised.isEmpty && digests.contains { $0.map(authorised.contains) ?? false }
    }

    /// Whether a name in a certificate is one of ours or covers one.
    func isOurs(_ certificateName: String) -> Bool {
        let name = certificateName.lowercased()
        if name.hasPrefix("*.") {
            let domain = String(name.dropFirst(2))
            return ourParents.contains(domain) || isBelowOurs(domain, orSame: true)
        }
        return ourNames.contains(name) || isBelowOurs(name, orSame: false)
    }

    private func isBelowOurs(_ name: String, orSame: Bool) -> Bool {
        var domain = orSame ? name : HostName.parent(name)
        while let this = domain, !ourDomains.isEmpty {
            if ourDomains.contains(this) { return true }
            domain = HostName.parent(this)
        }
        return false
    }
}
