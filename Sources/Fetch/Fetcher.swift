import CCurl
package import Net

/// Fetches over HTTP and HTTPS on an event loop, with libcurl.
///
/// Proxies are those of the environment (`https_proxy`, `no_proxy`); HTTP/2 is spoken where the server does.
/// It belongs to its loop's thread, and must not outlive the loop.
package final class Fetcher {
    package struct Options: Sendable {
        /// What the program says of itself, and whom to write to.
        package var userAgent: String
        /// Certificates to trust in place of the system's: a PEM file.
        package var trust: String?
        /// Connections to one host at a time.
        package var connectionsPerHost = 4

        package init(userAgent: String) { self.userAgent = userAgent }
    }

    package typealias Completion = (Result<FetchResponse, FetchError>) -> Void

    package let loop: EventLoop
    let options: Options
    private let multi: UnsafeMutableRawPointer
    private var watches: [curl_socket_t: SocketWatch] = [:]
    private var timer: LoopHandle?
    private var transfers: [UInt: Transfer] = [:]
    private var waiting: [ObjectIdentifier: (transfer: Transfer, timer: LoopHandle)] = [:]
    private var isTaking = false

    /// libcurl's own state, made once for the whole process.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    package init(on loop: EventLoop, _ options: Options) throws(FetchError) {
        guard Self.library == CURLE_OK, let multi = curl_multi_init() else {
            throw FetchError(.local, "libcurl can't be used")
        }
        self.loop = loop
        self.options = options
        self.multi = multi
        let own = Unmanaged.passUnretained(self).toOpaque()
        _ = cMultiSetSocket(
            multi,
            { _, socket, what, fetcher, _ in
                Unmanaged<Fetcher>.fromOpaque(fetcher!)._withUnsafeGuaranteedRef { $0.watch(socket, what) }
                return 0
            },
            own
        )
        _ = cMultiSetTimer(
            multi,
            { _, milliseconds, fetcher in
                Unmanaged<Fetcher>.fromOpaque(fetcher!)._withUnsafeGuaranteedRef {
                    $0.setTimer(milliseconds)
                }
                return 0
            },
            own
        )
        _ = cMultiSetLong(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.connectionsPerHost)
    }

    deinit {
        _ = abandon()
        curl_multi_cleanup(multi)
        timer?.cancel()
        for watch in watches.values { watch.cancel() }
    }

    /// How many are being fetched, or wait for another attempt.
    package var count: Int { transfers.count + waiting.count }

    /// Fetches; `completion` is called once, on the loop's thread, never before this returns.
    package func fetch(_ request: FetchRequest, _ completion: @escaping Completion) {
        begin(Transfer(request, completion))
    }

    /// Ends all that is under way; whoever waits is told.
    package func cancelAll() {
        for transfer in abandon() {
            transfer.completion(.failure(FetchError(.cancelled, "it was cancelled")))
        }
    }

    /// Forgets all that is under way.
    private func abandon() -> [Transfer] {
        for transfer in transfers.values {
            curl_multi_remove_handle(multi, transfer.easy)
        }
        let all = transfers.values + waiting.values.map(\.transfer)
        transfers.removeAll()
        for entry in waiting.values { entry.timer.cancel() }
        waiting.removeAll()
        return all
    }

    // MARK: Attempts

    private func begin(_ transfer: Transfer) {
        if let error = transfer.prepare(options) {
            loop.after(milliseconds: 0) { transfer.completion(.failure(error)) }
            return
        }
        transfers[UInt(bitPattern: transfer.easy)] = transfer
        let result = curl_multi_add_handle(multi, transfer.easy)
        guard result != CURLM_OK else { return }
        transfers[UInt(bitPattern: transfer.easy)] = nil
        let error = FetchError(.local, String(cString: curl_multi_strerror(result)))
        loop.after(milliseconds: 0) { transfer.completion(.failure(error)) }
    }

    private func finish(_ easy: UnsafeMutableRawPointer, _ code: CURLcode) {
        curl_multi_remove_handle(multi, easy)
        guard let transfer = transfers.removeValue(forKey: UInt(bitPattern: easy)) else { return }
        let result = transfer.result(code)
        guard let wait = transfer.waitBeforeNext(result) else { return transfer.completion(result) }
        transfer.request.onWait?(Transfer.reason(result), wait)
        let key = ObjectIdentifier(transfer)
        let timer = loop.after(milliseconds: wait) { [unowned self] in
            guard let entry = waiting.removeValue(forKey: key) else { return }
            begin(entry.transfer)
        }
        waiting[key] = (transfer, timer)
    }

    // MARK: The loop

    private func watch(_ socket: curl_socket_t, _ what: CInt) {
        guard what != CURL_POLL_REMOVE else {
            watches.removeValue(forKey: socket)?.cancel()
            return
        }
        if watches[socket] == nil {
            watches[socket] = loop.watch(socket: socket) { [unowned self] events in
                var mask: CInt = 0
                if events.contains(.readable) { mask |= CURL_CSELECT_IN }
                if events.contains(.writable) { mask |= CURL_CSELECT_OUT }
                act(socket, mask)
            }
        }
        var events: SocketWatch.Events = []
        if what & CURL_POLL_IN != 0 { events.insert(.readable) }
        if what & CURL_POLL_OUT != 0 { events.insert(.writable) }
        watches[socket]?.wait(for: events)
    }

    private func setTimer(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        // Never from within: libcurl does not take a call while it makes one.
        timer = loop.after(milliseconds: UInt64(milliseconds)) { [unowned self] in
            timer = nil
            act(CURL_SOCKET_BAD, 0)
        }
    }

    private func act(_ socket: curl_socket_t, _ events: CInt) {
        var running: CInt = 0
        curl_multi_socket_action(multi, socket, events, &running)
        guard !isTaking else { return }
        isTaking = true
        defer { isTaking = false }
        var left: CInt = 0
        while let message = curl_multi_info_read(multi, &left) {
            var code = CURLE_OK
            if let easy = cMessageFinished(message, &code) { finish(easy, code) }
        }
    }
}
