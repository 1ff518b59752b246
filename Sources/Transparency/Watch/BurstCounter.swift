/// Counts the names of one registrable domain that were logged within an hour.
package struct BurstCounter {
    /// Milliseconds.
    private static let window = 3_600_000
    /// More domains than this are not told apart: the oldest are forgotten.
    private static let mostDomains = 10_000

    /// What is known of a domain.
    package struct Count: Equatable, Sendable {
        /// When its hour began, in milliseconds since 1970.
        let start: Int
        var names: Set<String> = []
        /// Whether its burst was told.
        var isSaid = false
    }

    private var counts: [String: Count]
    private let threshold: Int

    /// - Parameters:
    ///   - threshold: names within an hour that make a burst.
    ///   - counts: those of an earlier run.
    package init(threshold: Int, _ counts: [String: Count] = [:]) {
        (self.threshold, self.counts) = (threshold, counts)
    }

    /// What the next run has to know: the counts of the last hour.
    package var lastHour: [String: Count] {
        let newest = counts.values.map(\.start).max() ?? 0
        return counts.filter { newest &- $0.value.start < Self.window }
    }

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

extension BurstCounter.Count: Codable {
    private enum CodingKeys: CodingKey { case start, names, isSaid }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        start = try values.decode(Int.self, forKey: .start)
        names = Set(try values.decode([String].self, forKey: .names))
        isSaid = try values.decode(Bool.self, forKey: .isSaid)
    }

    /// The same counts give the same text.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(start, forKey: .start)
        try values.encode(names.sorted(), forKey: .names)
        try values.encode(isSaid, forKey: .isSaid)
    }
}
