import DequeModule
import Net
import Synchronization
import Targets

/// How targets are pulled, and go on as the rate allows it.
extension ScanLoop {
    /// What may be begun next.
    private enum Work {
        case target(Target)
        case attempt(Attempt)
    }

    /// Begins targets while there is room, connections are allowed, and targets are left.
    func fill() {
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
    func mayConnect() -> Bool {
        guard isDue(pace?.connections) else { return false }
        counters.connections.add(1, ordering: .relaxed)
        return true
    }

    /// Asks a limiter, if there is one, and sees to it that the loop looks again when it says no.
    func isDue(_ limiter: RateLimiter?) -> Bool {
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

    func wake(after milliseconds: UInt64) {
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
}
