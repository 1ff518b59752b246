package import Bytes
package import Wire

/// One thing that the inventory names, and what is authorised on it.
package struct Asset: Equatable, Sendable {
    package enum Place: Equatable, Sendable {
        case address(IPAddress)
        case range(AddressRange)
        case host(String)
        /// All names below a domain, at any depth.
        case below(String)
    }

    /// As the inventory writes it.
    package var address: String
    package var place: Place
    /// The ports; empty for all.
    package var ports: PortSet
    package var owner: String
    package var labels: [String]
    package var certificates: Set<Digest256>
    package var keys: Set<Digest256>
    package var tbs: Set<Digest256>
    /// Names that its certificate must cover.
    package var names: [String]
    package var policy: InventoryPolicy
    package var line: Int

    package func allows(port: Int) -> Bool {
        ports.isEmpty || UInt16(exactly: port).map(ports.contains) == true
    }

    /// Whether it says which certificate or key it must show.
    package var isPinned: Bool { !certificates.isEmpty || !keys.isEmpty || !tbs.isEmpty }

    /// Whether it is one endpoint rather than a set of which any may be silent.
    package var isSingle: Bool {
        switch place {
        case .address, .host: true
        case .range, .below: false
        }
    }
}
