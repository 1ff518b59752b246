import Bytes
import Fetch
import Net

/// What a static log keeps apart: tiles of which something can't be read, and who issued certificates.
extension LogFollower {
    /// Takes a tile of entries; of one that is torn, what fits the log's own hashes.
    ///
    /// After a false root a whole one has to fit them as well, or to come twice.
    func take(tile: UInt64, width: Int, _ range: Range<UInt64>, _ status: Int, _ body: [UInt8]) {
        let read = TileEntries.read(body, first: tile * 256)
        let isWhole = read.isWhole && read.entries.count >= width
        guard status == 200, !isWhole || isInDoubt else {
            tornTiles[tile] = nil
            return complete(range, status, read.entries.filter { range.contains($0.index) })
        }
        let current = generation
        askTile(
            width,
            TilePath.hashes(level: 0, tile, width: width),
            TilePath.hashes(level: 0, tile)
        ) { [unowned self] status, hashes in
            guard current == generation else { return }
            let tileHashes = status == 200 ? HashTile(hashes, width: width)?.hashes : nil
            if isWhole {
                let fits = tileHashes.map { zip(read.entries, $0).allSatisfy { $0.hash == $1 } } ?? false
                if !fits, tornTiles.updateValue(1, forKey: tile) == nil {
                    return askAgain(range, after: Self.firstTear)
                }
                tornTiles[tile] = nil
                return complete(range, 200, read.entries.filter { range.contains($0.index) })
            }
            guard let hashes = tileHashes else { return arrive(range, status, nil) }
            let found = TileEntries.read(body, first: tile * 256, hashes: hashes)
            if found.entries.contains(where: { $0.kind == .unread }) {
                // A proxy's page, or an answer that was cut on its way, is no word of the log's.
                guard found.isAnswer else { return refuse(range, 200) }
                let count = tornTiles[tile, default: 0]
                guard count >= Self.mostTears else {
                    tornTiles[tile] = count + 1
                    return askAgain(range, after: Self.firstTear << UInt64(count))
                }
                report(unread: found.entries, Array(body[found.torn...].prefix(65_536)))
            }
            tornTiles[tile] = nil
            complete(range, 200, found.entries.filter { range.contains($0.index) })
        }
    }

    /// How often a tile is asked for again of which some entries can't be read, and milliseconds before that.
    ///
    /// They double each time. What is the same after them is the log's own doing.
    private static let mostTears = 3
    private static let firstTear: UInt64 = 1500

    /// Names what of a tile can't be read: a finding for what stands together.
    private func report(unread entries: [LogEntry], _ torn: [UInt8]) {
        var start: UInt64?
        for (place, entry) in entries.enumerated() where entry.kind == .unread {
            let first = start ?? entry.index
            start = first
            guard place + 1 == entries.count || entries[place + 1].kind != .unread else { continue }
            start = nil
            report(
                .badEntry,
                first == entry.index
                    ? "Entry \(first) can't be read: it is passed over, by the log's own hash of it."
                    : "Entries \(first) to \(entry.index) can't be read: they are passed over, by the log's own hashes of them.",
                once: "\(first)"
            ) { $0.bytes = torn }
        }
    }

    /// Adds to entries the certificates above them, which a static log gives by their digests.
    private func complete(_ range: Range<UInt64>, _ status: Int, _ entries: [LogEntry]) {
        var wanted: Set<TreeHash> = []
        for entry in entries {
            for digest in entry.chainFingerprints where issuers[digest] == nil {
                // One that is not to be had is not asked for with every tile.
                let isRecent = missingIssuers[digest].map { loop.now - $0 < Self.issuerPatience } ?? false
                if !isRecent { wanted.insert(digest) }
            }
        }
        guard !wanted.isEmpty else { return arrive(range, status, withChains(entries)) }
        let current = generation
        var left = wanted.count
        for digest in wanted {
            let path = "issuer/" + digest.description.lowercased()
            requests.get(path, .certificate) { [unowned self] status, body in
                if status == 200, TreeHash(of: body.span) == digest {
                    if issuers.count >= Self.mostIssuers { issuers.removeAll() }
                    issuers[digest] = body
                } else {
                    trouble("a certificate that it names as an issuer's can't be had: \(digest)")
                    if missingIssuers.count >= Self.mostIssuers { missingIssuers.removeAll() }
                    missingIssuers[digest] = loop.now
                }
                left -= 1
                guard left == 0, current == generation else { return }
                arrive(range, 200, withChains(entries))
            }
        }
    }

    /// There are hundreds that issue; what is beyond this is asked for again.
    private static let mostIssuers = 4096
    /// Milliseconds after which one that could not be had is asked for again.
    private static let issuerPatience: UInt64 = 300_000

    private func withChains(_ entries: [LogEntry]) -> [LogEntry] {
        entries.map { entry in
            guard !entry.chainFingerprints.isEmpty else { return entry }
            var entry = entry
            entry.chain = entry.chainFingerprints.compactMap { issuers[$0] }
            return entry
        }
    }
}
