import ArgumentParser
import Bytes
import Context
import Corpus
import Foundation
import Glibc
import HTTPClient
import Inventory
import JA4Plus
import Observations
import Pipeline
import Scan
import Signatures
import Synchronization
import Targets
import Terminal

/// `hallmark validate`: every probe on a few suspected hosts, and a report for a person.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Look closely at a few suspected hosts, and say what speaks for and against it.",
        discussion: """
            Runs every probe: the certificate grab, JARM, the complete handshake with HTTP and the icon, and the same \
            endpoint with other server names. The report gives the leads with their evidence, what speaks against them, \
            what was seen, what could not be tested, and where to look next.

            Examples:
              hallmark validate 203.0.113.7
              hallmark validate 203.0.113.7:8443,shop.example.com --corpus seen.sqlite
              hallmark validate mail.example.com:25 --starttls smtp
              hallmark validate 203.0.113.7 --format ndjson | jq .hallmark.leads
              hallmark validate 203.0.113.7 --context --mmdb asn.mmdb
              hallmark validate -i suspects.txt --fail-on high

            Exit codes: 0 done; 1 it could not do its work; 3 done, and a lead at or over --fail-on was found; 64 usage.
            """
    )

    @OptionGroup(title: "Targets") var target: TargetArguments
    @OptionGroup(title: "Probes") var probe: ProbeArguments
    @OptionGroup(title: "Context") var around: ContextArguments
    @OptionGroup(title: "Signatures") var signatures: SignatureOptions
    @OptionGroup(title: "Output") var form: FormatOptions
    @OptionGroup(title: "Output") var unread: KeepGoingOption

    @Flag(help: "Propose searches for its marks without a lead, too.")
    var queries = false

    @Option(
        help: ArgumentHelp(
            "Add what was seen to a corpus, for the pivots that the report proposes.",
            valueName: "file"
        ),
        completion: .file()
    )
    var corpus: String?

    @Option(
        help: ArgumentHelp(
            "Say in each observation how it compares with an inventory (Docs/inventory.md).",
            valueName: "file"
        ),
        completion: .file()
    )
    var inventory: String?

    @Option(
        help: ArgumentHelp(
            "End with code 3 when a lead is at least: low, medium or high.",
            valueName: "level"
        )
    )
    var failOn: LeadLabel?

    /// A handful is looked at closely; more than this is a sweep.
    private static let maximumTargets: UInt64 = 256

    func run() throws {
        let targets = try TargetSetup(target, OrderArguments.parse([]), nil)
        for issue in targets.issues.first { Terminal.say("hallmark: \(issue)", .error) }
        guard targets.plan.total <= Self.maximumTargets else {
            throw ValidationError(
                "validate takes up to \(Self.maximumTargets) endpoints: use scan --probe full for more."
            )
        }
        let leftOut = LeftOut(counts: targets.plan.counts, unread: targets.issues.count)
        if targets.plan.total == 0, !targets.readsStandardInput {
            Terminal.say("hallmark: nothing is left to validate: \(leftOut.reasons)", .error)
            throw ExitCode(1)
        }
        leftOut.say()
        let loaded = try signatures.load(quiet: false)
        let rules = loaded.set
        let index = try inventory.map { try InventoryFile.load($0) }
        let writer = try corpus.map { CorpusWriter(try CorpusFile($0, .write)) }
        let feed = try targets.feed(nil, written: [], override: nil)
        var options = try probe.scanOptions(target)
        options.level = .full
        ask(rules, &options)
        options.sniVariants = true
        options.threads = 1
        options.concurrency = Sweep.prepare(concurrency: 64)
        let setup = ScanSetup(
            options: options,
            feed: feed,
            control: ScanControl(),
            scopeName: targets.scope?.name
        )
        let around = try self.around.setup(isStage: false, resolvers: target.resolver, corpus: corpus)
        let session = try around.map { try ContextSession($0) }
        let collected = CollectedRecords()
        let scanID = UUID().uuidString.lowercased()
        let policy = EscalationPolicy(level: .full, sniVariants: true, rules: rules, asksAll: true)
        var encoding = RecordEncoder.Options(scanID: scanID)
        encoding.proxy = options.proxy?.name
        if signatures.ja4plus { encoding.supplement = { JA4Members.append($0, to: &$1) } }
        StopSignals.watch()
        let outcome = Sweep(setup).run { progress in
            StopSignals.advance(setup.control)
            for notice in progress.notices { Terminal.say("hallmark: \(notice)", .warning) }
        } makeHandler: { [encoding] _, _ in
            CollectingHandler(rules, policy, encoding, into: collected)
        }
        let isAround = collected.finish(rules, index, writer, session)
        let isKept = keep(writer, scanID)
        let unreadLines = feed.takeIssues()
        for issue in unreadLines.first { Terminal.say("hallmark: \(issue)", .error) }
        if let failure = outcome.failure {
            Terminal.say("hallmark: \(failure)", .error)
            throw ExitCode(1)
        }
        if let failure = feed.failure { Terminal.say("hallmark: \(failure)", .error) }
        let texts = Dictionary(
            rules.rules.compactMap { rule in rule.id.flatMap { id in rule.text.map { (id, $0) } } },
            uniquingKeysWith: { first, _ in first }
        )
        try write(collected.lines, texts)
        if collected.lostHere > 0 {
            Terminal.say("hallmark: \(ScanSummary.lost(collected.lostHere))", .error)
        }
        if outcome.wasInterrupted { throw ExitCode(130) }
        if let failOn, let highest = collected.highest, highest >= failOn { throw ExitCode(3) }
        if !isAround, !unread.keepGoing { throw ExitCode(1) }
        if !loaded.unread.isEmpty, !unread.keepGoing { throw ExitCode(1) }
        if targets.readsStandardInput, feed.total == 0 {
            let came = LeftOut(counts: feed.inputCounts, unread: unreadLines.count)
            Terminal.say("hallmark: standard input left nothing to validate: \(came.reasons)", .error)
            throw ExitCode(1)
        }
        let isPartlyUnread = targets.issues.count + unreadLines.count > 0 && !unread.keepGoing
        if !isKept || collected.lostHere > 0 || isPartlyUnread || feed.failure != nil { throw ExitCode(1) }
    }

    /// All that the rules need, and where the host itself points to, with the time and bytes for it.
    private func ask(_ rules: RuleSet, _ options: inout ScanOptions) {
        options.http.followsRedirects = true
        options.http.requests = probe.maximumRequests ?? rules.requests.count + 64
        options.http.bytes = 16 * 1024 * 1024
        options.byteBudget = 16 * 1024 * 1024
        options.totalTimeout = 180_000
    }

    /// Ends the corpus; false, and a word about it, when what was seen could not be added.
    private func keep(_ writer: CorpusWriter?, _ scanID: String) -> Bool {
        guard let writer else { return true }
        do {
            _ = try writer.finish(scan: scanID, summary: "{}")
            return true
        } catch {
            Terminal.say("hallmark: \(error)", .error)
            return false
        }
    }

    private func write(_ lines: [[UInt8]], _ texts: [String: String]) throws {
        let output = StandardOutput()
        for (index, line) in lines.enumerated() {
            if form.isLines {
                try output.write(line.span)
                continue
            }
            guard let record = RecordView(line: line) else { continue }
            if index > 0 { try output.write("\n") }
            let style = ReportStyle.ofStandardOutput()
            let report = Report(record, style, corpus: corpus, showsQueries: queries) { texts[$0] }
            try output.write(report.text())
        }
        try output.flush()
    }
}

