import Net
import Observations
import Wire

/// The plaintext dialogue that asks for TLS, and the packets that some protocols wrap TLS in.
extension EndpointProbe {
    /// Makes the dialogue ready, when the step speaks TLS and the run asks for STARTTLS on this port.
    func preparePrelude() {
        (prelude, framing) = (nil, StartTLSFraming(.none))
        guard let attempt, attempt.target.scheme == .tls, let choice = scan.options.startTLS else { return }
        let name: StartTLSProtocol? =
            switch choice {
            case .always(let name): name
            case .byPort: .usual(on: attempt.target.port)
            }
        guard let name else { return }
        prelude = StartTLS(name, host: observation.serverName ?? observation.address)
        if observation.startTLS == nil {
            observation.startTLS = StartTLSRecord(name: name.rawValue, greeting: [])
        }
    }

    func startPrelude() {
        guard let action = prelude?.connected() else { return }
        act(action, nil)
    }

    func receivedPrelude(_ bytes: Span<UInt8>) {
        guard let action = prelude?.received(bytes) else { return }
        if let greeting = prelude?.greeting, !greeting.isEmpty { observation.startTLS?.greeting = greeting }
        act(action, bytes)
    }

    private func act(_ action: StartTLS.Action, _ bytes: Span<UInt8>?) {
        switch action {
        case .wait: break
        case .send(let bytes): send(bytes.span)
        case .upgrade(let last, let consumed):
            if !last.isEmpty { send(last.span) }
            framing = prelude?.framing ?? framing
            prelude = nil
            setDeadline(milliseconds: scan.options.handshakeTimeout)
            startStep()
            // What came behind the last plaintext is the server's already: it spoke TLS before it was asked to.
            if let bytes, consumed < bytes.count { receivedStep(bytes.extracting(consumed..<bytes.count)) }
        case .fail(let failure):
            preludeError = failure.error
            close()
        }
    }

    func receivedFramed(_ bytes: Span<UInt8>) {
        guard let plain = framing.unwrap(bytes) else {
            preludeError = ObservationError(.protocolError, "packets that are not the protocol's")
            return close()
        }
        if !plain.isEmpty { receivedStep(plain.span) }
    }

    /// Sends what the step wrote, wrapped where the protocol asks for it.
    func sendStep(_ bytes: Span<UInt8>) {
        if framing.isBare { send(bytes) } else { send(framing.wrap(bytes).span) }
    }
}

extension StartTLSFailure {
    fileprivate var error: ObservationError {
        switch reason {
        case .refused: ObservationError(.startTLSRefused, message)
        case .error: ObservationError(.startTLSError, message)
        case .otherProtocol: ObservationError(.startTLSError, "another protocol: " + message)
        case .limit: ObservationError(.limitExceeded, message)
        }
    }
}
