import Wire

/// Networks as other programs write them, which a query has otherwise.
enum NetworkWord {
    /// What to write in the place of a span of addresses or of a network with a netmask; nil for anything
    /// else.
    ///
    /// - Parameter field: the field that is asked.
    static func fault(of text: String, in field: String = "server.ip") -> String? {
        func addresses(_ sign: Character) -> [IPAddress]? {
            let parts = text.split(separator: sign, omittingEmptySubsequences: false)
            let found = parts.compactMap { IPAddress(String($0)) }
            return found.count == 2 && parts.count == 2 ? found : nil
        }
        if let ends = addresses("-") {
            return
                "'\(text)' is a span of addresses, which a query has as '\(field) >= \(ends[0]) and \(field) <= \(ends[1])'"
        }
        guard let parts = addresses("/") else { return nil }
        guard parts[0].isV4, parts[1].isV4, let length = length(of: parts[1]) else {
            return "'\(text)' is no address and no network: behind the '/' stands the length of the prefix"
        }
        return "'\(text)' is a network with its mask, which a query has as '\(parts[0])/\(length)'"
    }

    /// Why a value with wildcards is none of a number, a time or an address, and what to write in its place.
    ///
    /// - Parameter pieces: what stands between the wildcards.
    static func wildcardFault(_ pieces: [String], isAddress: Bool) -> String {
        guard isAddress else {
            return "wildcards are for texts; a number or a time has bounds, as in '>= 8000' and '< 9000'"
        }
        guard let network = network(pieces) else {
            return
                "wildcards are for texts; a network is written 192.0.2.0/24, and a span has bounds, as in '>= 192.0.2.1'"
        }
        return "wildcards are for texts; '\(pieces.joined(separator: "*"))' is the network '\(network)'"
    }

    /// The network that `203.0.113.*` or `203.0.*.*` means; nil for anything else.
    private static func network(_ pieces: [String]) -> String? {
        let parts = pieces.joined(separator: "*").split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.prefix { UInt8($0) != nil }
        guard 1...3 ~= numbers.count, numbers.count < parts.count, parts.count <= 4,
            parts[numbers.count...].allSatisfy({ $0 == "*" })
        else { return nil }
        let zeros = Array(repeating: "0", count: 4 - numbers.count)
        let address = (numbers.map { String($0) } + zeros).joined(separator: ".")
        return "\(address)/\(8 * numbers.count)"
    }

    /// How many bits a netmask of IPv4 has; nil for what is none.
    private static func length(of mask: IPAddress) -> Int? {
        let bits = UInt32(truncatingIfNeeded: mask.low)
        let length = (~bits).leadingZeroBitCount
        return bits == (length == 0 ? 0 : UInt32.max << UInt32(32 - length)) ? length : nil
    }
}
