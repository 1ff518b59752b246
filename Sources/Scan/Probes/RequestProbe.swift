import Bytes
import HTTPClient
import Net
import Observations
import TLSClient
import Wire

/// HTTP over complete handshakes, or over plain TCP.
final class RequestProbe: Probe {
    private let conversation: TLSConversation
    private let http: HTTPProbe
    private let isPlain: Bool
    private var action = TLSConversation.Action.wait

    /// Asks for what the visit's decision names.
    init(_ visit: EndpointVisit) {
        let (scan, observation, decision) = (visit.scan, visit.observation, visit.decision)
        isPlain = observation.isPlain
        let origin = HTTPOrigin(
            isTLS: !isPlain,
            host: observation.serverName ?? observation.domain ?? observation.address,
            port: observation.port
        )
        let plan = RequestPlan(
            scan.options.http,
            asking: decision.requests,
            own: decision.ownRequests,
            wantsIcon: decision.wanted[.favicon] != nil
        )
        http = HTTPProbe(origin, plan, scan.options.http)
        conversation = TLSConversation(
            isPlain
                ? nil
                : HandshakeEngines(
                    scan,
                    usesOwn: observation.flight.version == 0x0304 && visit.look == .default
                        && !visit.needsOther
                ),
            serverName: observation.serverName,
            offersProtocols: visit.look != .noProtocols,
            http: http
        )
    }

    func prepare(_ visit: EndpointVisit) {
        conversation.prepare()
        action = .wait
    }

    /// What was asked on the connection is asked again, and so is all before it.
    func renewed(_ visit: EndpointVisit) -> any Probe { RequestProbe(visit) }

    func opened(_ visit: EndpointVisit) -> ProbeAction {
        act(conversation.connected { visit.sendStep($0) })
    }

    /// Asks over the connection that has shown the certificate.
    func goOn(over session: any TLSHandshake, _ visit: EndpointVisit) -> ProbeAction {
        act(conversation.goOn(over: session) { visit.sendStep($0) })
    }

    func received(_ bytes: Span<UInt8>, _ visit: EndpointVisit) -> ProbeAction {
        act(conversation.received(bytes) { visit.sendStep($0) })
    }

    private func act(_ action: TLSConversation.Action) -> ProbeAction {
        self.action = action
        return action == .wait ? .wait : .done
    }

    /// One of its connections is over.
    func ended(_ connection: EndedConnection, _ visit: EndpointVisit) -> ProbeOutcome {
        let (observation, end) = (visit.observation, connection.end)
        if conversation.fallsBack(after: connection, visit) {
            if let earlier = conversation.earlier { observation.take(earlier: earlier) }
            return .reconnect
        }
        switch end {
        case .closed: break
        case .peerClosed, .failed: action = conversation.closed()
        case .timedOut(total: false): action = http.timedOut() == .reconnect ? .reconnect : .done
        case .timedOut(total: true):
            action = .done
            _ = http.stop()
        case .budgetExceeded:
            action = .done
            _ = http.stop(.limit)
        case .failedHere: action = .done
        }
        let flight = conversation.flight
        if connection.isConnected {
            conversation.noteAnswers(of: observation.take(conversation.sighting(.http, flight, visit)))
        }
        if action == .reconnect, end != .timedOut(total: true), !visit.isLate { return .reconnect }
        (observation.http, observation.favicon) = conversation.answers()
        let isAnswered = http.exchanges.contains { $0.version != nil }
        let error = isAnswered ? nil : error(flight, connection)
        let limit: ProbeRecord.Limit? = http.isCut ? .requests : nil
        visit.record(
            .http,
            error,
            end,
            attempt: 1,
            alert: error == nil ? nil : flight.finalAlert,
            isCut: flight.chain.isLastCut,
            limit: limit
        )
        recordIcon(visit)
        if isPlain, http.exchanges.isEmpty { observation.error = error }
        return observation.anomalies.contains(.changedBetweenConnections) ? .surprised : .done
    }

    /// The icon's probe is a request of this one; without an answer to the first there is none.
    private func recordIcon(_ visit: EndpointVisit) {
        guard let reason = visit.decision.wanted[.favicon] else { return }
        if http.hasAskedForIcon {
            let outcome = http.icon == nil ? ProbeRecord.Outcome.failure : .success
            visit.observation.probes.append(ProbeRecord(.favicon, outcome, reason: reason))
        } else if http.isCut {
            let record = ProbeRecord(.favicon, .skipped, reason: .budget, limit: .requests)
            visit.observation.probes.append(record)
        }
    }

    private func error(_ flight: ServerFlight, _ connection: EndedConnection) -> ObservationError {
        if case .timedOut = connection.end, connection.isConnected {
            return ObservationError(.httpTimeout, "no answer within the time limit")
        }
        if conversation.isEstablished, http.exchanges.contains(where: \.isEmptyReply) {
            return ObservationError(.httpError, "the server closed the connection without an answer")
        }
        return conversation.error(flight, connection)
            ?? ObservationError(.httpError, "no answer in HTTP")
    }
}
