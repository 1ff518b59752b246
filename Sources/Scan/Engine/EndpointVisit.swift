import Bytes
import Net
import Observations
import Synchronization
import Targets
import TLSClient
import Wire

/// Takes one endpoint after another through its probes, one connection at a time.
///
/// `ProbeSequence` decides which probe comes next, and the probe what is done with its connections. The
/// object, its observation and their room are used for target after target.
final class EndpointVisit: TCPConnection {
    /// Keeps its loop; the loop lets its visits go when it ends.
    let scan: ScanLoop
    let observation = Observation()
    private(set) var decision = ProbeDecision.nothing
    private var sequence: ProbeSequence
    /// The step that the present connection serves, and its probe.
    private var step = ProbeSequence.Step.finish
    private var probe: (any Probe)?
    private let certificate = CertificateProbe()
    var prelude: Prelude?
    /// The proxy's part of the connection, while it lasts.
    var tunnel: ProxyTunnel?
    /// Why the dialogue before TLS failed.
    var preludeError: ObservationError?
    /// The name that the server says it answers for, in place of the one it does not know.
    var otherHost: String?
    /// What comes after the present connection where that is known before it ends.
    private var following: ProbeSequence.Step?
    /// Our own handshake with this server does not come to its end: libssl makes the others.
    private(set) var needsOther = false
    /// The hello that got the certificate, or the one to begin with.
    var look = ClientHello.Look.default
    private(set) var attempt: ScanLoop.Attempt?
    private var stepBeganAt: UInt64 = 0
    private var endpointBeganAt: UInt64 = 0
    private var clockAtBegin: UInt64 = 0
    /// What this machine did to it.
    var setback = OwnTrouble.Setback()
    /// How often there had been no way out when the connection was opened.
    private(set) var outagesBefore = 0
    private var postponedAt: UInt64 = 0
    /// Its time was up before everything was done.
    private(set) var isCut = false

    init(_ scan: ScanLoop) {
        self.scan = scan
        sequence = ProbeSequence(scan.options)
        super.init(on: scan.loop)
    }

    // MARK: Steps

    /// Begins with an endpoint, and connects at once.
    func begin(_ attempt: ScanLoop.Attempt) {
        self.attempt = attempt
        observation.reset()
        observation.describe(attempt.target, attempt.address)
        observation.serverName = scan.options.serverName.name(for: attempt.target)
        observation.scope = scan.scopeName
        if attempt.group.isCut { observation.limits.append(.addresses) }
        observation.startedAt = WallClock.nanoseconds
        endpointBeganAt = scan.loop.now
        clockAtBegin = MonotonicClock.nanoseconds
        setback = OwnTrouble.Setback()
        (otherHost, look) = (nil, scan.options.look)
        (following, needsOther) = (nil, false)
        certificate.reset()
        decision = .nothing
        isCut = false
        step = sequence.begin(
            attempt.target.scheme,
            hasServerName: observation.serverName != nil,
            isSwept: attempt.target.isSwept
        )
        if step == .decide { step = decide(scan.handler.decide(observation)) }
        stepBeganAt = scan.loop.now
        probe = makeProbe(step)
        prepare()
        connect()
    }

    /// The probe of a step; nil for what needs no connection.
    private func makeProbe(_ step: ProbeSequence.Step) -> (any Probe)? {
        switch step {
        case .grab(let look, let attempt):
            certificate.use(look, attempt: attempt)
            return certificate
        case .handshake(let attempt): return HandshakeProbe(self, attempt: attempt)
        case .jarm:
            return JARMProbe(
                serverName: observation.serverName ?? observation.address,
                isCompatible: scan.options.jarmCompatible,
                retries: scan.options.retries
            )
        case .http: return RequestProbe(self)
        case .sni(let kind): return SNIProbe(kind)
        case .decide, .finish: return nil
        }
    }

    /// Makes the probe, and the dialogue before it, ready for a connection.
    private func prepare() {
        prepareTunnel()
        preparePrelude()
        probe?.prepare(self)
    }

