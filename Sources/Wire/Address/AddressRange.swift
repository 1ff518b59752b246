/// Addresses of one family from first to last, both included.
package struct AddressRange: Hashable, Sendable {
    package let first: IPAddress
    package let last: IPAddress

    package init(_ address: IPAddress) {
        first = address
        last = address
    }

    /// - Returns: nil if the ends are of two families or in the wrong order.
    package init?(_ first: IPAddress, _ last: IPAddress) {
        guard first.isV4 == last.isV4, first <= last else { return nil }
        self.first = first
        self.last = last
    }

    /// The network of `address`; bits after the prefix don't matter.
    package init(_ address: IPAddress, prefixLength: Int) {
        first = address.prefix(prefixLength)
        let rest = address.bitWidth - min(max(0, prefixLength), address.bitWidth)
        let bits = first.bits | (rest == 128 ? .max : (1 << UInt128(rest)) - 1)
        last = address.isV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
    }

    package var isSingle: Bool { first == last }

    /// IPv4 addresses that are written wholly inside of `::ffff:0:0/96` as what a connection reaches; any
    /// other range as it is (RFC 4291, section 2.5.5.2).
    package var unmapped: AddressRange { AddressRange(first.unmapped, last.unmapped) ?? self }

    /// Whether an address of the same family lies in the range; an IPv4-mapped address is an IPv6 address
    /// here.
    package func contains(_ address: IPAddress) -> Bool {
        address.isV4 == first.isV4 && first <= address && address <= last
    }
}

extension AddressRange: CustomStringConvertible {
    package var description: String { isSingle ? "\(first)" : "\(first)-\(last)" }
}
