import Scan
import Targets
import Terminal

/// What is done about a sweep while it runs: progress, metrics, checkpoints, and a word on targets that came
/// and are not understood.
final class SweepWatch {
    private var line: ProgressLine?
    private var metrics: ScanMetrics?
    private(set) var keeper: CheckpointKeeper
    private let sinks: ScanSinks
    let feed: TargetFeed
    private let control: ScanControl
    private var last = ScanProgress()
    /// Lines of standard input that are no targets.
    private(set) var unread = 0

    init(
        _ line: ProgressLine?,
        _ metrics: ScanMetrics?,
        _ keeper: CheckpointKeeper,
        _ sinks: ScanSinks,
        _ setup: ScanSetup
    ) {
        (self.line, self.metrics, self.keeper, self.sinks) = (line, metrics, keeper, sinks)
        (feed, control) = (setup.feed, setup.control)
    }

    /// Writes the first checkpoint: a run that can't be gone on with later does not begin.
    func begin() throws {
        keeper.save()
        if let failure = keeper.failure { throw failure }
    }

    /// Called by the sweep several times a second.
    func update(_ progress: ScanProgress) {
        StopSignals.advance(control)
        for notice in progress.notices { Terminal.say("hallmark: \(notice)", .warning) }
        line?.update(progress)
        last = progress
        metrics?.update(progress) { sinks.ledger.tally }
        keeper.saveIfDue(elapsed: progress.elapsed)
        sayIssues()
    }

    /// The sweep is over; nothing is in its way on the terminal from here on.
    func clear() { line?.clear() }

    /// The last checkpoint and the last metrics, when nothing comes any more.
    func end() {
        // What came after the last round.
        sayIssues()
        keeper.save()
        last.done = feed.completed
        metrics?.end(last, sinks.ledger.tally)
    }

    private func sayIssues() {
        let issues = feed.takeIssues()
        unread += issues.count
        issues.say()
    }
}

extension TargetIssues {
    /// Tells a person of them.
    func say() {
        for issue in first { Terminal.say("hallmark: \(issue)", .error) }
        if count > first.count {
            Terminal.say(
                "hallmark: and \(count - first.count) more targets that are not understood",
                .error
            )
        }
    }
}
