import ArgumentParser
import Context
import Corpus
import Foundation
import Inventory
import JA4Plus
import Observations
import Pipeline
import Scan
import Signatures
import Synchronization
import Targets
import Terminal
import Wire

/// One run of `hallmark scan`: what its arguments say becomes targets, loops and files.
struct ScanSession {
    private let command: ScanCommand
    private let start = Date()

    init(_ command: ScanCommand) {
        self.command = command
    }

    func run() throws {
        ParentWatch.begin()
        let files = try ScanFiles(command)
        let saved = try files.resumed?.load()
        let targets = try TargetSetup(command.target, command.order, saved)
        report(targets.issues)
        try checkWhatIsLeft(targets)
        let (decided, isDecidedWhole) = try command.decisions.read()
        let (listed, areListsWhole) = try command.indicators.read(
            quiet: command.output.quiet,
            cases: command.decisions.cases(decided)
        )
        let isPartlyUnread =
            (targets.issues.count > 0 || !isDecidedWhole || !areListsWhole) && !command.unread.keepGoing
        if command.order.dryRun {
            let output = StandardOutput()
            for line in DryRun(targets.plan).lines { try output.line(line) }
            try output.flush()
            if isPartlyUnread { throw ExitCode(1) }
            return
        }
        let loaded = try loadRules()
        let rules = loaded?.set
        let form = try command.output.form
        let control = ScanControl()
        let options = try scanOptions(targets)
        let scanID = saved?.scanID ?? UUID().uuidString.lowercased()
        let around = try command.around.setup(
            isStage: false,
            resolvers: command.target.resolver,
            corpus: command.output.corpus
        )
        let inventory = try command.output.inventory.map { try InventoryFile.load($0) }
        try command.output.summary.map { try FileDraft.check($0) }
        var tally = ScanTally(counts: saved?.counts ?? [:])
        var file = try command.output.recordsPath.map { try OutputFile.open(path: $0) } ?? OutputFile()
        try files.check(output: file.identity)
        let tail = try targets.tail(of: file, saved, override: overridingName, &tally)
        let feed = try targets.feed(saved, written: tail?.written ?? [], override: overridingName)
        let corpus = try command.output.corpus.map { CorpusWriter(try CorpusFile($0, .write)) }
        if let tail, let corpus { try tail.again { corpus.add($0) } }
        let recordsBefore = tally.records
        try options.check()
        let encoding = try encoding(scanID)
        var metrics = try command.output.metrics.map { try ScanMetrics($0) }
        // Only now is it certain that there will be a run: what the file held may go.
        try file.begin(keeping: Int64(tail?.length ?? 0))
        let output = FileSink(file, form, command.output.choice) {
            StopSignals.advance(control)
            return control.phase == .stopped
        } failed: {
            control.advance(to: .stopped)
        }
        let ledger = ScanLedger(feed, tally: tally)
        let remembered = corpus.map { CorpusSink($0) }
        let sinks: [(any RecordSink)?] = [output, remembered]
        let delivery = ledger.delivery(to: sinks.compactMap(\.self))
        var plain = ScanRun(
            delivery: delivery,
            policy: EscalationPolicy(
                level: command.probe.probe,
                sniVariants: command.probe.sniVariants,
                rules: rules
            ),
            // Lists are looked at without rules, too.
            rules: try rules ?? (listed == nil ? nil : RuleSet([])),
            encoding: encoding
        )
        (plain.inventory, plain.decisions, plain.lists) = (inventory, decided, listed)
        let run = try plain.with(around)
        if command.output.verbose { explain(targets, options, rules, scanID: scanID) }
        output.begin()
        let setup = ScanSetup(options: options, feed: feed, control: control, scopeName: targets.scope?.name)
        let doneBefore = feed.completed
        var keeper = CheckpointKeeper(
            files.checkpoint,
            scanID: scanID,
            plan: targets.fingerprint,
            ledger,
            output,
            delivery
        )
        keeper.save()
        if let failure = keeper.failure { throw failure }
        var line = showsProgress ? ProgressLine() : nil
        var lastProgress = ScanProgress()
        var streamIssues = 0
        StopSignals.watch()
        let outcome = Sweep(setup).run { progress in
            StopSignals.advance(control)
            for notice in progress.notices { Terminal.say("hallmark: \(notice)", .warning) }
            line?.update(progress)
            lastProgress = progress
            metrics?.update(progress) { ledger.tally }
            keeper.saveIfDue(elapsed: progress.elapsed)
            let issues = feed.takeIssues()
            streamIssues += issues.count
            report(issues)
        } makeHandler: { _, counters in
            ScanHandler(run, counters: counters)
        }
        line?.clear()
        let isAround = finishContext(run, wasInterrupted: outcome.wasInterrupted)
        // What came after the last round.
        let lastIssues = feed.takeIssues()
        streamIssues += lastIssues.count
        report(lastIssues)
        // Each of them is finished, whatever became of the others.
        keeper.save()
        tally = ledger.tally
        lastProgress.done = feed.completed
        metrics?.end(lastProgress, tally)
        var summary = summary(tally, outcome, feed, targets, scanID: scanID, doneBefore: doneBefore)
        summary.recordsBefore = recordsBefore
        summary.targetErrors += streamIssues
        summary.signatures = loaded.map { SignaturesRead($0) }
        let isRemembered = remember(summary, in: corpus, keeper)
        let isSummarised = write(summary)
        if !command.output.quiet { Terminal.say(lines: summary.text) }
        try finish(tally, outcome, output, feed, keeper)
        if targets.readsStandardInput, !checkWhatCame(feed, unread: streamIssues) { throw ExitCode(1) }
        let isUnread = loaded?.unread.isEmpty == false && !command.unread.keepGoing
        if !isRemembered || !isSummarised || !isAround || isUnread || isPartlyUnread
            || streamIssues > 0 && !command.unread.keepGoing
        {
            throw ExitCode(1)
        }
    }

