import CUV
import Glibc

/// One outgoing TCP connection, which may be opened again once closed.
///
/// A probe is a subclass: one object and a vtable call for each event, where a handler behind a
/// protocol would be a second object and a witness call. Every open ends in exactly one `closed`,
/// always from the loop and never from inside a call of the owner's.
open class TCPConnection {
    package let loop: EventLoop
    private let tcp = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
    private let connectRequest = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
    private var slot = -1
    private var totalDeadline = UInt64.max
    private var budget = Int.max
    private var end = ConnectionEnd.closed
    private var isOpen = false
    private var isFinishing = false
    private var hasBrokenPipe = false
    private var pausesBefore = 0

    /// Whether the connection was made; it stays true until the next `open`.
    package private(set) final var isConnected = false
    /// Bytes handed to `send` since `open`.
    package private(set) final var bytesSent = 0
    /// Bytes that came since `open`.
    package private(set) final var bytesReceived = 0

    package init(on loop: EventLoop) {
        self.loop = loop
    }

    deinit {
        precondition(!isOpen)
        tcp.deallocate()
        connectRequest.deallocate()
    }

    // MARK: What a probe overrides

    /// The connection is made.
    open func connected() {}

    /// Bytes came; they are valid only during the call.
    open func received(_ bytes: Span<UInt8>) {}

    /// The last event; the connection may be opened again here.
    open func closed(_ end: ConnectionEnd) {}

    // MARK: What a probe calls

    /// Begins to connect.
    ///
    /// - Parameters:
    ///   - address: the server.
    ///   - milliseconds: the first deadline, which `setDeadline` moves.
    ///   - totalDeadline: the last deadline, on the loop's clock, which nothing moves.
    ///   - budget: how many bytes may come before the connection is closed.
    ///   - speaksFirst: whether bytes are sent as soon as the connection is made. They then carry the
    ///     third packet of TCP's handshake, which else goes alone.
    ///   - source: the local address to come from; its port is 0 as a rule.
    package final func open(
        _ address: SocketAddress,
        milliseconds: UInt64,
        totalDeadline: UInt64 = .max,
        budget: Int = .max,
        speaksFirst: Bool = false,
        from source: SocketAddress? = nil
    ) {
        precondition(!isOpen)
        isOpen = true
        isFinishing = false
        hasBrokenPipe = false
        isConnected = false
        bytesSent = 0
        bytesReceived = 0
        end = .closed
        pausesBefore = loop.pauses
        self.totalDeadline = totalDeadline
        self.budget = budget
        if slot < 0 { slot = loop.adopt(self) }
        setDeadline(milliseconds: milliseconds)
        var result = makeSocket(address, source, speaksFirst)
        if result == 0 {
            result = address.withSockaddr { address in
                uv_tcp_connect(connectRequest, tcp, address) { request, status in
                    TCPConnection.borrow(request!.pointee.handle.pointee.data) { $0.didConnect(status) }
                }
            }
        }
        if result < 0 {
            let error = UVError(code: result)
            // connect(2) itself says so when no route leads out: no router or server was asked.
            close(error.isExhaustion || error.isUnreachable ? .failedHere(error) : .failed(error))
        }
    }

    /// Whether this process was kept from running since `open`, as by SIGSTOP: the server may have lost
    /// patience.
    package final var sawPause: Bool { loop.pauses != pausesBefore }

    /// Moves the deadline to `milliseconds` from now, never past the total one.
    package final func setDeadline(milliseconds: UInt64) {
        guard slot >= 0, isOpen else { return }
        let (time, overflow) = loop.now.addingReportingOverflow(milliseconds)
        loop.setDeadline(min(overflow ? .max : time, totalDeadline), slot: slot)
    }

