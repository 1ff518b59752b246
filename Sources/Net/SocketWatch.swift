import CUV

/// Tells when a socket that a library has opened can be read from or written to.
///
/// The library owns the socket; whoever watches cancels before the library closes it.
package final class SocketWatch: LoopHandle {
    /// What can be done with a socket, or what is waited for.
    package struct Events: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let readable = Events(rawValue: 1)
        package static let writable = Events(rawValue: 2)
    }

    private var poll: UnsafeMutablePointer<uv_poll_t> { pointer(as: uv_poll_t.self) }
    private let ready: (Events) -> Void

    fileprivate init?(_ socket: CInt, on loop: EventLoop, _ ready: @escaping (Events) -> Void) {
        self.ready = ready
        super.init(size: MemoryLayout<uv_poll_t>.size) {}
        guard uv_poll_init(loop.loop, poll, socket) == 0 else { return nil }
        start(keepsLoopAlive: true)
    }

    /// Waits for `events` from now on, again and again.
    ///
    /// What is wrong with the socket counts as both, so that its library finds out.
    package func wait(for events: Events) {
        let wanted =
            (events.contains(.readable) ? UV_READABLE.rawValue : 0)
            | (events.contains(.writable) ? UV_WRITABLE.rawValue : 0)
        uv_poll_start(poll, CInt(wanted)) { poll, status, events in
            let watch = Unmanaged<SocketWatch>.fromOpaque(poll!.pointee.data).takeUnretainedValue()
            watch.ready(status < 0 ? [.readable, .writable] : SocketWatch.Events(events))
        }
    }
}

extension SocketWatch.Events {
    fileprivate init(_ events: CInt) {
        self = []
        if UInt32(events) & UV_READABLE.rawValue != 0 { insert(.readable) }
        if UInt32(events) & UV_WRITABLE.rawValue != 0 { insert(.writable) }
    }
}

extension EventLoop {
    /// Watches a socket; the loop runs on until the watch is cancelled.
    ///
    /// - Parameter ready: called on the loop's thread with what can be done.
    /// - Returns: nil for a descriptor that can't be watched.
    package func watch(
        socket: CInt,
        _ ready: @escaping (SocketWatch.Events) -> Void
    ) -> SocketWatch? {
        SocketWatch(socket, on: self, ready)
    }
}
