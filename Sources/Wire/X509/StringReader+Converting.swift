import Bytes

extension StringReader {
    /// Teletex strings are read as Latin-1, as all software does: nobody writes T.61's own set.
    static func appendLatin1(_ bytes: Span<UInt8>, _ range: ByteRange, _ output: inout [UInt8]) {
        for index in range.indices { append(UInt32(bytes[index]), &output) }
    }

    /// BMPString, and what comes of it in practice: UTF-16, surrogate pairs included.
    static func appendUTF16(_ bytes: Span<UInt8>, _ range: ByteRange, _ output: inout [UInt8]) -> Bool {
        guard range.count % 2 == 0 else { return false }
        var place = range.indices.lowerBound
        while place < range.indices.upperBound {
            var scalar = UInt32(bytes.u16(place))
            place += 2
            if 0xd800...0xdfff ~= scalar {
                guard scalar < 0xdc00, place < range.indices.upperBound else { return false }
                let low = UInt32(bytes.u16(place))
                guard 0xdc00...0xdfff ~= low else { return false }
                scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
                place += 2
            }
            append(scalar, &output)
        }
        return true
    }

    static func appendUTF32(_ bytes: Span<UInt8>, _ range: ByteRange, _ output: inout [UInt8]) -> Bool {
        guard range.count % 4 == 0 else { return false }
        var place = range.indices.lowerBound
        while place < range.indices.upperBound {
            let scalar = UInt32(bytes.u16(place)) << 16 | UInt32(bytes.u16(place + 2))
            guard scalar < 0x11_0000, !(0xd800...0xdfff ~= scalar) else { return false }
            append(scalar, &output)
            place += 4
        }
        return true
    }

    static func appendHex(_ bytes: Span<UInt8>, _ range: ByteRange, _ output: inout [UInt8]) {
        output.append(0x23)
        for index in range.indices {
            output.append(digit(bytes[index] >> 4))
            output.append(digit(bytes[index] & 15))
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? 48 + nibble : 55 + nibble
    }

    /// Appends a scalar's UTF-8; it is no surrogate and below 0x110000.
    private static func append(_ scalar: UInt32, _ output: inout [UInt8]) {
        func byte(_ mark: UInt32, _ value: UInt32) { output.append(UInt8(truncatingIfNeeded: mark | value)) }
        switch scalar {
        case 0..<0x80: byte(0, scalar)
        case 0..<0x800:
            byte(0xc0, scalar >> 6)
            byte(0x80, scalar & 63)
        case 0..<0x1_0000:
            byte(0xe0, scalar >> 12)
            byte(0x80, scalar >> 6 & 63)
            byte(0x80, scalar & 63)
        default:
            byte(0xf0, scalar >> 18)
            byte(0x80, scalar >> 12 & 63)
            byte(0x80, scalar >> 6 & 63)
            byte(0x80, scalar & 63)
        }
    }
}
