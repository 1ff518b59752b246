/// Counts the names of one registrable domain that were logged within an hour.
package struct BurstCounter {
    /// Milliseconds.
    private static let window = 3_600_000
    /// More domains than this are not told apart: the oldest are forgotten.
    private static let mostDomains = 10_000

    private struct Count {
        var start: Int
        var names: Set<String> = []
        var isSaid = false
    }

    private var counts: [String: Count] = [:]
    private let threshold: Int

    /// - Parameter threshold: names within an hour that make a burst.
    package init(threshold: Int) { self.threshold = threshold }

    /// - Parameter time: milliseconds since 1970.
    /// - Returns: how many names there were, when a burst has just been reached.
    package mutating func add(_ name: String, of domain: String, at time: Int) -> Int? {
        if counts.count >= Self.mostDomains, counts[domain] == nil {
            counts = counts.filter { time &- $0.value.start < Self.window }
            if counts.count >= Self.mostDomains { counts.removeAll() }
        }
        var count = counts[domain] ?? Count(start: time)
        if time &- count.start >= Self.window { count = Count(start: time) }
        if count.names.count <= threshold { count.names.insert(name) }
        defer { counts[domain] = count }
        guard count.names.count >= threshold, !count.isSaid else { return nil }
        count.isSaid = true
        return count.names.count
    }
}
