/// What goes wrong at a worker, as long as it does.
package struct Troubles: Sendable {
    private var held: [String: (text: String, time: ContinuousClock.Instant, lasts: Duration)] = [:]

    /// Things that are told apart at most.
    private static let most = 100

    package init() {}

    /// Notes that something went wrong.
    ///
    /// - Parameters:
    ///   - what: what it is about.
    ///   - lasts: after how long it is taken to be over when it does not happen again.
    package mutating func note(
        _ text: String,
        about what: String,
        lasts: Duration,
        now: ContinuousClock.Instant = .now
    ) {
        if held.count >= Self.most, held[what] == nil,
            let oldest = held.min(by: { $0.value.time < $1.value.time })?.key
        {
            held[oldest] = nil
        }
        held[what] = (text, now, lasts)
    }

    /// Notes that it is over.
    package mutating func clear(_ what: String) { held[what] = nil }

    /// What went wrong last and is not over; nil when nothing is.
    package mutating func last(now: ContinuousClock.Instant = .now) -> String? {
        held = held.filter { now - $0.value.time < $0.value.lasts }
        return held.values.max { $0.time < $1.time }?.text
    }
}
