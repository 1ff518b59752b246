import COpenSSL
import Wire

/// Up to 48 bytes on the stack: a digest or a secret.
typealias Block = InlineArray<48, UInt8>

/// The handshake half of the TLS 1.3 key schedule (RFC 8446, section 7.1).
///
/// Written on the low-level hash functions: about 1.6 us where EVP_KDF takes 11.
struct KeySchedule {
    /// The digest's size: 32 for SHA-256, 48 for SHA-384.
    let size: Int

    /// HKDF-Extract's salt for the handshake secret, the same for every connection.
    private let derived: Block

    init(size: Int) {
        let zeros = Block(repeating: 0)
        var empty = Hash(size: size)
        let early = Self.hmac(size, zeros, zeros.span.extracting(0..<size))
        derived = Self.expand(size, early, "tls13 derived", empty.finish().span.extracting(0..<size), size)
        self.size = size
    }

    /// The server's handshake traffic secret.
    ///
    /// - Parameter transcript: the digest from the first ClientHello to the ServerHello.
    func serverSecret(shared: Span<UInt8>, transcript: Block) -> Block {
        let secret = Self.hmac(size, derived, shared)
        return Self.expand(
            size,
            secret,
            "tls13 s hs traffic",
            transcript.span.extracting(0..<size),
            size
        )
    }

    func key(_ secret: Block, count: Int) -> Block {
        Self.expand(size, secret, "tls13 key", Span(), count)
    }

    func nonce(_ secret: Block) -> Block {
        Self.expand(size, secret, "tls13 iv", Span(), 12)
    }

    /// HKDF-Expand-Label; one block is enough for every label used here.
    private static func expand(
        _ size: Int,
        _ secret: Block,
        _ label: StaticString,
        _ context: Span<UInt8>,
        _ count: Int
    ) -> Block {
        var info = InlineArray<128, UInt8>(repeating: 0)
        var length = 0
        func put(_ byte: UInt8) {
            info[length] = byte
            length += 1
        }
        put(0)
        put(UInt8(truncatingIfNeeded: count))
        put(UInt8(truncatingIfNeeded: label.utf8CodeUnitCount))
        for index in 0..<label.utf8CodeUnitCount { put(label.utf8Start[index]) }
        put(UInt8(truncatingIfNeeded: context.count))
        for index in context.indices { put(context[index]) }
        put(1)
        return hmac(size, secret, info.span.extracting(0..<length))
    }

    private static func hmac(_ size: Int, _ key: Block, _ data: Span<UInt8>) -> Block {
        let block = size == 32 ? 64 : 128
        var inner = InlineArray<128, UInt8>(repeating: 0x36)
        var outer = InlineArray<128, UInt8>(repeating: 0x5c)
        for index in 0..<size {
            inner[index] ^= key[index]
            outer[index] ^= key[index]
        }
        var hash = Hash(size: size)
        hash.add(inner.span.extracting(0..<block))
        hash.add(data)
        let digest = hash.finish()
        hash = Hash(size: size)
        hash.add(outer.span.extracting(0..<block))
        hash.add(digest.span.extracting(0..<size))
        return hash.finish()
    }
}

/// SHA-256 or SHA-384 over bytes that come in parts.
struct Hash {
    private let size: Int
    private var state = cHash()

    init(size: Int) {
        self.size = size
        cHash_begin(&state, CInt(size))
    }

    mutating func add(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { cHash_add(&state, CInt(size), $0.baseAddress, $0.count) }
    }

    /// The digest, in the first `size` bytes.
    mutating func finish() -> Block {
        var digest = Block(repeating: 0)
        withUnsafeMutableBytes(of: &digest) { cHash_end(&state, CInt(size), $0.baseAddress) }
        return digest
    }
}
