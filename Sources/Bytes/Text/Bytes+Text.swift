extension UInt8 {
    /// The value of a hexadecimal digit of either case; nil for another byte.
    @inlinable package var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }

    /// Whether it is a hexadecimal digit of either case.
    @inlinable package var isHexDigit: Bool { hexValue != nil }
}

/// Hexadecimal and base64.
extension [UInt8] {
    /// Reads pairs of hexadecimal digits of either case, and nothing else.
    package init?(hex text: some StringProtocol) {
        let digits = text.utf8
        guard digits.count.isMultiple(of: 2) else { return nil }
        self.init()
        reserveCapacity(digits.count / 2)
        var high: UInt8?
        for digit in digits {
            guard let value = digit.hexValue else { return nil }
            if let first = high {
                append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
    }

    /// Upper-case hexadecimal.
    package var hex: String {
        String(unsafeUninitializedCapacity: 2 * count) { output in
            for (index, byte) in enumerated() {
                let high = byte >> 4
                let low = byte & 15
                output[2 * index] = high < 10 ? 0x30 + high : 0x37 + high
                output[2 * index + 1] = low < 10 ? 0x30 + low : 0x37 + low
            }
            return 2 * count
        }
    }

    /// Reads base64 with padding (RFC 4648, section 4); nil for any other byte.
    package init?(base64 text: UnsafeRawBufferPointer) {
        guard text.count.isMultiple(of: 4) else { return nil }
        var count = text.count
        while count > 0, text.count - count < 2, text[count - 1] == 0x3d { count -= 1 }
        self.init()
        reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        for index in 0..<count {
            let value: UInt8
            switch text[index] {
            case 0x41...0x5a: value = text[index] - 0x41
            case 0x61...0x7a: value = text[index] - 0x47
            case 0x30...0x39: value = text[index] + 4
            case 0x2b: value = 62
            case 0x2f: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
    }
}
