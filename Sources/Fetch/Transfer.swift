import CCurl
import Glibc
import Net
import Wire

/// One request on its way, over all its attempts.
final class Transfer {
    let request: FetchRequest
    let completion: Fetcher.Completion
    let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var hosts: UnsafeMutablePointer<curl_slist>?
    private var body: [UInt8] = []
    private var upload: UploadFile?
    private var isTooLarge = false
    private var isRefused = false
    private var attempts = 0
    private var patience = FetchPatience()
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    init(_ request: FetchRequest, _ completion: @escaping Fetcher.Completion) {
        self.request = request
        self.completion = completion
        easy = curl_easy_init()
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        curl_slist_free_all(hosts)
        errorText.deallocate()
    }

    /// Makes the next attempt ready.
    ///
    /// - Returns: why it can't be made.
    func prepare(_ options: Fetcher.Options) -> FetchError? {
        body.removeAll(keepingCapacity: true)
        errorText[0] = 0
        attempts += 1
        upload?.rewind()
        guard attempts == 1 else { return nil }
        guard !request.url.utf8.contains(0), let scheme = Self.scheme(request.url) else {
            return FetchError(.badAddress, "'\(request.url)' is no http or https address")
        }
        setBounds(scheme)
        setWriter()
        text(CURLOPT_URL, request.url)
        text(CURLOPT_USERAGENT, options.userAgent)
        // Whatever the library can decode; without this it would hand out packed bytes that came unasked.
        text(CURLOPT_ACCEPT_ENCODING, "")
        if let trust = options.trust { text(CURLOPT_CAINFO, trust) }
        if !request.accept.isEmpty { add(header: "Accept: \(request.accept)") }
        for header in request.headers { add(header: "\(header.name): \(header.value)") }
        if let posted = request.body {
            long(CURLOPT_POSTFIELDSIZE, posted.count)
            posted.withUnsafeBytes { _ = cEasySetPointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress) }
            addBodyHeaders()
        } else if let path = request.bodyFile {
            do throws(FetchError) { try post(UploadFile(path)) } catch { return error }
            addBodyHeaders()
        }
        if let headers { _ = cEasySetPointer(easy, CURLOPT_HTTPHEADER, headers) }
        if let places = request.places {
            hosts = curl_slist_append(nil, places.text)
            _ = cEasySetPointer(easy, CURLOPT_RESOLVE, hosts)
        }
        return nil
    }

    private func addBodyHeaders() {
        add(header: "Content-Type: \(request.bodyType)")
        add(header: "Expect:")
    }

    private func post(_ file: UploadFile) {
        upload = file
        long(CURLOPT_POST, 1)
        _ = cEasySetLarge(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(clamping: file.size))
        _ = cEasySetReader(
            easy,
            { bytes, size, count, file in
                let file = Unmanaged<UploadFile>.fromOpaque(file!).takeUnretainedValue()
                return file.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
                    ?? Int(CURL_READFUNC_ABORT)
            },
            Unmanaged.passUnretained(file).toOpaque()
        )
    }

    private static func scheme(_ url: String) -> String? {
        for scheme in ["https", "http"] where url.lowercased().hasPrefix(scheme + "://") { return scheme }
        return nil
    }

    private func setBounds(_ scheme: String) {
        long(CURLOPT_NOSIGNAL, 1)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        text(CURLOPT_REDIR_PROTOCOLS_STR, scheme == "https" ? "https" : "http,https")
        long(CURLOPT_FOLLOWLOCATION, request.mostRedirects > 0 ? 1 : 0)
        long(CURLOPT_MAXREDIRS, request.mostRedirects)
        long(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout)
        long(CURLOPT_TIMEOUT_MS, request.totalTimeout)
        long(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        // To wait for a connection that is being made pays with HTTP/2 alone; all the while the time for the
        // whole runs, so that a server which never answers one request would have the others never made.
        long(CURLOPT_PIPEWAIT, scheme == "https" && request.sharesConnections ? 1 : 0)
        if request.leastRate > 0 {
            long(CURLOPT_LOW_SPEED_LIMIT, request.leastRate)
            long(CURLOPT_LOW_SPEED_TIME, 30)
        }
        _ = cEasySetLarge(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(clamping: request.mostBytes))
        _ = cEasySetPointer(easy, CURLOPT_ERRORBUFFER, errorText)
    }

    private func setWriter() {
        let own = Unmanaged.passUnretained(self).toOpaque()
        _ = cEasySetWriter(
            easy,
            { bytes, size, count, transfer in
                let transfer = Unmanaged<Transfer>.fromOpaque(transfer!).takeUnretainedValue()
                return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count))
                    ? size * count : 0
            },
            own
        )
        guard request.mayConnect != nil else { return }
        _ = cEasySetOpener(
            easy,
            { transfer, _, address in
                let transfer = Unmanaged<Transfer>.fromOpaque(transfer!).takeUnretainedValue()
                return transfer.open(address!)
            },
            own
        )
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= request.mostBytes - body.count else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    /// Makes a socket, unless it would go where it must not.
    private func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let target = withUnsafePointer(to: &address.pointee.addr) {
            SocketAddress(UnsafeRawPointer($0), length: Int(address.pointee.addrlen))
        }
        guard let target, request.mayConnect?(target.address) != false else {
            isRefused = true
            return CURL_SOCKET_BAD
        }
        return socket(
            address.pointee.family,
            address.pointee.socktype | CInt(SOCK_CLOEXEC.rawValue),
            address.pointee.protocol
        )
    }

    /// What the attempt came to.
    func result(_ code: CURLcode) -> Result<FetchResponse, FetchError> {
        guard code == CURLE_OK else { return .failure(error(code)) }
        let retryAfter = Int(clamping: cEasyGetLarge(easy, CURLINFO_RETRY_AFTER))
        let type = cEasyGetText(easy, CURLINFO_CONTENT_TYPE).map { String(cString: $0) } ?? ""
        let media = type.prefix { $0 != ";" && $0 != " " }.lowercased()
        let url = cEasyGetText(easy, CURLINFO_EFFECTIVE_URL).map { String(cString: $0) } ?? request.url
        return .success(
            FetchResponse(
                status: cEasyGetLong(easy, CURLINFO_RESPONSE_CODE),
                body: body,
                mediaType: media,
                retryAfter: retryAfter > 0 ? retryAfter : nil,
                headers: Dictionary(
                    uniqueKeysWithValues: Set(request.wantedHeaders).compactMap { name in
                        header(name).map { (name, $0) }
                    }
                ),
                url: url,
                redirect: cEasyGetText(easy, CURLINFO_REDIRECT_URL).map { String(cString: $0) }
            )
        )
    }

    /// The last header of a name in the last answer.
    private func header(_ name: String) -> String? {
        var found: UnsafeMutablePointer<curl_header>?
        guard curl_easy_header(easy, name, 0, UInt32(CURLH_HEADER), -1, &found) == CURLHE_OK,
            let text = found?.pointee.value
        else { return nil }
        return String(cString: text)
    }

    /// Milliseconds until the next attempt; nil when this was the last.
    func waitBeforeNext(_ result: Result<FetchResponse, FetchError>) -> UInt64? {
        guard attempts < request.mostAttempts else { return nil }
        switch result {
        case .success(let response) where FetchPatience.isPassing(response.status):
            return patience.wait(retryAfter: response.retryAfter)
        case .failure(let error) where error.mayPass: return patience.wait()
        default: return nil
        }
    }

    /// Why an attempt is not the last, in words.
    static func reason(_ result: Result<FetchResponse, FetchError>) -> String {
        switch result {
        case .success(let response): "the server answers with status \(response.status)"
        case .failure(let error): error.reason
        }
    }

    private func error(_ code: CURLcode) -> FetchError {
        let said = String(cString: errorText)
        let reason = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
        if isTooLarge || code == CURLE_FILESIZE_EXCEEDED {
            return FetchError(.tooLarge, "the answer is longer than \(request.mostBytes) bytes")
        }
        if isRefused { return FetchError(.refusedAddress, "its address must not be connected to") }
        switch code {
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT: return FetchError(.badAddress, reason)
        case CURLE_OPERATION_TIMEDOUT: return FetchError(.timeout, timeoutReason(said))
        case CURLE_TOO_MANY_REDIRECTS: return FetchError(.tooManyRedirects, reason)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return FetchError(.untrusted, reason)
        case CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            return FetchError(.badAnswer, reason)
        case CURLE_ABORTED_BY_CALLBACK:
            return FetchError(.local, "\(request.bodyFile ?? "what is posted"): can't be read to its end")
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: return FetchError(.local, reason)
        default: return FetchError(.network, reason)
        }
    }

    /// What took too long: the library names whatever step it was at, and times of its own.
    private func timeoutReason(_ said: String) -> String {
        if said.hasPrefix("Operation too slow") { return said }
        func seconds(_ milliseconds: Int) -> String {
            let tenths = (milliseconds + 50) / 100
            return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
        }
        guard cEasyGetLarge(easy, CURLINFO_CONNECT_TIME_T) > 0 else {
            return "no connection came about within "
                + seconds(min(request.connectTimeout, request.totalTimeout))
        }
        let came = body.isEmpty ? "no answer" : "no whole answer"
        return "\(came) came within \(seconds(request.totalTimeout))"
    }

    private func long(_ option: CURLoption, _ value: Int) { _ = cEasySetLong(easy, option, value) }

    private func text(_ option: CURLoption, _ value: String) { _ = cEasySetText(easy, option, value) }

    private func add(header: String) {
        // A list that can't be made longer stays as it is.
        if let longer = curl_slist_append(headers, header) { headers = longer }
    }
}
