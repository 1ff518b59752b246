import Glibc
import Net
import Synchronization

/// Takes records with their context, on the thread that looked it up.
package protocol ContextTaker<Payload>: AnyObject {
    associatedtype Payload: Sendable

    func take(_ payload: Payload, _ line: [UInt8], _ context: RecordContext)

    /// Hands on what was gathered; called every second, and once at the end.
    func flush()
}

/// Looks up the context of records as they come, on a thread of its own.
///
/// Whoever makes them waits for nobody's answer, but waits when this machine reads them more slowly than they
/// come: otherwise a sweep would pile up in memory.
package final class ContextThread<Payload: Sendable>: Sendable {
    private typealias Item = (payload: Payload, line: [UInt8], subject: ContextSubject?)

    private struct State {
        var items: [Item] = []
        var waker: LoopWaker?
        /// Milliseconds for which is waited after the last record; nil before it.
        var patience: UInt64?
        var summary = ContextSummary()
        var failure: (any Error)?
    }

    private let shared = Shared()
    private let thread: LoopThread

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    /// - Parameter makeTaker: called on the thread.
    package init(
        _ setup: ContextSetup,
        makeTaker: @escaping @Sendable () -> any ContextTaker<Payload>
    ) throws {
        let shared = shared
        let thread = LoopThread {
            let taker = makeTaker()
            do {
                try Run(setup, shared, taker).run()
            } catch {
                shared.state.withLock { $0.failure = error }
                Self.passOn(shared, taker)
            }
        }
        guard let thread else { throw UVError.tryAgain }
        self.thread = thread
    }

    /// Records that wait to be read at most.
    package static var mostWaiting: Int { 16_384 }
    /// So many that wait wake the thread, which otherwise looks every 20 ms: to wake it for each record costs
    /// the maker a system call and both of them their caches.
    private static var batch: Int { 256 }

    /// Hands over a record; waits while too many are to be read.
    ///
    /// - Parameter subject: what is known of it; nil where the record has to be read for that.
    package func add(_ payload: Payload, _ line: [UInt8], _ subject: ContextSubject? = nil) {
        while true {
            let (isTaken, waker) = shared.state.withLock { state -> (Bool, LoopWaker?) in
                guard state.items.count < Self.mostWaiting else { return (false, nil) }
                state.items.append((payload, line, subject))
                return (true, state.items.count == Self.batch ? state.waker : nil)
            }
            waker?.wake()
            if isTaken { return }
            usleep(1000)
        }
    }

    /// Waits until all records were taken.
    ///
    /// - Parameter milliseconds: for which name servers are waited for at most.
    package func finish(within milliseconds: UInt64) throws -> ContextSummary {
        let waker = shared.state.withLock { state -> LoopWaker? in
            state.patience = milliseconds
            return state.waker
        }
        waker?.wake()
        thread.join()
        return try shared.state.withLock { state in
            if let failure = state.failure { throw failure }
            return state.summary
        }
    }

    /// Hands records on as they are: what could not be looked up costs none of them.
    private static func passOn(_ shared: Shared, _ taker: any ContextTaker<Payload>) {
        while true {
            let (items, isEnded) = shared.state.withLock { state in
                defer { state.items.removeAll() }
                return (state.items, state.patience != nil)
            }
            for item in items { taker.take(item.payload, item.line, RecordContext()) }
            if isEnded { break }
            usleep(20_000)
        }
        taker.flush()
    }

    /// What belongs to the thread.
    private final class Run {
        let loop: EventLoop
        let stage: ContextStage
        let shared: Shared
        let taker: any ContextTaker<Payload>
        let isPartlyRead: Bool
        var records = 0
        var endedAt: UInt64?

        /// Records whose names are looked up at a time; more than these get the rest of their context alone.
        static var mostOpen: Int { 4096 }
        /// For how long is waited for revocation lists at least, in milliseconds; each has its own limit.
        static var patienceWithLists: UInt64 { 30_000 }
        /// For how long is waited for name servers of which none ever answered, in milliseconds.
        static var patienceWithSilence: UInt64 { 1000 }

        init(_ setup: ContextSetup, _ shared: Shared, _ taker: any ContextTaker<Payload>) throws {
            loop = try EventLoop()
            isPartlyRead = setup.isPartlyRead
            stage = try ContextStage(
                on: loop,
                setup.options,
                suffixes: setup.suffixes,
                hosting: try setup.makeHosting(),
                history: try setup.history?(),
                nameHistory: try setup.nameHistory?(),
                faults: setup.faults
            )
            self.shared = shared
            self.taker = taker
        }

        func run() throws {
            let waker = try loop.makeWaker(keepsLoopAlive: true) { [unowned self] in drain() }
            shared.state.withLock { $0.waker = waker }
            let flush = loop.every(milliseconds: 1000) { [unowned self] in taker.flush() }
            let watch = loop.every(milliseconds: 20) { [unowned self] in
                drain()
                lookAtEnd()
            }
            drain()
            loop.run()
            flush.cancel()
            watch.cancel()
            taker.flush()
            shared.state.withLock { state in
                state.waker = nil
                state.summary.read(stage)
                state.summary.records = records
                state.summary.isPartlyRead = isPartlyRead
            }
        }

        func drain() {
            let items = shared.state.withLock { state in
                defer { state.items.removeAll(keepingCapacity: true) }
                return state.items
            }
            for item in items {
                records += 1
                stage.look(
                    at: item.line,
                    subject: item.subject,
                    asksOthers: stage.open < Self.mostOpen
                ) { [unowned self] context in
                    taker.take(item.payload, item.line, context)
                }
            }
        }

        func lookAtEnd() {
            guard let patience = shared.state.withLock({ $0.patience }) else { return }
            // What came between the drain and the word that no more comes.
            drain()
            guard stage.open > 0 else { return loop.stop() }
            let start = endedAt ?? loop.now
            endedAt = start
            let limit = stage.isUnheard ? min(patience, Self.patienceWithSilence) : patience
            if loop.now - start >= limit { stage.giveUpNames() }
            if patience == 0 || loop.now - start >= max(patience, Self.patienceWithLists) {
                stage.giveUpLists()
            }
        }
    }
}
