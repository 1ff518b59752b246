package import Net

/// The SYNs that may still be answered, in the order in which they were sent.
///
/// A ring, as each of them waits for as long as the others, and a table of chains to find one by its
/// endpoint.
package struct ProbesInFlight {
    package struct Probe {
        package let endpoint: SocketAddress
        /// Whatever its owner knows it by.
        package let tag: UInt64
        /// How many SYNs may follow when none is answered.
        package var triesLeft: Int
        /// How many were sent again because this machine may have lost the answer.
        package var repeats = 0
        /// Whether it is not the first SYN to its endpoint.
        package var isRepeated = false
        /// Nanoseconds.
        package var sentAt: UInt64 = 0
        /// Of the SYN, by a key, so that nobody can steer which chain it is in.
        package var sequence: UInt32 = 0
        package fileprivate(set) var isAnswered = false
        fileprivate var next: Int32 = -1

        package init(to endpoint: SocketAddress, tag: UInt64, triesLeft: Int) {
            self.endpoint = endpoint
            self.tag = tag
            self.triesLeft = triesLeft
        }
    }

    /// Probes by their number, modulo the size, which is a power of two.
    private var ring: [Probe?]
    /// The place in the ring of the latest probe of each chain; -1 for none.
    private var chains: [Int32]
    /// The number of the oldest, and of the one that comes next.
    private var first = 0
    private var end = 0

    /// More are refused.
    package static let limit = 1 << 22

    package init() {
        ring = Array(repeating: nil, count: 1024)
        chains = Array(repeating: -1, count: 1024)
    }

    package var count: Int { end - first }
    package var oldest: Probe? { count > 0 ? ring[place(first)] : nil }

    package mutating func append(_ probe: Probe) {
        if count == ring.count { grow() }
        let place = place(end)
        ring[place] = probe
        link(place)
        end += 1
    }

    /// Takes the oldest away.
    package mutating func removeOldest() {
        guard count > 0 else { return }
        let place = place(first)
        unlink(place)
        ring[place] = nil
        first += 1
    }

    /// Notes an answer, and tells of each probe of the endpoint that had none.
    package mutating func answered(
        by endpoint: SocketAddress,
        sequence: UInt32,
        _ take: (Probe) -> Void
    ) {
        var index = chains[chain(sequence)]
        while index >= 0, let probe = ring[Int(index)] {
            if !probe.isAnswered, probe.sequence == sequence, probe.endpoint == endpoint {
                ring[Int(index)]?.isAnswered = true
                take(probe)
            }
            index = probe.next
        }
    }

    private func place(_ number: Int) -> Int { number & (ring.count - 1) }
    private func chain(_ sequence: UInt32) -> Int { Int(sequence) & (chains.count - 1) }

    private mutating func link(_ place: Int) {
        guard let sequence = ring[place]?.sequence else { return }
        let chain = chain(sequence)
        ring[place]?.next = chains[chain]
        chains[chain] = Int32(place)
    }

    private mutating func unlink(_ place: Int) {
        guard let probe = ring[place] else { return }
        let chain = chain(probe.sequence)
        var index = chains[chain]
        if index == Int32(place) {
            chains[chain] = probe.next
            return
        }
        while index >= 0, let other = ring[Int(index)] {
            if other.next == Int32(place) {
                ring[Int(index)]?.next = probe.next
                return
            }
            index = other.next
        }
    }

    private mutating func grow() {
        let probes = (first..<end).compactMap { ring[$0 & (ring.count - 1)] }
        ring = Array(repeating: nil, count: 2 * ring.count)
        chains = Array(repeating: -1, count: ring.count)
        (first, end) = (0, 0)
        for probe in probes { append(probe) }
    }
}
