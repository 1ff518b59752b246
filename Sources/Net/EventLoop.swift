import CUV
import Glibc

/// A libuv event loop, run by the thread that made it.
///
/// The loop and everything opened on it are deliberately not `Sendable`: the compiler then keeps
/// them on their thread, and the hot path needs no lock, actor or executor.
package final class EventLoop {
    let loop = UnsafeMutablePointer<uv_loop_t>.allocate(capacity: 1)

    /// One buffer for all connections: libuv fills it and reports before it asks for room again.
    static let receiveBufferSize = 64 * 1024
    private let receiveBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: receiveBufferSize)

    /// Owns every open connection; its place here is what keeps it alive while libuv holds a bare
    /// pointer to it.
    private var active: [TCPConnection?] = []
    /// The time at which the connection in the same place of `active` is closed.
    private var deadlines: [UInt64] = []
    private var freeSlots: [Int] = []
    private var isRunning = false
    /// Whether libuv has the loop; without it there is nothing to close.
    private var isMade = false
    private var clock = LoopClock()
    /// When the present round looked for events, by `uv_hrtime`.
    var roundBeganAt: UInt64 = 0

    /// Deadlines are looked at this often, so that one may pass late by as much.
    package static let tickMilliseconds: UInt64 = 50

    /// When a loop looks for events.
    package enum Rounds: Sendable {
        /// As soon as there may be any.
        case prompt
        /// A moment later while many connections are open, so that each look finds several.
        case apart
    }

    /// Makes a loop, and has the whole process ignore SIGPIPE from now on.
    ///
    /// - Parameter rounds: `.apart` makes a loop of many connections cheaper and everything else on it
    ///   up to two milliseconds late.
    package init(rounds: Rounds = .prompt) throws(UVError) {
        BrokenPipe.ignoreSignal()
        try Self.checkDescriptors()
        try UVError.check(uv_loop_init(loop))
        isMade = true
        loop.pointee.data = UnsafeMutableRawPointer(receiveBuffer)
        every(milliseconds: Self.tickMilliseconds) { [unowned self] in closeLate() }
        if rounds == .apart { keepRoundsApart() }
    }

    /// Throws while there are too few descriptors for what the process's first loop makes: libuv ends the
    /// process when its pipe for signals can't be had behind the loop's own descriptor.
    private static func checkDescriptors() throws(UVError) {
        var ends: [CInt] = []
        defer { for end in ends { close(end) } }
        for _ in 0..<2 {
            var pair: [CInt] = [-1, -1]
            guard pipe(&pair) == 0 else { throw UVError(code: -errno) }
            ends += pair
        }
    }

    // Runs after an `init` that failed too. Closes the handles that are left: timers, wakers and signal
    // watchers. Connections are not among them, as each holds its loop.
    deinit {
        if isMade {
            uv_walk(loop, { handle, _ in LoopHandle.close(handle!) }, nil)
            uv_run(loop, UV_RUN_DEFAULT)
            let result = uv_loop_close(loop)
            precondition(result == 0, "a handle outlived its event loop")
        }
        loop.deallocate()
        receiveBuffer.deallocate()
    }

    /// Milliseconds on the loop's own clock, read once for each round while it runs.
    ///
    /// The clock is monotonic. It stands still while the running loop is kept from its rounds, as by SIGSTOP
    /// or a write that blocks: servers have no part in that time, and no deadline passes in it. The same
    /// holds before it runs, once a connection was begun.
    package var now: UInt64 {
        if !isRunning { uv_update_time(loop) }
        return clock.read(uv_now(loop), isRunning: isRunning || connectionCount > 0)
    }

    /// How often the loop was kept from its rounds for so long that the clock was stopped.
    package var pauses: Int {
        _ = now
        return clock.pauses
    }

    /// A monotonic clock in nanoseconds that all loops share; it never stands still.
    package static var nanoseconds: UInt64 { uv_hrtime() }

    /// How many connections are open, counting those that are being opened or closed.
    package var connectionCount: Int { active.count - freeSlots.count }

    /// Runs until every connection has closed, every `after` has fired and every DNS answer came,
    /// or until `stop`.
    package func run() {
        _ = now
        isRunning = true
        uv_run(loop, UV_RUN_DEFAULT)
        isRunning = false
    }

    /// Makes `run` return after this round, with what is open left as it is.
    package func stop() {
        uv_stop(loop)
    }

    /// Closes every connection with a reset, as if its owner had done so.
    package func closeAll() {
        for connection in active { connection?.close() }
    }

    // MARK: For connections

    func adopt(_ connection: TCPConnection) -> Int {
        guard let slot = freeSlots.popLast() else {
            active.append(connection)
            deadlines.append(.max)
            return active.count - 1
        }
        active[slot] = connection
        return slot
    }

    func release(slot: Int) {
        deadlines[slot] = .max
        active[slot] = nil
        freeSlots.append(slot)
    }

    func setDeadline(_ time: UInt64, slot: Int) {
        deadlines[slot] = time
    }

    /// One pass over all deadlines, twenty times a second, in place of a timer for each connection.
    private func closeLate() {
        let now = now
        for slot in deadlines.indices where deadlines[slot] <= now {
            active[slot]?.deadlinePassed(now)
        }
    }
}
