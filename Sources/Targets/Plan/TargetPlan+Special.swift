import Wire

extension TargetPlan {
    /// The special-purpose blocks (RFC 6890) that hold addresses of the plan, by their prefixes; addresses
    /// that stand in it each for itself count, and names do not, as nobody has asked for their addresses
    /// yet.
    package var specialBlocks: [String] {
        var found: Set<String> = []
        for (index, entry) in entries.enumerated() where entry.kind == .swept || entry.kind == .alone {
            let end = index + 1 < entries.count ? UInt128(entries[index + 1].start) : total
            let count = (end - UInt128(entry.start)) / UInt128(max(1, ports[entry.ports].count))
            guard count > 0, !entry.isRefused else { continue }
            let keys = AddressKeys(first: entry.first, last: entry.first + count - 1)
            for (block, _) in SpecialPurpose.counts(of: keys) { found.insert(block.prefix) }
        }
        return SpecialPurpose.outermost.map(\.prefix).filter(found.contains)
    }
}
