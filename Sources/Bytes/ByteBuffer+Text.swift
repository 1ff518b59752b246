/// Numbers, hex and base64 as text.
extension ByteBuffer {
    /// What was written, as a string.
    package var text: String {
        withSpan { span in span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } }
    }

    @inlinable
    public mutating func append(decimal value: Int) {
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var place = 20
        var rest = value.magnitude
        repeat {
            place -= 1
            digits[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if value < 0 { append(0x2d) }
        append(digits.span.extracting(place..<20))
    }

    /// A number with at least `width` digits, zeros in front; never negative.
    @inlinable
    public mutating func append(decimal value: Int, width: Int) {
        var limit = 10
        for _ in 1..<max(1, width) {
            if value < limit { append(0x30) }
            limit *= 10
        }
        append(decimal: max(0, value))
    }

    /// Upper-case hexadecimal, two digits a byte, as ECS wants hashes and serial numbers.
    @inlinable
    public mutating func append(hex span: Span<UInt8>) {
        extend(2 * span.count) { output in
            for index in span.indices {
                output.append(hexDigit(span[index] >> 4))
                output.append(hexDigit(span[index] & 15))
            }
        }
    }

    /// Lower-case hexadecimal, as JARM and JA3S are always written.
    @inlinable
    public mutating func append(lowercaseHex span: Span<UInt8>) {
        extend(2 * span.count) { output in
            for index in span.indices {
                output.append(hexDigit(span[index] >> 4) | 0x20)
                output.append(hexDigit(span[index] & 15) | 0x20)
            }
        }
    }

    /// Base64 with padding (RFC 4648, section 4).
    public mutating func append(base64 span: Span<UInt8>) {
        extend((span.count + 2) / 3 * 4) { output in
            var index = 0
            while index + 3 <= span.count {
                let group = span.u24(index)
                output.append(base64Digits[group >> 18])
                output.append(base64Digits[group >> 12 & 63])
                output.append(base64Digits[group >> 6 & 63])
                output.append(base64Digits[group & 63])
                index += 3
            }
            let rest = span.count - index
            guard rest > 0 else { return }
            let group = rest == 2 ? span.u16(index) << 8 : Int(span[index]) << 16
            output.append(base64Digits[group >> 18])
            output.append(base64Digits[group >> 12 & 63])
            output.append(rest == 2 ? base64Digits[group >> 6 & 63] : 0x3d)
            output.append(0x3d)
        }
    }
}

@inlinable
package func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? 48 + nibble : 55 + nibble
}

private let base64Digits: InlineArray<64, UInt8> = [
    65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80,
    81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 97, 98, 99, 100, 101, 102,
    103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118,
    119, 120, 121, 122, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 43, 47,
]
