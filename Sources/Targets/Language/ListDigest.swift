/// A digest that tells an unchanged list from a changed one: FNV-1a with 128 bits.
///
/// It is no defence against somebody who wants two lists to look the same.
package struct ListDigest: Hashable, Sendable {
    private var value: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    package init() {}

    package mutating func add(_ bytes: Span<UInt8>) {
        for index in bytes.indices { add(bytes[index]) }
    }

    package mutating func add(_ byte: UInt8) {
        value = (value ^ UInt128(byte)) &* 0x0100_0000_0000_0000_0000_013b
    }

    /// Adds a text and its end.
    package mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0)
    }

    /// 32 lower-case hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
