import Bytes
import HTTPClient
import Observations
import Wire

/// What a conversation comes to, once nothing more will be read of it.
extension Conversation {
    /// Fills an observation; nil when there is nothing to observe.
    ///
    /// - Parameter plain: what was said in HTTP, where TLS began behind it and is observed for itself.
    func connection(
        _ flow: Flow,
        _ observation: Observation,
        _ plain: HTTPConversation? = nil
    ) -> CapturedConnection? {
        guard let client else { return nil }
        let (from, to) = (flow.key.end(client), flow.key.end(1 - client))
        observation.reset()
        observation.address = String(describing: to.address)
        observation.ip = to.address
        observation.port = to.port
        observation.transport = transport
        observation.startedAt = flow.begin
        observation.duration = UInt64(max(0, flow.last.subtractingReportingOverflow(flow.begin).partialValue))
        let offer = self.offer.offer ?? datagrams?.offer ?? quic?.offer
        let clientAlert = self.offer.alert ?? quic?.clientAlert
        let isTLS = kind == .tls && plain == nil
        if isTLS {
            fill(observation, offer, flow)
        } else {
            guard let http = plain ?? http, !http.exchanges.isEmpty else { return nil }
            observation.isPlain = true
            observation.http = http.exchanges.map { exchange($0, to) }
        }
        let isRefused = flight.close == .alert || clientAlert != nil
        let isEncrypted =
            (datagrams?.isEncrypted ?? quic?.isEncrypted).map { $0 == [true, true] }
            ?? (server.isEncrypted && self.offer.isEncrypted)
        return CapturedConnection(
            observation: observation,
            client: from,
            server: to,
            offer: isTLS ? offer : nil,
            clientBytes: flow.bytes[client],
            serverBytes: flow.bytes[1 - client],
            packets: flow.packets[0] + flow.packets[1],
            duration: Int64(clamping: observation.duration),
            frame: flow.frame,
            isEstablished: flight.suite != nil && isEncrypted && !isRefused,
            isResumed: isResumed,
            isQUIC: quic != nil,
            clientAlert: clientAlert,
            missing: missing,
            isPart: plain != nil
        )
    }

    private func fill(_ observation: Observation, _ offer: ClientOffer?, _ flow: Flow) {
        observation.flight = flight
        observation.startTLS = dialogue
        if let name = offer?.serverName, !name.isEmpty {
            let text = String(decoding: name, as: UTF8.self)
            (observation.serverName, observation.sentServerName) = (text, text)
        }
        if observation.flight.chain.isEmpty {
            observation.error = whyNoCertificate(observation.flight, flow)
        } else {
            observation.proof = .presented
        }
        if server.isOverLimit { observation.limits.append(.messages) }
    }

    /// An abbreviated handshake (RFC 5246, section 7.3), or a pre-shared key in TLS 1.3.
    private var isResumed: Bool {
        guard flight.suite != nil, flight.chain.isEmpty else { return false }
        if flight.isTLS13 { return flight.serverHello.items.contains { $0.type == 41 } }
        return flight.hasChangeCipherSpec && !flight.messages.contains(14)
    }

    private func whyNoCertificate(_ flight: ServerFlight, _ flow: Flow) -> ObservationError {
        if let alert = flight.alerts.last(where: \.isFinal), flight.close == .alert {
            let name = AlertCode.name(alert.code).map { String(describing: $0) } ?? "alert \(alert.code)"
            return ObservationError(.tlsAlert, name)
        }
        if missing > 0 { return ObservationError(.protocolError, "bytes are missing in the capture") }
        if server.isMalformed || datagrams?.isIncomplete == true {
            return ObservationError(.protocolError, "the handshake can't be read")
        }
        guard flight.suite != nil else {
            if flow.hasReset { return ObservationError(.connectionReset) }
            return ObservationError(flow.isClosed ? .connectionClosed : .tlsTimeout, "no answer was captured")
        }
        if flight.isTLS13 { return ObservationError(.noCertificate, "TLS 1.3 encrypts it") }
        let isResumed = flight.hasChangeCipherSpec && !flight.messages.contains(14)
        return ObservationError(.noCertificate, isResumed ? "a session was resumed" : "")
    }

    private func exchange(_ item: HTTPConversation.Exchange, _ end: FlowEnd) -> HTTPExchange {
        let own = HTTPOrigin(isTLS: false, host: String(describing: end.address), port: end.port)
        let (origin, target) = Self.place(item, own)
        var result = HTTPExchange(
            item.reader,
            origin: origin,
            request: HTTPRequest(item.method, target)
        )
        result.take(item.reader.body, isCut: item.reader.bodyIsTruncated || item.isCut)
        if item.hasExcess { result.anomalies.insert(.excessBytes) }
        result.relations = HTTPRelation.all(in: result, bodyLength: item.reader.body.count)
        return result
    }

    /// Where a request goes: by its Host header, or by the whole URL that a proxy is asked with (RFC 9112,
    /// section 3.2).
    ///
    /// What can't be a host is left aside, for the server's address.
    private static func place(
        _ item: HTTPConversation.Exchange,
        _ own: HTTPOrigin
    ) -> (HTTPOrigin, String) {
        func reference(_ text: String) -> HTTPReference? { HTTPReference(text, origin: own, target: "/") }
        if item.method == "CONNECT" { return (reference("//\(item.target)")?.origin ?? own, "") }
        if !item.target.hasPrefix("/"), let whole = reference(item.target) {
            return (whole.origin, whole.target)
        }
        return (item.host.flatMap { reference("//\($0)")?.origin } ?? own, item.target)
    }
}
