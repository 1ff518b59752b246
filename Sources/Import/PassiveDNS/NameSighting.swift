package import Wire

/// That a name led to an address, or to another name, for a time (passive DNS).
package struct NameSighting: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        /// Of an A or AAAA record; an IPv4 address that is mapped into IPv6 is the IPv4 address.
        case address(IPAddress)
        /// Of a CNAME record.
        case name(String)
    }

    /// In lower case, without the dot at its end.
    package let name: String
    package let target: Target
    /// Milliseconds since 1970.
    package let first: Int
    package let last: Int
    /// How often it was seen, at least once.
    package let count: Int

    package init(name: String, target: Target, first: Int, last: Int, count: Int) {
        (self.name, self.target) = (name, target)
        (self.first, self.last, self.count) = (first, last, count)
    }
}

/// The parts of resource records, as the texts of several programs have them.
enum ResourceRecord {
    /// The types that lead from a name to an address (RFC 1035, section 3.2.2, and RFC 3596).
    enum Kind {
        case address, alias

        init?(_ type: some StringProtocol) {
            switch type.uppercased() {
            case "A", "AAAA", "1", "28", "TYPE1", "TYPE28": self = .address
            case "CNAME", "5", "TYPE5": self = .alias
            default: return nil
            }
        }
    }

    /// A name in lower case without the dot at its end.
    ///
    /// - Returns: nil for what no host can be called; the DNS itself takes any bytes.
    static func name(_ text: some StringProtocol) -> String? {
        let bytes = Array(text.utf8.prefix(longestName))
        guard bytes.count < longestName else { return nil }
        let isWildcard = bytes.starts(with: [0x2a, 0x2e])
        let rest = isWildcard ? Array(bytes.dropFirst(2)) : bytes
        return (try? HostName.parse(rest.span)).map { (isWildcard ? "*." : "") + $0 }
    }

    /// More bytes than the longest name has, its final dot and a wildcard's label included.
    private static let longestName = 258

    /// Where a record's data lead; nil for what is no address or name.
    static func target(_ kind: Kind, _ text: some StringProtocol) -> NameSighting.Target? {
        switch kind {
        case .address: IPAddress(text).map { .address($0.unmapped) }
        case .alias: name(text).map { .name($0) }
        }
    }
}
