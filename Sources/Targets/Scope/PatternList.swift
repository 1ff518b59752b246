package import Wire

/// Addresses and names that something holds for: what is excluded, or what a scope covers.
///
/// A pattern is a target without a server name, or `*.example.com` for every
/// name below a domain. Without a port it holds for all of them.
package struct PatternList: Sendable {
    private var addresses = AddressMap()
    private var names: [String: PortSet] = [:]
    /// By the domain behind `*.`.
    private var domains: [String: PortSet] = [:]
    /// Address ranges as given.
    private(set) var ranges: [AddressRange] = []
    package private(set) var count = 0
    package private(set) var digest = ListDigest()

    /// The ports that a pattern without ports stands for.
    private let defaultPorts: PortSet
    /// Whether an IPv4 address also stands for the IPv6 addresses that lead to it.
    private let coversTranslated: Bool

    init(defaultPorts: PortSet = .all, coversTranslated: Bool) {
        self.defaultPorts = defaultPorts
        self.coversTranslated = coversTranslated
    }

    package var isEmpty: Bool { count == 0 }

    /// Whether names are all that it holds.
    var hasAddresses: Bool { !addresses.isEmpty }

    /// Adds a pattern; `finish` comes before any question.
    mutating func add(_ text: Span<UInt8>) throws(AddressSyntaxError) {
        if text.count > 2, text[0] == UInt8(ascii: "*"), text[1] == UInt8(ascii: ".") {
            try addDomain(text.extracting(2..<text.count))
            return
        }
        let spec = try TargetSpec(parsing: text)
        guard spec.serverName == nil else {
            throw AddressSyntaxError(
                "a server name has no place here; give the address and the name on their own"
            )
        }
        add(spec)
    }

    private mutating func addDomain(_ text: Span<UInt8>) throws(AddressSyntaxError) {
        let spec = try TargetSpec(parsing: text)
        guard case .name(let domain) = spec.host, spec.serverName == nil else {
            throw AddressSyntaxError("\"*.\" goes with a domain")
        }
        let ports = spec.ports ?? defaultPorts
        domains[domain] = domains[domain]?.union(ports) ?? ports
        note("*.\(spec)")
    }

    private mutating func add(_ spec: TargetSpec) {
        let ports = spec.ports ?? defaultPorts
        switch spec.host {
        case .name(let name):
            names[name] = names[name]?.union(ports) ?? ports
        case .addresses(let range):
            ranges.append(range)
            for keys in AddressKeys.keys(of: range) {
                addresses.add(keys, ports)
                guard coversTranslated, AddressKeys.mapped.contains(keys) else { continue }
                for image in keys.translated { addresses.add(image, ports) }
            }
        }
        note("\(spec)")
    }

    private mutating func note(_ canonical: String) {
        count += 1
        digest.add(canonical)
    }

    mutating func finish() {
        addresses.finish()
    }

    /// The ports held at an address, if any.
    package func ports(at address: IPAddress) -> PortSet? { addresses.ports(at: address) }

    /// The ports held for a name in lower case, if any.
    package func ports(for name: String) -> PortSet? {
        var found = names[name]
        guard !domains.isEmpty else { return found }
        var rest = name[...]
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            if let ports = domains[String(rest)] { found = found?.union(ports) ?? ports }
        }
        return found
    }

    /// Calls `body` with the parts of `keys`, each with the ports held there.
    func cut(_ keys: AddressKeys, _ body: (AddressKeys, PortSet?) -> Void) { addresses.cut(keys, body) }
}

extension AddressKeys {
    /// Where IPv6 leads to these IPv4 addresses: through NAT64 (RFC 6052, section 2.1) and 6to4 (RFC 3056,
    /// section 2).
    fileprivate var translated: [AddressKeys] {
        let first = first & 0xffff_ffff
        let last = last & 0xffff_ffff
        let nat64: UInt128 = 0x0064_ff9b << 96
        let sixToFour: UInt128 = 0x2002 << 112
        return [
            AddressKeys(first: nat64 | first, last: nat64 | last),
            AddressKeys(first: sixToFour | (first << 80), last: sixToFour | (last << 80) | ((1 << 80) - 1)),
        ]
    }
}