    /// Opens the connection for the present step; a token for it has been taken.
    func connect() {
        guard let attempt else { return }
        preludeError = nil
        outagesBefore = scan.outages(to: attempt.address)
        let proxy = scan.options.proxy
        let place = SocketAddress(proxy?.address ?? attempt.address, port: proxy?.port ?? attempt.target.port)
        open(
            place,
            milliseconds: scan.options.connectTimeout,
            totalDeadline: endpointBeganAt + scan.options.totalTimeout,
            budget: scan.options.byteBudget,
            speaksFirst: prelude == nil || proxy != nil,
            from: source(to: place.address)
        )
    }

    /// The local address to come from, if one of the family was named.
    private func source(to address: IPAddress) -> SocketAddress? {
        guard !scan.options.sources.isEmpty else { return nil }
        let source = scan.options.sources.first { $0.isV4 == address.isV4 }
        return source.map { SocketAddress($0, port: 0) }
    }

    /// Goes on with `next`, which may need no connection.
    private func go(_ next: ProbeSequence.Step) {
        guard next == .finish || !isLate else { return cut() }
        step = next
        switch next {
        case .finish: endEndpoint()
        case .decide:
            guard scan.mayEscalate else { return go(sequence.next()) }
            let latest = scan.handler.decide(observation)
            go(sequence.hasReconsidered ? amend(with: latest) : decide(latest))
        default:
            stepBeganAt = scan.loop.now
            probe = makeProbe(next)
            prepare()
            scan.reconnect(self)
        }
    }

    /// Opens a further connection for the same probe.
    private func again() {
        guard !isLate else { return cut() }
        prepare()
        scan.reconnect(self)
    }

    /// Leaves out what is left to do.
    private func cut() {
        for kind in sequence.left {
            observation.probes.append(ProbeRecord(kind, .skipped, reason: .budget))
        }
        isCut = true
        go(sequence.cut())
    }

    private func decide(_ decision: ProbeDecision, isOpen: Bool = false) -> ProbeSequence.Step {
        self.decision = decision
        return sequence.decided(decision, isOpen: isOpen)
    }

    /// Takes from a second decision what the first one left out and what can still be done.
    private func amend(with latest: ProbeDecision) -> ProbeSequence.Step {
        let isDone = observation.probes.contains { $0.kind == .jarm }
        if !isDone, decision.wanted[.jarm] == nil, let reason = latest.wanted[.jarm] {
            decision.wanted[.jarm] = reason
            decision.skipped[.jarm] = nil
        }
        return sequence.redecided(wantsJARM: decision.wanted[.jarm] != nil, isDone: isDone)
    }

    /// Whether the endpoint's time is up, or the scan is to stop at once.
    var isLate: Bool {
        scan.loop.now >= endpointBeganAt + scan.options.totalTimeout || scan.isStopped
    }

    private func endEndpoint() {
        guard let attempt else { return }
        self.attempt = nil
        (probe, prelude) = (nil, nil)
        noteLeftOut()
        if scan.mayEscalate { assess() }
        observation.duration = MonotonicClock.nanoseconds - clockAtBegin
        if !scan.isStopped { scan.report(observation, attempt.group) }
        scan.ended(self, at: attempt.address)
    }

    // MARK: Events of the connection

    override func connected() {
        if let tunnel {
            setDeadline(milliseconds: scan.options.connectTimeout)
            return send(tunnel.begin().span)
        }
        setDeadline(milliseconds: scan.options.handshakeTimeout)
        beginConversation()
    }

    /// The endpoint is connected.
    func beginConversation() {
        if let prelude, !prelude.isOver { startPrelude(prelude) } else { startProbe() }
    }

    override func received(_ bytes: Span<UInt8>) {
        if tunnel == nil { receivedFromServer(bytes) } else { receivedTunnel(bytes) }
    }

    func receivedFromServer(_ bytes: Span<UInt8>) {
        guard let prelude else { return receivedByProbe(bytes) }
        receivedPrelude(prelude, bytes)
    }

    /// TLS, or whatever the probe speaks, begins on the open connection.
    func startProbe() {
        act(probe?.opened(self))
    }

    private func act(_ action: ProbeAction?) {
        switch action {
        case .wait: break
        case .complete: goOn()
        case .done, nil: close()
        }
    }

