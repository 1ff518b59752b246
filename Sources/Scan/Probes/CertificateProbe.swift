import Bytes
import Net
import Observations
import TLSClient
import Wire

/// The certificate grab: our own hello, and the server's answer up to its Certificate.
///
/// Where every endpoint is asked over HTTP it goes on to a complete handshake, over which that is done; what
/// does not come so far is a grab.
///
/// One serves endpoint after endpoint, and on each several hellos may be tried.
final class CertificateProbe: Probe {
    private var grab = Grab()
    private var look = ClientHello.Look.default
    private var attempt = 1
    private var failure: GrabFailure?
    /// The present connection's handshake where it goes on; nil where it does not.
    private var handshake: GrabSession?
    /// The most telling of the endpoint's earlier tries that got no certificate.
    private var earlier: (flight: ServerFlight, error: ObservationError?, weight: Int)?

    /// Forgets the last endpoint.
    func reset() { earlier = nil }

    /// Makes ready for a try with this hello.
    func use(_ look: ClientHello.Look, attempt: Int) {
        (self.look, self.attempt) = (look, attempt)
    }

    func prepare(_ visit: EndpointVisit) {
        failure = nil
        handshake = nil
        visit.observation.flight.reset()
    }

    var session: (any TLSHandshake)? { handshake?.isProven == true ? handshake : nil }

    func opened(_ visit: EndpointVisit) -> ProbeAction {
        if look == .default, visit.asksEverywhere {
            let handshake = GrabSession(visit.scan.context, serverName: visit.observation.serverName)
            self.handshake = handshake
            handshake.flush { visit.sendStep($0) }
            return .wait
        }
        let name = visit.observation.serverName.map { Array($0.utf8) } ?? []
        grab.start(
            look,
            serverName: name,
            offersProtocols: visit.observation.startTLS == nil,
            context: visit.scan.context,
            flight: &visit.observation.flight
        )
        visit.sendHello()
        return .wait
    }

    func received(_ bytes: Span<UInt8>, _ visit: EndpointVisit) -> ProbeAction {
        if let handshake {
            handshake.receive(bytes)
            handshake.flush { visit.sendStep($0) }
            return handshake.isProven ? .complete : handshake.failure == nil ? .wait : .done
        }
        return visit.act(
            grab.receive(bytes, context: visit.scan.context, flight: &visit.observation.flight),
            &failure
        )
    }

    func ended(_ connection: EndedConnection, _ visit: EndpointVisit) -> ProbeOutcome {
        let (observation, end) = (visit.observation, connection.end)
        if let handshake {
            if connection.isConnected, end != .closed, connection.isPastPrelude { handshake.ended(end.close) }
            failure = handshake.failure
            observation.flight = handshake.flight
        } else if connection.isConnected, end != .closed, connection.isPastPrelude {
            let action = grab.closed(end.close, context: visit.scan.context, flight: &observation.flight)
            if case .failed(let failure) = action { self.failure = failure }
        }
        let isSuccess = !observation.flight.chain.isEmpty
        let error = isSuccess ? nil : connection.error ?? failure?.error
        visit.record(
            .certificate,
            error,
            end,
            attempt: attempt,
            alert: error == nil ? nil : observation.flight.finalAlert,
            isCut: observation.flight.chain.isLastCut,
            failure,
            look: look
        )
        observation.error = error
        guard !isSuccess else {
            observation.proof = handshake?.isProven == true ? .proven : .presented
            observation.notTLS = nil
            let sendsName = handshake?.sendsServerName ?? look.sendsServerName
            observation.sentServerName = sendsName ? observation.serverName : nil
            visit.look = look
            // Ours does not come further a second time, either.
            if let handshake, !handshake.isProven, observation.flight.version == 0x0304 { visit.needOther() }
            return .certificate
        }
        if failure == .notTLS {
            let junk = observation.flight.junk
            observation.notTLS = NotTLSAnswer(
                name: String(describing: ForeignProtocol.name(junk.span)),
                bytes: junk
            )
        }
        let reason = failure ?? (connection.isConnected ? end.grabFailure : nil)
        let ending = connection.ending(isForeign: failure == .notTLS)
        let suite = observation.flight.suite
        keepMostTelling(reason, observation)
        return .failed(ending, reason, suite: suite)
    }

    /// A hello that did worse takes nothing away from what the server has shown, or said, to one before.
    private func keepMostTelling(_ failure: GrabFailure?, _ observation: Observation) {
        let weight = weight(failure, observation.flight)
        if let earlier, earlier.weight > 0, earlier.weight >= weight {
            (observation.flight, observation.error) = (earlier.flight, earlier.error)
        } else {
            earlier = (observation.flight, observation.error, weight)
        }
    }

    /// How much a try without a certificate tells: a ServerHello most, a reason that is the server's own more
    /// than one that our lesser hellos bring about.
    private func weight(_ failure: GrabFailure?, _ flight: borrowing ServerFlight) -> Int {
        guard flight.suite == nil else { return 3 }
        switch failure {
        case .alert(70), .alert(80), .alert(0): return 1
        case .alert, .violation, .notTLS: return 2
        default: return 0
        }
    }
}

extension EndpointVisit {
    /// Sends what a grab wrote into its context.
    func sendHello() {
        let hello = scan.context.outgoing
        sendStep(hello.span)
    }

    /// Does what a grab wants, and notes how it failed.
    func act(_ action: Grab.Action, _ failure: inout GrabFailure?) -> ProbeAction {
        switch action {
        case .wait: return .wait
        case .send:
            sendHello()
            return .wait
        // Nothing here asks for proof.
        case .certificate, .proven: return .done
        case .failed(let reason):
            failure = reason
            return .done
        }
    }
}

extension ConnectionEnd {
    /// What a grab would call this end, when it had no say in it.
    fileprivate var grabFailure: GrabFailure? {
        switch self {
        case .peerClosed: .closed
        case .failed: .reset
        case .timedOut: .timeout
        case .closed, .budgetExceeded, .failedHere: nil
        }
    }
}
