package import Wire

/// Addresses from one to another; IPv4 counts as IPv4-mapped IPv6, so that all have one order.
package struct AddressRange: Hashable, Sendable {
    package let low: UInt128
    package let high: UInt128

    /// Reads `192.0.2.0/24`, `192.0.2.1-192.0.2.9`, `192.0.2.1-9` or one address.
    package init?(_ text: String) {
        if let slash = text.firstIndex(of: "/") {
            guard let address = IPAddress(text[..<slash]),
                let length = Int(text[text.index(after: slash)...]),
                (0...address.bitWidth).contains(length)
            else { return nil }
            let rest = address.bitWidth - length
            low = Self.number(address.prefix(length))
            high = rest >= 128 ? .max : low | ((UInt128(1) << UInt128(rest)) - 1)
        } else if let dash = text.firstIndex(of: "-") {
            let tail = text[text.index(after: dash)...]
            guard let first = IPAddress(text[..<dash]) else { return nil }
            if let last = IPAddress(tail) {
                guard first.isV4 == last.isV4 else { return nil }
                (low, high) = (Self.number(first), Self.number(last))
            } else {
                guard first.isV4, let octet = UInt128(tail), octet < 256 else { return nil }
                low = Self.number(first)
                high = low & ~0xff | octet
            }
            guard low <= high else { return nil }
        } else {
            guard let address = IPAddress(text) else { return nil }
            low = Self.number(address)
            high = low
        }
    }

    init(low: UInt128, high: UInt128) {
        self.low = low
        self.high = high
    }

    package func contains(_ address: IPAddress) -> Bool {
        let number = Self.number(address)
        return low <= number && number <= high
    }

    /// The address's place in the one order.
    static func number(_ address: IPAddress) -> UInt128 {
        address.isV4 ? 0xffff_0000_0000 | address.bits : address.bits
    }
}
