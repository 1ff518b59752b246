import HTTPClient
import Net
import Observations
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
        observation.flight = flight
        let isSuccess = !flight.chain.isEmpty
        let error = fullError(full, flight, end)
        observation.error = isSuccess ? nil : error
        if isSuccess { observation.proof = full.isProven ? .proven : .presented }
        record(.handshake, error, attempt: attempt, end: end)
        verify(full)
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
        if action == .reconnect, end != .timedOut(total: true) { return step }
        let flight = full.flight
        observation.http = http.exchanges
        observation.favicon = http.icon
        take(flight, isProven: full.isProven)
        verify(full)
        let error = http.exchanges.contains { $0.version != nil } ? nil : httpError(full, flight, end)
        record(.http, error, attempt: 1, end: end)
        let last = observation.probes.count - 1
        if http.isCut, observation.probes[last].limit == nil { observation.probes[last].limit = .requests }
        recordIcon(http)
        if attempt?.target.scheme == .http, http.exchanges.isEmpty { observation.error = error }
        self.full = nil
        return sequence.next()
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

    /// What a handshake after the grab adds: proof for the same certificate, or all when the grab saw none.
    private func take(_ flight: ServerFlight, isProven: Bool) {
        guard !flight.chain.isEmpty else { return }
        if observation.flight.chain.isEmpty {
            observation.flight = flight
            observation.error = nil
            observation.proof = isProven ? .proven : .presented
            return
        }
        // Behind a load balancer the second handshake may meet another certificate: it proves nothing of the first.
        let isSame = observation.flight.chain.withString(0) { first in
            flight.chain.withString(0) { BodyDigest.sha256($0) == BodyDigest.sha256(first) }
        }
        if isProven && isSame { observation.proof = .proven }
    }

    private func verify(_ full: FullProbe) {
        guard let store = scan.trust else { return }
        var address: [UInt8] = []
        observation.ip?.append(bytesTo: &address)
        let name = observation.serverName ?? observation.domain
        guard let result = full.verify(store, name: name, address: address) else { return }
        observation.verification = Verification(chain: result.chain, name: result.name)
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
