/// What opens, or seals, the records of one direction of one connection.
///
/// It holds the suite, the key and the nonce of the next record.
struct TrafficKeys {
    /// Tells the keys of a context apart, so that the cipher knows whose it holds; zero before there are any.
    let number: UInt64
    let suite: UInt16
    private(set) var key = InlineArray<32, UInt8>(repeating: 0)
    private var nonce = InlineArray<12, UInt8>(repeating: 0)
    private var sequence: UInt64 = 0

    init(number: UInt64, suite: UInt16, key: Block, nonce: Block) {
        self.number = number
        self.suite = suite
        for index in 0..<32 { self.key[index] = key[index] }
        for index in 0..<12 { self.nonce[index] = nonce[index] }
    }

    private init() {
        number = 0
        suite = 0
    }

    static let none = TrafficKeys()

    /// Bytes of a suite's key (RFC 8446, section B.4).
    static func keyBytes(_ suite: UInt16) -> Int {
        suite == 0x1302 || suite == 0x1303 ? 32 : 16
    }

    /// Bytes of a suite's tag.
    static func tagBytes(_ suite: UInt16) -> Int { suite == 0x1305 ? 8 : 16 }

    /// Whether a suite's cipher is CCM.
    static func isCCM(_ suite: UInt16) -> Bool { suite == 0x1304 || suite == 0x1305 }

    /// The next record's nonce (RFC 8446, section 5.3).
    mutating func nextNonce() -> InlineArray<12, UInt8> {
        var next = nonce
        for index in 0..<8 { next[11 - index] ^= UInt8(truncatingIfNeeded: sequence >> (8 * index)) }
        sequence += 1
        return next
    }
}
