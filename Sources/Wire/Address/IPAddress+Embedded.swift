/// The IPv4 addresses that IPv6 addresses lead to.
extension IPAddress {
    /// The IPv4 address that this IPv6 address stands for, where its form leaves no doubt.
    ///
    /// The forms are mapped (RFC 4291, section 2.5.5.2), compatible (section 2.5.5.1), translated (RFC 2765,
    /// section 2.1), NAT64 (RFC 6052, section 2.1), 6to4 (RFC 3056, section 2), Teredo (RFC 4380, section 4)
    /// and ISATAP (RFC 5214, section 6.1).
    package var embedded: IPAddress? {
        guard isV6 else { return nil }
        let last = UInt32(truncatingIfNeeded: low)
        switch (high, low >> 32) {
        case (0, 0xffff), (0, 0xffff_0000), (0x0064_ff9b << 32, 0): return IPAddress(v4: last)
        // `::` and `::1` are addresses of their own.
        case (0, 0): return last > 1 ? IPAddress(v4: last) : nil
        case (_, 0x5efe), (_, 0x0200_5efe): return IPAddress(v4: last)
        default: break
        }
        if high >> 48 == 0x2002 { return IPAddress(v4: UInt32(truncatingIfNeeded: high >> 16)) }
        // Teredo shows the client's address with all bits turned.
        if high >> 32 == 0x2001_0000 { return IPAddress(v4: ~last) }
        return nil
    }

    /// Every IPv4 address that this one may lead to.
    ///
    /// In 64:ff9b:1::/48 (RFC 8215) a network chooses the length of its prefix, which an address does not
    /// tell: all places of RFC 6052, section 2.2, are read.
    package var reachable: [IPAddress] {
        if let embedded { return [embedded] }
        guard isV6, high >> 16 == 0x0064_ff9b_0001 else { return [] }
        let (upper, lower) = (UInt32(truncatingIfNeeded: high), UInt32(truncatingIfNeeded: low >> 32))
        return [
            UInt32(truncatingIfNeeded: low),
            UInt32(truncatingIfNeeded: low >> 24),
            (upper & 0xff) << 24 | lower & 0xff_ffff,
            (upper & 0xffff) << 16 | (lower >> 8) & 0xffff,
        ].map { IPAddress(v4: $0) }
    }

    /// Whether a TCP connection to the address can reach a host of that address.
    ///
    /// Not so for 0.0.0.0/8 and `::`, which name nobody and by which Linux reaches the machine itself
    /// (RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.2), for multicast and for the limited broadcast.
    package var isDestination: Bool {
        if let embedded { return embedded.isDestination }
        guard isV4 else { return bits != 0 && high >> 56 != 0xff }
        return low >> 24 != 0 && low >> 28 != 0xe && low != 0xffff_ffff
    }
}
