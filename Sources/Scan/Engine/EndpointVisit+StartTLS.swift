import Net
import Observations
import Targets
import Wire

/// The plaintext dialogue that asks for TLS, and the packets that some protocols wrap TLS in.
extension EndpointVisit {
    /// Makes the dialogue ready, when the probe speaks TLS and the run asks for STARTTLS on this port.
    func preparePrelude() {
        prelude = nil
        guard let choice = scan.options.startTLS, let attempt, attempt.target.scheme == .tls else { return }
        let name: StartTLSProtocol? =
            switch choice {
            case .always(let name): name
            case .byPort: .usual(on: attempt.target.port)
            }
        guard let name else { return }
        let host = otherHost ?? observation.serverName ?? observation.address
        prelude = Prelude(StartTLS(name, host: host))
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
            startProbe()
            // Nothing may come before our hello. Plaintext is somebody's injection, and goes no further.
            guard let bytes, consumed < bytes.count else { return }
            observation.startTLS?.insert(.bytesBeforeTLS)
            let rest = bytes.extracting(consumed..<bytes.count)
            if !prelude.framing.isBare || 0x14...0x17 ~= rest[0] { receivedFramed(prelude, rest) }
        case .fail(let failure):
            fail(prelude, failure)
            close()
        }
    }

    /// What a dialogue that has not led to TLS comes to when its connection ends.
    func endPrelude(_ end: ConnectionEnd) {
        guard isConnected, let prelude, !prelude.isOver, preludeError == nil else { return }
        switch end {
        case .closed, .budgetExceeded, .failedHere, .timedOut(total: true): break
        case .timedOut(total: false): prelude.dialogue.lastWords().map { fail(prelude, $0) }
        case .peerClosed, .failed:
            // Where the server said nothing, the connection's end says it all.
            guard !prelude.dialogue.greeting.isEmpty, case .fail(let failure) = prelude.dialogue.closed()
            else { return }
            fail(prelude, failure)
        }
    }

    private func fail(_ prelude: Prelude, _ failure: StartTLSFailure) {
        prelude.failure = failure
        preludeError = ObservationError(ErrorCode(failure.reason), failure.message)
    }

    /// Whether the step is done once more for the name that the server just said it answers for.
    func asksForOtherName() -> Bool {
        guard otherHost == nil, let name = prelude?.failure?.otherName else { return false }
        otherHost = name
        return true
    }

    private func receivedFramed(_ prelude: Prelude, _ bytes: Span<UInt8>) {
        guard !prelude.framing.isBare else { return receivedByProbe(bytes) }
        guard let plain = prelude.framing.unwrap(bytes) else {
            preludeError = ObservationError(.protocolError, "packets that are not the protocol's")
            return close()
        }
        if !plain.isEmpty { receivedByProbe(plain.span) }
    }

    /// Sends what the probe wrote, wrapped where the protocol asks for it.
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
    /// Why the dialogue did not lead to TLS.
    var failure: StartTLSFailure?

    init(_ dialogue: StartTLS) {
        self.dialogue = dialogue
    }
}