    /// Sends bytes, as a rule straight to the kernel; what it won't take now waits in a copy.
    ///
    /// A server that has hung up is not an error here: what it sent before is still read, and then
    /// its end is what `closed` tells.
    package final func send(_ bytes: Span<UInt8>) {
        guard isOpen, uv_is_closing(handle) == 0, !isFinishing, bytes.count > 0 else { return }
        bytesSent += bytes.count
        bytes.withUnsafeBytes { bytes in
            var buffer = uv_buf_t(bytes)
            let result = uv_try_write(stream, &buffer, 1)
            if result < 0 && result != UV_EAGAIN.rawValue {
                writeFailed(result)
            } else if result < bytes.count {
                queue(UnsafeRawBufferPointer(rebasing: bytes[max(0, Int(result))...]))
            }
        }
    }

    /// Closes with a reset, so that no port is left in TIME_WAIT; what waits to be sent is lost.
    package final func close() {
        close(.closed)
    }

    /// Closes in order: what waits to be sent is sent, then the end.
    ///
    /// Nothing more is received; the deadline still holds.
    package final func finish() {
        guard isOpen, uv_is_closing(handle) == 0, !isFinishing else { return }
        guard isConnected else { return close(.closed) }
        isFinishing = true
        uv_read_stop(stream)
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let result = uv_shutdown(request, stream) { request, _ in
            let stream = request!.pointee.handle!
            request!.deallocate()
            TCPConnection.borrow(stream.pointee.data) { $0.shutDown() }
        }
        if result < 0 {
            request.deallocate()
            close(.closed)
        }
    }

    // MARK: What libuv calls

    private final func didConnect(_ status: CInt) {
        // Closed while the connect was in flight: libuv says ECANCELED, and `closed` follows.
        guard uv_is_closing(handle) == 0 else { return }
        guard status == 0 else { return close(after: status) }
        isConnected = true
        connected()
        guard uv_is_closing(handle) == 0, !isFinishing else { return }
        uv_read_start(
            stream,
            { handle, _, buffer in
                let base = handle!.pointee.loop.pointee.data.assumingMemoryBound(to: CChar.self)
                buffer!.pointee = uv_buf_t(base: base, len: EventLoop.receiveBufferSize)
            },
            { stream, count, buffer in
                TCPConnection.borrow(stream!.pointee.data) { $0.didRead(count, buffer!.pointee.base) }
            }
        )
    }

    private final func didRead(_ count: Int, _ base: UnsafeMutablePointer<CChar>?) {
        if count > 0 {
            let room = budget - bytesReceived
            bytesReceived += count
            if room > 0 {
                let bytes = UnsafeRawPointer(base!).assumingMemoryBound(to: UInt8.self)
                received(UnsafeBufferPointer(start: bytes, count: min(count, room)).span)
            }
            if count > room { close(.budgetExceeded) }
        } else if count == UV_EOF.rawValue {
            // The error of a failed write has taken the place of the one that reading would give.
            close(hasBrokenPipe ? .failed(.reset) : .peerClosed)
        } else if count < 0 {
            close(after: CInt(count))
        }
    }

    final func deadlinePassed(_ now: UInt64) {
        loop.setDeadline(.max, slot: slot)
        close(.timedOut(total: totalDeadline <= now))
    }

    private static func didClose(_ handle: UnsafeMutablePointer<uv_handle_t>?) {
        let connection = Unmanaged<TCPConnection>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
        connection.isOpen = false
        connection.closed(connection.end)
        if !connection.isOpen {
            connection.loop.release(slot: connection.slot)
            connection.slot = -1
        }
    }

    /// Calls `body` with the connection behind a handle's `data`, without touching its reference
    /// count: the loop's table owns it.
    @inline(__always)
    private static func borrow(_ data: UnsafeMutableRawPointer, _ body: (TCPConnection) -> Void) {
        Unmanaged<TCPConnection>.fromOpaque(data)._withUnsafeGuaranteedRef(body)
    }

    /// The socket, while the connection is open.
    final var descriptor: uv_os_fd_t? {
        var descriptor: uv_os_fd_t = -1
        return isOpen && uv_fileno(handle, &descriptor) == 0 ? descriptor : nil
    }

