import CUV
import Glibc

extension EventLoop {
    /// A round begins no sooner after the one before while the loop is crowded: so long for each open
    /// connection, and so long at most.
    static let nanosecondsEach: UInt64 = 10_000
    static let roundLimit: UInt64 = 2_000_000

    /// From this many open connections on, rounds keep their distance.
    static let crowd = 64

    /// Has a crowded loop look for events every two milliseconds or less, instead of once for each.
    ///
    /// With many connections open, events come one by one and faster than a thread can be put to sleep and
    /// woken for a good price: each time costs as much as a tenth of a grab. Those of a round together
    /// cost one such time. What a connection loses, a round at most for each answer, is little beside a
    /// round trip; a loop that is busy for longer than that loses nothing, as it does not sleep. As a round
    /// is shorter where fewer connections are open, no number of them bounds the rate.
    func keepRoundsApart() {
        let before = LoopPreparation(size: MemoryLayout<uv_prepare_t>.size) { [unowned self] in
            let now = uv_hrtime()
            let rest = Self.rest(of: now - roundBeganAt, connections: connectionCount)
            guard rest > 0 else {
                roundBeganAt = now
                return
            }
            var time = timespec(tv_sec: 0, tv_nsec: rest)
            nanosleep(&time, nil)
            roundBeganAt = uv_hrtime()
        }
        uv_prepare_init(loop, before.prepare)
        before.start(keepsLoopAlive: false)
        uv_prepare_start(before.prepare) { LoopHandle.fire($0!.pointee.data) }
    }

    /// How many nanoseconds a round has still to wait when the one before began so long ago.
    static func rest(of nanoseconds: UInt64, connections: Int) -> Int {
        guard connections >= crowd else { return 0 }
        let round = min(UInt64(connections) * nanosecondsEach, roundLimit)
        return nanoseconds < round ? Int(round - nanoseconds) : 0
    }
}

private final class LoopPreparation: LoopHandle {
    var prepare: UnsafeMutablePointer<uv_prepare_t> { pointer(as: uv_prepare_t.self) }
}
