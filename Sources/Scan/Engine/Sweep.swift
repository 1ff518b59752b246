import Discovery
import Net
import Observations
import Synchronization
import Targets
package import Wire

/// Runs a scan: its loops, each on a thread of its own, and what watches over them.
///
/// Signals are the program's: it ends a scan through the scan's control.
package final class Sweep {
    /// What the loops of a scan came to.
    package struct Outcome: Sendable {
        /// Its control or an output that could not be written ended it early.
        package var wasInterrupted = false
        package var connections: UInt64 = 0
        package var bytesReceived: UInt64 = 0
        /// Handshakes of our own TLS 1.3 that failed and were made again by libssl.
        package var fallbacks: UInt64 = 0
        /// SYNs that discovery sent.
        package var syns: UInt64 = 0
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

    /// Why connections can't come from a local address; nil when they can.
    package static func refusal(from source: IPAddress) -> String? {
        SocketAddress(source, port: 0).bindingError.map { "\($0)" }
    }

    /// Why discovery can't send its SYNs; nil when it can.
    package static func discoveryRefusal() -> String? {
        guard let error = SYNProber.refusal() else { return nil }
        guard error == .notPermitted else { return "no raw socket can be opened: \(error)" }
        return "--discover syn sends packets of its own, which takes the right CAP_NET_RAW; "
            + "run as root, or give it to the program: setcap cap_net_raw=ep \(CommandLine.arguments[0])"
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
        let control: EventLoop
        do throws(UVError) {
            control = try EventLoop()
        } catch {
            outcome.failure = "no event loop can be made: \(error)"
            return outcome
        }
        let start = control.now
        let left = Atomic<Int>(counters.count)
        // The last loop to end wakes the one that waits for it: a tick would keep the program for as long.
        let waker: LoopWaker
        do throws(UVError) {
            waker = try control.makeWaker(keepsLoopAlive: true) {
                if left.load(ordering: .acquiring) == 0 { control.stop() }
            }
        } catch {
            outcome.failure = "no event loop can be made: \(error)"
            return outcome
        }
        let failure = Mutex<String?>(nil)
        var threads: [LoopThread] = []
        for (index, counters) in counters.enumerated() {
            let thread = LoopThread { [setup] in
                do {
                    let handler = try makeHandler(index, counters)
                    try ScanLoop(setup, handler: handler, counters: counters).run()
                } catch {
                    setup.control.advance(to: .draining)
                    failure.withLock { $0 = $0 ?? "\(error)" }
                }
                left.subtract(1, ordering: .releasing)
                waker.wake()
            }
            guard let thread else { break }
            threads.append(thread)
        }
        left.subtract(counters.count - threads.count, ordering: .releasing)
        waker.wake()
        if threads.isEmpty {
            outcome.failure = "no thread can be made: \(UVError.tryAgain)"
            return outcome
        }
        if threads.count < counters.count {
            setup.notices.say(.threads(made: threads.count, wanted: counters.count))
        }
        if let found = setup.found, let thread = discovery(found) { threads.append(thread) }
        let ticker = control.every(milliseconds: 100) { [unowned self] in
            watch(progress(elapsed: control.now - start))
        }
        control.run()
        ticker.cancel()
        threads.forEach { $0.join() }
        watch(progress(elapsed: control.now - start))
        outcome.wasInterrupted = setup.control.phase != .running
        outcome.connections = counters.reduce(0) { $0 + $1.connections.load(ordering: .relaxed) }
        outcome.fallbacks = counters.reduce(0) { $0 + $1.fallbacks.load(ordering: .relaxed) }
        outcome.bytesReceived = counters.reduce(0) { $0 + $1.bytes.load(ordering: .relaxed) }
        outcome.syns = setup.found?.syns.load(ordering: .relaxed) ?? 0
        outcome.failure = failure.withLock { $0 } ?? setup.found?.failure
        return outcome
    }

    /// Starts the thread that finds what the loops look at.
    private func discovery(_ found: FoundTargets) -> LoopThread? {
        let thread = LoopThread { [setup] in
            do {
                try SYNSweep(setup, found).run()
            } catch {
                setup.control.advance(to: .draining)
                found.finish("\(error)")
            }
        }
        if thread == nil {
            setup.control.advance(to: .draining)
            found.finish("no thread can be made: \(UVError.tryAgain)")
        }
        return thread
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
        progress.notices = setup.notices.take()
        progress.isDraining = setup.control.phase != .running
        return progress
    }
}