    /// Whether every endpoint with a certificate is asked over HTTP, so that the connection that shows it may
    /// be the one that is asked.
    var asksEverywhere: Bool { scan.options.level == .full && observation.startTLS == nil }

    /// Notes that our own handshake failed where a server of TLS 1.3 may have no part in it.
    func needOther() {
        needsOther = true
        scan.counters.addFallback()
    }

    /// The connection that has shown the certificate has a complete handshake: HTTP goes over it.
    private func goOn() {
        guard let probe, let session = probe.session, !isLate else { return close() }
        let connection = EndedConnection(
            end: .closed,
            isConnected: true,
            preludeError: nil,
            isPastPrelude: true,
            isTemporary: false
        )
        switch probe.ended(connection, self) {
        case .certificate: _ = sequence.succeeded()
        case .failed(let ending, let failure, let suite):
            following = sequence.ended(ending, failure, suite: suite)
            return close()
        case .done, .reconnect, .surprised: return close()
        }
        step = decide(scan.handler.decide(observation), isOpen: true)
        guard step == .http else {
            following = step
            return close()
        }
        stepBeganAt = scan.loop.now
        setDeadline(milliseconds: scan.options.handshakeTimeout)
        let request = RequestProbe(self)
        self.probe = request
        act(request.goOn(over: session, self))
    }

    func receivedByProbe(_ bytes: Span<UInt8>) {
        act(probe?.received(bytes, self))
    }

    override func closed(_ end: ConnectionEnd) {
        scan.counters.bytes.add(UInt64(bytesReceived), ordering: .relaxed)
        if scan.postpone(self, end) {
            postponedAt = scan.loop.now
            return
        }
        ended(end)
    }

    /// Makes the last connection again, of which nothing counts that it has shown.
    func redo() {
        // The server has no part in the time since.
        let wait = scan.loop.now - postponedAt
        endpointBeganAt += wait
        stepBeganAt += wait
        probe = probe?.renewed(self)
        prepare()
        scan.reconnect(self)
    }

    /// The present connection is over: the probe says what follows.
    private func ended(_ end: ConnectionEnd) {
        if let following {
            self.following = nil
            return go(following)
        }
        endTunnel(end)
        if tunnel == nil { endPrelude(end) }
        guard !asksForOtherName(), let probe else { return again() }
        let connection = EndedConnection(
            end: end,
            isConnected: isConnected,
            preludeError: preludeError,
            isPastPrelude: tunnel == nil && prelude?.isOver != false,
            isTemporary: prelude?.failure?.isTemporary == true
        )
        switch probe.ended(connection, self) {
        case .reconnect: again()
        case .done: go(sequence.next())
        case .certificate: go(sequence.succeeded())
        case .failed(let ending, let failure, let suite): go(sequence.ended(ending, failure, suite: suite))
        case .surprised: go(sequence.reconsider())
        }
    }

    /// Writes down how a probe ended.
    ///
    /// - Parameters:
    ///   - alert: how the server ended its last connection, if it did so by an alert.
    ///   - isCut: whether the leaf did not come whole.
    ///   - look: the hello of a grab.
    func record(
        _ kind: ProbeKind,
        _ error: ObservationError?,
        _ end: ConnectionEnd,
        attempt: Int,
        alert: UInt8? = nil,
        isCut: Bool = false,
        _ failure: GrabFailure? = nil,
        look: ClientHello.Look? = nil,
        limit: ProbeRecord.Limit? = nil
    ) {
        var record = ProbeRecord(kind, error == nil ? .success : .failure, code: error?.code)
        record.hello = look?.rawValue
        record.attempt = attempt
        record.milliseconds = Int(clamping: scan.loop.now - stepBeganAt)
        record.reason = reason(kind, attempt: attempt, look)
        record.limit = limit
        if case .limit(let bound) = failure { record.limit = bound.ofProbe }
        if end == .budgetExceeded || isCut { record.limit = .bytes }
        if case .timedOut(total: true) = end { record.limit = .time }
        record.alert = alert
        observation.probes.append(record)
    }
}

extension GrabFailure.Limit {
    fileprivate var ofProbe: ProbeRecord.Limit {
        switch self {
        case .bytes: .bytes
        case .records: .records
        case .messages: .messages
        }
    }
}
