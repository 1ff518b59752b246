import ArgumentParser
import Bytes
import Fetch
import Foundation
import Observations
import Pipeline
import Scan
import Signatures
import Terminal
import Transparency

/// One run over logs: from what followers read to records and findings.
final class WatchRun: LogHandler {
    private let watch: WatchArguments
    private var certificates: CertificateWatch
    private var reader = IssuedCertificateReader()
    private var record: LoggedRecord
    private let hasRules: Bool
    private var met: MetCertificates
    private var file: OutputFile
    private var tail: WatchedOutput
    /// As it was left before.
    private let state: WatchState
    private var states: [TreeHash: LogState] = [:]
    private var batch = ByteBuffer(capacity: 1 << 20)
    private var failure: (any Error)?
    private var counts = WatchCounts()
    private var authorised = FileStamp()
    /// Entries that are named of those that can't be read, or not whole; all are counted.
    private static let mostNotes = 100
    /// When the progress was last said, in nanoseconds since 1970.
    private var toldAt = WallClock.nanoseconds

    static func run(
        _ logs: LogArguments,
        _ watch: WatchArguments,
        _ signatures: SignatureOptions,
        _ options: FollowOptions,
        failOn: Severity?,
        keepGoing: Bool
    ) throws {
        let rules = watch.noSignatures ? nil : try signatures.load(quiet: watch.quiet)
        let (selected, isListWhole) = try logs.selected(now: Int(WallClock.nanoseconds / 1_000_000))
        let run = try WatchRun(watch, rules?.set, options)
        if !isListWhole { run.counts.hasFailed = true }
        try run.follow(selected, logs.network, options)
        if !watch.quiet { Terminal.say(lines: run.report) }
        if let failure = run.failure { throw failure }
        if run.counts.hasFailed || rules?.unread.isEmpty == false, !keepGoing { throw ExitCode(1) }
        if let failOn, let worst = run.counts.worst, worst >= failOn { throw ExitCode(3) }
    }

    /// Opens what is read and what is written, and changes nothing of it: a run may still be refused.
    private init(_ watch: WatchArguments, _ rules: RuleSet?, _ options: FollowOptions) throws {
        self.watch = watch
        try watch.checkFiles()
        if watch.watch.isEmpty, watch.inventory == nil, !watch.all, rules == nil {
            throw ValidationError("There is nothing to look for: --watch, --inventory, signatures, or --all.")
        }
        let state = try watch.state.flatMap { try WatchState.load($0) } ?? WatchState()
        if let path = watch.state { try state.check(range: options, path) }
        certificates = try watch.makeWatch(state.bursts ?? [:])
        record = LoggedRecord(rules)
        hasRules = rules != nil
        try watch.check(state)
        tail = try WatchedOutput(watch.output == nil ? nil : state.output)
        met = try MetCertificates(watch.state.map { $0 + ".met" }, count: state.met, sum: state.metSum)
        for log in state.logs { states[log.logID] = log }
        self.state = state
        guard let path = watch.output else {
            file = OutputFile()
            return
        }
        file = try OutputFile.open(path: path)
        guard state.output != nil || file.isEmpty else {
            throw FileError(path, "holds something, and the state knows nothing of it: name a new file")
        }
    }

    /// Cuts off what the last run has written and not noted: it is read again.
    private func begin() throws {
        try met.begin()
        guard let path = watch.output else { return }
        try file.begin(keeping: state.output?.offset ?? 0)
        if state.output == nil, let place = watch.state {
            // A run that is killed before its first record is noted finds its own output again.
            var first = state
            first.output = WatchState.Output(path: URL(fileURLWithPath: path).path, offset: 0, tail: nil)
            try first.save(place)
        }
    }

    // MARK: Logs

    private func follow(_ logs: [LogDescription], _ network: Fetcher.Options, _ options: FollowOptions) throws
    {
        let control = ScanControl()
        StopSignals.watch()
        counts.logs = logs.count
        let work = try LogWork(logs, states, options, network, handler: self)
        try begin()
        for log in work.unusable { note("its key can't be used", of: log) }
        if !work.unusable.isEmpty { counts.hasFailed = true }
        work.run(every: 250) { [self] progress in
            StopSignals.advance(control)
            commit()
            takeAuthorised()
            show(progress, isEndless: !options.untilHead && options.end == nil)
            return control.phase == .running && failure == nil
        }
        Terminal.clearProgress()
        commit()
        if work.hasFailed { counts.hasFailed = true }
        // A watch without an end was not at the end of anything; but a log that never answered was not
        // watched.
        counts.unfinished = options.untilHead ? work.unfinished : work.silent
        if counts.unfinished > 0 { counts.hasFailed = true }
    }

    /// Takes in what `ct authorize` has written since.
    private func takeAuthorised() {
        guard let path = watch.state.map(AuthorisedFile.path), authorised.hasChanged(path) else { return }
        do {
            certificates.authorise(try AuthorisedFile.read(path))
        } catch {
            Terminal.say("hallmark: \(error)", .error)
            counts.hasFailed = true
        }
    }

    /// Shows how far it is: where nobody sees a line change, once a minute, as far as there is an end.
    private func show(_ progress: (read: UInt64, known: UInt64), isEndless: Bool) {
        let text = counts.progress(progress)
        if Terminal.isErrorTerminal { return Terminal.showProgress(text) }
        let now = WallClock.nanoseconds
        guard !watch.quiet, !isEndless, now - toldAt >= 60_000_000_000 else { return }
        toldAt = now
        Terminal.say(text)
    }

