import Bytes
import HTTPClient
import Net
import Observations
import TLSClient
import Wire

/// Complete handshakes with what follows them, or HTTP over plain TCP: bytes in, bytes out, no I/O.
///
/// With an HTTP probe it goes on after the handshake and may ask for further
/// connections; without one it ends when the handshake is complete.
final class TLSConversation {
    /// What the owner of the connection does next.
    enum Action: Equatable {
        case wait
        /// Close; everything was seen.
        case done
        /// Close, and connect again for the next request.
        case reconnect
        /// Close; the handshake or the session broke.
        case failed
    }

    private let engines: HandshakeEngines?
    private let serverName: String?
    private var kind: ProbeKind { http == nil ? .handshake : .http }
    /// False when TLS begins inside another protocol, or where the server takes only its own.
    var offersProtocols: Bool
    let http: HTTPProbe?
    private(set) var session: (any TLSHandshake)?
    /// Whether our own TLS 1.3 makes the next handshake.
    private var usesOwn: Bool

    /// Whether this connection's handshake is complete.
    private(set) var isEstablished = false
    private var failure: TLSError?
    /// What a connection showed whose handshake libssl was to make again.
    private(set) var earlier: Sighting?

    /// Answers that came over connections with another leaf than the record's.
    private var foreignAnswers: [(exchanges: Range<Int>, hasIcon: Bool, certificate: [UInt8])] = []
    private var attributed = 0
    private var hadIcon = false

    /// - Parameters:
    ///   - engines: nil for plain TCP.
    ///   - http: what to ask once the connection stands; nil for the handshake alone.
    init(
        _ engines: HandshakeEngines?,
        serverName: String?,
        offersProtocols: Bool = true,
        http: HTTPProbe?
    ) {
        self.engines = engines
        usesOwn = engines?.own != nil
        self.serverName = serverName
        self.offersProtocols = offersProtocols
        self.http = http
    }

    /// What the server showed on this connection.
    var flight: ServerFlight { session?.flight ?? ServerFlight() }

    /// The server name that this connection sent; nil for none.
    var sentServerName: String? { session?.sendsServerName == true ? serverName : nil }

    /// Notes whose the answers of the connection that is ending are.
    ///
    /// - Parameter certificate: SHA-256 of its leaf; empty when that is the record's own.
    func noteAnswers(of certificate: [UInt8]) {
        guard let http else { return }
        let (count, hasIcon) = (http.exchanges.count, http.icon != nil)
        if !certificate.isEmpty {
            foreignAnswers.append((attributed..<count, hasIcon && !hadIcon, certificate))
        }
        (attributed, hadIcon) = (count, hasIcon)
    }

    /// Everything that was answered, each answer with the certificate of its connection.
    func answers() -> (exchanges: [HTTPExchange], icon: Favicon?) {
        guard let http else { return ([], nil) }
        var (exchanges, icon) = (http.exchanges, http.icon)
        for foreign in foreignAnswers {
            for index in foreign.exchanges { exchanges[index].certificate = foreign.certificate }
            if foreign.hasIcon { icon?.certificate = foreign.certificate }
        }
        return (exchanges, icon)
    }

    /// Forgets the last connection, lest the next one be judged by it.
    func prepare() {
        session = nil
        isEstablished = false
        failure = nil
    }

    /// The connection stands.
    func connected(_ send: (Span<UInt8>) -> Void) -> Action {
        prepare()
        guard let engines else {
            isEstablished = true
            return act(http?.connected(), send)
        }
        do {
            session = try makeSession(engines)
        } catch {
            failure = error
            return .failed
        }
        return advance(send)
    }

    /// Goes on over a connection whose handshake is complete.
    func goOn(over session: any TLSHandshake, _ send: (Span<UInt8>) -> Void) -> Action {
        prepare()
        self.session = session
        return established(send)
    }

    private func makeSession(_ engines: HandshakeEngines) throws(TLSError) -> (any TLSHandshake)? {
        if usesOwn, let own = engines.own {
            return GrabSession(own, serverName: serverName, offersProtocols: offersProtocols)
        }
        guard let full = engines.full() else { return nil }
        return try TLSSession(full, serverName: serverName, offersProtocols: offersProtocols)
    }

    /// Whether the handshake that is over is made again by libssl: ours failed, and that may be our fault.
    ///
    /// Once, so that no server is lost to what ours can't do, and none is asked for ever.
    func fallsBack(after connection: EndedConnection, _ visit: EndpointVisit) -> Bool {
        if !isEstablished, connection.isConnected, connection.isPastPrelude {
            session?.ended(connection.end.close)
        }
        guard usesOwn, !isEstablished, connection.isConnected, connection.isPastPrelude, !visit.isLate else {
            return false
        }
        switch connection.end {
        case .timedOut(total: true), .budgetExceeded, .failedHere: return false
        case .closed, .peerClosed, .failed, .timedOut(total: false): break
        }
        usesOwn = false
        let shown = flight
        if !shown.chain.isEmpty { earlier = sighting(kind, shown, visit) }
        // A server of an older version is none of our failures.
        if flight.version == 0x0304 { visit.scan.counters.addFallback() }
        return true
    }

