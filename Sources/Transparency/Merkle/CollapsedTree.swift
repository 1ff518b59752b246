/// A Merkle tree of any size of which only what is needed to go on is kept: at most 64 hashes.
///
/// These are the roots of its complete subtrees, the largest first: one for each bit of the size. Adding a
/// leaf joins equal ones, and the tree's root is all of them joined from the right (RFC 6962, section 2.1).
package struct CollapsedTree: Equatable, Sendable, Codable {
    /// How many leaves were added.
    package private(set) var size: UInt64 = 0
    package private(set) var hashes: [TreeHash] = []

    /// More leaves than any log will have; a bound, so that calculating with sizes can't overflow.
    package static let mostLeaves: UInt64 = 1 << 48

    package init() {}

    /// A tree that somebody else gave, which is to be held against its root.
    ///
    /// - Returns: nil when there is not one hash for each bit of the size.
    package init?(size: UInt64, hashes: [TreeHash]) {
        guard size <= Self.mostLeaves, hashes.count == size.nonzeroBitCount else { return nil }
        (self.size, self.hashes) = (size, hashes)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let size = try container.decode(UInt64.self, forKey: .size)
        guard
            let tree = CollapsedTree(
                size: size,
                hashes: try container.decode([TreeHash].self, forKey: .hashes)
            )
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .hashes,
                in: container,
                debugDescription: "there must be one hash for each bit of the size"
            )
        }
        self = tree
    }

    private enum CodingKeys: String, CodingKey { case size, hashes }

    package mutating func add(leaf: TreeHash) {
        var hash = leaf
        var rest = size
        while rest & 1 == 1, let left = hashes.popLast() {
            hash = .node(left, hash)
            rest >>= 1
        }
        hashes.append(hash)
        size += 1
    }

    package var root: TreeHash {
        guard var hash = hashes.last else { return .empty }
        for left in hashes.dropLast().reversed() { hash = .node(left, hash) }
        return hash
    }
}
