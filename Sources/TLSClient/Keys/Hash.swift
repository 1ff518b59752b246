import COpenSSL
import Wire

/// Up to 48 bytes on the stack: a digest or a secret.
typealias Block = InlineArray<48, UInt8>

/// SHA-256 or SHA-384 over bytes that come in parts.
struct Hash {
    /// The digest's bytes: 32 or 48.
    let size: Int
    private var state = cHash()

    init(size: Int) {
        self.size = size
        cHash_begin(&state, CInt(size))
    }

    mutating func add(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { cHash_add(&state, CInt(size), $0.baseAddress, $0.count) }
    }

    /// The digest, in the first `size` bytes; nothing can be added after it.
    mutating func finish() -> Block {
        var digest = Block(repeating: 0)
        withUnsafeMutableBytes(of: &digest) { cHash_end(&state, CInt(size), $0.baseAddress) }
        return digest
    }

    /// The digest of what was added so far.
    var digest: Block {
        var copy = self
        return copy.finish()
    }
}
