import Bytes
import Wire

/// MurmurHash3 for 32 bits (Austin Appleby's `MurmurHash3_x86_32`), as Python's `mmh3.hash` gives it.
package enum MurmurHash3 {
    /// The signed hash of `bytes` with seed 0.
    package static func hash(_ bytes: Span<UInt8>, seed: UInt32 = 0) -> Int32 {
        var state = seed
        let whole = bytes.count & ~3
        for start in stride(from: 0, to: whole, by: 4) {
            let block =
                UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
                | UInt32(bytes[start + 3]) << 24
            state ^= scrambled(block)
            state = (state << 13 | state >> 19) &* 5 &+ 0xe654_6b64
        }
        if whole < bytes.count {
            var tail: UInt32 = 0
            for index in (whole..<bytes.count).reversed() { tail = tail << 8 | UInt32(bytes[index]) }
            state ^= scrambled(tail)
        }
        state ^= UInt32(truncatingIfNeeded: bytes.count)
        state = (state ^ state >> 16) &* 0x85eb_ca6b
        state = (state ^ state >> 13) &* 0xc2b2_ae35
        return Int32(bitPattern: state ^ state >> 16)
    }

    /// The hash of an icon as Shodan and FOFA compute it.
    ///
    /// It is taken from the icon's base64 text with a newline after each 76
    /// characters and at the end, as Python's `base64.encodebytes` writes it.
    package static func icon(_ bytes: Span<UInt8>) -> Int32 {
        var text = ByteBuffer(capacity: bytes.count / 57 * 77 + 128)
        var start = 0
        while start < bytes.count {
            let end = min(start + 57, bytes.count)
            text.append(base64: bytes.extracting(start..<end))
            text.append(0x0a)
            start = end
        }
        return text.withSpan { hash($0) }
    }

    private static func scrambled(_ block: UInt32) -> UInt32 {
        let block = block &* 0xcc9e_2d51
        return (block << 15 | block >> 17) &* 0x1b87_3593
    }
}
