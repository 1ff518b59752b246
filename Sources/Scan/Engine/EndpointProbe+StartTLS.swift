import Net
import Observations
import Wire

/// The plaintext dialogue that asks for TLS, and the packets that some protocols wrap TLS in.
extension EndpointProbe {
    /// Makes the dialogue ready, when the step speaks TLS and the run asks for STARTTLS on this port.
    func preparePrelude() {
        prelude = nil
        guard let choice = scan.options.startTLS, let attempt, attempt.target.scheme == .tls else { return }
        let name: StartTLSProtocol? =
            switch choice {
            case .always(let name): name
            case .byPort: .usual(on: attempt.target.port)
            }
        guard let name else { return }
        prelude = Prelude(StartTLS(name, host: observation.serverName ?? observation.address))
        if observation.startTLS == nil {
            observation.startTLS = StartTLSRecord(name: name.rawValue, greeting: [])
        }
    }

    func startPrelude(_ prelude: Prelude) {
        act(prelude, prelude.dialogue.connected(), nil)
    }

    func receivedPrelude(_ prelude: Prelude, _ bytes: Span<UInt8>) {
        guard !prelude.isOver else { return receivedFramed(prelude, bytes) }
        let action = prelude.dialogue.received(bytes)
        if !prelude.dialogue.greeting.isEmpty { observation.startTLS?.greeting = prelude.dialogue.greeting }
        act(prelude, action, bytes)
    }

    private func act(_ prelude: Prelude, _ action: StartTLS.Action, _ bytes: Span<UInt8>?) {
        switch action {
        case .wait: break
        case .send(let bytes): send(bytes.span)
        case .upgrade(let last, let consumed):
            if !last.isEmpty { send(last.span) }
            prelude.framing = prelude.dialogue.framing
            prelude.isOver = true
            setDeadline(milliseconds: scan.options.handshakeTimeout)
            startStep()
            // What came behind the last plaintext is the server's already: it spoke TLS before it was asked to.
            if let bytes, consumed < bytes.count {
                receivedFramed(prelude, bytes.extracting(consumed..<bytes.count))
            }
        case .fail(let failure):
            preludeError = failure.error
            close()
        }
    }

    private func receivedFramed(_ prelude: Prelude, _ bytes: Span<UInt8>) {
        guard !prelude.framing.isBare else { return receivedStep(bytes) }
        guard let plain = prelude.framing.unwrap(bytes) else {
            preludeError = ObservationError(.protocolError, "packets that are not the protocol's")
            return close()
        }
        if !plain.isEmpty { receivedStep(plain.span) }
    }

    /// Sends what the step wrote, wrapped where the protocol asks for it.
    func sendStep(_ bytes: Span<UInt8>) {
        guard let prelude, !prelude.framing.isBare else { return send(bytes) }
        send(prelude.framing.wrap(bytes).span)
    }
}

/// A plaintext dialogue, and how TLS travels once it is over.
final class Prelude {
    var dialogue: StartTLS
    var framing = StartTLSFraming(.none)
    var isOver = false

    init(_ dialogue: StartTLS) {
        self.dialogue = dialogue
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
