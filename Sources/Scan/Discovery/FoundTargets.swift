import DequeModule
import Observations
import Synchronization
import Targets

/// What discovery hands to the loops: targets that answered, which are looked at, and targets that did not,
/// which only get their record.
final class FoundTargets: TargetSource {
    /// A target at which nobody is.
    struct Failure: Sendable {
        var target: Target
        var error: ObservationError
        /// When the SYN left, in nanoseconds since 1970, and how many nanoseconds it was waited for.
        var startedAt: Int64
        var duration: UInt64
    }

    private struct State: Sendable {
        var answered = Deque<Target>()
        var failed = Deque<Failure>()
        var isOver = false
        var failure: String?
    }

    private let state = Mutex(State())
    /// SYNs that were sent.
    let syns = Atomic<UInt64>(0)

    /// From so many on that wait, discovery waits too.
    static let limit = 1 << 16

    /// Adds what was found since the last call, and takes it away from the arguments.
    func append(_ answered: inout [Target], _ failed: inout [Failure]) {
        guard !answered.isEmpty || !failed.isEmpty else { return }
        let (some, others) = (answered, failed)
        state.withLock { state in
            state.answered.append(contentsOf: some)
            state.failed.append(contentsOf: others)
        }
        answered.removeAll(keepingCapacity: true)
        failed.removeAll(keepingCapacity: true)
    }

    /// Nothing more will be found.
    ///
    /// - Parameter failure: why that is so before everything was looked at.
    func finish(_ failure: String? = nil) {
        state.withLock { ($0.isOver, $0.failure) = (true, failure) }
    }

    var failure: String? { state.withLock { $0.failure } }

    var isFull: Bool { state.withLock { $0.answered.count + $0.failed.count >= Self.limit } }

    func pull(_ count: Int, into targets: inout [Target]) -> TargetFeed.Pull {
        let (some, isOver) = state.withLock { state in
            let count = min(count, state.answered.count)
            let some = Array(state.answered.prefix(count))
            state.answered.removeFirst(count)
            return (some, state.isOver && state.failed.isEmpty)
        }
        targets.append(contentsOf: some)
        if !some.isEmpty { return .targets }
        return isOver ? .done : .notYet
    }

    /// Takes up to `count` targets that failed.
    func takeFailures(_ count: Int) -> [Failure] {
        state.withLock { state in
            let count = min(count, state.failed.count)
            defer { state.failed.removeFirst(count) }
            return Array(state.failed.prefix(count))
        }
    }
}
