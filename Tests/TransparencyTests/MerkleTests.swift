import Bytes
import Testing
import Transparency

/// The eight leaves and roots that implementations of RFC 6962 are tested with.
@Suite struct MerkleTests {
    private static let inputs = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    private static let leaves = inputs.map { text in
        let bytes = [UInt8](hex: text) ?? []
        return TreeHash.leaf(bytes.span)
    }

    /// The tree as the RFC defines it, which ours never computes.
    private static func root(_ leaves: ArraySlice<TreeHash>) -> TreeHash {
        guard leaves.count > 1 else { return leaves.first ?? .empty }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        return .node(root(leaves.prefix(left)), root(leaves.dropFirst(left)))
    }

    private static func path(_ place: Int, _ leaves: ArraySlice<TreeHash>) -> [TreeHash] {
        guard leaves.count > 1 else { return [] }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        return place < left
            ? path(place, leaves.prefix(left)) + [root(leaves.dropFirst(left))]
            : path(place - left, leaves.dropFirst(left)) + [root(leaves.prefix(left))]
    }

    private static func consistency(_ first: Int, _ leaves: ArraySlice<TreeHash>, _ isWhole: Bool = true)
        -> [TreeHash]
    {
        if first == leaves.count { return isWhole ? [] : [root(leaves)] }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        return first <= left
            ? consistency(first, leaves.prefix(left), isWhole) + [root(leaves.dropFirst(left))]
            : consistency(first - left, leaves.dropFirst(left), false) + [root(leaves.prefix(left))]
    }

    @Test func publishedRoots() {
        #expect(TreeHash.empty.description.lowercased().hasPrefix("e3b0c44298fc1c149afbf4c8996fb924"))
        var tree = CollapsedTree()
        #expect(tree.root == .empty)
        for (place, leaf) in Self.leaves.enumerated() {
            tree.add(leaf: leaf)
            #expect(tree.root.description.lowercased() == Self.roots[place])
        }
    }

    private static let many = (0..<70).map { number in
        let bytes = [UInt8(number)]
        return TreeHash.leaf(bytes.span)
    }

    @Test func everyAuditPathOfSeventyLeavesAndNoOther() {
        for size in 1...Self.many.count {
            let leaves = Self.many.prefix(size)
            let root = Self.root(leaves)
            for place in leaves.indices {
                let path = Self.path(place, leaves)
                let (index, all) = (UInt64(place), UInt64(size))
                #expect(MerkleProof.root(of: leaves[place], at: index, size: all, path: path) == root)
                #expect(MerkleProof.root(of: leaves[place], at: index, size: all, path: path + [root]) == nil)
                if !path.isEmpty {
                    #expect(
                        MerkleProof.root(of: leaves[place], at: index, size: all, path: path.dropLast())
                            == nil
                    )
                }
                // What stands left of the leaf is the tree before it.
                var before = CollapsedTree()
                for leaf in leaves.prefix(place + 1) { before.add(leaf: leaf) }
                let tree = MerkleProof.tree(
                    endingIn: leaves[place],
                    at: index,
                    size: all,
                    path: path,
                    root: root
                )
                #expect(tree == before)
            }
            #expect(MerkleProof.root(of: root, at: UInt64(size), size: UInt64(size), path: []) == nil)
        }
    }

    @Test func consistencyOfEveryPairOfSizesAndNoOther() {
        for second in 1...Self.many.count {
            let leaves = Self.many.prefix(second)
            let root = Self.root(leaves)
            for first in 1...second {
                let old = Self.root(leaves.prefix(first))
                var proof = Self.consistency(first, leaves)
                let (one, two) = (UInt64(first), UInt64(second))
                #expect(MerkleProof.isConsistent(one, old, two, root, proof: proof))
                #expect(!MerkleProof.isConsistent(one, .empty, two, root, proof: proof))
                #expect(!MerkleProof.isConsistent(one, old, two, .empty, proof: proof))
                proof.append(root)
                #expect(!MerkleProof.isConsistent(one, old, two, root, proof: proof))
            }
        }
        #expect(!MerkleProof.isConsistent(2, .empty, 1, .empty, proof: []))
    }

    /// Trees of more than one level of tiles, from any point.
    @Test(arguments: [1, 255, 256, 257, 511, 512, 65_536, 65_537, 66_000, 70_000])
    func frontiersOutOfTiles(_ size: Int) throws {
        var levels = [
            (0..<size).map {
                let bytes = [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
                return TreeHash.leaf(bytes.span)
            }
        ]
        while let row = levels.last, row.count >= 256 {
            levels.append((0..<row.count / 256).map { Self.root(row[$0 * 256..<$0 * 256 + 256]) })
        }
        func tile(_ place: TileFrontier.Place) -> HashTile? {
            let start = Int(place.number) * 256
            let bytes = levels[place.level][start..<start + place.width].flatMap(\.bytes)
            return HashTile(bytes, width: place.width)
        }
        var tree = CollapsedTree()
        var trees: [Int: CollapsedTree] = [:]
        let starts = Set([0, 1, size / 3, size / 2, size - 1, size, min(size, 256), min(size, 65_535)])
        for (place, leaf) in levels[0].enumerated() {
            if starts.contains(place) { trees[place] = tree }
            tree.add(leaf: leaf)
        }
        trees[size] = tree
        let head = try Self.head(size, tree.root)
        for start in starts {
            let frontier = TileFrontier(head, start: UInt64(start))
            var tiles: [TileFrontier.Place: HashTile] = [:]
            for place in frontier.places { tiles[place] = tile(place) }
            #expect(frontier.tree(tiles) == trees[start])
            // One hash that is another, wherever, is found out.
            guard
                let victim = frontier.places.sorted(by: { ($0.level, $0.number) < ($1.level, $1.number) })
                    .first,
                start == size || start % 256 != 0
            else { continue }
            var bytes = tiles[victim]?.hashes.flatMap(\.bytes) ?? []
            bytes[0] ^= 1
            tiles[victim] = HashTile(bytes, width: victim.width)
            #expect(frontier.tree(tiles) != trees[start])
        }
    }

    private static func head(_ size: Int, _ root: TreeHash) throws -> TreeHead {
        var out = ByteBuffer()
        out.append("{\"tree_size\":\(size),\"timestamp\":1,\"sha256_root_hash\":\"")
        out.append(base64: root.bytes.span)
        out.append("\",\"tree_head_signature\":\"BAMAAA==\"}")
        return try TreeHead(sth: Array(out.text.utf8))
    }
}