/// The finished records of a few endpoints, in the order of their targets.
private final class CollectedRecords: Sendable {
    private struct Record {
        let sequence: UInt64
        let line: [UInt8]
        let lookedFor: LookedFor
    }

    private let finished = MemorySink()
    private let state = Mutex<(records: [Record], highest: LeadLabel?, lostHere: UInt64)>(([], nil, 0))

    func add(_ observation: Observation, _ line: [UInt8]) {
        let record = Record(
            sequence: observation.sequence,
            line: line,
            lookedFor: LookedFor(observation)
        )
        let isLostHere = observation.isLostHere
        state.withLock { state in
            state.records.append(record)
            if isLostHere { state.lostHere += 1 }
        }
    }

    /// Gives the records their context, matches and compares them, and has the corpus remember them.
    ///
    /// - Returns: false when a part of the context could not be looked up at all.
    func finish(
        _ rules: RuleSet,
        _ inventory: InventoryIndex?,
        _ corpus: CorpusWriter?,
        _ session: ContextSession?
    ) -> Bool {
        let sinks: [(any RecordSink)?] = [finished, corpus.map { CorpusSink($0) }]
        // Whether the corpus took them all says its end.
        let delivery = Delivery<Void>(to: sinks.compactMap(\.self)) { _ in
        } refuse: { _ in
        }
        let stages: [(any RecordStage)?] = [AssessStage(rules), inventory.map { FindingStage($0) }]
        let pipeline = RecordPipeline(stages.compactMap(\.self), to: delivery)
        return state.withLock { state in
            state.records.sort { $0.sequence < $1.sequence }
            let contexts = session?.look(at: state.records.map(\.line))
            for (place, kept) in state.records.enumerated() {
                var line = ByteBuffer()
                if let contexts {
                    contexts[place].append(kept.line.span, to: &line)
                } else {
                    line.append(kept.line.span)
                }
                var record = PassingRecord(lookedFor: kept.lookedFor)
                pipeline.pass(&line, &record)
                if let label = record.highest { state.highest = max(state.highest ?? label, label) }
            }
            pipeline.deliver(())
            guard let summary = session?.summary else { return true }
            for remark in summary.remarks { Terminal.say("hallmark: context: \(remark)", .warning) }
            return summary.isWhole
        }
    }

    var lines: [[UInt8]] { finished.lines }
    var highest: LeadLabel? { state.withLock { $0.highest } }
    var lostHere: UInt64 { state.withLock { $0.lostHere } }
}

/// Encodes and keeps.
private final class CollectingHandler: ObservationHandler {
    private let assessor: Assessor
    private let policy: EscalationPolicy
    private let collected: CollectedRecords
    private var encoder: RecordEncoder
    private var line = ByteBuffer(capacity: 16 * 1024)

    init(
        _ rules: RuleSet,
        _ policy: EscalationPolicy,
        _ encoding: RecordEncoder.Options,
        into collected: CollectedRecords
    ) {
        encoder = RecordEncoder(encoding)
        assessor = Assessor(rules)
        self.policy = policy
        self.collected = collected
    }

    func decide(_ observation: Observation) -> ProbeDecision {
        var facts = EndpointFacts(observation)
        line.removeAll()
        encoder.encode(observation, into: &line)
        let isRead = line.withSpan { span in
            span.withUnsafeBufferPointer { (try? assessor.scratch.match($0)) != nil }
        }
        if isRead { facts.add(assessor.scratch) }
        return policy.decide(facts)
    }

    func finished(_ observation: Observation, completesTarget: Bool) {
        line.removeAll()
        encoder.encode(observation, into: &line)
        let bytes = line.withSpan { span in span.withUnsafeBufferPointer { [UInt8]($0) } }
        collected.add(observation, bytes)
    }

    func passed(_ sequence: UInt64) {}

    func flush(isLast: Bool) {}
}
