import Net
import Observations
import Targets
package import Wire

/// A proxy that connects in our place.
package struct Proxy: Sendable {
    package let kind: ProxyTunnel.Kind
    package let address: IPAddress
    package let port: UInt16
    package let login: ProxyLogin?

    package init(_ kind: ProxyTunnel.Kind, _ address: IPAddress, port: UInt16, login: ProxyLogin?) {
        (self.kind, self.address, self.port, self.login) = (kind, address, port, login)
    }

    /// `socks5://192.0.2.1:1080`: what records say, without a login.
    package var name: String { "\(kind.rawValue)://\(SocketAddress(address, port: port))" }
}

/// What comes before everything else where a proxy connects.
extension EndpointVisit {
    func prepareTunnel() {
        tunnel = nil
        guard let proxy = scan.options.proxy, let attempt else { return }
        tunnel = ProxyTunnel(proxy.kind, to: attempt.address, port: attempt.target.port, login: proxy.login)
    }

    func receivedTunnel(_ bytes: Span<UInt8>) {
        switch tunnel?.received(bytes) {
        case nil, .wait: break
        case .send(let answer): send(answer.span)
        case .open(let consumed):
            tunnel = nil
            setDeadline(milliseconds: scan.options.handshakeTimeout)
            beginConversation()
            // A server that speaks first may have done so already.
            if consumed < bytes.count { receivedFromServer(bytes.extracting(consumed...)) }
        case .fail(let failure):
            preludeError = ObservationError(failure)
            close()
        }
    }

    /// What a connection that never got to the endpoint comes to.
    ///
    /// Nothing is known of an endpoint when the proxy itself fails: that is this machine's trouble.
    func endTunnel(_ end: ConnectionEnd) {
        guard tunnel != nil, preludeError == nil else { return }
        if isConnected, case .timedOut = end {
            preludeError = ObservationError(
                .connectionTimeout,
                "no connection by the proxy within the time limit"
            )
        } else if let error = end.error(isConnected: isConnected) {
            preludeError = ObservationError(.localError, "the proxy: \(error.message)")
        }
    }
}

extension ObservationError {
    fileprivate init(_ failure: ProxyFailure) {
        switch failure {
        case .proxy(let what): self.init(.localError, "the proxy: \(what)")
        case .endpoint(let reason, let what): self.init(ErrorCode(reason), "by the proxy: \(what)")
        }
    }
}

extension ErrorCode {
    fileprivate init(_ reason: ProxyFailure.Reason) {
        self =
            switch reason {
            case .refused: .connectionRefused
            case .networkUnreachable: .networkUnreachable
            case .hostUnreachable: .hostUnreachable
            case .timedOut: .connectionTimeout
            case .refusedByProxy: .proxyError
            }
    }
}
