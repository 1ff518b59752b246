import Bytes
import DequeModule
import Net
import Observations
import Synchronization
import Targets
import TLSClient
import Wire

/// One event loop of a scan: it pulls targets as places become free and pushes each observation once.
///
/// Everything here belongs to the loop's thread. What loops share is behind
/// `feed`, `control`, `networks` and `counters`.
final class ScanLoop {
    let loop: EventLoop
    let options: ScanOptions
    let choice: ProbeChoice
    /// Whether anything can follow the certificate.
    let mayEscalate: Bool
    let context: GrabContext
    let handler: any ObservationHandler
    let counters: ScanCounters
    let scopeName: String?
    let trust: TrustStore?
    /// What chains are held against besides, by a person's names.
    let stores: [(name: String, store: TrustStore)]
    /// Made when the first complete handshake is due.
    private(set) lazy var tls = try? TLSContext(look: options.look)
    let source: any TargetSource
    let found: FoundTargets?
    let control: ScanControl
    let networks: PrefixLimiter?
    let pace: ScanPace?
    let gate: ConnectionGate
    let notices: ScanNotices
    let resolver: Resolver
    /// Endpoints at once; fewer than `fullCapacity` while this machine has no room for more.
    var capacity: Int
    let fullCapacity: Int
    /// Targets pulled at a time: a small range is to be shared among all loops.
    let batchSize: Int
    var trouble = OwnTrouble()
    var lastExhaustion: UInt64 = 0

    /// Targets pulled and not begun, the next one last.
    var batch: [Target] = []
    /// What waits for a place: further addresses of a name, and targets whose network has as many
    /// connections as it may.
    var deferred = Deque<Attempt>()
    /// Endpoints that wait until the rate lets them connect again.
    var waiting = Deque<EndpointVisit>()
    /// Endpoints whose step failed on our side, and when it is done again.
    var postponed: [(probe: EndpointVisit, due: UInt64)] = []
    var idle: [EndpointVisit] = []
    var active = 0
    var nextWake: (timer: LoopHandle, due: UInt64)?
    var feedState = FeedState.open

    enum FeedState { case open, done }

    init(_ setup: ScanSetup, handler: any ObservationHandler, counters: ScanCounters) throws {
        loop = try EventLoop(rounds: .apart)
        options = setup.options
        choice = ProbeChoice(setup.options)
        mayEscalate = setup.options.mayEscalate
        source = setup.source
        found = setup.found
        scopeName = setup.scopeName
        control = setup.control
        networks = setup.networks
        self.handler = handler
        self.counters = counters
        context = try GrabContext()
        trust = try setup.options.verify.map { try TrustStore(file: $0.caFile) }
        stores = try (setup.options.verify?.stores ?? []).map { ($0.name, try TrustStore(file: $0.file)) }
        pace = setup.pace
        gate = ConnectionGate(
            setup.feed.plan.options,
            from: setup.options.sources,
            by: setup.options.proxy?.address
        )
        notices = setup.notices
        let threads = max(1, setup.options.threads)
        fullCapacity = max(1, setup.options.concurrency / threads)
        capacity = fullCapacity
        let share = Int(clamping: (setup.feed.total ?? 0) / UInt64(8 * threads))
        batchSize = pace == nil ? min(fullCapacity, 256, max(16, share)) : 1
        var resolving = Resolver.Options()
        resolving.servers = setup.options.resolvers
        resolver = try Resolver(on: loop, resolving)
    }

    /// Runs until every target is done or the scan is stopped.
    func run() {
        let watch = loop.every(milliseconds: 100) { [unowned self] in lookAtControl() }
        let flush = loop.every(milliseconds: 1000) { [unowned self] in
            handler.flush(isLast: false)
            regainCapacity()
        }
        fill()
        loop.run()
        watch.cancel()
        flush.cancel()
        handler.flush(isLast: true)
        // Probes hold their loop: the circle is cut here.
        idle.removeAll()
    }

    private func lookAtControl() {
        switch control.phase {
        case .running: break
        case .draining:
            drain()
            endWaking()
        case .stopped:
            drain()
            waiting.removeAll()
            postponed.removeAll()
            endWaking()
            loop.closeAll()
        }
    }

    /// Takes the next look back when there is nobody left to wait for it, which at a low rate may be minutes
    /// away.
    private func endWaking() {
        guard waiting.isEmpty, postponed.isEmpty else { return }
        nextWake?.timer.cancel()
        nextWake = nil
    }

    /// Forgets targets that were not begun; the checkpoint does not count them as done.
    private func drain() {
        feedState = .done
        batch.removeAll()
        deferred.removeAll()
        resolver.cancel()
    }

    /// Whether everything is to end at once.
    var isStopped: Bool { control.phase == .stopped }

    /// Bytes for hellos that are not the grab's.
    func randomBytes(_ count: Int) -> [UInt8] { context.randomBytes(count) }

    // MARK: Ending

    /// Hands an observation on and counts it.
    func report(_ observation: Observation, _ group: TargetGroup) {
        group.left -= 1
        handler.finished(observation, completesTarget: group.left == 0)
        counters.done.add(1, ordering: .relaxed)
        if observation.isSuccess { counters.found.add(1, ordering: .relaxed) }
    }

    /// An endpoint is done: its place is free.
    func ended(_ visit: EndpointVisit, at address: IPAddress) {
        networks?.release(address)
        active -= 1
        counters.open.subtract(1, ordering: .relaxed)
        idle.append(visit)
        fill()
    }

    /// An endpoint wants one more connection: at once, or as soon as the rate allows it.
    func reconnect(_ probe: EndpointVisit) {
        if waiting.isEmpty, mayConnect() {
            probe.connect()
        } else {
            waiting.append(probe)
        }
    }
}
