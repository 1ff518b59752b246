import Bytes
import Net
import Observations
import Synchronization
import Targets
import TLSClient
import Wire

/// Takes one endpoint after another through its probes, one connection at a time.
///
/// It carries out what `ProbeSequence` decides; each probe is a state machine
/// that knows no socket. The object, its observation and their room are used
/// for target after target.
final class EndpointProbe: TCPConnection {
    /// Keeps its loop; the loop lets its probes go when it ends.
    let scan: ScanLoop
    let observation = Observation()
    var decision = ProbeDecision.nothing
    var sequence: ProbeSequence
    /// The step that the present connection serves.
    var step = ProbeSequence.Step.finish
    var grab = Grab()
    /// What few endpoints need, apart, so that the others carry one empty reference.
    var jarm: JARMProbe?
    var full: FullProbe?
    /// What the full probe wanted when the connection was closed.
    var fullAction = FullProbe.Action.wait
    var variant: SNIVariantProbe?
    var prelude: Prelude?
    /// Why the dialogue before TLS failed.
    var preludeError: ObservationError?
    /// The name that the server says it answers for, in place of the one it does not know.
    var otherHost: String?
    /// The most telling of the earlier tries that got no certificate.
    var earlier: (flight: ServerFlight, error: ObservationError?, weight: Int)?
    /// Whether the server takes a hello with the protocols of HTTP.
    var offersProtocols = true
    /// How the present step ended, as far as its state machine knows.
    var failure: GrabFailure?
    var stepBeganAt: UInt64 = 0
    private(set) var attempt: ScanLoop.Attempt?
    private var endpointBeganAt: UInt64 = 0
    /// What this machine did to it.
    var setback = OwnTrouble.Setback()
    /// How often there had been no way out when the connection was opened.
    private(set) var outagesBefore = 0
    private var postponedAt: UInt64 = 0
    /// Its time was up before everything was done.
    private(set) var isCut = false

    init(_ scan: ScanLoop) {
        self.scan = scan
        sequence = ProbeSequence(scan.options, scheme: .tls, hasServerName: false)
        super.init(on: scan.loop)
    }

    // MARK: Steps

    /// Begins with an endpoint, and connects at once.
    func begin(_ attempt: ScanLoop.Attempt) {
        self.attempt = attempt
        observation.reset()
        observation.describe(attempt.target, attempt.address)
        observation.serverName = scan.options.serverName(for: attempt.target)
        observation.scope = scan.scopeName
        observation.startedAt = WallClock.nanoseconds
        endpointBeganAt = scan.loop.now
        setback = OwnTrouble.Setback()
        (earlier, otherHost, offersProtocols) = (nil, nil, true)
        decision = .nothing
        isCut = false
        sequence = ProbeSequence(
            scan.options,
            scheme: attempt.target.scheme,
            hasServerName: observation.serverName != nil
        )
        step = sequence.begin()
        if step == .decide {
            decision = scan.handler.decide(observation)
            step = sequence.decided(decision)
        }
        stepBeganAt = scan.loop.now
        prepareStep()
        connect()
    }

    /// Opens the connection for the present step; a token for it has been taken.
    func connect() {
        guard let attempt else { return }
        (failure, preludeError) = (nil, nil)
        outagesBefore = scan.outages(to: attempt.address)
        open(
            SocketAddress(attempt.address, port: attempt.target.port),
            milliseconds: scan.options.connectTimeout,
            totalDeadline: endpointBeganAt + scan.options.totalTimeout,
            budget: scan.options.byteBudget,
            speaksFirst: prelude == nil
        )
    }

    /// Goes on with `next`, which may need no connection.
    func go(_ next: ProbeSequence.Step) {
        var next = next
        if isLate, next != .finish {
            for kind in sequence.left {
                observation.probes.append(ProbeRecord(kind, .skipped, reason: .budget))
            }
            isCut = true
            next = sequence.cut()
        }
        // Further connections of one step are part of it.
        if next != step { stepBeganAt = scan.loop.now }
        step = next
        switch next {
        case .finish: endEndpoint()
        case .decide:
            guard scan.options.mayEscalate else { return go(sequence.next()) }
            let latest = scan.handler.decide(observation)
            go(sequence.hasReconsidered ? amend(with: latest) : decide(latest))
        default:
            prepareStep()
            scan.reconnect(self)
        }
    }

    private func decide(_ decision: ProbeDecision) -> ProbeSequence.Step {
        self.decision = decision
        return sequence.decided(decision)
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
    private var isLate: Bool {
        scan.loop.now >= endpointBeganAt + scan.options.totalTimeout || scan.isStopped
    }

    private func endEndpoint() {
        guard let attempt else { return }
        self.attempt = nil
        (jarm, full, variant, prelude) = (nil, nil, nil, nil)
        noteLeftOut()
        if scan.options.mayEscalate { assess() }
        observation.duration = UInt64(max(0, WallClock.nanoseconds - observation.startedAt))
        if !scan.isStopped { scan.report(observation, attempt.group) }
        scan.ended(self, at: attempt.address)
    }

    // MARK: Events of the connection

    override func connected() {
        setDeadline(milliseconds: scan.options.handshakeTimeout)
        if let prelude, !prelude.isOver { startPrelude(prelude) } else { startStep() }
    }

    override func received(_ bytes: Span<UInt8>) {
        guard let prelude else { return receivedStep(bytes) }
        receivedPrelude(prelude, bytes)
    }

    override func closed(_ end: ConnectionEnd) {
        scan.counters.bytes.add(UInt64(bytesReceived), ordering: .relaxed)
        if scan.postpone(self, end) {
            postponedAt = scan.loop.now
            return
        }
        go(endedStep(end))
    }

    /// Does the present step again, of which nothing counts that it has seen so far.
    func redo() {
        // The server has no part in the time since.
        let wait = scan.loop.now - postponedAt
        endpointBeganAt += wait
        stepBeganAt += wait
        forgetStep()
        prepareStep()
        scan.reconnect(self)
    }
}
