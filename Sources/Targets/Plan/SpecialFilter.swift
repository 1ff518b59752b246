import Wire

/// The special-purpose addresses that a range passes over.
struct SpecialFilter: Sendable {
    /// nil lets everything pass.
    private var blocks: AddressMap?
    /// What the scope names inside of them, which is scanned.
    private var named = AddressMap()

    init(_ options: TargetOptions) {
        guard !options.includeSpecial else { return }
        var blocks = AddressMap()
        for block in SpecialPurpose.blocks {
            for keys in AddressKeys.keys(of: block.range) { blocks.add(keys, .all) }
        }
        blocks.finish()
        self.blocks = blocks
        // Only a range inside a block names it: a scope that includes all of IPv4 doesn't mean loopback.
        for range in options.scope?.includedRanges ?? [] where !SpecialPurpose.blocks(holding: range).isEmpty
        {
            for keys in AddressKeys.keys(of: range) { named.add(keys, .all) }
        }
        named.finish()
    }

    /// The parts of a range that are scanned.
    ///
    /// - Parameter pass: takes the others.
    func parts(of keys: AddressKeys, _ pass: (AddressKeys) -> Void) -> [AddressKeys] {
        guard let blocks else { return [keys] }
        var parts: [AddressKeys] = []
        func keep(_ part: AddressKeys) {
            if let last = parts.last, last.last + 1 == part.first {
                parts[parts.count - 1].last = part.last
            } else {
                parts.append(part)
            }
        }
        blocks.cut(keys) { part, special in
            guard special != nil else { return keep(part) }
            named.cut(part) { part, isNamed in if isNamed != nil { keep(part) } else { pass(part) } }
        }
        return parts
    }
}
