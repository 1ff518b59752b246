import Bytes

extension AddressRange {
    /// Reads an address, a network (`192.0.2.0/24`) or a range (`192.0.2.10-192.0.2.90`, `192.0.2.10-90`,
    /// `::ffff:192.0.2.10-90`).
    ///
    /// Networks and ranges of IPv4-mapped addresses are those of the IPv4 addresses that they lead to.
    ///
    /// - Returns: nil if the text doesn't start as an address does, so that it may be a name.
    package init?(parsing text: Span<UInt8>) throws(AddressSyntaxError) {
        if let address = IPAddress(text) {
            self.init(address)
        } else if let slash = text.firstIndex(of: UInt8(ascii: "/")) {
            try self.init(network: text, slash: slash)
        } else if let dash = text.firstIndex(of: UInt8(ascii: "-")),
            let first = IPAddress(text.extracting(0..<dash))
        {
            let end = text.extracting(dash + 1..<text.count)
            // A mapped address in hexadecimal has no last decimal number to go on from.
            let isShort =
                text.extracting(0..<dash).firstIndex(of: UInt8(ascii: ".")) != nil && end.smallNumber != nil
            try self.init(from: isShort ? first.unmapped : first, to: end)
        } else if text.firstIndex(of: UInt8(ascii: ":")) != nil {
            throw text.firstIndex(of: UInt8(ascii: "%")) != nil
                ? AddressSyntaxError("an address with a zone is not supported")
                : AddressSyntaxError(
                    "\(AddressSyntaxError.quote(text)) is not an IPv6 address; with a port it is written [address]:port"
                )
        } else {
            return nil
        }
    }

    private init(network text: Span<UInt8>, slash: Int) throws(AddressSyntaxError) {
        guard let address = IPAddress(text.extracting(0..<slash)) else {
            throw AddressSyntaxError(
                "\(AddressSyntaxError.quote(text.extracting(0..<slash))) in front of the prefix length is not an address"
            )
        }
        guard let length = text.extracting(slash + 1..<text.count).smallNumber, length <= address.bitWidth
        else {
            throw AddressSyntaxError(
                "\(AddressSyntaxError.quote(text.extracting(slash + 1..<text.count))) is not a prefix length"
                    + " (0 to \(address.bitWidth))"
            )
        }
        guard address.isV6, address.unmapped.isV4 else {
            self.init(address, prefixLength: length)
            return
        }
        // With a shorter prefix, IPv4 would be all or nothing of it, and most of it nobody's.
        guard length >= 96 else {
            throw AddressSyntaxError(
                "\(AddressSyntaxError.quote(text)) goes beyond the IPv4-mapped addresses: their prefix length is 96 to 128"
            )
        }
        self.init(address.unmapped, prefixLength: length - 96)
    }

    private init(from first: IPAddress, to text: Span<UInt8>) throws(AddressSyntaxError) {
        var last = IPAddress(text)
        if last == nil, first.isV4, let octet = text.smallNumber, octet <= 255 {
            last = IPAddress(v4: UInt32(truncatingIfNeeded: first.prefix(24).low) | UInt32(octet))
        }
        guard let last else {
            throw AddressSyntaxError("\(AddressSyntaxError.quote(text)) is not the last address of a range")
        }
        let isMapped = (first: first.unmapped.isV4, last: last.unmapped.isV4)
        guard first.isV4 == last.isV4, isMapped.first == isMapped.last else {
            throw AddressSyntaxError("the range \(first)-\(last) mixes IPv4 and IPv6")
        }
        guard let range = AddressRange(first.unmapped, last.unmapped) else {
            throw AddressSyntaxError("the range \(first)-\(last) ends before it starts")
        }
        self = range
    }
}

extension Span<UInt8> {
    /// A decimal number of one to three digits.
    fileprivate var smallNumber: Int? {
        guard count >= 1, count <= 3 else { return nil }
        var value = 0
        for index in indices {
            guard self[index] >= 0x30, self[index] <= 0x39 else { return nil }
            value = value * 10 + Int(self[index] - 0x30)
        }
        return value
    }
}
