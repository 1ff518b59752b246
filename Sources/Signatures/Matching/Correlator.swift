import Observations

/// Counts matches over many observations, as the correlation rules of a set ask.
package struct Correlator {
    /// One group of observations for which a correlation rule holds.
    package struct Finding: Sendable {
        package let rule: CorrelationRule
        /// The values of the `group-by` fields, in the rule's order.
        package let group: [String]
        /// How many events or values there were within the time span.
        package let count: Int
        /// Milliseconds since 1970 of the first and the last of them.
        package let first: Int64
        package let last: Int64
    }

    fileprivate struct Event: Sendable {
        let time: Int64
        /// Which of the correlation's rules it was.
        let rule: Int
        let value: String?
    }

    /// A group holds so many events at most; the oldest are forgotten.
    private static let maximumEvents = 10_000
    private static let maximumGroups = 1_000_000

    private let set: RuleSet
    /// By correlation rule: the places of the rules it counts.
    private let counted: [[Int]]
    private let timestamp: Int
    private var groups: [[[String]: [Event]]]
    private var order: [[[String]]]
    /// How many events were left out because there were too many groups.
    package private(set) var dropped = 0

    package init(_ set: RuleSet) {
        self.set = set
        counted = set.correlations.map { correlation in
            correlation.rules.compactMap { name in set.rules.firstIndex { $0.isCalled(name) } }
        }
        timestamp = set.names.firstIndex(of: "@timestamp") ?? 0
        groups = Array(repeating: [:], count: set.correlations.count)
        order = Array(repeating: [], count: set.correlations.count)
    }

    /// What of one observation counts, to be taken in later.
    package struct Events: Sendable {
        fileprivate var list: [(event: Event, key: [String], correlation: Int)] = []

        package var isEmpty: Bool { list.isEmpty }
    }

    /// What a scratch has just matched comes to.
    package func events(_ scratch: MatchScratch) -> Events {
        var events = Events()
        guard !set.correlations.isEmpty, !scratch.matched.isEmpty else { return events }
        let view = scratch.view
        let time = view.has(timestamp) ? SigmaDate.milliseconds(view[view.first(timestamp)].bytes) ?? 0 : 0
        for (index, rule) in set.correlations.enumerated() {
            for (place, counted) in counted[index].enumerated()
            where scratch.matched.contains(where: { $0.rule == counted }) {
                var keys: [[String]] = [[]]
                for field in rule.groupBy {
                    let values = Set(scratch.texts(field)).sorted().prefix(16)
                    keys = keys.prefix(64).flatMap { key in values.map { key + [$0] } }
                }
                let values = rule.field.map { scratch.texts($0).prefix(64).map(Optional.some) } ?? [nil]
                for key in keys.prefix(64) {
                    for value in values {
                        events.list.append((Event(time: time, rule: place, value: value), key, index))
                    }
                }
            }
        }
        return events
    }

    /// Takes events in, in the order of the observations.
    package mutating func add(_ events: Events) {
        for (event, key, correlation) in events.list { append(event, key, correlation) }
    }

    private mutating func append(_ event: Event, _ key: [String], _ index: Int) {
        guard groups[index][key] != nil || order[index].count < Self.maximumGroups else {
            dropped += 1
            return
        }
        if groups[index][key] == nil { order[index].append(key) }
        groups[index][key, default: []].append(event)
        if groups[index][key, default: []].count > Self.maximumEvents { groups[index][key]?.removeFirst() }
    }

    /// The groups for which their rule holds, in the order in which they came.
    package func finish() -> [Finding] {
        set.correlations.indices.flatMap { index in
            order[index].compactMap { key in
                check(set.correlations[index], key, groups[index][key] ?? [], counted[index].count)
            }
        }
    }

    /// Looks for a window of the rule's time span in which it holds.
    private func check(_ rule: CorrelationRule, _ key: [String], _ events: [Event], _ ruleCount: Int)
        -> Finding?
    {
        let events = events.sorted { $0.time < $1.time }
        var start = 0
        var best: Finding?
        for end in events.indices {
            while events[end].time - events[start].time > rule.timespan { start += 1 }
            // Only the longest window that ends here can hold the most; for upper bounds it is the whole one.
            if end + 1 < events.count, events[end + 1].time - events[start].time <= rule.timespan { continue }
            let window = events[start...end]
            guard let count = count(rule, window, ruleCount) else { continue }
            if best == nil || count > best?.count ?? 0 {
                best = Finding(
                    rule: rule,
                    group: key,
                    count: count,
                    first: events[start].time,
                    last: events[end].time
                )
            }
        }
        return best
    }

    private func count(_ rule: CorrelationRule, _ window: ArraySlice<Event>, _ ruleCount: Int) -> Int? {
        switch rule.kind {
        case .eventCount:
            return rule.bounds.allSatisfy { $0.0.holds(window.count, $0.1) } ? window.count : nil
        case .valueCount:
            let count = Set(window.compactMap(\.value)).count
            return rule.bounds.allSatisfy { $0.0.holds(count, $0.1) } ? count : nil
        case .temporal:
            return Set(window.map(\.rule)).count == ruleCount && ruleCount > 0 ? window.count : nil
        case .temporalOrdered:
            var next = 0
            for event in window where event.rule == next { next += 1 }
            return next == ruleCount && ruleCount > 0 ? window.count : nil
        }
    }
}
