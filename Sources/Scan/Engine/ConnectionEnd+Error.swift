import Net
import Observations
import TLSClient
import Wire

extension ConnectionEnd {
    /// The end of a connection as the record says it; nil when we closed it ourselves.
    ///
    /// - Parameter isConnected: whether the TCP connection was made.
    func error(isConnected: Bool) -> ObservationError? {
        switch self {
        case .closed: return nil
        case .peerClosed: return ObservationError(.connectionClosed, "the server closed the connection")
        case .timedOut(total: true):
            return isConnected
                ? ObservationError(.totalTimeout, "the time for this endpoint is up")
                : ObservationError(.connectionTimeout, "no connection within the time limit")
        case .timedOut(total: false):
            return isConnected
                ? ObservationError(.tlsTimeout, "no answer within the time limit")
                : ObservationError(.connectionTimeout, "no connection within the time limit")
        case .budgetExceeded: return ObservationError(.limitExceeded, "more bytes than the budget allows")
        case .failedHere(let error):
            return ObservationError(.localError, "this machine: \(error.description)")
        case .failed(let error):
            return ObservationError(error.code(isConnected: isConnected), error.description)
        }
    }

    /// How a server ended a connection, for what its flight says.
    var close: ServerFlight.Close {
        switch self {
        case .failed: .reset
        case .timedOut: .timeout
        case .closed, .peerClosed, .budgetExceeded, .failedHere: .close
        }
    }
}

extension UVError {
    fileprivate func code(isConnected: Bool) -> ErrorCode {
        switch self {
        case .refused: .connectionRefused
        case .timedOut: isConnected ? .tlsTimeout : .connectionTimeout
        case .networkUnreachable, .networkDown: .networkUnreachable
        case .hostUnreachable, .hostDown: .hostUnreachable
        case .accessDenied, .notPermitted, .invalidArgument: .networkUnreachable
        case .reset, .aborted, .brokenPipe: .connectionReset
        default: .localError
        }
    }
}

extension GrabFailure {
    /// The failure as the record says it, when the connection itself did not fail.
    var error: ObservationError {
        switch self {
        case .alert(let code):
            ObservationError(
                .tlsAlert,
                AlertCode.name(code).map { String(describing: $0) } ?? "alert \(code)"
            )
        case .closed: ObservationError(.connectionClosed, "the server closed the connection")
        case .reset: ObservationError(.connectionReset, "connection reset by peer")
        case .timeout: ObservationError(.tlsTimeout, "no answer within the time limit")
        case .notTLS: ObservationError(.notTLS, "the answer is not TLS")
        case .violation(let what): ObservationError(.protocolError, what.rawValue)
        case .noCertificate: ObservationError(.noCertificate, "the server's flight holds no certificate")
        case .unchecked: ObservationError(.protocolError, "a signature of a kind that is not checked")
        case .limit(let what): ObservationError(.limitExceeded, "more \(what.rawValue) than the limit")
        }
    }
}
