import CAres
import CUV
import Glibc

/// c-ares on an event loop: its sockets are polled by the loop, its timeouts driven by it.
///
/// Left to itself c-ares asks the next server when one says SERVFAIL or REFUSED, and in the end
/// does not tell which it was. So the first channel takes such an answer as it is, and only when
/// there are more servers a second one asks on.
final class DNSChannel {
    private let loop: EventLoop
    private let sockets: Sockets
    private var exact: ares_channel?
    private var persistent: ares_channel?
    private var ticker: LoopHandle?
    private var queries = 0

    /// Takes c-ares's status and the answer's bytes, which are valid only during the call.
    typealias Completion = (CInt, UnsafeBufferPointer<UInt8>) -> Void

    /// - Parameters:
    ///   - servers: `address`, `address:port` and `[address]:port`; empty for the system's.
    ///   - milliseconds: how long the first try waits; c-ares doubles it for each round of tries.
    init(on loop: EventLoop, servers: [String], milliseconds: Int, tries: Int) throws(DNSSetupError) {
        self.loop = loop
        sockets = Sockets(loop)
        try DNSSetupError.check(ares_library_init(ARES_LIB_INIT_ALL))
        exact = try Self.open(sockets, ARES_FLAG_NOCHECKRESP, servers, milliseconds, tries)
        do {
            persistent = try Self.open(sockets, 0, servers, milliseconds, tries)
        } catch {
            ares_destroy(exact)
            exact = nil
            throw error
        }
        sockets.ready = { [unowned self] in process($0, $1) }
    }

    deinit {
        // Ends the queries in flight without a word to whoever asked, and closes the sockets.
        for case let channel? in [exact, persistent] { ares_destroy(channel) }
        ticker?.cancel()
    }

    /// Asks for the addresses of one family; `completion` is called once, perhaps before this returns.
    func query(_ question: DNSQuestion, _ completion: @escaping Completion) {
        queries += 1
        if ticker == nil {
            ticker = loop.every(milliseconds: 50) { [unowned self] in
                process(ARES_SOCKET_BAD, ARES_SOCKET_BAD)
            }
        }
        send(question, exact) { [unowned self] status, answer in
            let isRefusal = status == ARES_ESERVFAIL || status == ARES_EREFUSED || status == ARES_ENOTIMP
            guard isRefusal, hasSeveralServers else { return finish(status, answer, completion) }
            send(question, persistent) { [unowned self] second, answer in
                // Without an answer c-ares calls all servers that refused unreachable.
                finish(second == ARES_ECONNREFUSED ? status : second, answer, completion)
            }
        }
    }

    private func finish(_ status: CInt, _ answer: UnsafeBufferPointer<UInt8>, _ completion: Completion) {
        queries -= 1
        if queries == 0 {
            ticker?.cancel()
            ticker = nil
        }
        completion(status, answer)
    }

    private func send(_ question: DNSQuestion, _ channel: ares_channel?, _ completion: @escaping Completion) {
        // Class IN; types A and AAAA.
        ares_query(
            channel,
            question.name,
            1,
            question.isIPv6 ? 28 : 1,
            { data, status, _, bytes, count in
                let query = Unmanaged<Query>.fromOpaque(data!).takeRetainedValue()
                guard status != ARES_EDESTRUCTION else { return }
                query.completion(status, UnsafeBufferPointer(start: bytes, count: max(0, Int(count))))
            },
            Unmanaged.passRetained(Query(completion)).toOpaque()
        )
    }

    private var hasSeveralServers: Bool {
        var first: UnsafeMutablePointer<ares_addr_port_node>?
        guard ares_get_servers_ports(exact, &first) == ARES_SUCCESS, let first else { return false }
        defer { ares_free_data(first) }
        return first.pointee.next != nil
    }

    private static func open(
        _ sockets: Sockets,
        _ flags: CInt,
        _ servers: [String],
        _ milliseconds: Int,
        _ tries: Int
    ) throws(DNSSetupError) -> ares_channel? {
        var options = ares_options()
        options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_EDNS | flags
        options.timeout = CInt(clamping: milliseconds)
        options.tries = CInt(clamping: tries)
        options.ednspsz = 1232
        options.sock_state_cb = { data, socket, readable, writable in
            let events =
                (readable != 0 ? UV_READABLE.rawValue : 0) | (writable != 0 ? UV_WRITABLE.rawValue : 0)
            Unmanaged<Sockets>.fromOpaque(data!)._withUnsafeGuaranteedRef { $0.watch(socket, events) }
        }
        options.sock_state_cb_data = Unmanaged.passUnretained(sockets).toOpaque()
        let mask =
            ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB
        var channel: ares_channel?
        try DNSSetupError.check(ares_init_options(&channel, &options, mask))
        guard !servers.isEmpty else { return channel }
        let result = ares_set_servers_ports_csv(channel, servers.joined(separator: ","))
        if result != ARES_SUCCESS { ares_destroy(channel) }
        try DNSSetupError.check(result)
        return channel
    }

    private func process(_ readable: ares_socket_t, _ writable: ares_socket_t) {
        for case let channel? in [exact, persistent] { ares_process_fd(channel, readable, writable) }
    }
}

private final class Query {
    let completion: (CInt, UnsafeBufferPointer<UInt8>) -> Void

    init(_ completion: @escaping (CInt, UnsafeBufferPointer<UInt8>) -> Void) {
        self.completion = completion
    }
}

/// The channel's sockets and the loop's handles that poll them.
private final class Sockets {
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

/// The resolver could not be set up, for example for a server's malformed address.
package struct DNSSetupError: Error, Equatable, CustomStringConvertible {
    /// c-ares's status.
    let code: CInt

    package var description: String { String(cString: ares_strerror(code)) }

    static func check(_ result: CInt) throws(DNSSetupError) {
        guard result == ARES_SUCCESS else { throw DNSSetupError(code: result) }
    }
}
