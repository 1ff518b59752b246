import Bytes
import Net
import Observations
import TLSClient
import Wire

/// A complete handshake without a request: with `--prove`, or where the grab's hellos do not suffice.
final class HandshakeProbe: Probe {
    private let conversation: TLSConversation
    private let attempt: Int
    /// What the grab's tries came to, when it was there before.
    private let before: (flight: ServerFlight, error: ObservationError?)?

    init(_ visit: EndpointVisit, attempt: Int) {
        let (scan, observation) = (visit.scan, visit.observation)
        // Where the grab's hellos did not suffice ours would not, either.
        let engines = HandshakeEngines(scan, usesOwn: scan.options.prove && !scan.options.look.wantsOneKind)
        conversation = TLSConversation(engines, serverName: observation.serverName, http: nil)
        self.attempt = attempt
        before = scan.options.prove ? nil : (observation.flight, observation.error)
    }

    func prepare(_ visit: EndpointVisit) {
        conversation.prepare()
        visit.observation.flight.reset()
    }

    func opened(_ visit: EndpointVisit) -> ProbeAction {
        conversation.offersProtocols = visit.observation.startTLS == nil
        return act(conversation.connected { visit.sendStep($0) }, visit)
    }

    func received(_ bytes: Span<UInt8>, _ visit: EndpointVisit) -> ProbeAction {
        act(conversation.received(bytes) { visit.sendStep($0) }, visit)
    }

    private func act(_ action: TLSConversation.Action, _ visit: EndpointVisit) -> ProbeAction {
        if action == .wait { return .wait }
        return conversation.isEstablished && visit.asksEverywhere ? .complete : .done
    }

    var session: (any TLSHandshake)? { conversation.isEstablished ? conversation.session : nil }

    func ended(_ connection: EndedConnection, _ visit: EndpointVisit) -> ProbeOutcome {
        let (observation, end) = (visit.observation, connection.end)
        if conversation.fallsBack(after: connection, visit) { return .reconnect }
        var flight = conversation.flight
        if connection.isConnected, end != .closed, flight.close == nil { flight.close = end.close }
        let error = conversation.error(flight, connection)
        let sighting = conversation.sighting(.handshake, flight, visit)
        // libssl shows no certificate that it could not read to its end, where our own had its begin.
        let shown = flight.chain.isEmpty ? conversation.earlier : sighting
        let isSuccess = shown?.flight.chain.isEmpty == false
        observation.error = isSuccess ? nil : error
        visit.record(
            .handshake,
            error,
            end,
            attempt: attempt,
            alert: error == nil ? nil : flight.finalAlert,
            isCut: shown?.flight.chain.isLastCut ?? false
        )
        if isSuccess, let shown {
            _ = observation.take(shown)
            if let earlier = conversation.earlier { observation.take(earlier: earlier) }
            return .certificate
        }
        observation.flight = flight
        if let before { (observation.flight, observation.error) = before }
        // The grab reads a begin of what is too long for libssl.
        let isTooLong = end == .budgetExceeded && visit.scan.options.prove
        let ending = isTooLong ? .refused : connection.ending(isForeign: false)
        return .failed(ending, nil, suite: flight.suite)
    }
}
