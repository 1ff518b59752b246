import ArgumentParser
import Corpus
import Foundation
import Pipeline
import Scan
import Signatures
import Targets
import Terminal

/// The end of a scan, when nothing more is looked at: each part is finished, whatever became of the others,
/// and the exit code tells what was not done.
struct ScanEnd {
    private let command: ScanCommand
    private let start: Date
    private let targets: TargetSetup
    private let material: ScanMaterial
    private let sinks: ScanSinks
    private let watch: SweepWatch
    private let outcome: Sweep.Outcome
    private let tally: ScanTally

    /// - Parameter watch: has ended.
    init(
        _ session: ScanSession,
        _ targets: TargetSetup,
        _ material: ScanMaterial,
        _ sinks: ScanSinks,
        _ watch: SweepWatch,
        _ outcome: Sweep.Outcome
    ) {
        (command, start) = (session.command, session.start)
        (self.targets, self.material, self.sinks) = (targets, material, sinks)
        (self.watch, self.outcome) = (watch, outcome)
        tally = sinks.ledger.tally
    }

    /// What the run came to, as if none was before it.
    func summary(scanID: String) -> ScanSummary {
        let usage = ScanSummary.usage
        var leftOut = targets.plan.counts
        leftOut.add(watch.feed.inputCounts)
        return ScanSummary(
            commandLine: CommandLine.arguments.map(SecretText.hidden),
            scanID: scanID,
            start: start,
            end: Date(),
            targets: watch.feed.total,
            records: tally.records,
            recordsBefore: 0,
            resumed: 0,
            outcomes: tally.outcomes,
            errors: tally.errors,
            leads: tally.leads,
            leadEndpoints: Array(tally.places.strongest.prefix(LeadPlaces.limit)),
            leadsDismissed: tally.dismissed,
            leadsFound: tally.leads.values.reduce(0) { $0 + $1.values.reduce(0, +) },
            connections: outcome.connections,
            synsSent: outcome.syns,
            bytesReceived: outcome.bytesReceived,
            handshakesRepeated: outcome.fallbacks,
            seed: targets.plan.options.seed,
            shard: targets.plan.options.shard.description,
            scope: targets.scope?.name,
            interrupted: outcome.wasInterrupted,
            signatures: material.rules.map { SignaturesRead($0) },
            targetErrors: targets.issues.count + watch.unread,
            leftOut: LeftOutCounts(leftOut),
            lostHere: tally.lostHere,
            untestedEndpoints: tally.untested.endpoints,
            untestedMarks: tally.untested.marks,
            cpuSeconds: usage.cpu,
            peakRSS: usage.peak
        )
    }

    /// Leaves the summary where it is wanted.
    ///
    /// - Parameter isWhole: whether all that belongs to the records was looked up.
    /// - Throws: the exit code of a run that did not do all of its work, or found what fails it.
    func finish(_ summary: ScanSummary, isWhole: Bool) throws {
        let isRemembered = remember(summary)
        let isSummarised = write(summary)
        if !command.output.quiet { Terminal.say(lines: summary.text) }
        try check()
        if targets.readsStandardInput, !checkWhatCame() { throw ExitCode(1) }
        let isUnread =
            targets.issues.count > 0 || watch.unread > 0 || !material.isWhole
            || material.rules?.unread.isEmpty == false
        if !isRemembered || !isSummarised || !isWhole || isUnread && !command.unread.keepGoing {
            throw ExitCode(1)
        }
    }

    /// Ends the corpus with the run's summary; false, and a word about it, when that failed.
    private func remember(_ summary: ScanSummary) -> Bool {
        guard let corpus = sinks.corpus else { return true }
        do {
            _ = try corpus.finish(
                scan: summary.scanID,
                summary: String(decoding: summary.json(), as: UTF8.self)
            )
            return true
        } catch {
            let help = watch.keeper.file.map { "; what it lacks comes with --resume \($0.path)" } ?? ""
            Terminal.say("hallmark: \(error)\(help)", .error)
            return false
        }
    }

    /// Writes the summary's file; false, and a word about it, when that failed.
    private func write(_ summary: ScanSummary) -> Bool {
        guard let path = command.output.summary else { return true }
        do {
            try summary.write(to: path)
            return true
        } catch {
            Terminal.say("hallmark: \(error)", .error)
            return false
        }
    }

    /// What standard input held that was left out; false when there was nothing to scan at all.
    private func checkWhatCame() -> Bool {
        let leftOut = LeftOut(counts: watch.feed.inputCounts, unread: watch.unread)
        guard watch.feed.total == 0 else {
            if !command.output.quiet { leftOut.say() }
            return true
        }
        Terminal.say("hallmark: standard input left nothing to scan: \(leftOut.reasons)", .error)
        return false
    }

    /// The reader had enough, which is its right, and no error where nobody asked what was found.
    ///
    /// - Parameter failure: that of the output.
    private func endOfReader(_ failure: OutputFailure) throws {
        if let level = command.output.failOn, let highest = tally.highest, highest >= level {
            throw ExitCode(3)
        }
        let isNamed = command.output.output.map { $0 != "-" } ?? false
        guard isNamed || command.output.failOn != nil else { return }
        Terminal.say("hallmark: \(failure): who read it went away, and the rest was not scanned", .error)
        throw ExitCode(1)
    }

    /// Ends with the code of the gravest thing that happened.
    private func check() throws {
        if let failure = watch.keeper.failure {
            Terminal.say("hallmark: \(failure)", .error)
            throw ExitCode(1)
        }
        if let failure = sinks.output.failure {
            if failure.isBrokenPipe { return try endOfReader(failure) }
            Terminal.say("hallmark: \(failure); not written: \(counted(sinks.output.lost, "record"))", .error)
            throw ExitCode(failure.isStop ? 130 : 1)
        }
        if let failure = outcome.failure {
            Terminal.say("hallmark: \(failure)", .error)
            throw ExitCode(1)
        }
        if tally.lostHere > 0 { Terminal.say("hallmark: \(ScanSummary.lost(tally.lostHere))", .error) }
        if let failure = watch.feed.failure {
            Terminal.say("hallmark: \(failure)", .error)
            throw ExitCode(1)
        }
        if outcome.wasInterrupted {
            let help = watch.keeper.file.map { "; go on with --resume \($0.path)" } ?? ""
            if !command.output.quiet { Terminal.say("hallmark: interrupted\(help)") }
            throw ExitCode(130)
        }
        if let level = command.output.failOn, let highest = tally.highest, highest >= level {
            throw ExitCode(3)
        }
        if tally.lostHere > 0 { throw ExitCode(1) }
    }
}
