import Foundation
import Net
import Observations
import Synchronization
import Targets

/// Runs a scan: its loops, each on a thread of its own, and what watches over them.
package final class Sweep {
    /// What the loops of a scan came to.
    package struct Outcome: Sendable {
        /// A signal or an output that could not be written ended it early.
        package var wasInterrupted = false
        package var connections: UInt64 = 0
        package var bytesReceived: UInt64 = 0
        /// Why a loop could not be made; the scan did less than it was asked to, or nothing.
        package var failure: String?
    }

    private let setup: ScanSetup
    private let counters: [ScanCounters]
    private let doneBefore: UInt64

    package init(_ setup: ScanSetup) {
        self.setup = setup
        doneBefore = setup.feed.completed
        counters = (0..<max(1, setup.options.threads)).map { _ in ScanCounters() }
    }

    /// Raises the limit of open files to what the scan needs.
    ///
    /// - Returns: the concurrency that is possible, which may be less than what was asked for.
    package static func prepare(concurrency: Int) -> Int {
        BrokenPipe.ignoreSignal()
        let reserve = 64
        let limit = FileLimit.raise(to: concurrency + reserve)
        return max(1, min(concurrency, limit - reserve))
    }

    /// Runs until every target is done, or until the scan is stopped.
    ///
    /// - Parameters:
    ///   - watch: called about ten times a second on the calling thread.
    ///   - makeHandler: makes the handler of a loop, on its thread.
    package func run(
        watch: @escaping (ScanProgress) -> Void,
        makeHandler:
            @escaping @Sendable (_ loop: Int, _ counters: ScanCounters) throws -> any ObservationHandler
    ) -> Outcome {
        var outcome = Outcome()
        guard let control = try? EventLoop() else {
            outcome.failure = "no event loop can be made"
            return outcome
        }
        let start = control.now
        let left = Atomic<Int>(counters.count)
        let failure = Mutex<String?>(nil)
        Self.unblockSignals()
        var signals: [LoopHandle] = []
        for signal in [SIGINT, SIGTERM] {
            // The first signal lets what has begun end; the second ends it.
            let handle = try? control.onSignal(signal) { [setup] in
                setup.control.advance(to: setup.control.phase == .running ? .draining : .stopped)
            }
            if let handle { signals.append(handle) }
        }
        let group = DispatchGroup()
        for (index, counters) in counters.enumerated() {
            group.enter()
            let thread = Thread { [setup] in
                do {
                    let handler = try makeHandler(index, counters)
                    try ScanLoop(setup, handler: handler, counters: counters).run()
                } catch {
                    setup.control.advance(to: .draining)
                    failure.withLock { $0 = $0 ?? "\(error)" }
                }
                left.subtract(1, ordering: .releasing)
                group.leave()
            }
            thread.stackSize = 4 << 20
            thread.start()
        }
        let keepAlive = try? control.makeWaker(keepsLoopAlive: true) {}
        let ticker = control.every(milliseconds: 100) { [unowned self] in
            watch(progress(elapsed: control.now - start))
            if left.load(ordering: .acquiring) == 0 { control.stop() }
        }
        control.run()
        ticker.cancel()
        _ = keepAlive
        group.wait()
        signals.forEach { $0.cancel() }
        watch(progress(elapsed: control.now - start))
        outcome.wasInterrupted = setup.control.phase != .running
        outcome.connections = counters.reduce(0) { $0 + $1.connections.load(ordering: .relaxed) }
        outcome.bytesReceived = counters.reduce(0) { $0 + $1.bytes.load(ordering: .relaxed) }
        outcome.failure = failure.withLock { $0 }
        return outcome
    }

    /// Lets the signals through that end a scan: a parent may have left them blocked.
    private static func unblockSignals() {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGINT)
        sigaddset(&set, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
    }

    private func progress(elapsed: UInt64) -> ScanProgress {
        var progress = ScanProgress()
        progress.elapsed = elapsed
        progress.total = setup.feed.total
        progress.doneBefore = doneBefore
        progress.done = doneBefore
        for one in counters {
            progress.done += one.done.load(ordering: .relaxed)
            progress.found += one.found.load(ordering: .relaxed)
            progress.leads += one.leads.load(ordering: .relaxed)
            progress.open += one.open.load(ordering: .relaxed)
        }
        progress.isDraining = setup.control.phase != .running
        return progress
    }
}
