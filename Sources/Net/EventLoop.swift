import CUV

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
    /// When the present round looked for events, by `uv_hrtime`.
    var roundBeganAt: UInt64 = 0

    /// Deadlines are looked at this often, so that one may pass late by as much.
    package static let tickMilliseconds: UInt64 = 50

    /// Makes a loop, and has the whole process ignore SIGPIPE from now on.
    package init() throws(UVError) {
        BrokenPipe.ignoreSignal()
        do {
            try UVError.check(uv_loop_init(loop))
        } catch {
            loop.deallocate()
            receiveBuffer.deallocate()
            throw error
        }
        loop.pointee.data = UnsafeMutableRawPointer(receiveBuffer)
        every(milliseconds: Self.tickMilliseconds) { [unowned self] in closeLate() }
        keepRoundsApart()
    }

    // Closes the handles that are left: timers, wakers and signal watchers. Connections are not
    // among them, as each holds its loop.
    deinit {
        uv_walk(loop, { handle, _ in LoopHandle.close(handle!) }, nil)
        uv_run(loop, UV_RUN_DEFAULT)
        let result = uv_loop_close(loop)
        precondition(result == 0, "a handle outlived its event loop")
        loop.deallocate()
        receiveBuffer.deallocate()
    }

    /// Milliseconds on the loop's own monotonic clock, read once for each round while it runs.
    package var now: UInt64 {
        if !isRunning { uv_update_time(loop) }
        return uv_now(loop)
    }

    /// How many connections are open, counting those that are being opened or closed.
    package var connectionCount: Int { active.count - freeSlots.count }

    /// Runs until every connection has closed, every `after` has fired and every DNS answer came,
    /// or until `stop`.
    package func run() {
        uv_update_time(loop)
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
