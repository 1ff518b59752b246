import ArgumentParser
import Foundation
import HTTPClient
import Observations
import Scan
import Signatures
import Synchronization
import Wire

/// One run of `hallmark scan`: what its arguments say becomes targets, loops and files.
struct ScanSession {
    private let command: ScanCommand
    private let start = Date()

    init(_ command: ScanCommand) {
        self.command = command
    }

    func run() throws {
        let saved = try command.order.resume.map { try Checkpoint.load(from: $0) }
        let targets = try TargetSetup(command, saved)
        report(targets.issues)
        if command.order.dryRun {
            DryRun(targets.plan).lines.forEach { print($0) }
            return
        }
        let rules = try loadRules()
        let control = ScanControl()
        let feed = try targets.feed(saved, output: command.output.output, override: overridingName)
        let file = try targets.outputFile(command.output.output, resuming: saved)
        let sink = RecordSink(file, feed: feed, control: control)
        let options = try scanOptions(targets, rules)
        let scanID = saved?.scanID ?? UUID().uuidString.lowercased()
        let run = ScanRun(
            sink: sink,
            policy: policy(rules),
            rules: rules,
            onlyLeads: command.output.onlyLeads,
            encoding: encoding(scanID)
        )
        let setup = ScanSetup(options: options, feed: feed, control: control, scopeName: targets.scope?.name)
        let doneBefore = feed.completed
        var keeper = CheckpointKeeper(
            path: command.order.checkpoint ?? command.order.resume,
            scanID: scanID,
            plan: targets.fingerprint,
            output: command.output.output
        )
        try keeper.save(sink)
        var line = showsProgress ? ProgressLine() : nil
        let outcome = Sweep(setup).run { progress in
            line?.update(progress)
            keeper.saveIfDue(sink, elapsed: progress.elapsed)
            report(feed.takeIssues())
        } makeHandler: { _, counters in
            ScanHandler(run, counters: counters)
        }
        line?.clear()
        try keeper.save(sink)
        let tally = run.tally.withLock { $0 }
        let summary = summary(tally, outcome, feed, targets, scanID: scanID, doneBefore: doneBefore)
        if let path = command.output.summary { try summary.write(to: path) }
        if !command.output.quiet { Terminal.note(summary.text) }
        try finish(tally, outcome, sink, feed, keeper)
    }

    // MARK: Before

    private func report(_ issues: TargetIssues) {
        for issue in issues.first { Terminal.note("hallmark: \(printable("\(issue)"))") }
        if issues.count > issues.first.count {
            Terminal.note(
                "hallmark: and \(issues.count - issues.first.count) more targets that are not understood"
            )
        }
    }

    private func loadRules() throws -> RuleSet? {
        guard !command.output.noSignatures else { return nil }
        return try SignatureLibrary.load(command.signatures.libraries(), ja4plus: command.signatures.ja4plus)
    }

    /// The server name that every target gets, when the command line gives one.
    private var overridingName: String? {
        guard let name = command.probe.sni, name != "none" else { return nil }
        return name
    }

    private func scanOptions(_ targets: TargetSetup, _ rules: RuleSet?) throws -> ScanOptions {
        var options = ScanOptions()
        options.level = command.probe.probe
        options.prove = command.probe.prove || command.probe.verify
        if let name = command.probe.sni { options.serverName = name == "none" ? .none : .name(name) }
        options.startTLS = try startTLS()
        options.look = command.probe.look == "browser" ? .browser : .default
        options.usesIPv6 = !command.target.noIPv6
        options.allAddresses = command.target.allAddresses
        options.resolvers = command.target.resolver
        if command.probe.verify { options.verify = VerifyOptions(caFile: command.probe.caFile) }
        options.sniVariants = command.probe.sniVariants
        options.perNetwork = command.pace.perNetwork
        options.retries = command.pace.retries
        options.connectTimeout = UInt64(command.pace.connectTimeout * 1000)
        options.handshakeTimeout = UInt64(command.pace.handshakeTimeout * 1000)
        options.totalTimeout = UInt64(command.pace.totalTimeout * 1000)
        options.byteBudget = command.pace.maximumBytes
        options.jarmCompatible = command.probe.jarmCompatible
        options.http = httpOptions()
        options.rate = command.pace.rate ?? 0
        if let limit = targets.scope?.rate, options.rate == 0 || options.rate > Double(limit) {
            options.rate = Double(limit)
        }
        options.concurrency = Sweep.prepare(concurrency: command.pace.concurrency)
        if options.concurrency < command.pace.concurrency {
            Terminal.note(
                "hallmark: the limit of open files allows \(options.concurrency) connections at once, not "
                    + "\(command.pace.concurrency); raise it with ulimit -n"
            )
        }
        let cores = ProcessInfo.processInfo.activeProcessorCount
        options.threads = min(command.pace.threads ?? cores, options.concurrency)
        return options
    }

