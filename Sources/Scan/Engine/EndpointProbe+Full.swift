import Bytes
import HTTPClient
import Net
import Observations
import Targets
import TLSClient
import Wire

/// Complete handshakes, and HTTP over them or over plain TCP.
extension EndpointProbe {
    /// The probe that asks for what the decision names.
    func httpProbe() -> FullProbe {
        let isTLS = attempt?.target.scheme == .tls
        let origin = HTTPOrigin(
            isTLS: isTLS,
            host: observation.serverName ?? observation.domain ?? observation.address,
            port: observation.port
        )
        let plan = RequestPlan(
            scan.options.http,
            asking: decision.requests,
            wantsIcon: decision.wanted[.favicon] != nil
        )
        return FullProbe(
            isTLS ? scan.tls : nil,
            serverName: observation.serverName,
            offersProtocols: offersProtocols,
            http: HTTPProbe(origin, plan, scan.options.http)
        )
    }

    func act(_ action: FullProbe.Action) {
        if action != .wait { close() }
        fullAction = action
    }

    /// A handshake alone is over.
    func endedHandshake(_ end: ConnectionEnd, _ attempt: Int) -> ProbeSequence.Step {
        guard let full else { return sequence.next() }
        var flight = full.flight
        if isConnected, end != .closed, flight.close == nil { flight.close = end.close }
        let isSuccess = !flight.chain.isEmpty
        let error = fullError(full, flight, end)
        observation.error = isSuccess ? nil : error
        record(.handshake, error, attempt: attempt, end: end, flight)
        if isSuccess {
            _ = observation.take(sighting(full, flight, .handshake))
        } else {
            observation.flight = flight
            // The grab was there before: what it was told tells more.
            if let earlier { (observation.flight, observation.error) = (earlier.flight, earlier.error) }
        }
        failure = nil
        let ending = ending(end)
        self.full = nil
        return isSuccess ? sequence.succeeded() : sequence.ended(ending, nil, observation.flight)
    }

    /// One connection of the HTTP probe is over.
    func endedHTTP(_ end: ConnectionEnd) -> ProbeSequence.Step {
        guard let full, let http = full.http else { return sequence.next() }
        var action = fullAction
        if end != .closed {
            action = end == .peerClosed || isReset(end) ? full.closed() : .done
            if case .timedOut = end { _ = http.stop() }
            if end == .budgetExceeded { _ = http.stop(.limit) }
        }
        let flight = full.flight
        if isConnected { see(full, flight) }
        if action == .reconnect, end != .timedOut(total: true) { return step }
        (observation.http, observation.favicon) = full.answers()
        let error = http.exchanges.contains { $0.version != nil } ? nil : httpError(full, flight, end)
        record(.http, error, attempt: 1, end: end, flight)
        let last = observation.probes.count - 1
        if http.isCut, observation.probes[last].limit == nil { observation.probes[last].limit = .requests }
        recordIcon(http)
        if attempt?.target.scheme == .http, http.exchanges.isEmpty { observation.error = error }
        self.full = nil
        return observation.anomalies.contains(.changedBetweenConnections)
            ? sequence.reconsider() : sequence.next()
    }

    /// The icon's probe is a request of the HTTP probe; without an answer to the first there is none.
    private func recordIcon(_ http: HTTPProbe) {
        guard let reason = decision.wanted[.favicon] else { return }
        if http.hasAskedForIcon {
            let outcome = http.icon == nil ? ProbeRecord.Outcome.failure : .success
            observation.probes.append(ProbeRecord(.favicon, outcome, reason: reason))
        } else if http.isCut {
            observation.probes.append(ProbeRecord(.favicon, .skipped, reason: .budget, limit: .requests))
        }
    }

    /// Takes what one connection of the HTTP probe showed; what it answered belongs to its certificate.
    private func see(_ full: FullProbe, _ flight: ServerFlight) {
        full.noteAnswers(of: observation.take(sighting(full, flight, .http)))
    }

    private func sighting(_ full: FullProbe, _ flight: ServerFlight, _ kind: ProbeKind) -> Sighting {
        var sighting = Sighting(kind: kind, serverName: full.sentServerName, flight: flight)
        sighting.isEstablished = full.isEstablished
        sighting.verification = verification(full)
        return sighting
    }

    /// Checks the chain of the connection that is ending, when `--verify` asks for it.
    private func verification(_ full: FullProbe) -> Verification? {
        guard let store = scan.trust else { return nil }
        var address: [UInt8] = []
        observation.ip?.append(bytesTo: &address)
        let name = observation.serverName ?? observation.domain
        return full.verify(store, name: name, address: address).map {
            Verification(chain: $0.chain, name: $0.name)
        }
    }

    private func isReset(_ end: ConnectionEnd) -> Bool {
        if case .failed = end { return true }
        return false
    }

    private func fullError(_ full: FullProbe, _ flight: ServerFlight, _ end: ConnectionEnd)
        -> ObservationError?
    {
        if full.isEstablished { return nil }
        if let error = preludeError { return error }
        if let alert = flight.alerts.last(where: \.isFinal) { return GrabFailure.alert(alert.code).error }
        if let error = end.error(isConnected: isConnected) { return error }
        if let error = full.error { return ObservationError(.protocolError, error.description) }
        return ObservationError(.protocolError, "the handshake was not completed")
    }

    private func httpError(_ full: FullProbe, _ flight: ServerFlight, _ end: ConnectionEnd)
        -> ObservationError
    {
        if case .timedOut = end, isConnected {
            return ObservationError(.httpTimeout, "no answer within the time limit")
        }
        if full.http?.exchanges.contains(where: \.isEmptyReply) == true {
            return ObservationError(.httpError, "the server closed the connection without an answer")
        }
        return fullError(full, flight, end) ?? ObservationError(.httpError, "no answer in HTTP")
    }
}
