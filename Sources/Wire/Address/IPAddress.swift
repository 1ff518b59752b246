/// An IPv4 or IPv6 address as a number, without a zone.
///
/// An IPv4-mapped IPv6 address stays what it is, so that it prints as it came;
/// `unmapped` gives the IPv4 address that a connection to it reaches.
package struct IPAddress: Hashable, Sendable {
    /// The upper half of an IPv6 address in host order; zero for IPv4.
    package let high: UInt64
    /// The lower half of an IPv6 address, or the 32 bits of an IPv4 address, in host order.
    package let low: UInt64
    package let isV4: Bool

    package init(v4 bits: UInt32) {
        high = 0
        low = UInt64(bits)
        isV4 = true
    }

    package init(v6 bits: UInt128) {
        high = UInt64(truncatingIfNeeded: bits >> 64)
        low = UInt64(truncatingIfNeeded: bits)
        isV4 = false
    }

    /// Reads an address in network order.
    ///
    /// - Returns: nil unless there are exactly 4 or 16 bytes.
    package init?(bytes: Span<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var bits: UInt128 = 0
        for index in bytes.indices { bits = bits << 8 | UInt128(bytes[index]) }
        self = bytes.count == 4 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
    }

    package var isV6: Bool { !isV4 }

    /// The address as a number of `bitWidth` bits.
    package var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// The number of bits: 32 or 128.
    package var bitWidth: Int { isV4 ? 32 : 128 }

    /// Appends the 4 or 16 bytes in network order.
    package func append(bytesTo bytes: inout [UInt8]) {
        for shift in stride(from: bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt128(shift)))
        }
    }

    /// The IPv4 address inside an IPv4-mapped IPv6 address (RFC 4291, section 2.5.5.2), else the address
    /// itself.
    package var unmapped: IPAddress {
        isV6 && high == 0 && low >> 32 == 0xffff ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : self
    }

    /// The one spelling of an address by which endpoints are told apart.
    ///
    /// An IPv4-mapped address is IPv4, and IPv6 is as RFC 5952 has it. What is no address stays as it is.
    package static func canonical(_ text: String) -> String {
        // IPv4 has one spelling.
        guard text.utf8.contains(0x3a) else { return text }
        return IPAddress(text)?.unmapped.description ?? text
    }

    /// The network that the address is in: all bits after the first `length` are zero.
    package func prefix(_ length: Int) -> IPAddress {
        let kept = min(max(0, length), bitWidth)
        let rest = bitWidth - kept
        guard rest < 128 else { return IPAddress(v6: 0) }
        let bits = (bits >> UInt128(rest)) << UInt128(rest)
        return isV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
    }

    /// The network by which connections are counted: the /24 of an IPv4 address, the /64 of an IPv6 address.
    package var neighbourhood: IPAddress { prefix(isV4 ? 24 : 64) }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by number.
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        if left.isV4 != right.isV4 { return left.isV4 }
        return left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