    // MARK: Before

    /// Says what is left out of ranges, and ends a run that has nothing to scan.
    private func checkWhatIsLeft(_ targets: TargetSetup) throws {
        let leftOut = LeftOut(counts: targets.plan.counts, unread: targets.issues.count)
        if targets.plan.total == 0, !targets.readsStandardInput {
            Terminal.say("hallmark: nothing is left to scan: \(leftOut.reasons)", .error)
            throw ExitCode(1)
        }
        if !command.output.quiet, !command.order.dryRun { leftOut.say() }
    }

    /// The same of what came in standard input; false when there was nothing to scan at all.
    private func checkWhatCame(_ feed: TargetFeed, unread: Int) -> Bool {
        let leftOut = LeftOut(counts: feed.inputCounts, unread: unread)
        guard feed.total == 0 else {
            if !command.output.quiet { leftOut.say() }
            return true
        }
        Terminal.say("hallmark: standard input left nothing to scan: \(leftOut.reasons)", .error)
        return false
    }

    private func report(_ issues: TargetIssues) {
        for issue in issues.first { Terminal.say("hallmark: \(issue)", .error) }
        if issues.count > issues.first.count {
            Terminal.say(
                "hallmark: and \(issues.count - issues.first.count) more targets that are not understood",
                .error
            )
        }
    }

    private func loadRules() throws -> LoadedRules? {
        guard !command.output.noSignatures else { return nil }
        return try command.signatures.load(quiet: command.output.quiet)
    }

    /// What every target gets as its server name, when the command line says so.
    private var overridingName: EndpointKey.Override? {
        command.probe.sni.map { $0 == "none" ? .none : .name($0) }
    }

    private func scanOptions(_ targets: TargetSetup) throws -> ScanOptions {
        var options = try command.probe.scanOptions(command.target)
        options.perNetwork = command.pace.perNetwork
        if let retries = command.pace.retries { (options.retries, options.retriesSilence) = (retries, true) }
        options.connectTimeout = UInt64(command.pace.connectTimeout * 1000)
        options.handshakeTimeout = UInt64(command.pace.handshakeTimeout * 1000)
        options.totalTimeout = UInt64(command.pace.totalTimeout * 1000)
        options.byteBudget = command.pace.maximumBytes
        options.rate = command.pace.rate ?? 0
        if let limit = targets.scope?.rate, options.rate == 0 || options.rate > Double(limit) {
            options.rate = Double(limit)
        }
        options.discovers = command.pace.discover != nil
        if options.discovers, let refusal = Sweep.discoveryRefusal() {
            Terminal.say("hallmark: \(refusal)", .error)
            throw ExitCode(1)
        }
        options.concurrency = Sweep.prepare(concurrency: command.pace.concurrency ?? options.concurrency)
        if let wanted = command.pace.concurrency, options.concurrency < wanted {
            Terminal.say(
                "hallmark: the limit of open files allows \(counted(options.concurrency, "connection")) at once, "
                    + "not \(wanted); raise it with ulimit -n",
                .warning
            )
        }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        options.threads = min(command.pace.threads ?? cores, options.concurrency)
        return options
    }

    private func encoding(_ scanID: String) throws -> RecordEncoder.Options {
        var options = RecordEncoder.Options(scanID: scanID, chain: command.output.chain)
        options.proxy = try command.probe.theProxy()?.name
        options.shortensFailures = command.output.shortFailures
        if command.signatures.ja4plus { options.supplement = { JA4Members.append($0, to: &$1) } }
        return options
    }

