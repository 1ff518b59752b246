package import Wire

/// Ranges that may nest and overlap, by the addresses in them.
///
/// Sorted by their begin, they are the in-order walk of a balanced tree whose nodes know the greatest end
/// below them (an interval tree without pointers): a look-up takes O(log n) for each range found.
package struct RangeIndex: Sendable {
    private struct Entry: Sendable {
        let low: UInt128
        let high: UInt128
        /// The greatest end in the subtree that this entry is the root of.
        var greatest: UInt128
        let value: Int32
    }

    private var entries: [Entry]

    package init(_ ranges: [(AddressRange, Int32)]) {
        entries = ranges.flatMap { range, value in
            AddressKeys.keys(of: range).map { keys in
                Entry(low: keys.first, high: keys.last, greatest: keys.last, value: value)
            }
        }.sorted { ($0.low, $0.high, $0.value) < ($1.low, $1.high, $1.value) }
        _ = build(0..<entries.count)
    }

    private mutating func build(_ part: Range<Int>) -> UInt128 {
        guard !part.isEmpty else { return 0 }
        let middle = (part.lowerBound + part.upperBound) / 2
        let below = build(part.lowerBound..<middle)
        let above = build(middle + 1..<part.upperBound)
        entries[middle].greatest = max(entries[middle].high, below, above)
        return entries[middle].greatest
    }

    /// Calls `body` with the size and the value of each range that holds `address`.
    package func forEach(at address: UInt128, _ body: (UInt128, Int32) -> Void) {
        visit(0..<entries.count, address, body)
    }

    func contains(_ address: UInt128) -> Bool {
        var found = false
        forEach(at: address) { _, _ in found = true }
        return found
    }

    private func visit(_ part: Range<Int>, _ address: UInt128, _ body: (UInt128, Int32) -> Void) {
        guard !part.isEmpty else { return }
        let middle = (part.lowerBound + part.upperBound) / 2
        let entry = entries[middle]
        guard entry.greatest >= address else { return }
        visit(part.lowerBound..<middle, address, body)
        guard entry.low <= address else { return }
        if entry.high >= address { body(entry.high - entry.low, entry.value) }
        visit(middle + 1..<part.upperBound, address, body)
    }
}
