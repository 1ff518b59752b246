import Observations

/// Counts matches over many observations, as the correlation rules of a set ask.
package struct Correlator {
    /// One group of observations for which a correlation rule holds.
    package struct Finding: Sendable {
        package let rule: CorrelationRule
        /// The values of the `group-by` fields, in the rule's order.
        package let group: [String]
        /// How many events or values there were within the time span; more are not counted.
        package let count: Int
        /// Whether there may have been more.
        package var isMost: Bool { count >= CorrelationRule.maximumEvents }
        /// Milliseconds since 1970 of the first and the last of them.
        package let first: Int64
        package let last: Int64
    }

    fileprivate struct Event: Sendable {
        let time: Int64
        /// Which of the correlation's rules it was.
        let rule: Int
        /// What `value_count` counts, in lower case.
        let value: String?
    }

    /// The events that share the values of the `group-by` fields.
    private struct Group {
        /// The values as they were first seen.
        let key: [String]
        var events: [Event] = []
    }

    private static let maximumGroups = 1_000_000

    private let set: RuleSet
    private let timestamp: Int
    /// By correlation rule: its groups in the order in which they came, and their places by their values in
    /// lower case.
    private var groups: [[Group]]
    private var places: [[[String]: Int]]
    /// How many events were left out because there were too many groups.
    package private(set) var dropped = 0

    package init(_ set: RuleSet) {
        self.set = set
        timestamp = set.names.firstIndex(of: "@timestamp") ?? 0
        groups = Array(repeating: [], count: set.correlations.count)
        places = Array(repeating: [:], count: set.correlations.count)
    }

    /// One observation's contribution, taken in later.
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
            for (place, counted) in set.counted[index].enumerated()
            where scratch.matched.contains(where: { $0.rule == counted }) {
                var keys: [[String]] = [[]]
                for field in rule.groupBy {
                    var seen: Set<String> = []
                    let values = scratch.texts(field).filter { seen.insert(foldedText($0)).inserted }.prefix(
                        16
                    )
                    keys = keys.prefix(64).flatMap { key in values.map { key + [$0] } }
                }
                let values = rule.field.map { scratch.texts($0).prefix(64).map(Optional.some) } ?? [nil]
                for key in keys.prefix(64) {
                    for value in values {
                        let event = Event(time: time, rule: place, value: value.map(foldedText))
                        events.list.append((event, key, index))
                    }
                }
                // An observation is one event, however many of the rules it matches.
                if rule.kind == .eventCount { break }
            }
        }
        return events
    }

    /// Takes events in, in the order of the observations.
    package mutating func add(_ events: Events) {
        for (event, key, correlation) in events.list { append(event, key, correlation) }
    }

    private mutating func append(_ event: Event, _ key: [String], _ index: Int) {
        let folded = key.map(foldedText)
        let place: Int
        if let known = places[index][folded] {
            place = known
        } else {
            guard groups[index].count < Self.maximumGroups else {
                dropped += 1
                return
            }
            place = groups[index].count
            places[index][folded] = place
            groups[index].append(Group(key: key))
        }
        groups[index][place].events.append(event)
        // Twice as many, so that dropping the older half costs little for each event.
        if groups[index][place].events.count >= 2 * CorrelationRule.maximumEvents {
            groups[index][place].events.removeFirst(CorrelationRule.maximumEvents)
        }
    }

    /// The groups for which their rule holds, in the order in which they came.
    package func finish() -> [Finding] {
        set.correlations.indices.flatMap { index in
            groups[index].compactMap { group in
                check(set.correlations[index], group, set.counted[index].count)
            }
        }
    }

    /// Looks for a window of the rule's time span in which it holds.
    private func check(_ rule: CorrelationRule, _ group: Group, _ ruleCount: Int) -> Finding? {
        // As many as are promised, whether more happen to be there or not.
        let events = group.events.suffix(CorrelationRule.maximumEvents).sorted { $0.time < $1.time }
        var window = Window(events, rule, ruleCount)
        var best: Finding?
        for end in events.indices {
            window.extend(to: end)
            // Only the longest window that ends here can hold the most; for upper bounds it is the whole one.
            if end + 1 < events.count, events[end + 1].time - events[window.start].time <= rule.timespan {
                continue
            }
            guard let count = window.count else { continue }
            if best == nil || count > best?.count ?? 0 {
                best = Finding(
                    rule: rule,
                    group: group.key,
                    count: count,
                    first: events[window.start].time,
                    last: events[end].time
                )
            }
        }
        return best
    }
}

/// The events of a group within a rule's time span, moving along with the time.
private struct Window {
    private let events: [Correlator.Event]
    private let rule: CorrelationRule
    private(set) var start = 0
    private var end = -1
    private var ofValue: [String: Int] = [:]
    private var ofRule: [Int]

    init(_ events: [Correlator.Event], _ rule: CorrelationRule, _ ruleCount: Int) {
        self.events = events
        self.rule = rule
        ofRule = Array(repeating: 0, count: ruleCount)
    }

    /// Takes the next event in, and leaves those out that are too old beside it.
    mutating func extend(to end: Int) {
        self.end = end
        change(events[end], by: 1)
        while events[end].time - events[start].time > rule.timespan {
            change(events[start], by: -1)
            start += 1
        }
    }

    private mutating func change(_ event: Correlator.Event, by difference: Int) {
        ofRule[event.rule] += difference
        guard let value = event.value else { return }
        let count = (ofValue[value] ?? 0) + difference
        ofValue[value] = count > 0 ? count : nil
    }

    /// What the rule counts, if the rule holds.
    var count: Int? {
        let events = end - start + 1
        switch rule.kind {
        case .eventCount: return within(events)
        case .valueCount: return within(ofValue.count)
        case .temporal: return ofRule.contains(0) ? nil : events
        case .temporalOrdered: return isInOrder ? events : nil
        }
    }

    private func within(_ count: Int) -> Int? {
        rule.bounds.allSatisfy { $0.0.holds(count, $0.1) } ? count : nil
    }

    /// Whether every rule has an event later than the one of the rule before it.
    private var isInOrder: Bool {
        var next = 0
        var time = Int64.min
        for event in events[start...end] where event.rule == next && event.time > time {
            next += 1
            time = event.time
        }
        return next == ofRule.count
    }
}

private func foldedText(_ text: String) -> String {
    String(decoding: folded(Array(text.utf8)), as: UTF8.self)
}