    private var showsProgress: Bool {
        switch command.output.progress {
        case .always: true
        case .never: false
        case .auto: Terminal.isErrorTerminal && !command.output.quiet
        }
    }

    /// What the run is about to do, for `--verbose`.
    private func explain(_ targets: TargetSetup, _ options: ScanOptions, _ rules: RuleSet?, scanID: String) {
        let counts = targets.plan.counts
        Terminal.say(
            "scan \(scanID), seed \(targets.plan.options.seed), shard \(targets.plan.options.shard)"
        )
        Terminal.say(
            "\(counted(targets.plan.share, "endpoint")); left out: \(counts.excluded) excluded, \(counts.special) of a special purpose; "
                + "\(counts.refused) outside the scope"
        )
        Terminal.say(
            "\(counted(options.concurrency, "connection")) at once on \(counted(options.threads, "thread")), "
                + (options.rate > 0 ? "\(options.rate) new ones a second" : "no limit of rate")
                + (options.discovers ? ", SYNs before them" : "")
                + "; limits: connect \(options.connectTimeout) ms, handshake \(options.handshakeTimeout) ms, "
                + "endpoint \(options.totalTimeout) ms, \(options.byteBudget) bytes"
        )
        Terminal.say("probes: \(options.level.rawValue); signatures: \(rules?.ruleCount ?? 0)")
    }

    // MARK: After

    private func summary(
        _ tally: ScanTally,
        _ outcome: Sweep.Outcome,
        _ feed: TargetFeed,
        _ targets: TargetSetup,
        scanID: String,
        doneBefore: UInt64
    ) -> ScanSummary {
        let usage = ScanSummary.usage
        return ScanSummary(
            commandLine: CommandLine.arguments.map(SecretText.hidden),
            scanID: scanID,
            start: start,
            end: Date(),
            targets: feed.total,
            records: tally.records,
            recordsBefore: 0,
            resumed: doneBefore,
            outcomes: tally.outcomes,
            errors: tally.errors,
            leads: tally.leads,
            leadEndpoints: Array(tally.places.strongest.prefix(LeadPlaces.limit)),
            leadsFound: tally.leads.values.reduce(0) { $0 + $1.values.reduce(0, +) },
            connections: outcome.connections,
            synsSent: outcome.syns,
            bytesReceived: outcome.bytesReceived,
            handshakesRepeated: outcome.fallbacks,
            seed: targets.plan.options.seed,
            shard: targets.plan.options.shard.description,
            scope: targets.scope?.name,
            interrupted: outcome.wasInterrupted,
            targetErrors: targets.issues.count,
            lostHere: tally.lostHere,
            untestedEndpoints: tally.untested.endpoints,
            untestedMarks: tally.untested.marks,
            cpuSeconds: usage.cpu,
            peakRSS: usage.peak
        )
    }

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

    /// Ends the corpus with the run's summary; false, and a word about it, when that failed.
    private func remember(_ summary: ScanSummary, in corpus: CorpusWriter?, _ keeper: CheckpointKeeper)
        -> Bool
    {
        guard let corpus else { return true }
        do {
            _ = try corpus.finish(
                scan: summary.scanID,
                summary: String(decoding: summary.json(), as: UTF8.self)
            )
            return true
        } catch {
            let help = keeper.file.map { "; what it lacks comes with --resume \($0.path)" } ?? ""
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

    private func finish(
        _ tally: ScanTally,
        _ outcome: Sweep.Outcome,
        _ output: FileSink,
        _ feed: TargetFeed,
        _ keeper: CheckpointKeeper
    ) throws {
        if let failure = keeper.failure {
            Terminal.say("hallmark: \(failure)", .error)
            throw ExitCode(1)
        }
        if let failure = output.failure {
            // The reader had enough: that is its right, and no error.
            if failure.isBrokenPipe { return }
            Terminal.say("hallmark: \(failure); not written: \(counted(output.lost, "record"))", .error)
            throw ExitCode(failure.isStop ? 130 : 1)
        }
        if let failure = outcome.failure {
            Terminal.say("hallmark: \(failure)", .error)
            throw ExitCode(1)
        }
        if tally.lostHere > 0 { Terminal.say("hallmark: \(ScanSummary.lost(tally.lostHere))", .error) }
        if let failure = feed.failure {
            Terminal.say("hallmark: \(failure)", .error)
            throw ExitCode(1)
        }
        if outcome.wasInterrupted {
            let help = keeper.file.map { "; go on with --resume \($0.path)" } ?? ""
            if !command.output.quiet { Terminal.say("hallmark: interrupted\(help)") }
            throw ExitCode(130)
        }
        if let level = command.output.failOn, let highest = tally.highest, highest >= level {
            throw ExitCode(3)
        }
        if tally.lostHere > 0 { throw ExitCode(1) }
    }
}
