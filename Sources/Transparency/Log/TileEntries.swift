import Bytes

/// The entries of a data tile (C2SP static-ct-api, "Log entries").
package enum TileEntries {
    /// Entries of a full tile.
    package static let width = 256

    /// Reads a tile.
    ///
    /// Nothing says how long an entry of an unknown kind is, so that what stands behind it can't be read
    /// either.
    ///
    /// - Parameter first: the number of its first entry.
    /// - Returns: the entries as far as they can be read, how many bytes those are, and whether that is all.
    package static func read(_ tile: [UInt8], first: UInt64) -> (
        entries: [LogEntry], bytes: Int, isWhole: Bool
    ) {
        let span = tile.span
        var cursor = WireCursor(0..<tile.count)
        var entries: [LogEntry] = []
        var bytes = 0
        while !cursor.isAtEnd {
            guard entries.count < width, let entry = next(tile, span, &cursor, first + UInt64(entries.count))
            else { return (entries, bytes, false) }
            entries.append(entry)
            bytes = cursor.place
        }
        return (entries, bytes, true)
    }

    /// What could be read of a tile that is not whole.
    package struct Torn {
        /// As many entries as there are hashes, `unread` ones among them.
        package var entries: [LogEntry] = []
        /// Where in the tile the first of those stands.
        package var torn = 0
        /// Whether it may be what the log has of these entries: some are in it, and it has the last ones.
        ///
        /// A tile that was cut on its way lacks all that stand behind the cut.
        package var isAnswer = false
    }

    /// Reads a tile of which something can't be read, with the hashes of its entries: what fits one is an
    /// entry, wherever it stands.
    ///
    /// Where an entry of an unknown kind ends is told by its hash as well.
    ///
    /// - Parameter first: the number of its first entry.
    package static func read(_ tile: [UInt8], first: UInt64, hashes: [TreeHash]) -> Torn {
        let span = tile.span
        var entries: [LogEntry] = []
        var torn: Int?
        var (place, hashed, tried, end) = (0, 0, 0, 0)
        func take(_ entry: LogEntry, at found: Int) {
            while entries.count < found {
                let number = entries.count
                entries.append(LogEntry(index: first + UInt64(number), unread: hashes[number]))
            }
            var fitting = entry
            fitting.index = first + UInt64(found)
            entries.append(fitting)
        }
        while entries.count < hashes.count, place < tile.count, hashed <= mostHashed {
            var cursor = WireCursor(place..<tile.count)
            if let entry = next(tile, span, &cursor, first + UInt64(entries.count)) {
                hashed += entry.leaf.count + entry.precertificate.count
                // What follows an entry is the next one; behind a tear it may be any that is left.
                let hash = entry.hash
                if let found = hashes[entries.count...].firstIndex(of: hash) {
                    take(entry, at: found)
                    (place, end) = (cursor.place, cursor.place)
                    continue
                }
            } else if isOfUnknownKind(span, at: place), tried < mostTried {
                let rest = tile[place..<min(tile.count, place + longestUnknown)]
                let wanted = Set(hashes[entries.count...])
                let found = TreeHash.leaf([0, 0], rest, is: wanted.contains)
                tried += found.map(\.count) ?? rest.count
                if let (count, hash) = found, let number = hashes[entries.count...].firstIndex(of: hash) {
                    take(LogEntry(index: 0, leaf: [0, 0] + rest.prefix(count)), at: number)
                    (place, end) = (place + count, place + count)
                    // What stands beside a leaf of an unknown kind is unknown as well.
                    continue
                }
            }
            torn = torn ?? place
            place += 1
        }
        let read = entries.count
        while entries.count < hashes.count {
            let number = entries.count
            entries.append(LogEntry(index: first + UInt64(number), unread: hashes[number]))
        }
        let isEnded = hashes.count - read <= (end < tile.count ? 1 : 0)
        return Torn(entries: entries, torn: torn ?? place, isAnswer: read > 0 && isEnded)
    }

    /// Whether there may be an entry of a kind that was invented later: a time from 2004 to 2109, and a kind
    /// that is not known.
    private static func isOfUnknownKind(_ span: Span<UInt8>, at place: Int) -> Bool {
        var cursor = WireCursor(place..<span.count)
        guard let time = cursor.u64(span), 1 << 40..<1 << 42 ~= time, let type = cursor.number(span, 2)
        else { return false }
        return type > 1
    }

    /// Bytes of a leaf of an unknown kind within which its end is looked for, and ends that are tried in one
    /// tile.
    private static let longestUnknown = 64 << 10
    private static let mostTried = 1 << 19

    /// Bytes that are copied and hashed in search of an entry: a tile that is made to look like many costs
    /// no more.
    private static let mostHashed = 64 << 20

    private static func next(
        _ tile: [UInt8],
        _ span: Span<UInt8>,
        _ cursor: inout WireCursor,
        _ index: UInt64
    ) -> LogEntry? {
        let start = cursor.place
        guard cursor.u64(span) != nil, let type = cursor.number(span, 2), type <= 1 else { return nil }
        if type == 1, cursor.take(32) == nil { return nil }
        guard cursor.vector(span, 3) != nil, cursor.vector(span, 2) != nil else { return nil }
        // The leaf is a version and a leaf type in front of the TimestampedEntry.
        var entry = LogEntry(index: index, leaf: [0, 0] + tile[start..<cursor.place])
        if type == 1 {
            guard let range = cursor.vector(span, 3) else { return nil }
            entry.precertificate = [UInt8](tile[range])
        }
        guard let list = cursor.vector(span, 2), list.count.isMultiple(of: 32),
            list.count / 32 <= LogEntry.mostCertificates
        else { return nil }
        for place in stride(from: list.lowerBound, to: list.upperBound, by: 32) {
            guard let hash = TreeHash(span.extracting(place..<place + 32)) else { return nil }
            entry.chainFingerprints.append(hash)
        }
        return entry
    }
}
