import CAres
import Glibc

/// One channel of c-ares on an event loop: its sockets are polled by the loop, its timeouts driven by it.
///
/// All questions of a channel to one server share a socket, and fail over or fail together when it breaks.
final class AresChannel {
    struct Options {
        /// `address`, `address:port` and `[address]:port`; empty for the system's.
        var servers: [String]
        /// How long the first try waits; c-ares doubles it for each round of tries.
        var milliseconds: Int
        /// How often each server is asked.
        var tries: Int
    }

    /// Bytes that are asked for to keep answers in; Linux doubles it for what it keeps beside them, and gives
    /// so much without privileges (net.core.rmem_max).
    static let receiveBuffer: CInt = 212_992

    private let loop: EventLoop
    private let sockets: AresSockets
    private var channel: ares_channel?
    private var ticker: LoopHandle?
    private var queries = 0

    /// Takes c-ares's status and the answer's bytes, which are valid only during the call.
    typealias Completion = (CInt, UnsafeBufferPointer<UInt8>) -> Void

    /// - Parameter flags: of c-ares, besides those for all channels.
    init(on loop: EventLoop, _ options: Options, flags: CInt) throws(DNSSetupError) {
        self.loop = loop
        sockets = AresSockets(loop)
        channel = try Self.open(sockets, options, flags)
        sockets.ready = { [unowned self] in process($0, $1) }
    }

    /// An address without a port has no brackets for c-ares.
    private static func bare(_ server: String) -> String {
        server.first == "[" && server.last == "]" ? String(server.dropFirst().dropLast()) : server
    }

    deinit {
        // Ends the queries in flight without a word to whoever asked, and closes the sockets.
        if let channel { ares_destroy(channel) }
        ticker?.cancel()
    }

    /// Asks a question; `completion` is called once, perhaps before this returns.
    func query(_ question: DNSQuestion, _ completion: @escaping Completion) {
        queries += 1
        if ticker == nil {
            ticker = loop.every(milliseconds: 50) { [unowned self] in
                process(ARES_SOCKET_BAD, ARES_SOCKET_BAD)
            }
        }
        let query = Query { [unowned self] status, answer in
            queries -= 1
            if queries == 0 {
                ticker?.cancel()
                ticker = nil
            }
            completion(status, answer)
        }
        // Class IN.
        ares_query(
            channel,
            question.name,
            1,
            question.kind.rawValue,
            { data, status, _, bytes, count in
                let query = Unmanaged<Query>.fromOpaque(data!).takeRetainedValue()
                guard status != ARES_EDESTRUCTION else { return }
                query.completion(status, UnsafeBufferPointer(start: bytes, count: max(0, Int(count))))
            },
            Unmanaged.passRetained(query).toOpaque()
        )
    }

    /// Ends every query in flight with `ARES_ECANCELLED`.
    func cancel() { ares_cancel(channel) }

    var hasSeveralServers: Bool {
        var first: UnsafeMutablePointer<ares_addr_port_node>?
        guard ares_get_servers_ports(channel, &first) == ARES_SUCCESS, let first else { return false }
        defer { ares_free_data(first) }
        return first.pointee.next != nil
    }

    private static func open(
        _ sockets: AresSockets,
        _ settings: Options,
        _ flags: CInt
    ) throws(DNSSetupError) -> ares_channel? {
        var options = ares_options()
        options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_EDNS | flags
        options.timeout = CInt(clamping: settings.milliseconds)
        options.tries = CInt(clamping: settings.tries)
        options.ednspsz = 1232
        options.socket_receive_buffer_size = Self.receiveBuffer
        options.sock_state_cb = { data, socket, readable, writable in
            var events: SocketWatch.Events = []
            if readable != 0 { events.insert(.readable) }
            if writable != 0 { events.insert(.writable) }
            Unmanaged<AresSockets>.fromOpaque(data!)._withUnsafeGuaranteedRef { $0.watch(socket, events) }
        }
        options.sock_state_cb_data = Unmanaged.passUnretained(sockets).toOpaque()
        let mask =
            ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB
            | ARES_OPT_SOCK_RCVBUF
        var channel: ares_channel?
        try DNSSetupError.check(ares_library_init(ARES_LIB_INIT_ALL))
        try DNSSetupError.check(ares_init_options(&channel, &options, mask))
        guard !settings.servers.isEmpty else { return channel }
        let result = ares_set_servers_ports_csv(channel, settings.servers.map(bare).joined(separator: ","))
        if result != ARES_SUCCESS { ares_destroy(channel) }
        try DNSSetupError.check(result)
        return channel
    }

    private func process(_ readable: ares_socket_t, _ writable: ares_socket_t) {
        ares_process_fd(channel, readable, writable)
    }
}

private final class Query {
    let completion: AresChannel.Completion

    init(_ completion: @escaping AresChannel.Completion) {
        self.completion = completion
    }
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
