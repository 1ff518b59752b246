import ArgumentParser
import Context
import Foundation
import Metrics
import Pipeline
import Scan
import Targets
import Terminal

/// One run of `hallmark scan`: what its arguments say becomes targets, loops and files.
struct ScanSession {
    let command: ScanCommand
    let start = Date()

    init(_ command: ScanCommand) {
        self.command = command
    }

    func run() throws {
        WorkerOrders.heed()
        let files = try ScanFiles(command)
        let saved = try files.resumed?.load()
        let targets = try TargetSetup(command.target, command.order, saved)
        targets.issues.say()
        try checkWhatIsLeft(targets)
        let material = try ScanMaterial(command)
        let isDry = command.order.dryRun
        if !isDry { try checkWhatIsRead(material) }

        let scanID = saved?.scanID ?? UUID().uuidString.lowercased()
        let options = try scanOptions(targets)
        let encoding = try encoding(scanID)
        let form = try command.output.form
        try command.output.summary.map { try FileDraft.check($0) }
        let records = try ScanRecords(command, files, targets, saved)
        try options.check()
        if isDry {
            try command.output.metrics.map { try MetricsSink.check($0) }
            return try writePlan(targets, material)
        }
        let metrics = try command.output.metrics.map { try ScanMetrics($0) }
        let setup = ScanSetup(
            options: options,
            feed: records.feed,
            control: ScanControl(),
            scopeName: targets.scope?.name
        )
        let before = (done: setup.feed.completed, records: records.tally.records)
        // Only now is it certain that there will be a run: what the file held may go.
        let sinks = try records.begin(form, command.output.choice, setup.control)
        let run = try ScanRun(command, material, sinks.delivery, encoding)
        if command.output.verbose { explain(targets, options, material, scanID: scanID) }
        sinks.output.begin()
        let keeper = CheckpointKeeper(files.checkpoint, scanID: scanID, plan: targets.fingerprint, sinks)
        let watch = SweepWatch(showsProgress ? ProgressLine() : nil, metrics, keeper, sinks, setup)
        try watch.begin()
        StopSignals.watch()
        let outcome = Sweep(setup).run(watch: watch.update) { _, counters in
            ScanHandler(run, counters: counters)
        }
        watch.clear()
        let isAround = finishContext(run, wasInterrupted: outcome.wasInterrupted)
        watch.end()
        IndicatorOptions.sayLeftOut(run.lists)
        let end = ScanEnd(self, targets, material, sinks, watch, outcome)
        var summary = end.summary(scanID: scanID)
        (summary.resumed, summary.recordsBefore) = (before.done + setup.feed.passed, before.records)
        try end.finish(summary, isWhole: isAround)
    }

    // MARK: Before

    /// Ends a run that would write a file over and could not read what its records are judged by.
    private func checkWhatIsRead(_ material: ScanMaterial) throws {
        guard command.output.recordsPath != nil, !command.unread.keepGoing, !material.isAllRead else {
            return
        }
        sayFaults(material)
        Terminal.say(
            "hallmark: nothing was scanned or written: not all of what was named could be read (--keep-going goes on)",
            .error
        )
        throw ExitCode(1)
    }

    /// Says what is left out of ranges, and ends a run that has nothing to scan.
    private func checkWhatIsLeft(_ targets: TargetSetup) throws {
        let leftOut = LeftOut(counts: targets.plan.counts, unread: targets.issues.count)
        if targets.plan.total == 0, !targets.readsStandardInput {
            Terminal.say("hallmark: nothing is left to scan: \(leftOut.reasons)", .error)
            throw ExitCode(1)
        }
        if !command.output.quiet, !command.order.dryRun { leftOut.say() }
    }

    /// What a run would look at, in its order (`--dry-run`), when all is checked that refuses a run.
    private func writePlan(_ targets: TargetSetup, _ material: ScanMaterial) throws {
        let output = StandardOutput()
        for line in DryRun(targets.plan).lines { try output.line(line) }
        try output.flush()
        sayFaults(material)
        guard targets.issues.count == 0 && material.isAllRead || command.unread.keepGoing else {
            throw ExitCode(1)
        }
    }

    private func sayFaults(_ material: ScanMaterial) {
        for fault in material.context?.faults ?? [] { Terminal.say("hallmark: context: \(fault)", .error) }
    }

    private var showsProgress: Bool {
        switch command.output.progress {
        case .always: true
        case .never: false
        case .auto: Terminal.isErrorTerminal && !command.output.quiet
        }
    }

    // MARK: After

    /// Waits for the context of the last records, and says what of it could not be looked up.
    ///
    /// - Returns: false when a part of it could not be looked up at all.
    private func finishContext(_ run: ScanRun, wasInterrupted: Bool) -> Bool {
        guard let context = run.context else { return true }
        do {
            let summary = try context.finish(within: wasInterrupted ? 0 : command.around.patience)
            for remark in summary.remarks { Terminal.say("hallmark: context: \(remark)", .warning) }
            return summary.isWhole || command.unread.keepGoing
        } catch {
            Terminal.say("hallmark: context: \(error)", .error)
            return false
        }
    }
}
