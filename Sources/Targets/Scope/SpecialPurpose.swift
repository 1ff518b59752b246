package import Wire

/// The blocks of the IANA special-purpose address registries, and multicast.
package enum SpecialPurpose {
    /// One entry of a registry.
    package struct Block: Sendable {
        package let range: AddressRange
        /// The block in prefix notation.
        package let prefix: String
        package let name: String
        /// The document that assigns the block.
        package let source: String

        /// - Parameter prefix: from the table below, every line of which a test reads.
        fileprivate init(_ prefix: String, _ name: String, _ source: String) {
            let parts = prefix.split(separator: "/")
            let address = parts.first.flatMap { IPAddress($0) } ?? IPAddress(v4: 0)
            range = AddressRange(address, prefixLength: parts.last.flatMap { Int($0) } ?? address.bitWidth)
            self.prefix = prefix
            self.name = name
            self.source = source
        }
    }

    /// The registries of RFC 6890, section 2.2, in the state of 2025, and the multicast blocks.
    package static let blocks: [Block] = v4Blocks + v6Blocks

    /// Whether a range lies whole in what organisations use inside: who names it means their own (RFC 1918,
    /// RFC 4193).
    package static func isPrivate(_ range: AddressRange) -> Bool {
        blocks(holding: range).contains { $0.name == "Private-Use" || $0.name == "Unique-Local" }
    }

    /// The blocks that lie in no other one.
    package static let outermost = blocks.filter { block in
        blocks.count { $0.range.contains(block.range.first) && $0.range.contains(block.range.last) } == 1
    }

    /// How many of some addresses lie in which of the outermost blocks.
    static func counts(of keys: AddressKeys) -> [(block: Block, count: UInt128)] {
        outermostKeys.compactMap { block, ours in
            let first = max(keys.first, ours.first)
            let last = min(keys.last, ours.last)
            return first <= last ? (block, AddressKeys(first: first, last: last).count) : nil
        }
    }

    /// The same with their places; the block of mapped addresses is IPv4's, which has blocks of its own.
    private static let outermostKeys = outermost.flatMap { block in
        AddressKeys.keys(of: block.range).map { (block, $0) }
    }

    /// The outermost block that an address lies in, or an IPv4 address that it leads to; nil for one of no
    /// special purpose.
    package static func block(of address: IPAddress) -> Block? {
        // The block of mapped addresses is IPv4's, which has blocks of its own.
        let isMapped = address.isV6 && mapped.contains(address)
        for place in (isMapped ? [] : [address]) + address.reachable {
            if let block = outermost.first(where: { $0.range.contains(place) }) { return block }
        }
        return nil
    }

    private static let mapped = AddressRange(IPAddress(v6: 0xffff << 32), prefixLength: 96)

    /// The blocks that hold `range` whole.
    package static func blocks(holding range: AddressRange) -> [Block] {
        blocks.filter { $0.range.first <= range.first && range.last <= $0.range.last }
    }
}

private let v4Blocks: [SpecialPurpose.Block] = [
    .init("0.0.0.0/8", "\"This network\"", "RFC 791, section 3.2"),
    .init("0.0.0.0/32", "\"This host on this network\"", "RFC 1122, section 3.2.1.3"),
    .init("10.0.0.0/8", "Private-Use", "RFC 1918"),
    .init("100.64.0.0/10", "Shared Address Space", "RFC 6598"),
    .init("127.0.0.0/8", "Loopback", "RFC 1122, section 3.2.1.3"),
    .init("169.254.0.0/16", "Link Local", "RFC 3927"),
    .init("172.16.0.0/12", "Private-Use", "RFC 1918"),
    .init("192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890, section 2.1"),
    .init("192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335"),
    .init("192.0.0.8/32", "IPv4 dummy address", "RFC 7600"),
    .init("192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723"),
    .init("192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155"),
    .init("192.0.0.170/31", "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050, section 2.2"),
    .init("192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737"),
    .init("192.31.196.0/24", "AS112-v4", "RFC 7535"),
    .init("192.52.193.0/24", "AMT", "RFC 7450"),
    .init("192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526"),
    .init("192.88.99.2/32", "6a44-relay anycast address", "RFC 6751"),
    .init("192.168.0.0/16", "Private-Use", "RFC 1918"),
    .init("192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534"),
    .init("198.18.0.0/15", "Benchmarking", "RFC 2544"),
    .init("198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737"),
    .init("203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737"),
    .init("224.0.0.0/4", "Multicast", "RFC 5771, RFC 1112, section 4"),
    .init("240.0.0.0/4", "Reserved", "RFC 1112, section 4"),
    .init("255.255.255.255/32", "Limited Broadcast", "RFC 8190, RFC 919, section 7"),
]

private let v6Blocks: [SpecialPurpose.Block] = [
    .init("::/128", "Unspecified Address", "RFC 4291, section 2.5.2"),
    .init("::1/128", "Loopback Address", "RFC 4291, section 2.5.3"),
    .init("::ffff:0:0/96", "IPv4-mapped Address", "RFC 4291, section 2.5.5.2"),
    .init("64:ff9b::/96", "IPv4-IPv6 Translation", "RFC 6052"),
    .init("64:ff9b:1::/48", "IPv4-IPv6 Translation", "RFC 8215"),
    .init("100::/64", "Discard-Only Address Block", "RFC 6666"),
    .init("100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780"),
    .init("2001::/23", "IETF Protocol Assignments", "RFC 2928"),
    .init("2001::/32", "TEREDO", "RFC 4380, RFC 8190"),
    .init("2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723"),
    .init("2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155"),
    .init("2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665"),
    .init("2001:2::/48", "Benchmarking", "RFC 5180, erratum 1752"),
    .init("2001:3::/32", "AMT", "RFC 7450"),
    .init("2001:4:112::/48", "AS112-v6", "RFC 7535"),
    .init("2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843"),
    .init("2001:20::/28", "ORCHIDv2", "RFC 7343"),
    .init("2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374"),
    .init("2001:db8::/32", "Documentation", "RFC 3849"),
    .init("2002::/16", "6to4", "RFC 3056"),
    .init("2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534"),
    .init("3fff::/20", "Documentation", "RFC 9637"),
    .init("5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602"),
    .init("fc00::/7", "Unique-Local", "RFC 4193, RFC 8190"),
    .init("fe80::/10", "Link-Local Unicast", "RFC 4291, section 2.5.6"),
    .init("ff00::/8", "Multicast", "RFC 4291, section 2.7"),
]
