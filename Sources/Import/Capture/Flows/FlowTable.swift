/// The connections that are open, in the order of their last packets.
///
/// It holds a bounded number of them, and a bounded number of bytes: what is over gives way in the order in
/// which nothing was heard of it.
final class FlowTable {
    private struct Slot {
        var flow: Flow?
        var before = -1
        var after = -1
    }

    private let maximumFlows: Int
    private let maximumBytes: Int
    private var places: [FlowKey: Int] = [:]
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var oldest = -1
    private var newest = -1
    /// Closed ones, which wait for packets that come late; in the order of their closing.
    private var closed: [FlowKey] = []
    private var firstClosed = 0
    private(set) var bytes = 0

    /// Closed connections that wait for packets that come late.
    private static let maximumClosed = 1024

    init(maximumFlows: Int, maximumBytes: Int) {
        self.maximumFlows = max(1, maximumFlows)
        self.maximumBytes = maximumBytes
    }

    var count: Int { places.count }

    /// The connection of a key, which was heard of just now.
    func flow(_ key: FlowKey) -> Flow? {
        guard let place = places[key] else { return nil }
        if place != newest {
            unlink(place)
            link(place)
        }
        return slots[place].flow
    }

    /// Adds a connection; returns the one that has to give way for it.
    func add(_ flow: Flow) -> Flow? {
        let place = free.popLast() ?? slots.count
        if place == slots.count { slots.append(Slot()) }
        slots[place].flow = flow
        places[flow.key] = place
        link(place)
        return places.count > maximumFlows ? removeOldest() : nil
    }

    /// Takes packets under another key for a connection that there is: one direction travels otherwise.
    func join(_ key: FlowKey, to flow: Flow) {
        guard let place = places[flow.key], flow.otherKey == nil, places[key] == nil else { return }
        flow.otherKey = key
        places[key] = place
    }

    /// Notes how the bytes that a connection holds have changed; whether they are too many now.
    @discardableResult
    func weigh(_ change: Int) -> Bool {
        bytes += change
        return isOverWeight
    }

    var isOverWeight: Bool { bytes > maximumBytes }

    /// Notes that a connection is over; returns one that has waited long enough.
    func close(_ key: FlowKey) -> FlowKey? {
        closed.append(key)
        guard closed.count - firstClosed > Self.maximumClosed else { return nil }
        let first = closed[firstClosed]
        firstClosed += 1
        if firstClosed > 4 * Self.maximumClosed {
            closed.removeFirst(firstClosed)
            firstClosed = 0
        }
        return first
    }

    @discardableResult
    func remove(_ key: FlowKey) -> Flow? {
        guard let place = places.removeValue(forKey: key) else { return nil }
        unlink(place)
        let flow = slots[place].flow
        if let flow {
            places[flow.key] = nil
            if let other = flow.otherKey { places[other] = nil }
        }
        slots[place].flow = nil
        free.append(place)
        return flow
    }

    /// The connection of which nothing was heard for the longest time.
    func removeOldest() -> Flow? {
        guard oldest >= 0, let key = slots[oldest].flow?.key else { return nil }
        return remove(key)
    }

    private func link(_ place: Int) {
        slots[place].before = newest
        slots[place].after = -1
        if newest >= 0 { slots[newest].after = place } else { oldest = place }
        newest = place
    }

    private func unlink(_ place: Int) {
        let (before, after) = (slots[place].before, slots[place].after)
        if before >= 0 { slots[before].after = after } else { oldest = after }
        if after >= 0 { slots[after].before = before } else { newest = before }
    }
}
