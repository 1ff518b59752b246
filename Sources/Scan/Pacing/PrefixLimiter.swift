import Synchronization
import Wire

/// How many connections are open to each /24 (IPv4) or /64 (IPv6), for all loops together.
///
/// A fixed table of atomic counters, found by a hash of the network: no lock,
/// and no growth however many networks are scanned. Two networks that fall on
/// one counter share its cap, which is stricter than asked for and never laxer.
final class PrefixLimiter: Sendable {
    /// Counters; at a load of some thousand networks at once few of them meet.
    private static let size = 1 << 16

    private let counters = Counters(size: size)
    private let cap: Int

    /// - Parameter cap: connections at once to one network, at least 1.
    init(cap: Int) {
        self.cap = max(1, cap)
    }

    /// Whether a connection to `address` may be made now.
    func hasRoom(_ address: IPAddress) -> Bool {
        counters[place(address)].load(ordering: .relaxed) < cap
    }

    /// Counts a connection to `address`, unless its network has as many as it may.
    func acquire(_ address: IPAddress) -> Bool {
        let place = place(address)
        let (_, count) = counters[place].add(1, ordering: .relaxed)
        if count <= cap { return true }
        counters[place].subtract(1, ordering: .relaxed)
        return false
    }

    /// The connection has ended.
    func release(_ address: IPAddress) {
        counters[place(address)].subtract(1, ordering: .relaxed)
    }

    /// splitmix64's finisher over the network: neighbours must not meet.
    private func place(_ address: IPAddress) -> Int {
        let network = address.neighbourhood
        var mixed = network.high ^ (network.low &* 0x9e37_79b9_7f4a_7c15) &+ (network.isV4 ? 1 : 2)
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return Int(truncatingIfNeeded: (mixed ^ mixed >> 31) & UInt64(Self.size - 1))
    }
}

/// A row of atomic integers, which an array can't hold.
private final class Counters: @unchecked Sendable {  // the memory is fixed, and only atomics lie in it
    private let base: UnsafeMutablePointer<Atomic<Int>>
    private let size: Int

    init(size: Int) {
        self.size = size
        base = .allocate(capacity: size)
        for index in 0..<size { (base + index).initialize(to: Atomic(0)) }
    }

    deinit {
        base.deinitialize(count: size)
        base.deallocate()
    }

    subscript(_ index: Int) -> Atomic<Int> {
        _read { yield base[index] }
    }
}
