/// A SHA-256 digest as a value without an allocation.
package struct Digest256: Hashable, Sendable {
    private var words: SIMD4<UInt64>

    /// The first 64 bits.
    package var prefix: UInt64 { words[0] }

    /// Reads 64 hexadecimal digits of either case; colons between them, as OpenSSL writes, are passed over.
    package init?(_ text: some StringProtocol) {
        let plain = text.utf8.contains(0x3a) ? String(text).replacing(":", with: "") : String(text)
        guard plain.utf8.count == 64, let bytes = [UInt8](hex: plain) else { return nil }
        self.init(bytes)
    }

    /// - Parameter bytes: 32 bytes; what is missing counts as zero.
    package init(_ bytes: [UInt8]) {
        var words = SIMD4<UInt64>()
        for index in 0..<min(32, bytes.count) {
            words[index / 8] = words[index / 8] << 8 | UInt64(bytes[index])
        }
        self.words = words
    }

    /// Adds another one, word by word: of many in whatever order the sum is the same.
    package mutating func add(_ other: Digest256) { words &+= other.words }

    /// Takes back what was added.
    package mutating func subtract(_ other: Digest256) { words &-= other.words }

    /// Upper-case hexadecimal.
    package var text: String {
        (0..<4).flatMap { index in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: words[index] >> UInt64($0)) }
        }.hex
    }
}
