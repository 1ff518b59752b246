import Bytes

/// Strict reading of the text forms, as inet_pton has it.
extension IPAddress {
    /// Reads four decimal numbers without leading zeros, or an IPv6 address of RFC 4291, section 2.2.
    ///
    /// - Returns: nil for everything else: short forms, octal and hexadecimal numbers, zones, brackets,
    ///   blanks.
    package init?(_ text: Span<UInt8>) {
        for index in text.indices where text[index] == UInt8(ascii: ":") {
            guard let address = IPAddress(v6Text: text) else { return nil }
            self = address
            return
        }
        guard let bits = IPAddress.v4(text, from: 0) else { return nil }
        self.init(v4: bits)
    }

    package init?(_ text: some StringProtocol) {
        self.init(Array(text.utf8).span)
    }

    /// Reads dotted decimal from `start` to the end of the text.
    private static func v4(_ text: Span<UInt8>, from start: Int) -> UInt32? {
        var bits: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        guard text.count - start <= 15 else { return nil }
        for index in start..<text.count {
            let byte = text[index]
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
            } else {
                guard byte >= 0x30, byte <= 0x39, digits < 3, digits == 0 || octet > 0 else { return nil }
                octet = octet * 10 + UInt32(byte - 0x30)
                digits += 1
                guard octet <= 255 else { return nil }
            }
        }
        return digits > 0 && dots == 3 ? bits << 8 | octet : nil
    }

    private init?(v6Text text: Span<UInt8>) {
        guard text.count >= 2, text.count <= 45 else { return nil }
        var bits: UInt128 = 0
        var groups = 0
        /// How many groups stood before `::`.
        var gap: Int?
        var index = 0
        if text[0] == UInt8(ascii: ":") {
            guard text[1] == UInt8(ascii: ":") else { return nil }
            (gap, index) = (0, 2)
        }
        while index < text.count {
            guard groups < 8 else { return nil }
            let start = index
            var group: UInt128 = 0
            while index < text.count, let digit = text[index].hexValue {
                group = group << 4 | UInt128(digit)
                index += 1
            }
            if index < text.count, text[index] == UInt8(ascii: ".") {
                guard groups <= 6, let tail = IPAddress.v4(text, from: start) else { return nil }
                bits = bits << 32 | UInt128(tail)
                groups += 2
                break
            }
            guard index > start, index - start <= 4 else { return nil }
            bits = bits << 16 | group
            groups += 1
            guard index < text.count else { break }
            guard text[index] == UInt8(ascii: ":") else { return nil }
            index += 1
            guard index < text.count else { return nil }
            if text[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = groups
                index += 1
            }
        }
        guard let gap else {
            guard groups == 8 else { return nil }
            self.init(v6: bits)
            return
        }
        // At least one group is what `::` stands for.
        guard groups < 8 else { return nil }
        let after = UInt128(16 * (groups - gap))
        let tail = bits & ((1 << after) - 1)
        let head = gap == 0 ? 0 : (bits >> after) << UInt128(128 - 16 * gap)
        self.init(v6: head | tail)
    }
}
