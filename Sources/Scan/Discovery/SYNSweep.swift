import Bytes
import Discovery
import Glibc
import Net
import Observations
import Synchronization
import Targets
import Wire

/// Sends a SYN to each address of the feed, at the scan's rate, and sorts the targets by what comes back.
///
/// It has a thread of its own. Targets whose host is a name, and those that no SYN could be sent to, are
/// handed on as they are: the loops connect to them and see what is the matter.
final class SYNSweep {
    private let setup: ScanSetup
    private let found: FoundTargets
    private let gate: ConnectionGate
    private let prober: SYNProber
    private let limiter: RateLimiter
    private let clock = WallClock.nanoseconds - Int64(clamping: EventLoop.nanoseconds)

    private var lot: [Target] = []
    /// Targets in flight of which an address and a port are not all.
    private var special: [UInt64: Target] = [:]
    private var answered: [Target] = []
    private var failed: [FoundTargets.Failure] = []
    private var feedState = FeedState.open

    private enum FeedState { case open, waiting, done }

    /// Nanoseconds that are slept at least, so that packets leave in batches.
    private static let nap: UInt64 = 500_000
    /// Nanoseconds after which control and input are looked at again.
    private static let longestNap: UInt64 = 20_000_000

    init(_ setup: ScanSetup, _ found: FoundTargets) throws {
        self.setup = setup
        self.found = found
        gate = ConnectionGate(setup.feed.plan.options, from: setup.options.sources)
        limiter = setup.pace?.connections ?? RateLimiter(rate: ScanOptions.defaultSYNRate)
        let options = setup.options
        prober = try SYNProber(from: options.sources, patience: options.connectTimeout)
    }

    /// Runs until every target has an answer or had its time, or until the scan is to end.
    func run() {
        var lastRound = EventLoop.nanoseconds
        while setup.control.phase == .running {
            let now = EventLoop.nanoseconds
            // This process stood still: what came meanwhile waits, and it may not be all.
            if now - lastRound > 1_000_000_000 { prober.doubt() }
            lastRound = now
            prober.collect(settle)
            let due = prober.expire(
                now: now,
                isLast: feedState == .done && lot.isEmpty,
                mayResend: { limiter.take(now: now) == 0 },
                settle
            )
            let wait = send(now)
            prober.flush(settle)
            found.append(&answered, &failed)
            found.syns.store(prober.sent, ordering: .relaxed)
            if feedState == .done, lot.isEmpty, prober.inFlight == 0 { break }
            rest(min(wait, due ?? .max))
        }
        found.append(&answered, &failed)
        found.finish()
    }

    /// Sends what is due.
    ///
    /// - Returns: nanoseconds until more is.
    private func send(_ now: UInt64) -> UInt64 {
        while !prober.isFull {
            if lot.isEmpty {
                guard !found.isFull else { return Self.nap }
                guard pull() else { return Self.longestNap }
            }
            guard let target = lot.last else { continue }
            guard case .address(let address) = target.host, target.problem == nil,
                gate.refusal(of: address, for: target) == nil
            else {
                answered.append(target)
                lot.removeLast()
                continue
            }
            let wait = limiter.take(now: now)
            guard wait == 0 else { return wait }
            lot.removeLast()
            if target.scheme != .tls || target.serverName != nil { special[target.sequence] = target }
            let endpoint = SocketAddress(address, port: target.port)
            prober.probe(endpoint, tag: target.sequence, tries: tries(target), settle)
        }
        return Self.nap
    }

    /// Gets more targets; false when there are none now.
    private func pull() -> Bool {
        guard feedState != .done else { return false }
        switch setup.feed.pull(256, into: &lot) {
        case .targets:
            lot.reverse()
            feedState = .open
            return true
        case .notYet:
            feedState = .waiting
            return false
        case .done:
            feedState = .done
            return false
        }
    }

    /// SYNs that may follow the first one.
    private func tries(_ target: Target) -> Int {
        target.isSwept && !setup.options.retriesSilence ? 0 : setup.options.retries
    }

    private func settle(_ one: SYNProber.Settled) {
        // What answered is worth a second try, though it came from a range.
        var target =
            special.removeValue(forKey: one.tag)
            ?? Target(sequence: one.tag, host: .address(one.endpoint.address), port: one.endpoint.port)
        let end: ConnectionEnd
        switch one.verdict {
        case .answered(.open):
            target.isSwept = false
            return answered.append(target)
        case .unsent: return answered.append(target)
        case .answered(.failed(let error)): end = .failed(error)
        case .silent: end = .timedOut(total: false)
        }
        guard let error = end.error(isConnected: false) else { return }
        failed.append(
            FoundTargets.Failure(
                target: target,
                error: error,
                startedAt: clock + Int64(clamping: one.sentAt),
                duration: EventLoop.nanoseconds - one.sentAt
            )
        )
    }

    /// Waits for answers, or until there is something to do.
    private func rest(_ nanoseconds: UInt64) {
        let nap = max(Self.nap, min(nanoseconds, Self.longestNap))
        guard nap < 2_000_000 else { return prober.wait(milliseconds: Int(nap / 1_000_000)) }
        var time = timespec(tv_sec: 0, tv_nsec: Int(nap))
        nanosleep(&time, nil)
    }
}
