import Bytes
import Fetch
import Net

/// Tiles of a static log of which something can't be read.
extension LogFollower {
    /// Takes a tile of entries; of one that is torn, twice, what stands before the tear.
    func take(tile: UInt64, width: Int, _ range: Range<UInt64>, _ status: Int, _ body: [UInt8]) {
        let read = TileEntries.read(body, first: tile * 256)
        guard status == 200, !read.isWhole || read.entries.count < width else {
            tornTiles.remove(tile)
            return arrive(range, status, read.entries.filter { range.contains($0.index) })
        }
        // A proxy's page, or an answer that was cut on its way, is no word of the log's.
        guard !tornTiles.insert(tile).inserted else { return arrive(range, status, nil) }
        let torn = Array(body[read.bytes...].prefix(65_536))
        let current = generation
        askTile(
            width,
            TilePath.hashes(level: 0, tile, width: width),
            TilePath.hashes(level: 0, tile)
        ) { [unowned self] status, body in
            guard current == generation else { return }
            guard status == 200, let hashes = HashTile(body, width: width)?.hashes else {
                return arrive(range, status, nil)
            }
            tornTiles.remove(tile)
            arrive(range, 200, filled(read.entries, hashes, first: tile * 256, torn, range))
        }
    }

    /// The entries of a torn tile: those that can be read, and the hashes of the others, which the log's head
    /// proves with the rest of the tree.
    private func filled(
        _ entries: [LogEntry],
        _ hashes: [TreeHash],
        first: UInt64,
        _ torn: [UInt8],
        _ range: Range<UInt64>
    ) -> [LogEntry] {
        var result = entries
        for place in entries.count..<max(entries.count, hashes.count) {
            result.append(LogEntry(index: first + UInt64(place), unread: hashes[place]))
        }
        let (begin, end) = (first + UInt64(entries.count), first + UInt64(hashes.count))
        if begin < end {
            report(
                .badEntry,
                begin + 1 == end
                    ? "Entry \(begin) can't be read: it is hashed and passed over."
                    : "Entry \(begin) can't be read, and so nobody can tell where those behind it in its tile begin: "
                        + "entries \(begin) to \(end - 1) are passed over, by the log's own hashes of them.",
                once: "\(begin)"
            ) { $0.bytes = torn }
        }
        return result.filter { range.contains($0.index) }
    }
}
