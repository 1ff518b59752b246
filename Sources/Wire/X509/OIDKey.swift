package import Bytes

/// An object identifier of up to 15 bytes as one number, so that a `switch`
/// tells the known ones apart without a table of strings.
///
/// The number is the identifier's content bytes behind a leading 1.
package struct OIDKey: Hashable, Sendable {
    package let value: UInt128

    package static let none = OIDKey(value: 0)

    package init(value: UInt128) {
        self.value = value
    }

    /// `none`, which no identifier has, when it is empty or too long.
    package init(_ bytes: Span<UInt8>, _ range: ByteRange) {
        guard range.count > 0, range.count <= 15 else {
            value = 0
            return
        }
        // Two halves: shifts of 128 bits are not cheap.
        var (high, low): (UInt64, UInt64) = (0, 1)
        let content = bytes.extracting(range.indices)
        for index in content.indices {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(content[index])
        }
        value = UInt128(high) << 64 | UInt128(low)
    }
}

extension OIDKey {
    /// 2.5.29.17.
    package static let subjectAlternativeName = OIDKey(value: 0x1_551d_11)

    /// 2.5.29.37.
    package static let extendedKeyUsage = OIDKey(value: 0x1_551d_25)

    /// 1.3.6.1.4.1.11129.2.4.2: the list of SCTs.
    package static let timestampList = OIDKey(value: 0x1_2b06_0104_01d6_7902_0402)

    /// 1.3.6.1.4.1.11129.2.4.3: what keeps a precertificate from being a certificate.
    package static let poison = OIDKey(value: 0x1_2b06_0104_01d6_7902_0403)
}
