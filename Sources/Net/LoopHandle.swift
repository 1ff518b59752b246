import CUV

/// What timers, wakers and signal watchers have in common: one libuv handle and what it calls.
///
/// From its start until libuv's close callback the handle holds one retained reference to this
/// object. None of them refers to the loop, which may thus close those that are left when it ends.
package class LoopHandle {
    fileprivate let memory: UnsafeMutableRawPointer
    let body: () -> Void
    fileprivate var isStarted = false

    /// - Parameters:
    ///   - size: of the handle's C structure.
    ///   - body: what the handle calls, on the loop's thread.
    init(size: Int, _ body: @escaping () -> Void) {
        memory = .allocate(byteCount: size, alignment: 16)
        self.body = body
    }

    deinit { memory.deallocate() }

    var handle: UnsafeMutablePointer<uv_handle_t> { memory.assumingMemoryBound(to: uv_handle_t.self) }

    func pointer<Handle>(as type: Handle.Type) -> UnsafeMutablePointer<Handle> {
        memory.assumingMemoryBound(to: type)
    }

    /// To be called once libuv has initialised the handle, which then owns this object.
    func start(keepsLoopAlive: Bool) {
        isStarted = true
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        if !keepsLoopAlive { uv_unref(handle) }
    }

    /// Ends it; `body` is called no more.
    package func cancel() {
        guard isStarted else { return }
        Self.close(handle)
    }

    /// Called before the handle closes, also when the loop closes it.
    func willClose() {}

    static func close(_ handle: UnsafeMutablePointer<uv_handle_t>) {
        guard uv_is_closing(handle) == 0, let data = handle.pointee.data else { return }
        Unmanaged<LoopHandle>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.willClose() }
        uv_close(handle) { handle in
            let reference = Unmanaged<LoopHandle>.fromOpaque(handle!.pointee.data)
            reference._withUnsafeGuaranteedRef { $0.isStarted = false }
            reference.release()
        }
    }

    /// Calls the body of the object behind a handle, unless it was cancelled meanwhile.
    static func fire(_ data: UnsafeMutableRawPointer?) {
        let object = Unmanaged<LoopHandle>.fromOpaque(data!).takeUnretainedValue()
        guard uv_is_closing(object.handle) == 0 else { return }
        object.body()
    }
}
