/// Addresses on one line of numbers: IPv4 lies where IPv6 maps it (`::ffff:0:0/96`).
///
/// So an address and its IPv4-mapped form are one number, and what excludes the
/// one excludes the other.
package struct AddressKeys: Hashable, Sendable {
    package var first: UInt128
    package var last: UInt128

    package init(first: UInt128, last: UInt128) {
        self.first = first
        self.last = last
    }

    package static let mapped = AddressKeys(first: 0xffff_0000_0000, last: 0xffff_ffff_ffff)

    /// `last` - `first` + 1, which for all of IPv6 is one less than it should be.
    package var count: UInt128 {
        (last - first).addingReportingOverflow(1).overflow ? .max : last - first + 1
    }

    package func contains(_ other: AddressKeys) -> Bool { first <= other.first && other.last <= last }

    func overlaps(_ other: AddressKeys) -> Bool { first <= other.last && other.first <= last }

    /// The numbers of a range.
    ///
    /// An IPv6 range that holds the whole mapped block doesn't mean IPv4, so
    /// that block is left out of it: `::/0` is all of IPv6.
    package static func keys(of range: AddressRange) -> [AddressKeys] {
        let keys = AddressKeys(first: range.first.key, last: range.last.key)
        guard range.first.isV6, keys.overlaps(mapped), keys == mapped || !mapped.contains(keys) else {
            return [keys]
        }
        var parts: [AddressKeys] = []
        if keys.first < mapped.first { parts.append(AddressKeys(first: keys.first, last: mapped.first - 1)) }
        if keys.last > mapped.last { parts.append(AddressKeys(first: mapped.last + 1, last: keys.last)) }
        return parts
    }
}

extension IPAddress {
    /// The address's place on the line of `AddressKeys`.
    package var key: UInt128 { isV4 ? AddressKeys.mapped.first | bits : bits }

    package init(key: UInt128) {
        self = IPAddress(v6: key).unmapped
    }
}