    func received(_ bytes: Span<UInt8>, _ send: (Span<UInt8>) -> Void) -> Action {
        guard engines != nil else { return act(http?.received(bytes), send) }
        session?.receive(bytes)
        return isEstablished ? read(send) : advance(send)
    }

    /// The server ended the connection; `done` when nothing more is wanted.
    func closed() -> Action {
        guard isEstablished, let http else { return .failed }
        // TLS 1.3 servers refuse a missing client certificate after the handshake.
        let wants = flight.alerts.contains { $0.code == 116 || $0.code == 42 || $0.code == 40 }
        return act(http.closed(wantsCertificate: wants && flight.certificateRequest.isPresent)) { _ in }
    }

    private func advance(_ send: (Span<UInt8>) -> Void) -> Action {
        do {
            guard let session else { return .failed }
            let isComplete = try session.handshake()
            session.flush(send)
            guard isComplete else { return .wait }
        } catch {
            session?.flush(send)
            failure = error
            guard let http, !usesOwn, hasRefusedUs else { return .failed }
            return act(http.refused(), send)
        }
        return established(send)
    }

    private func established(_ send: (Span<UInt8>) -> Void) -> Action {
        isEstablished = true
        guard let http else { return .done }
        let action = act(http.connected(alpn: session?.nextProtocol), send)
        return action == .wait ? read(send) : action
    }

    /// Whether the server ended the handshake because it got no client certificate; up to TLS 1.2 it tells
    /// that by one of several alerts (RFC 5246, section 7.2.2).
    private var hasRefusedUs: Bool {
        let flight = flight
        guard flight.certificateRequest.isPresent, let alert = flight.alerts.last(where: \.isFinal) else {
            return false
        }
        return [40, 42, 43, 44, 45, 46, 48, 49, 116].contains(alert.code)
    }

    /// Why the connection brought no complete handshake; nil when it did.
    func error(_ flight: borrowing ServerFlight, _ connection: EndedConnection) -> ObservationError? {
        if isEstablished { return nil }
        if let error = connection.preludeError { return error }
        if let alert = flight.finalAlert { return GrabFailure.alert(alert).error }
        if let error = connection.error { return error }
        if let failure { return ObservationError(.protocolError, failure.description) }
        return ObservationError(.protocolError, "the handshake was not completed")
    }

    /// What the connection that is ending showed, its chain checked when `--verify` asks for it.
    func sighting(_ kind: ProbeKind, _ flight: ServerFlight, _ visit: EndpointVisit) -> Sighting {
        var sighting = Sighting(kind: kind, serverName: sentServerName, flight: flight)
        sighting.isEstablished = isEstablished
        guard let store = visit.scan.trust else { return sighting }
        var address: [UInt8] = []
        visit.observation.ip?.append(bytesTo: &address)
        let name = visit.observation.serverName ?? visit.observation.domain
        sighting.verification = session?.verify(store, name: name, address: address).map {
            Verification(chain: $0.chain, name: $0.name)
        }
        sighting.verification?.isOwnTrust = visit.scan.options.verify?.caFile != nil
        for (own, store) in visit.scan.stores {
            guard let result = session?.verify(store, name: name, address: address) else { continue }
            sighting.verification?.stores.append((own, result.chain == "valid"))
        }
        return sighting
    }

    private func read(_ send: (Span<UInt8>) -> Void) -> Action {
        guard let http else { return .done }
        var action = Action.wait
        do {
            var answers: [HTTPProbe.Action] = []
            let reading = try session?.read { bytes in
                let answer = http.received(bytes)
                answers.append(answer)
                if case .send = answer { return true }
                return answer == .wait
            }
            for answer in answers where action == .wait { action = act(answer, send) }
            if reading == .end, action == .wait { action = closed() }
        } catch {
            failure = error
            return closed()
        }
        session?.flush(send)
        return action
    }

    private func act(_ action: HTTPProbe.Action?, _ send: (Span<UInt8>) -> Void) -> Action {
        switch action {
        case .none, .finish: return .done
        case .wait: return .wait
        case .reconnect: return .reconnect
        case .send(let bytes):
            guard engines != nil else {
                send(bytes.span)
                return .wait
            }
            do {
                try session?.write(bytes)
            } catch {
                failure = error
                return .failed
            }
            session?.flush(send)
            return .wait
        }
    }
}
