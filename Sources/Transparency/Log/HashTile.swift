import Bytes

/// A tile of hashes: up to 256 nodes of one level of a tree, side by side (C2SP tlog-tiles).
package struct HashTile: Equatable, Sendable {
    package let hashes: [TreeHash]

    /// - Parameter width: how many of the hashes count; nil is returned when there are fewer.
    package init?(_ bytes: [UInt8], width: Int) {
        guard (1...256).contains(width), bytes.count.isMultiple(of: 32), bytes.count / 32 >= width else {
            return nil
        }
        hashes = (0..<width).compactMap { TreeHash(bytes.span.extracting(32 * $0..<32 * $0 + 32)) }
    }

    /// The node above `count` of them, a power of two, from `start` on.
    private func node(_ start: Int, _ count: Int) -> TreeHash {
        var row = Array(hashes[start..<start + count])
        while row.count > 1 {
            row = stride(from: 0, to: row.count, by: 2).map { .node(row[$0], row[$0 + 1]) }
        }
        return row[0]
    }

    /// The node above a full tile; nil for a partial one.
    package var root: TreeHash? { hashes.count == 256 ? node(0, 256) : nil }

    /// The roots of the complete subtrees of the first `count` nodes, the largest first.
    package func subtrees(_ count: Int) -> [TreeHash] {
        guard count <= hashes.count else { return [] }
        var (result, start): ([TreeHash], Int) = ([], 0)
        for bit in stride(from: 8, through: 0, by: -1) where count & 1 << bit != 0 {
            result.append(node(start, 1 << bit))
            start += 1 << bit
        }
        return result
    }
}

/// Which tiles prove the beginning of a tree, and whether they do.
///
/// The tiles of the right edge give the root, and so the head proves them; each full tile is proven by the
/// node above it, which stands in a tile of the next level.
package struct TileFrontier: Sendable {
    package let head: TreeHead
    package let start: UInt64

    package init(_ head: TreeHead, start: UInt64) { (self.head, self.start) = (head, min(start, head.size)) }

    /// A tile by its level and number, and how wide it is in the head's tree.
    package struct Place: Hashable, Sendable {
        package let level: Int
        package let number: UInt64
        package let width: Int
    }

    private var levels: Range<Int> {
        var count = 0
        while count < 8, head.size >> UInt64(8 * count) > 0 { count += 1 }
        return 0..<count
    }

    private func place(_ level: Int, _ number: UInt64) -> Place? {
        let nodes = head.size >> UInt64(8 * level)
        guard nodes > number << 8 else { return nil }
        return Place(level: level, number: number, width: Int(min(256, nodes - number << 8)))
    }

    /// The partial tile at the right edge of a level, if it has one.
    private func edge(_ level: Int) -> Place? {
        let nodes = head.size >> UInt64(8 * level)
        return nodes & 0xff == 0 ? nil : place(level, nodes >> 8)
    }

    private func path(_ level: Int) -> Place? { place(level, (start >> UInt64(8 * level)) >> 8) }

    /// All tiles that are needed.
    package var places: Set<Place> {
        Set(levels.flatMap { [edge($0), start == head.size ? nil : path($0)].compactMap { $0 } })
    }

    /// The tree of the entries before `start`; nil when the tiles are not those of the head.
    package func tree(_ tiles: [Place: HashTile]) -> CollapsedTree? {
        let edges = levels.reversed().flatMap { level -> [TreeHash] in
            guard let place = edge(level) else { return [] }
            return tiles[place]?.subtrees(place.width) ?? []
        }
        guard let whole = CollapsedTree(size: head.size, hashes: edges), whole.root == head.root else {
            return nil
        }
        if start == head.size { return whole }
        var hashes: [TreeHash] = []
        for level in levels.reversed() {
            guard let place = path(level) else { continue }
            guard let tile = tiles[place] else { return nil }
            if let root = tile.root {
                // The node above: it is there, as this tile is full.
                guard let above = path(level + 1), let parent = tiles[above],
                    parent.hashes.indices.contains(Int(place.number & 0xff)),
                    parent.hashes[Int(place.number & 0xff)] == root
                else { return nil }
            }
            hashes += tile.subtrees(Int(start >> UInt64(8 * level) & 0xff))
        }
        return CollapsedTree(size: start, hashes: hashes)
    }
}
