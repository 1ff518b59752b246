import Bytes
internal import COpenSSL

/// A hash of a Merkle tree: SHA-256 as RFC 6962, section 2.1, uses it.
package struct TreeHash: Hashable, Sendable {
    /// The bytes as they lie in memory.
    private var words = SIMD4<UInt64>()

    private init() {}

    /// - Parameter bytes: 32 bytes; nil for another number of them.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        bytes.withUnsafeBytes { source in
            withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: source) }
        }
    }

    package init?(_ bytes: [UInt8]) { self.init(bytes.span) }

    package var bytes: [UInt8] { withUnsafeBytes(of: words) { [UInt8]($0) } }

    /// The hash of no entries.
    package static let empty = TreeHash(of: [UInt8]().span)

    /// SHA-256 of bytes, as it is.
    package init(of bytes: Span<UInt8>) {
        bytes.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &words) { cSHA256(bytes.baseAddress, bytes.count, $0.baseAddress) }
        }
    }

    /// The hash of a leaf: a zero in front tells leaves from nodes.
    package static func leaf(_ leaf: Span<UInt8>) -> TreeHash {
        var result = TreeHash()
        var prefix: UInt8 = 0
        var hash = cHash()
        cHash_begin(&hash, 32)
        cHash_add(&hash, 32, &prefix, 1)
        leaf.withUnsafeBytes { cHash_add(&hash, 32, $0.baseAddress, $0.count) }
        withUnsafeMutableBytes(of: &result.words) { cHash_end(&hash, 32, $0.baseAddress) }
        return result
    }

    /// Looks for the end of a leaf whose hash is known.
    ///
    /// - Returns: how many of the bytes belong to it, and its hash; nil when none of their beginnings is it.
    package static func leaf(_ head: [UInt8], _ bytes: ArraySlice<UInt8>, is known: (TreeHash) -> Bool) -> (
        count: Int, hash: TreeHash
    )? {
        var hash = cHash()
        cHash_begin(&hash, 32)
        for byte in [0] + head { add(byte, &hash) }
        for (place, byte) in bytes.enumerated() {
            add(byte, &hash)
            var copy = hash
            var result = TreeHash()
            withUnsafeMutableBytes(of: &result.words) { cHash_end(&copy, 32, $0.baseAddress) }
            if known(result) { return (place + 1, result) }
        }
        return nil
    }

    private static func add(_ byte: UInt8, _ hash: inout cHash) {
        var byte = byte
        cHash_add(&hash, 32, &byte, 1)
    }

    /// The hash of a node with two children.
    package static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
        var result = TreeHash()
        var bytes = InlineArray<65, UInt8>(repeating: 1)
        withUnsafeMutableBytes(of: &bytes) { bytes in
            bytes.storeBytes(of: left.words, toByteOffset: 1, as: SIMD4<UInt64>.self)
            bytes.storeBytes(of: right.words, toByteOffset: 33, as: SIMD4<UInt64>.self)
            withUnsafeMutableBytes(of: &result.words) { cSHA256(bytes.baseAddress, 65, $0.baseAddress) }
        }
        return result
    }
}

extension TreeHash: Codable, CustomStringConvertible {
    package var description: String { bytes.hex }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let bytes = [UInt8](hex: try container.decode(String.self)), let hash = TreeHash(bytes) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no hash of 32 bytes")
        }
        self = hash
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
