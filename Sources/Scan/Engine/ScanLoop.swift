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
    let context: GrabContext
    let handler: any ObservationHandler
    let counters: ScanCounters
    let scopeName: String?
    let trust: TrustStore?
    /// Made when the first complete handshake is due.
    private(set) lazy var tls = try? TLSContext()
    private let feed: TargetFeed
    private let control: ScanControl
    private let networks: PrefixLimiter?
    private var limiter: RateLimiter?
    private let resolver: Resolver
    private let capacity: Int

    /// Targets pulled and not begun, the next one last.
    private var batch: [Target] = []
    /// What waits for a place: further addresses of a name, and targets whose network has as many
    /// connections as it may.
    private var deferred = Deque<Attempt>()
    /// Endpoints that wait for a token to connect again.
    private var waiting = Deque<EndpointProbe>()
    private var idle: [EndpointProbe] = []
    private var active = 0
    private var isWakeScheduled = false
    private var feedState = FeedState.open

    private enum FeedState { case open, done }

    /// A target with the address to connect to.
    struct Attempt {
        var target: Target
        var address: IPAddress
        /// Shared by the attempts of one name.
        var group: TargetGroup
    }

    /// How many endpoints of one target are not done.
    final class TargetGroup {
        var left: Int
        init(_ left: Int) { self.left = left }
    }

    init(_ setup: ScanSetup, handler: any ObservationHandler, counters: ScanCounters) throws {
        loop = try EventLoop()
        options = setup.options
        feed = setup.feed
        scopeName = setup.scopeName
        control = setup.control
        networks = setup.networks
        self.handler = handler
        self.counters = counters
        context = try GrabContext()
        trust = try setup.options.verify.map { try TrustStore(file: $0.caFile) }
        capacity = max(1, setup.options.concurrency / setup.options.threads)
        let rate = setup.options.rate / Double(setup.options.threads)
        limiter = rate > 0 ? RateLimiter(rate: rate) : nil
        var resolving = Resolver.Options()
        resolving.servers = setup.options.resolvers
        resolver = try Resolver(on: loop, resolving)
    }

    /// Runs until every target is done or the scan is stopped.
    func run() {
        let watch = loop.every(milliseconds: 100) { [unowned self] in lookAtControl() }
        let flush = loop.every(milliseconds: 1000) { [unowned self] in handler.flush(isLast: false) }
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
        case .draining: drain()
        case .stopped:
            drain()
            waiting.removeAll()
            loop.closeAll()
        }
    }

    /// Forgets targets that were not begun; the checkpoint does not count them as done.
    private func drain() {
        feedState = .done
        batch.removeAll()
        deferred.removeAll()
    }

    /// Whether so much is open that this machine's local ports may have run out.
    var isCrowded: Bool { active > 1000 }

    /// Whether everything is to end at once.
    var isStopped: Bool { control.phase == .stopped }

    /// Bytes for hellos that are not the grab's.
    func randomBytes(_ count: Int) -> [UInt8] { context.randomBytes(count) }

    // MARK: Pulling

    /// Begins targets while there is room, connections are allowed, and targets are left.
    private func fill() {
        while resumeWaiting(), active < capacity, control.phase == .running {
            if let attempt = nextDeferred() {
                begin(attempt)
                continue
            }
            // A deferred target takes no place, but their number is bounded all the same.
            guard deferred.count < 4 * capacity + 64, let target = nextTarget() else { break }
            begin(target)
        }
        // What keeps a network busy may end on another loop, which tells this one nothing.
        if !deferred.isEmpty { wake(after: 20) }
    }

    /// Lets endpoints go on that wait to connect again; false when no connection may be made now.
    private func resumeWaiting() -> Bool {
        while mayConnect() {
            guard let probe = waiting.popFirst() else { return true }
            takeToken()
            probe.connect()
        }
        return false
    }

    private func mayConnect() -> Bool {
        guard limiter != nil else { return true }
        let delay = limiter?.delay(now: loop.now) ?? 0
        if delay > 0 { wake(after: delay) }
        return delay == 0
    }

    private func takeToken() {
        limiter?.take()
        counters.connections.add(1, ordering: .relaxed)
    }

    private func wake(after milliseconds: UInt64) {
        guard !isWakeScheduled else { return }
        isWakeScheduled = true
        loop.after(milliseconds: milliseconds) { [unowned self] in
            isWakeScheduled = false
            fill()
        }
    }

    private func nextTarget() -> Target? {
        if let target = batch.popLast() { return target }
        guard feedState == .open else { return nil }
        switch feed.pull(min(256, max(1, capacity)), into: &batch) {
        case .targets:
            batch.reverse()
            return batch.popLast()
        case .notYet:
            wake(after: 50)
            return nil
        case .done:
            feedState = .done
            return nil
        }
    }

    /// The first that waits and whose network has room now, of the first few.
    private func nextDeferred() -> Attempt? {
        guard let networks, !deferred.isEmpty else { return deferred.popFirst() }
        for index in deferred.indices.prefix(16) where networks.hasRoom(deferred[index].address) {
            return deferred.remove(at: index)
        }
        // Turn the queue, so that others come to the front.
        if deferred.count > 16 {
            deferred.append(contentsOf: (0..<16).compactMap { _ in deferred.popFirst() })
        }
        return nil
    }

    // MARK: Beginning

    private func begin(_ target: Target) {
        if let problem = target.problem {
            refuse(target, address: nil, problem, group: TargetGroup(1))
            return
        }
        switch target.host {
        case .address(let address): begin(Attempt(target: target, address: address, group: TargetGroup(1)))
        case .name(let name): resolve(name, target)
        }
    }

    private func begin(_ attempt: Attempt) {
        if let networks, !networks.acquire(attempt.address) {
            deferred.append(attempt)
            return
        }
        let probe = idle.popLast() ?? EndpointProbe(self)
        active += 1
        counters.open.add(1, ordering: .relaxed)
        takeToken()
        probe.begin(attempt)
    }

    private func resolve(_ name: String, _ target: Target) {
        active += 1
        resolver.resolve(name, families: options.usesIPv6 ? .both : .ipv4) { [unowned self] result in
            active -= 1
            resolved(target, result)
            fill()
        }
    }

    private func resolved(_ target: Target, _ result: Result<[ResolvedAddress], DNSFailure>) {
        switch result {
        case .failure(let failure):
            let error = ObservationError(.dnsFailure, failure.description)
            refuse(target, address: nil, error, group: TargetGroup(1))
        case .success(let answers):
            // While the scan is being stopped nothing new begins: the target stays undone.
            guard control.phase == .running else { return }
            let addresses = answers.map { IPAddress($0.address) }
            guard !addresses.isEmpty else {
                let error = ObservationError(
                    .dnsFailure,
                    "the name has no address of a family that is scanned"
                )
                return refuse(target, address: nil, error, group: TargetGroup(1))
            }
            let chosen = options.allAddresses ? addresses : Array(addresses.prefix(1))
            attempt(target, chosen.filter { !target.addressesDone.contains($0.description) })
        }
    }

    /// Lines up addresses of a name; each has its place, its share of the rate and its record.
    private func attempt(_ target: Target, _ addresses: [IPAddress]) {
        if addresses.isEmpty { handler.passed(target.sequence) }
        let group = TargetGroup(addresses.count)
        for address in addresses {
            if let refusal = feed.plan.options.refusal(of: address, for: target) {
                refuse(target, address: address, refusal, group: group)
            } else {
                deferred.append(Attempt(target: target, address: address, group: group))
            }
        }
    }

    /// Gives a target its record without a connection.
    private func refuse(_ target: Target, address: IPAddress?, _ error: ObservationError, group: TargetGroup)
    {
        let observation = Observation()
        observation.describe(target, address)
        observation.startedAt = WallClock.nanoseconds
        observation.error = error
        report(observation, group)
    }

    // MARK: Ending

    /// Hands an observation on and counts it.
    func report(_ observation: Observation, _ group: TargetGroup) {
        group.left -= 1
        handler.finished(observation, completesTarget: group.left == 0)
        counters.done.add(1, ordering: .relaxed)
        if observation.isSuccess { counters.found.add(1, ordering: .relaxed) }
    }

    /// An endpoint is done: its place is free.
    func ended(_ probe: EndpointProbe, at address: IPAddress) {
        networks?.release(address)
        active -= 1
        counters.open.subtract(1, ordering: .relaxed)
        idle.append(probe)
        fill()
    }

    /// An endpoint wants one more connection: at once, or as soon as the rate allows it.
    func reconnect(_ probe: EndpointProbe) {
        if waiting.isEmpty, mayConnect() {
            takeToken()
            probe.connect()
        } else {
            waiting.append(probe)
        }
    }
}