    private func startTLS() throws -> ScanOptions.StartTLSChoice? {
        guard let text = command.probe.starttls else { return nil }
        if text == "auto" { return .byPort }
        guard let name = StartTLSProtocol(rawValue: text) else {
            let names = StartTLSProtocol.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--starttls takes auto or one of \(names), not '\(text)'.")
        }
        return .always(name)
    }

    private func httpOptions() -> HTTPOptions {
        var http = HTTPOptions(
            userAgent: command.probe.userAgent ?? HTTPOptions.userAgent(version: Hallmark.version)
        )
        http.requests = command.probe.maximumRequests
        http.followsRedirects = command.probe.followRedirects
        http.headers = command.probe.header.map { text in
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            let value = text[colon...].dropFirst().drop { $0 == " " || $0 == "\t" }
            return HTTPRequest.Header(String(text[..<colon]), String(value))
        }
        return http
    }

    private func policy(_ rules: RuleSet?) -> EscalationPolicy {
        EscalationPolicy(
            level: command.probe.probe,
            sniVariants: command.probe.sniVariants,
            requests: rules?.requests.map { HTTPRequest($0) } ?? [],
            useful: rules?.usedProbes ?? []
        )
    }

    private func encoding(_ scanID: String) -> RecordEncoder.Options {
        RecordEncoder.Options(scanID: scanID, chain: command.output.chain)
    }

    private var showsProgress: Bool {
        switch command.output.progress {
        case .always: true
        case .never: false
        case .auto: Terminal.isErrorTerminal && !command.output.quiet
        }
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
            commandLine: CommandLine.arguments,
            scanID: scanID,
            start: start,
            end: Date(),
            targets: feed.total,
            records: tally.records,
            resumed: doneBefore,
            outcomes: tally.outcomes,
            errors: tally.errors,
            leads: tally.leads,
            connections: outcome.connections,
            bytesReceived: outcome.bytesReceived,
            seed: targets.plan.options.seed,
            shard: targets.plan.options.shard.description,
            scope: targets.scope?.name,
            interrupted: outcome.wasInterrupted,
            targetErrors: targets.issues.count,
            cpuSeconds: usage.cpu,
            peakRSS: usage.peak
        )
    }

    private func finish(
        _ tally: ScanTally,
        _ outcome: Sweep.Outcome,
        _ sink: RecordSink,
        _ feed: TargetFeed,
        _ keeper: CheckpointKeeper
    ) throws {
        if let failure = sink.failure {
            // The reader had enough: that is its right, and no error.
            if failure.isBrokenPipe { return }
            Terminal.note("hallmark: \(failure); \(sink.lost) records were not written")
            throw ExitCode(1)
        }
        if let failure = outcome.failure {
            Terminal.note("hallmark: \(failure)")
            throw ExitCode(1)
        }
        if let failure = feed.failure {
            Terminal.note("hallmark: \(printable("\(failure)"))")
            throw ExitCode(1)
        }
        if let failure = keeper.failure {
            Terminal.note("hallmark: \(failure)")
            throw ExitCode(1)
        }
        if outcome.wasInterrupted {
            let help = keeper.path.map { "; go on with --resume \($0)" } ?? ""
            if !command.output.quiet { Terminal.note("hallmark: interrupted\(help)") }
            throw ExitCode(130)
        }
        if let level = command.output.failOn, let highest = tally.highest, highest >= level {
            throw ExitCode(3)
        }
    }
}

extension HTTPRequest {
    fileprivate init(_ request: RuleRequest) {
        self.init(
            request.method,
            request.path,
            headers: request.headers.sorted { $0.key < $1.key }.map { Header($0.key, $0.value) },
            body: Array((request.body ?? "").utf8)
        )
    }
}
