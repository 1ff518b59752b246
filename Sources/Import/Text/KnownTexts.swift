import Glibc

/// Texts that come again and again, as few clients' fingerprints do: each is made once.
struct KnownTexts {
    private var texts: [String?] = Array(repeating: nil, count: 256)

    /// The text of some bytes.
    mutating func text(_ bytes: UnsafeRawBufferPointer) -> String {
        // The last eight bytes: a JA4 begins alike.
        var place = bytes.count
        for byte in bytes.suffix(8) { place = place &* 31 &+ Int(byte) }
        let index = place & 255
        if let known = texts[index], Self.isSame(known, bytes) { return known }
        let text = String(decoding: bytes, as: UTF8.self)
        texts[index] = text
        return text
    }

    private static func isSame(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard text.utf8.count == bytes.count, let other = bytes.baseAddress else { return false }
        return text.utf8.withContiguousStorageIfAvailable { own in
            own.baseAddress.map { memcmp($0, other, own.count) == 0 } ?? false
        } ?? false
    }
}