    private final var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(tcp).assumingMemoryBound(to: uv_stream_t.self)
    }
    private final var handle: UnsafeMutablePointer<uv_handle_t> {
        UnsafeMutableRawPointer(tcp).assumingMemoryBound(to: uv_handle_t.self)
    }
}

extension TCPConnection {
    /// Makes the handle and its socket.
    private final func makeSocket(
        _ address: SocketAddress,
        _ source: SocketAddress?,
        _ speaksFirst: Bool
    ) -> CInt {
        defer { tcp.pointee.data = Unmanaged.passUnretained(self).toOpaque() }
        let result = uv_tcp_init_ex(loop.loop, tcp, UInt32(address.isIPv6 ? AF_INET6 : AF_INET))
        guard result == 0 else {
            // libuv leaves no handle behind, but `closed` needs one.
            uv_tcp_init(loop.loop, tcp)
            return result
        }
        guard let descriptor else { return UV_EBADF.rawValue }
        // Linux has the acknowledgement of the SYN-ACK wait for data when quick ones are off, and turns them
        // on again itself once it has done so: what the server sends is acknowledged as usual.
        if speaksFirst { Self.set(descriptor, CInt(IPPROTO_TCP), TCP_QUICKACK, 0) }
        guard let source else { return 0 }
        guard source.isIPv6 == address.isIPv6 else { return UV_EINVAL.rawValue }
        if source.port == 0 {
            // The port is chosen when connecting: it then need not be free towards other servers too.
            Self.set(descriptor, CInt(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1)
        }
        return source.withSockaddr { uv_tcp_bind(tcp, $0, 0) }
    }

    /// Sets an option that makes things better and whose lack harms nothing.
    private static func set(_ descriptor: uv_os_fd_t, _ level: CInt, _ option: CInt, _ value: CInt) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }

    private final func close(after result: CInt) {
        let error = UVError(code: result)
        close(error.isExhaustion || error == .networkDown ? .failedHere(error) : .failed(error))
    }

    private final func close(_ end: ConnectionEnd) {
        guard isOpen, uv_is_closing(handle) == 0 else { return }
        self.end = end
        loop.setDeadline(.max, slot: slot)
        if uv_tcp_close_reset(tcp, { TCPConnection.didClose($0) }) < 0 {
            uv_close(handle) { TCPConnection.didClose($0) }
        }
    }

    /// The end was sent, or could not be.
    private final func shutDown() {
        guard uv_is_closing(handle) == 0 else { return }
        end = .closed
        loop.setDeadline(.max, slot: slot)
        uv_close(handle) { TCPConnection.didClose($0) }
    }

    /// Puts `bytes` in libuv's queue, in one block with the request that carries them.
    private final func queue(_ bytes: UnsafeRawBufferPointer) {
        let header = MemoryLayout<uv_write_t>.stride
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: header + bytes.count, alignment: 16)
        let payload = UnsafeMutableRawBufferPointer(rebasing: block[header...])
        payload.copyMemory(from: bytes)
        let request = block.baseAddress!.initializeMemory(as: uv_write_t.self, to: uv_write_t())
        var buffer = uv_buf_t(UnsafeRawBufferPointer(payload))
        let result = uv_write(request, stream, &buffer, 1) { request, status in
            let stream = request!.pointee.handle!
            request!.deallocate()
            guard status < 0 else { return }
            TCPConnection.borrow(stream.pointee.data) { $0.writeFailed(status) }
        }
        if result < 0 {
            block.deallocate()
            writeFailed(result)
        }
    }

    private final func writeFailed(_ result: CInt) {
        let error = UVError(code: result)
        // The server hung up: what it sent before that is read first, and reading tells the end.
        guard isConnected, !isFinishing, error == .brokenPipe || error == .reset else {
            return close(after: result)
        }
        hasBrokenPipe = true
    }
}

extension uv_buf_t {
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        self.init(base: base?.assumingMemoryBound(to: CChar.self), len: bytes.count)
    }
}