    func take(_ entries: [LogEntry], of log: LogDescription) {
        for entry in entries {
            counts.entries += 1
            switch entry.kind {
            case .certificate, .precertificate: take(entry, log)
            case .unknown: counts.passed += 1
            case .malformed, .unread:
                counts.unreadable += 1
                counts.hasFailed = true
            }
        }
    }

    private func take(_ logged: LogEntry, _ log: LogDescription) {
        var entry = logged
        let (read, isFalse) = reader.read(&entry)
        if isFalse {
            var misbehaviour = LogMisbehaviour(
                .badEntry,
                log,
                "The precertificate beside entry \(entry.index) is not the one that the log has signed: the leaf counts."
            )
            misbehaviour.bytes = Array(entry.leaf.prefix(65_536))
            found(misbehaviour)
        }
        guard var certificate = read else {
            if counts.unreadable < Self.mostNotes {
                note("the certificate of entry \(entry.index) can't be read", of: log)
            }
            counts.unreadable += 1
            counts.hasFailed = true
            return
        }
        if certificate.hidesNames {
            if counts.partly < Self.mostNotes {
                note("not all names of entry \(entry.index) can be read", of: log)
            }
            counts.partly += 1
            counts.hasFailed = true
        }
        let concerns = !certificates.concerns(certificate).isEmpty
        guard concerns || watch.all || hasRules else { return }
        reader.addDigests(entry.certificate, to: &certificate, isWatched: concerns)
        guard let body = certificate.bodyBytes else {
            counts.again += 1
            return
        }
        let asksForKey = concerns && certificates.list.asksForIssuerKeys
        let issuerKey = asksForKey ? IssuingKey.find(entry) : nil
        let isNew = met.insert(body)
        // Whoever was judged without this key has not been judged by it.
        let isNewKey = issuerKey.map { met.insert(MetCertificates.digest(body, $0.bytes)) } ?? false
        guard isNew || isNewKey else {
            counts.again += 1
            return
        }
        var findings: [WatchFinding] = []
        if concerns {
            let time = Int(clamping: entry.time)
            findings = certificates.findings(certificate, issuerKey: issuerKey, at: time)
        }
        if asksForKey, findings.contains(where: { $0.name == .unexpectedIssuer }) {
            // Of who issued it is told once, and of all else when it came first.
            let isUntold = met.insert(MetCertificates.digest(body, []))
            if !isNew { findings = isUntold ? findings.filter { $0.name == .unexpectedIssuer } : [] }
        } else if !isNew {
            findings = []
        }
        guard isNew || !findings.isEmpty else {
            counts.again += 1
            return
        }
        let verdict = record.make(entry, log, findings, keepsAll: watch.all)
        counts.add(findings, verdict)
        let isWorthALook = verdict.lead != nil || verdict.isMatched || !findings.isEmpty
        guard watch.all || isWorthALook else { return }
        counts.records += 1
        record.line.withSpan { batch.append($0) }
    }

    func found(_ misbehaviour: LogMisbehaviour) {
        counts.misbehaviours += 1
        counts.hasFailed = true
        counts.worst = max(counts.worst ?? .info, misbehaviour.name.severity)
        let line = misbehaviour.line(evidence: keep(misbehaviour))
        batch.append(line.text)
        Terminal.say(
            "hallmark: \(misbehaviour.log.name): \(misbehaviour.name.rawValue): \(misbehaviour.message)",
            .warning
        )
    }

    /// Keeps the evidence beside the state, or else the output.
    ///
    /// - Returns: the file's path; empty when there is no place for it.
    private func keep(_ misbehaviour: LogMisbehaviour) -> String {
        guard let place = watch.state ?? watch.output else { return "" }
        return misbehaviour.keepEvidence(in: place + ".evidence")
    }

    func advanced(_ state: LogState) { states[state.logID] = state }

    func note(_ text: String, of log: LogDescription) { Terminal.say("hallmark: \(log.name): \(text)") }

    // MARK: Output

    /// Writes what there is, and then notes that it is written.
    private func commit() {
        guard failure == nil else { return }
        if !batch.isEmpty {
            if let error = batch.withSpan({ file.write($0) }) {
                failure = error
                return
            }
            if watch.state != nil { batch.withSpan { tail.append($0) } }
            batch.removeAll()
            // The state may not outlive what it counts, whatever ends the machine.
            if watch.state != nil { file.sync() }
        }
        guard let path = watch.state else { return }
        do {
            try met.flush()
            var state = WatchState()
            state.logs = states.values.sorted { $0.url < $1.url }
            state.met = met.count
            state.metSum = met.sum.text
            state.bursts = certificates.bursts.lastHour
            if file.identity != nil {
                state.output = WatchState.Output(
                    path: URL(fileURLWithPath: file.path).path,
                    offset: file.offset,
                    tail: tail.digest
                )
            }
            guard counts.hasChanged(state) else { return }
            try state.save(path)
        } catch {
            failure = error
        }
    }

    private var report: String {
        guard hasRules, !watch.all else { return counts.report }
        return counts.report
            + "\n  rules that count over many certificates: 'hallmark match' over what --all writes"
    }
}
