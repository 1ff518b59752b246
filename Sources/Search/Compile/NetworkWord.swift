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

    /// How many bits a netmask of IPv4 has; nil for what is none.
    private static func length(of mask: IPAddress) -> Int? {
        let bits = UInt32(truncatingIfNeeded: mask.low)
        let length = (~bits).leadingZeroBitCount
        return bits == (length == 0 ? 0 : UInt32.max << UInt32(32 - length)) ? length : nil
    }
}
