package import Observations
package import Wire

/// Asks one endpoint over HTTP, without I/O: plaintext in, plaintext out.
///
/// It goes over a TLS session or over plain TCP; its owner moves the bytes,
/// opens connections and keeps the time. A server that closes after each answer gets a new
/// connection for each request.
package final class HTTPProbe {
    /// What the owner is to do next.
    package enum Action: Equatable, Sendable {
        /// Send these bytes, then wait for the server.
        case send([UInt8])
        case wait
        /// Close this connection and open another one, then call `connected`.
        case reconnect
        /// Close the connection: everything is in `exchanges`.
        case finish
    }

    private enum Exchange {
        case none
        case http1(HTTPReader)
        case http2
    }

    /// So many requests without an answer end it: each costs the whole time limit.
    private static let mostUnanswered = 3

    private let origin: HTTPOrigin
    private let options: HTTPOptions
    private var plan: RequestPlan
    private var current: (request: HTTPRequest, purpose: RequestPlan.Purpose)?
    private var exchange = Exchange.none
    private var session: HTTP2Session?
    /// The present connection has brought an answer before.
    private var isReused = false
    /// The present request was begun before, on a connection that ended without a byte of answer.
    private var wasRetried = false
    /// Requests that got no answer after others had got theirs.
    private var unanswered = 0
    private var isFinished = false
    private var received = 0

    /// The answers so far, in the order of the requests; the icon is not among them.
    package private(set) var exchanges: [HTTPExchange] = []
    /// The icon's hashes, when it was asked for and is one.
    package private(set) var icon: Favicon?
    package private(set) var hasAskedForIcon = false
    /// Whether the limit of requests has left some out.
    package var isCut: Bool { plan.isCut }
    /// Connections that were used.
    package private(set) var connections = 0

    package init(_ origin: HTTPOrigin, _ plan: RequestPlan, _ options: HTTPOptions) {
        self.origin = origin
        self.plan = plan
        self.options = options
    }

    /// A connection stands.
    ///
    /// - Parameter alpn: the protocol that the server chose: `h2`, or anything else for HTTP/1.1.
    package func connected(alpn: String? = nil) -> Action {
        guard !isFinished else { return .finish }
        connections += 1
        isReused = false
        exchange = .none
        session = alpn == "h2" ? HTTP2Session(origin, options) : nil
        return begin()
    }

    /// The server sent `bytes`, decrypted.
    package func received(_ bytes: Span<UInt8>) -> Action {
        guard !isFinished else { return .finish }
        received += bytes.count
        switch exchange {
        case .none: return .wait
        case .http1(var reader):
            exchange = .none
            reader.read(bytes)
            guard reader.end == nil else { return finished(reader) }
            exchange = .http1(reader)
            return received > options.bytes ? cut(.limit) : .wait
        case .http2:
            guard let session else { return .wait }
            session.receive(bytes)
            guard session.answer.end == nil else { return finished(session) }
            guard received <= options.bytes else { return cut(.limit) }
            let output = session.output()
            return output.isEmpty ? .wait : .send(output)
        }
    }

    /// The server closed or reset the connection.
    ///
    /// - Parameter wantsCertificate: a TLS alert said that a client certificate is required.
    package func closed(wantsCertificate: Bool = false) -> Action {
        guard !isFinished else { return .finish }
        switch exchange {
        case .none: return current == nil ? .finish : finish()
        case .http1(var reader):
            exchange = .none
            // A kept connection may end before the server saw the next request (RFC 9112, section 9.3.1).
            if isReused, reader.version == nil, !wasRetried { return retry() }
            reader.closed()
            return finished(reader, wantsCertificate)
        case .http2:
            guard let session else { return finish() }
            if isReused, session.answer.status == nil, !wasRetried { return retry() }
            session.closed()
            return finished(session, wantsCertificate)
        }
    }

    /// The server ended the handshake because it got no client certificate: no request can be sent.
    package func refused() -> Action {
        guard !isFinished else { return .finish }
        if let (request, _) = current ?? plan.next(after: exchanges) {
            var result = HTTPExchange(origin: origin, request: request)
            result.wantsClientCertificate = true
            exchanges.append(result)
        }
        return finish()
    }

    /// The server has let the present request wait too long.
    ///
    /// What has answered before is asked on, on another connection: one page that hangs hides no other.
    package func timedOut() -> Action {
        guard !isFinished else { return .finish }
        switch exchange {
        case .none: return finish()
        case .http1(var reader):
            exchange = .none
            reader.timedOut()
            return finished(reader)
        case .http2:
            guard let session else { return finish() }
            session.timedOut()
            return finished(session)
        }
    }

    /// The owner's time for this endpoint is up, or it can't connect again.
    package func stop(_ end: HTTPEnd = .timeout) -> Action {
        guard !isFinished else { return .finish }
        return cut(end)
    }

    private func retry() -> Action {
        wasRetried = true
        return .reconnect
    }

    /// Begins the present request, or the next one.
    private func begin() -> Action {
        if current == nil {
            wasRetried = false
            current = plan.next(after: exchanges)
        }
        guard let (request, purpose) = current else { return finish() }
        var limits = options.limits
        if purpose == .icon {
            limits.body = options.iconLimit
            hasAskedForIcon = true
        }
        guard let session else {
            exchange = .http1(HTTPReader(method: request.method, limits: limits))
            return .send(RequestWriter.http1(request, origin, options))
        }
        exchange = .http2
        session.ask(request, bodyLimit: limits.body)
        guard session.answer.end == nil else { return finished(session) }
        return .send(session.output())
    }

    private func finished(_ reader: HTTPReader, _ wantsCertificate: Bool = false) -> Action {
        guard let (request, _) = current else { return finish() }
        var result = HTTPExchange(reader, origin: origin, request: request)
        result.wantsClientCertificate = wantsCertificate
        return add(result, reader.body, reader.bodyIsTruncated, keepsAlive: reader.keepsAlive)
    }

    private func finished(_ session: HTTP2Session, _ wantsCertificate: Bool = false) -> Action {
        guard let (request, _) = current else { return finish() }
        let answer = session.answer
        var result = HTTPExchange(origin: origin, request: request)
        result.end = answer.end ?? .closed
        let isEmpty = answer.status == nil && answer.anomalies.isEmpty
        result.version = isEmpty ? nil : .http2
        result.status = answer.status == 0 ? nil : answer.status
        result.informational = answer.informational
        result.headers = answer.headers
        result.anomalies = answer.anomalies
        result.wantsClientCertificate = wantsCertificate
        return add(result, answer.body, answer.bodyIsTruncated, keepsAlive: !session.isClosing)
    }

    /// Records an exchange and goes on to the next one.
    private func add(_ result: HTTPExchange, _ body: [UInt8], _ isCut: Bool, keepsAlive: Bool) -> Action {
        let isIcon = current?.purpose == .icon
        let hasAnswered = exchanges.contains { $0.version != nil }
        current = nil
        exchange = .none
        var result = result
        let limit = isIcon ? options.iconLimit : HTTPExchange.bodyLimit
        result.take(body, isCut: isCut, limit: limit)
        if isIcon {
            icon = Favicon(result)
        } else {
            result.relations = HTTPRelation.all(in: result, bodyLength: body.count)
            exchanges.append(result)
        }
        // An endpoint that does not answer, or not in HTTP, is not asked again.
        let isSilent = result.version == nil || result.end == .timeout
        if isSilent { unanswered = hasAnswered ? unanswered + 1 : Self.mostUnanswered }
        let isHopeless = result.version == .http09 || result.wantsClientCertificate
        guard !isHopeless, unanswered < Self.mostUnanswered, received <= options.bytes else {
            return finish()
        }
        isReused = true
        guard !keepsAlive || isSilent else { return begin() }
        // The next request is chosen here, so that no connection is opened for none.
        wasRetried = false
        current = plan.next(after: exchanges)
        return current == nil ? finish() : .reconnect
    }

    /// Ends the present exchange with what came so far, and the probe with it.
    private func cut(_ end: HTTPEnd) -> Action {
        switch exchange {
        case .none: break
        case .http1(var reader):
            exchange = .none
            reader.timedOut()
            _ = finished(reader)
        case .http2:
            session?.timedOut()
            if let session { _ = finished(session) }
        }
        if !exchanges.isEmpty, exchanges[exchanges.count - 1].end == .timeout {
            exchanges[exchanges.count - 1].end = end
        }
        return finish()
    }

    private func finish() -> Action {
        isFinished = true
        exchange = .none
        current = nil
        session = nil
        return .finish
    }
}

extension Favicon {
    /// The hashes of an icon that came whole and is no page; nil for anything else.
    package init?(_ exchange: HTTPExchange) {
        guard exchange.status == 200, exchange.end == .complete, !exchange.bodyIsTruncated,
            !exchange.body.isEmpty, exchange.mimeType != "text/html"
        else { return nil }
        let bytes = exchange.body.span
        self.init(
            mmh3: MurmurHash3.icon(bytes),
            md5: BodyDigest.md5(bytes),
            sha256: BodyDigest.sha256(bytes)
        )
    }
}
