import Synchronization

/// Hands out the targets of a run to the loops, and keeps account of what is done.
///
/// First come the plan's targets, then those of standard input as they arrive.
/// Loops pull in batches and report in batches, so that the locks are cold.
package final class TargetFeed: Sendable {
    /// What a pull brought.
    package enum Pull: Sendable {
        /// At least one target.
        case targets
        /// None now; more may come from standard input. Ask again in a moment.
        case notYet
        /// None, and none will come.
        case done
    }

    package let plan: TargetPlan
    private let state: Mutex<FeedState>
    private let completion: Mutex<Completion>

    private struct Completion: Sendable {
        var tracker: CompletionTracker
        /// Addresses that are done of names that are not.
        var partly: [UInt64: Set<String>]
        /// How many targets had their records in the output already.
        var passed: UInt64 = 0

        mutating func complete(_ sequence: UInt64) {
            tracker.complete(sequence)
            if !partly.isEmpty { partly[sequence] = nil }
        }
    }

    /// - Parameters:
    ///   - input: the file descriptor of a stream of targets, read when the plan has ended.
    ///   - resume: where an earlier run of the same targets left off.
    ///   - written: targets whose records the output holds beyond what the checkpoint covers; each
    ///     is passed over once and counts as done.
    ///   - override: what the run sends as the server name to all hosts, if it does.
    /// - Throws: if `resume` makes no sense.
    package init(
        _ plan: TargetPlan,
        input: Int32? = nil,
        resume: Checkpoint.Progress? = nil,
        written: [EndpointKey] = [],
        override: EndpointKey.Override? = nil
    ) throws(CheckpointError) {
        self.plan = plan
        let tracker = try resume?.tracker() ?? CompletionTracker()
        let end = TargetWalk(plan).end
        guard input != nil || tracker.end <= end else {
            throw CheckpointError("progress counts more targets as done than the \(end) that the run has")
        }
        completion = Mutex(Completion(tracker: tracker, partly: resume?.addressesDone ?? [:]))
        state = Mutex(FeedState(plan, input, resume, tracker, written, override))
    }

    /// Appends up to `count` targets.
    package func pull(_ count: Int, into targets: inout [Target]) -> Pull {
        var passed: [UInt64] = []
        let start = targets.count
        return state.withLock { state in
            let result = state.pull(count, into: &targets, passed: &passed)
            // Under this lock too: a checkpoint finds each of them either passed or still to be passed.
            if !passed.isEmpty {
                complete(passed)
                completion.withLock { $0.passed += UInt64(passed.count) }
            }
            for target in targets[start...] where !target.addressesDone.isEmpty {
                completion.withLock { $0.partly[target.sequence] = target.addressesDone }
            }
            return result
        }
    }

    /// Counts targets as done; called when their records are written, under the lock of the writer.
    ///
    /// - Parameter addresses: single addresses that are done of names that are not.
    package func complete(_ sequences: [UInt64], addresses: [AddressDone] = []) {
        completion.withLock { completion in
            for done in addresses { completion.partly[done.sequence, default: []].insert(done.ip) }
            for sequence in sequences { completion.complete(sequence) }
        }
    }

    /// One address of a target that is a name.
    package struct AddressDone: Sendable {
        package var sequence: UInt64
        package var ip: String

        package init(sequence: UInt64, ip: String) {
            self.sequence = sequence
            self.ip = ip
        }
    }

    /// How many targets the run has in all; nil while standard input is open.
    package var total: UInt64? { state.withLock { $0.total } }

    /// How many targets are done, those of the runs before this one included.
    package var completed: UInt64 { completion.withLock { $0.tracker.count } }

    /// How many targets were passed over because the output had their records already.
    package var passed: UInt64 { completion.withLock { $0.passed } }

    /// What is done, for a checkpoint.
    ///
    /// Taken together with the output's length under the lock of the writer, so that no record is
    /// written and not yet counted: such a target would be scanned again.
    package var progress: Checkpoint.Progress {
        state.withLock { state in
            let completion = completion.withLock { $0 }
            return Checkpoint.Progress(
                lowWater: completion.tracker.lowWater,
                done: completion.tracker.done,
                written: state.stillWritten,
                partly: completion.partly,
                input: state.inputPosition
            )
        }
    }

    /// What was wrong in standard input since the last call.
    package func takeIssues() -> TargetIssues { state.withLock { $0.issues.take() } }

    /// What was left out of standard input so far.
    package var inputCounts: TargetPlan.Counts { state.withLock { $0.counts } }

    /// Why the feed ended early: standard input can't be read, or isn't that of the interrupted run.
    package var failure: TargetIssue? { state.withLock { $0.failure } }
}
