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
    private let source: any TargetSource
    private let found: FoundTargets?
    private let control: ScanControl
    private let networks: PrefixLimiter?
    private let pace: ScanPace?
    private let gate: ConnectionGate
    private let notices: ScanNotices
    private let resolver: Resolver
    /// Endpoints at once; fewer than `fullCapacity` while this machine has no room for more.
    private var capacity: Int
    private let fullCapacity: Int
    /// Targets pulled at a time: a small range is to be shared among all loops.
    private let batchSize: Int
    private var trouble = OwnTrouble()
    private var lastExhaustion: UInt64 = 0

    /// Targets pulled and not begun, the next one last.
    private var batch: [Target] = []
    /// What waits for a place: further addresses of a name, and targets whose network has as many
    /// connections as it may.
    private var deferred = Deque<Attempt>()
    /// Endpoints that wait until the rate lets them connect again.
    private var waiting = Deque<EndpointVisit>()
    /// Endpoints whose step failed on our side, and when it is done again.
    private var postponed: [(probe: EndpointVisit, due: UInt64)] = []
    private var idle: [EndpointVisit] = []
    private var active = 0
    private var nextWake: (timer: LoopHandle, due: UInt64)?
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
        /// Whether the name has more addresses than are used.
        let isCut: Bool

        init(_ left: Int, isCut: Bool = false) {
            self.left = left
            self.isCut = isCut
        }
    }

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
        gate = ConnectionGate(setup.feed.plan.options)
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

    // MARK: Pulling

    /// What may be begun next.
    private enum Work {
        case target(Target)
        case attempt(Attempt)
    }

    /// Begins targets while there is room, connections are allowed, and targets are left.
    private func fill() {
        resumePostponed()
        resumeWaiting()
        reportFailures()
        while waiting.isEmpty, active < capacity, control.phase == .running, let work = nextWork() {
            switch work {
            case .attempt(let attempt): if !begin(attempt) { return }
            case .target(let target): if !begin(target) { return }
            }
        }
        // What keeps a network busy may end on another loop, which tells this one nothing.
        if !deferred.isEmpty { wake(after: 20) }
    }

    private func nextWork() -> Work? {
        if let attempt = nextDeferred() { return .attempt(attempt) }
        // A deferred target takes no place, but their number is bounded all the same.
        guard deferred.count < 4 * fullCapacity + 64 else { return nil }
        return nextTarget().map { .target($0) }
    }

    /// Has the endpoints go on whose time has come to try again.
    private func resumePostponed() {
        guard !postponed.isEmpty else { return }
        let now = loop.now
        let ready = postponed.filter { $0.due <= now }
        postponed.removeAll { $0.due <= now }
        for (probe, _) in ready { probe.redo() }
        if let next = postponed.map(\.due).min() { wake(after: next - now) }
    }

    /// Lets endpoints go on that wait to connect again, as far as the rate allows.
    private func resumeWaiting() {
        while !waiting.isEmpty, mayConnect() { waiting.popFirst()?.connect() }
    }

    /// Whether one more connection may be made now, which is then counted.
    private func mayConnect() -> Bool {
        guard isDue(pace?.connections) else { return false }
        counters.connections.add(1, ordering: .relaxed)
        return true
    }

    /// Asks a limiter, if there is one, and sees to it that the loop looks again when it says no.
    private func isDue(_ limiter: RateLimiter?) -> Bool {
        let ahead = found == nil ? 0 : Self.precedence
        guard let nanoseconds = limiter?.take(now: EventLoop.nanoseconds, ahead: ahead), nanoseconds > 0
        else {
            return true
        }
        wake(after: max(2, (nanoseconds + 999_999) / 1_000_000))
        return false
    }

    /// Nanoseconds by which a connection to what was discovered goes before the SYNs that discover more.
    private static let precedence: UInt64 = 20_000_000

    private func wake(after milliseconds: UInt64) {
        let due = loop.now + milliseconds
        if let nextWake, nextWake.due <= due { return }
        nextWake?.timer.cancel()
        let timer = loop.after(milliseconds: milliseconds) { [unowned self] in
            nextWake = nil
            fill()
        }
        nextWake = (timer, due)
    }

    private func nextTarget() -> Target? {
        if let target = batch.popLast() { return target }
        guard feedState == .open else { return nil }
        switch source.pull(batchSize, into: &batch) {
        case .targets:
            batch.reverse()
            return batch.popLast()
        case .notYet:
            wake(after: found == nil ? 50 : 5)
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

    /// False when the rate does not allow it now: the target then waits.
    private func begin(_ target: Target) -> Bool {
        if let problem = target.problem {
            refuse(target, address: nil, problem, group: TargetGroup(1))
            return true
        }
        switch target.host {
        case .address(let address):
            return begin(Attempt(target: target, address: address, group: TargetGroup(1)))
        case .name(let name):
            // Names that don't resolve make no connection and hold the rate all the same.
            guard isDue(pace?.lookups) else {
                batch.append(target)
                return false
            }
            resolve(name, target)
            return true
        }
    }

    /// Gives an endpoint its address, which all of its connections go to.
    ///
    /// False when the rate does not allow it now: the attempt then waits.
    private func begin(_ attempt: Attempt) -> Bool {
        if let refusal = gate.refusal(of: attempt.address, for: attempt.target) {
            refuse(attempt.target, address: attempt.address, refusal, group: attempt.group)
            return true
        }
        // Whoever names where to come from is not to be seen from elsewhere.
        let way = options.proxy?.address ?? attempt.address
        if !options.sources.isEmpty, !options.sources.contains(where: { $0.isV4 == way.isV4 }) {
            let error = ObservationError(.localError, "no source address of its family was named")
            refuse(attempt.target, address: attempt.address, error, group: attempt.group)
            return true
        }
        if let networks, !networks.acquire(attempt.address) {
            deferred.append(attempt)
            return true
        }
        guard mayConnect() else {
            networks?.release(attempt.address)
            deferred.prepend(attempt)
            return false
        }
        let probe = idle.popLast() ?? EndpointVisit(self)
        active += 1
        counters.open.add(1, ordering: .relaxed)
        probe.begin(attempt)
        return true
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
            guard control.phase == .running || !failure.isOurs else { return }
            if failure.isOurs { notices.say(.resolver) }
            let error = ObservationError(failure.isOurs ? .localError : .dnsFailure, failure.description)
            refuse(target, address: nil, error, group: TargetGroup(1))
        case .success(let answers):
            // While the scan is being stopped nothing new begins: the target stays undone.
            guard control.phase == .running else { return }
            let addresses = answers.map(\.address.address)
            guard !addresses.isEmpty else {
                let error = ObservationError(
                    .dnsFailure,
                    "the name has no address of a family that is scanned"
                )
                return refuse(target, address: nil, error, group: TargetGroup(1))
            }
            // A name that a block list has swallowed leads to nobody; one real address among them is tried.
            let real = addresses.filter(\.isDestination)
            let usable = real.isEmpty ? Array(addresses.prefix(1)) : real
            let chosen = options.allAddresses ? usable : Array(usable.prefix(1))
            let isCut = options.allAddresses && Self.hasMore(addresses)
            attempt(target, isCut: isCut, chosen.filter { !target.addressesDone.contains($0.description) })
        }
    }

    /// Whether a name has more addresses than were asked for.
    private static func hasMore(_ addresses: [IPAddress]) -> Bool {
        let count = addresses.count(where: \.isV4)
        return max(count, addresses.count - count) > Resolver.maximumAddresses
    }

    /// Lines up addresses of a name; each has its place, its share of the rate and its record.
    private func attempt(_ target: Target, isCut: Bool, _ addresses: [IPAddress]) {
        if addresses.isEmpty { handler.passed(target.sequence) }
        let group = TargetGroup(addresses.count, isCut: isCut)
        for address in addresses {
            deferred.append(Attempt(target: target, address: address, group: group))
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

    /// Gives their records to targets at which discovery found nobody, some at a time: connections go on
    /// between.
    private func reportFailures() {
        guard let found else { return }
        let failures = found.takeFailures(Self.failuresAtOnce)
        for failure in failures {
            report(Observation(failure, options, scopeName), TargetGroup(1))
        }
        if failures.count == Self.failuresAtOnce { wake(after: 1) }
    }

    private static let failuresAtOnce = 256

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

    // MARK: Our own trouble

    /// How often there was no way out of this machine, for an endpoint to compare.
    func outages(to address: IPAddress) -> Int { trouble.outages(isIPv6: address.isV6) }

    /// Has a step done again that failed on our side, after a wait; false when it did not, or when the
    /// patience for it is at an end.
    func postpone(_ probe: EndpointVisit, _ end: ConnectionEnd) -> Bool {
        guard !isStopped, let address = probe.attempt?.address else { return false }
        guard let delay = delay(of: probe, end, isIPv6: address.isV6) else { return false }
        postponed.append((probe, loop.now + delay))
        wake(after: delay)
        return true
    }

    private func delay(of probe: EndpointVisit, _ end: ConnectionEnd, isIPv6: Bool) -> UInt64? {
        let now = loop.now
        if case .failedHere(let error) = end {
            if error.isExhaustion { lowerCapacity(error, now) } else { notices.say(.noRoute) }
            return trouble.wait(after: error, isIPv6: isIPv6, &probe.setback, now: now)
        }
        let sawOutage = trouble.outages(isIPv6: isIPv6) != probe.outagesBefore
        trouble.worked(isIPv6: isIPv6, now: now)
        let sawPause = probe.sawPause
        guard sawPause || sawOutage, trouble.repeats(end, sawPause: sawPause, &probe.setback) else {
            return nil
        }
        notices.say(sawPause ? .pause : .noRoute)
        return 100
    }

    /// As many endpoints at once as this machine has shown that it has room for.
    private func lowerCapacity(_ error: UVError, _ now: UInt64) {
        lastExhaustion = now
        let held = max(1, active - postponed.count - 1)
        guard held < capacity else { return }
        capacity = held
        notices.say(.exhausted(error.description, held))
    }

    /// Takes back by and by what was lowered, once nothing has lacked for a second.
    private func regainCapacity() {
        guard capacity < fullCapacity, loop.now - min(loop.now, lastExhaustion) > 1000 else { return }
        capacity = min(fullCapacity, capacity + max(1, capacity / 8))
        fill()
    }
}
