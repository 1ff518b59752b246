import CUV

extension EventLoop {
    /// Calls `body` once after `milliseconds`; the loop runs on until then.
    @discardableResult
    package func after(milliseconds: UInt64, _ body: @escaping () -> Void) -> LoopHandle {
        let timer = LoopTimer(size: MemoryLayout<uv_timer_t>.size, body)
        _ = now  // a timer counts from the loop's clock, which stands still while it does not run
        uv_timer_init(loop, timer.timer)
        timer.start(keepsLoopAlive: true)
        uv_timer_start(
            timer.timer,
            { timer in
                LoopHandle.fire(timer!.pointee.data)
                UnsafeMutableRawPointer(timer!).withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
                    LoopHandle.close($0)
                }
            },
            milliseconds,
            0
        )
        return timer
    }

    /// Calls `body` again and again, `milliseconds` apart, as long as the loop runs for other reasons.
    @discardableResult
    package func every(milliseconds: UInt64, _ body: @escaping () -> Void) -> LoopHandle {
        let timer = LoopTimer(size: MemoryLayout<uv_timer_t>.size, body)
        uv_timer_init(loop, timer.timer)
        timer.start(keepsLoopAlive: false)
        uv_timer_start(timer.timer, { LoopHandle.fire($0!.pointee.data) }, milliseconds, milliseconds)
        return timer
    }

    /// Calls `body` on the loop's thread after the process was sent `signal`.
    ///
    /// The default action, such as ending the process, is off until the returned handle is cancelled.
    @discardableResult
    package func onSignal(_ signal: CInt, _ body: @escaping () -> Void) throws(UVError) -> LoopHandle {
        let watcher = SignalWatcher(size: MemoryLayout<uv_signal_t>.size, body)
        try UVError.check(uv_signal_init(loop, watcher.watcher))
        watcher.start(keepsLoopAlive: false)
        let result = uv_signal_start(
            watcher.watcher,
            { signal, _ in LoopHandle.fire(signal!.pointee.data) },
            signal
        )
        if result < 0 { watcher.cancel() }
        try UVError.check(result)
        return watcher
    }

    /// Makes what other threads use to have `body` called on the loop's thread.
    ///
    /// - Parameter keepsLoopAlive: whether `run` goes on only because somebody may call.
    package func makeWaker(
        keepsLoopAlive: Bool = false,
        _ body: @escaping () -> Void
    ) throws(UVError) -> LoopWaker {
        let handle = WakerHandle(size: MemoryLayout<uv_async_t>.size, body)
        try UVError.check(uv_async_init(loop, handle.async) { LoopHandle.fire($0!.pointee.data) })
        handle.start(keepsLoopAlive: keepsLoopAlive)
        handle.waker.connect(handle.async)
        return handle.waker
    }
}

private final class LoopTimer: LoopHandle {
    var timer: UnsafeMutablePointer<uv_timer_t> { pointer(as: uv_timer_t.self) }
}

private final class SignalWatcher: LoopHandle {
    var watcher: UnsafeMutablePointer<uv_signal_t> { pointer(as: uv_signal_t.self) }
}

private final class WakerHandle: LoopHandle {
    let waker = LoopWaker()
    var async: UnsafeMutablePointer<uv_async_t> { pointer(as: uv_async_t.self) }

    override func willClose() { waker.disconnect() }
}
