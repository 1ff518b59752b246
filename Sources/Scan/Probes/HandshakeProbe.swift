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
        return conversation.connected { visit.sendStep($0) } == .wait ? .wait : .done
    }

    func received(_ bytes: Span<UInt8>, _ visit: EndpointVisit) -> ProbeAction {
        conversation.received(bytes) { visit.sendStep($0) } == .wait ? .wait : .done
    }

    func ended(_ connection: EndedConnection, _ visit: EndpointVisit) -> ProbeOutcome {
        let (observation, end) = (visit.observation, connection.end)
        if conversation.fallsBack(after: connection, visit) { return .reconnect }
        var flight = conversation.flight
        if connection.isConnected, end != .closed, flight.close == nil { flight.close = end.close }
        let isSuccess = !flight.chain.isEmpty
        let error = conversation.error(flight, connection)
        observation.error = isSuccess ? nil : error
        visit.record(
            .handshake,
            error,
            end,
            attempt: attempt,
            alert: error == nil ? nil : flight.finalAlert,
            isCut: flight.chain.isLastCut
        )
        guard !isSuccess else {
            _ = observation.take(conversation.sighting(.handshake, flight, visit))
            return .certificate
        }
        observation.flight = flight
        if let before { (observation.flight, observation.error) = before }
        return .failed(connection.ending(isForeign: false), nil, suite: flight.suite)
    }
}
