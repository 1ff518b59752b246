import Foundation
import GRDB
import Synchronization

/// Writes observation lines to a corpus from a thread of its own while a scan goes on.
///
/// Lines are handed over by copying them into one buffer; what has gathered there becomes one transaction. So
/// the batches grow with the load, and a crash loses at most the one that was being gathered or written.
/// When the disk can't keep up and the buffer is full, `add` waits.
package final class CorpusWriter: Sendable {
    private struct State {
        var lines: [UInt8] = []
        var waiting = 0
        var closed = false
        var summary: String?
        var failure: String?
        var counts = IngestCounts()
        /// Lines that came after the failure.
        var dropped = 0
        /// Bytes that were handed over, and how many of them are stored.
        var handed = 0
        var stored = 0
        /// How many wait for that.
        var settling = 0
    }

    private let corpus: CorpusFile
    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    private let settled = DispatchSemaphore(value: 0)
    private let limit: Int

    /// - Parameters:
    ///   - corpus: open for writing.
    ///   - limit: how many bytes may wait to be written.
    package init(_ corpus: CorpusFile, limit: Int = 64 << 20) {
        self.corpus = corpus
        self.limit = limit
        let thread = Thread { [self] in run() }
        thread.stackSize = 2 << 20
        thread.start()
    }

    /// Hands over one line, with or without its end; waits only while the buffer is full.
    package func add(_ line: Span<UInt8>) {
        let mustWait = state.withLock { state in
            guard state.failure == nil, !state.closed else {
                state.dropped += 1
                return false
            }
            let wasEmpty = state.lines.isEmpty
            line.withUnsafeBufferPointer { state.lines.append(contentsOf: $0) }
            state.handed += line.count
            if state.lines.last != 0x0a {
                state.lines.append(0x0a)
                state.handed += 1
            }
            if wasEmpty || state.lines.count >= limit { work.signal() }
            guard state.lines.count >= limit else { return false }
            state.waiting += 1
            return true
        }
        if mustWait { room.wait() }
    }

    /// Why nothing more is written, once something went wrong.
    package var failure: String? { state.withLock { $0.failure } }

    /// Waits until all lines that were handed over before are stored, so that no crash of the program loses
    /// them.
    ///
    /// - Parameter milliseconds: how long it waits at most; nil for as long as it takes.
    /// - Returns: false when some of them are not stored by then, or never will be.
    package func settle(within milliseconds: Int? = nil) -> Bool {
        let end = milliseconds.map { DispatchTime.now() + .milliseconds($0) } ?? .distantFuture
        let wanted = state.withLock { $0.handed }
        while true {
            let isStored: Bool? = state.withLock { state in
                if state.failure != nil { return false }
                if state.stored >= wanted { return true }
                state.settling += 1
                return nil
            }
            if let isStored { return isStored }
            work.signal()
            // Who gave up leaves a signal for the next one, who then looks once more than it has to.
            guard settled.wait(timeout: end) == .success else { return false }
        }
    }

    /// Writes what is left, and the scan's summary, and closes.
    ///
    /// - Parameters:
    ///   - scan: the run's id, as in `hallmark.scan.id`.
    ///   - summary: the run's summary as JSON.
    /// - Returns: what was written.
    @discardableResult
    package func finish(scan: String? = nil, summary: String? = nil) throws -> IngestCounts {
        state.withLock { $0.closed = true }
        work.signal()
        done.wait()
        let (counts, failure) = state.withLock { ($0.counts, $0.failure) }
        if let failure { throw CorpusError.failed(failure) }
        if let scan, let summary {
            try corpus.write { db in
                // A scan that no endpoint answered has no row yet.
                try db.execute(
                    sql: """
                        INSERT INTO scans VALUES (?1, ?2, ?2, 0, ?3)
                        ON CONFLICT DO UPDATE SET summary = excluded.summary
                        """,
                    arguments: [scan, IngestSession.now, summary]
                )
            }
        }
        corpus.settle()
        return counts
    }

    private func run() {
        // Only a thread that runs can be given a name that others see.
        Thread.current.name = "corpus"
        do {
            try corpus.ingest { session in
                // One buffer is filled while the other is written: the loops meet memory that is there
                // already.
                var lines: [UInt8] = []
                while true {
                    // A batch gathers for a moment, so that small ones do not cost a commit each.
                    work.wait()
                    if lines.capacity > limit / 4 {
                        lines = []
                    } else {
                        lines.removeAll(keepingCapacity: true)
                    }
                    if !state.withLock({ $0.closed || $0.settling > 0 || $0.lines.count >= limit / 4 }) {
                        _ = work.wait(timeout: .now() + .milliseconds(300))
                    }
                    let closed = state.withLock { state in
                        swap(&lines, &state.lines)
                        for _ in 0..<state.waiting { room.signal() }
                        state.waiting = 0
                        return state.closed
                    }
                    let count = lines.count
                    if !lines.isEmpty { try session.add(lines: &lines) }
                    state.withLock { state in
                        state.counts = session.counts
                        state.stored += count
                        wake(&state)
                    }
                    if closed, lines.isEmpty || state.withLock({ $0.lines.isEmpty }) { return }
                }
            }
        } catch {
            state.withLock { state in
                state.failure = "\(error)"
                state.lines = []
                for _ in 0..<state.waiting { room.signal() }
                state.waiting = 0
                wake(&state)
            }
        }
        done.signal()
    }

    /// Has those look again who wait for what they handed over.
    private func wake(_ state: inout State) {
        for _ in 0..<state.settling { settled.signal() }
        state.settling = 0
    }
}
