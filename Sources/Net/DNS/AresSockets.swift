import CAres
import CUV

/// The sockets of a channel of c-ares and the loop's handles that poll them.
final class AresSockets {
    private let loop: EventLoop
    private var handles: [ares_socket_t: SocketHandle] = [:]
    var ready: (ares_socket_t, ares_socket_t) -> Void = { _, _ in }

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// - Parameter events: of libuv; 0 when the channel is about to close the socket.
    func watch(_ socket: ares_socket_t, _ events: UInt32) {
        guard events != 0 else {
            handles.removeValue(forKey: socket)?.cancel()
            return
        }
        guard let handle = handles[socket] ?? add(socket) else { return }
        uv_poll_start(handle.poll, CInt(events)) { poll, status, events in
            let object = Unmanaged<SocketHandle>.fromOpaque(poll!.pointee.data).takeUnretainedValue()
            object.events = status < 0 ? UV_READABLE.rawValue | UV_WRITABLE.rawValue : UInt32(events)
            object.body()
        }
    }

    private func add(_ socket: ares_socket_t) -> SocketHandle? {
        let handle = SocketHandle(size: MemoryLayout<uv_poll_t>.size) { [unowned self] in
            guard let events = handles[socket]?.events else { return }
            ready(
                events & UV_READABLE.rawValue != 0 ? socket : ARES_SOCKET_BAD,
                events & UV_WRITABLE.rawValue != 0 ? socket : ARES_SOCKET_BAD
            )
        }
        guard uv_poll_init(loop.loop, handle.poll, socket) == 0 else { return nil }
        handle.start(keepsLoopAlive: true)
        handles[socket] = handle
        return handle
    }
}

private final class SocketHandle: LoopHandle {
    var events: UInt32 = 0
    var poll: UnsafeMutablePointer<uv_poll_t> { pointer(as: uv_poll_t.self) }
}
