import CAres

/// The sockets of a channel of c-ares and the loop's handles that poll them.
final class AresSockets {
    private let loop: EventLoop
    private var watches: [ares_socket_t: SocketWatch] = [:]
    var ready: (ares_socket_t, ares_socket_t) -> Void = { _, _ in }

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    /// - Parameter events: what to wait for; nothing when the channel is about to close the socket.
    func watch(_ socket: ares_socket_t, _ events: SocketWatch.Events) {
        guard !events.isEmpty else {
            watches.removeValue(forKey: socket)?.cancel()
            return
        }
        if watches[socket] == nil {
            watches[socket] = loop.watch(socket: socket) { [unowned self] events in
                ready(
                    events.contains(.readable) ? socket : ARES_SOCKET_BAD,
                    events.contains(.writable) ? socket : ARES_SOCKET_BAD
                )
            }
        }
        watches[socket]?.wait(for: events)
    }
}
