/// Proofs of Merkle trees (RFC 6962, sections 2.1.1 and 2.1.2; the ways to check them of RFC 9162, section
/// 2.1).
package enum MerkleProof {
    /// No honest proof has more: a level each for 2^64 leaves, and as many again for consistency.
    package static let mostHashes = 130

    /// The root that an audit path leads to.
    ///
    /// - Returns: nil for a path of another length than that of this leaf.
    package static func root(
        of leaf: TreeHash,
        at index: UInt64,
        size: UInt64,
        path: [TreeHash]
    ) -> TreeHash? {
        guard index < size else { return nil }
        var (place, last, hash) = (index, size - 1, leaf)
        for other in path {
            guard last > 0 else { return nil }
            if place & 1 == 1 || place == last {
                hash = .node(other, hash)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = .node(hash, other)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 ? hash : nil
    }

    /// Whether a proof shows that the tree of `first` leaves is the beginning of that of `second`.
    package static func isConsistent(
        _ first: UInt64,
        _ firstRoot: TreeHash,
        _ second: UInt64,
        _ secondRoot: TreeHash,
        proof: [TreeHash]
    ) -> Bool {
        guard first <= second else { return false }
        if first == second { return proof.isEmpty && firstRoot == secondRoot }
        if first == 0 { return proof.isEmpty }
        var proof = proof[...]
        // The first tree's own root is left out where it is a complete subtree.
        if first.nonzeroBitCount == 1 { proof = [firstRoot] + proof }
        guard let start = proof.popFirst() else { return false }
        var (place, last) = (first - 1, second - 1)
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        var (old, new) = (start, start)
        for other in proof {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                (old, new) = (.node(other, old), .node(other, new))
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                new = .node(new, other)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && old == firstRoot && new == secondRoot
    }

    /// The tree that ends with a leaf, out of the leaf's audit path in a tree of that size or a larger one.
    ///
    /// What stands left of a leaf in its audit path are the complete subtrees of all leaves before it.
    ///
    /// - Returns: nil for a path that does not lead to the root.
    package static func tree(
        endingIn leaf: TreeHash,
        at index: UInt64,
        size: UInt64,
        path: [TreeHash],
        root: TreeHash
    ) -> CollapsedTree? {
        guard self.root(of: leaf, at: index, size: size, path: path) == root else { return nil }
        var left: [TreeHash] = []
        var (place, last) = (index, size - 1)
        for other in path {
            if place & 1 == 1 || place == last {
                left.append(other)
                while place & 1 == 0, place != 0 {
                    place >>= 1
                    last >>= 1
                }
            }
            place >>= 1
            last >>= 1
        }
        guard var tree = CollapsedTree(size: index, hashes: left.reversed()) else { return nil }
        tree.add(leaf: leaf)
        return tree
    }
}
