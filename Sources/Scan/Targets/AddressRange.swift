package import Wire

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
}

extension AddressRange: CustomStringConvertible {
    package var description: String { isSingle ? "\(first)" : "\(first)-\(last)" }
}

/// Addresses on one line of numbers: IPv4 lies where IPv6 maps it (`::ffff:0:0/96`).
///
/// So an address and its IPv4-mapped form are one number, and what excludes the
/// one excludes the other.
struct AddressKeys: Hashable, Sendable {
    var first: UInt128
    var last: UInt128

    static let mapped = AddressKeys(first: 0xffff_0000_0000, last: 0xffff_ffff_ffff)

    /// `last` - `first` + 1, which for all of IPv6 is one less than it should be.
    var count: UInt128 { (last - first).addingReportingOverflow(1).overflow ? .max : last - first + 1 }

    func contains(_ other: AddressKeys) -> Bool { first <= other.first && other.last <= last }

    func overlaps(_ other: AddressKeys) -> Bool { first <= other.last && other.first <= last }

    /// The numbers of a range.
    ///
    /// An IPv6 range that holds the whole mapped block doesn't mean IPv4, so
    /// that block is left out of it: `::/0` is all of IPv6.
    static func keys(of range: AddressRange) -> [AddressKeys] {
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
    var key: UInt128 { isV4 ? AddressKeys.mapped.first | bits : bits }

    init(key: UInt128) {
        self = IPAddress(v6: key).unmapped
    }
}
