import Bytes
import Corpus
import Decisions
import Foundation
import Inventory
import Observations
import Pipeline
import Reporting
import Search
import Targets
import Terminal

/// One making of a report: everything that it tells is read here.
final class ReportRun {
    private let command: ReportCommand
    private var input: ReportInput
    private let facts: SweepFacts
    private let progress: ReadingProgress
    private let index: DecisionIndex
    private let tree = JSONTree()
    /// Whether the record whose findings come shows what somebody blocks or escalates.
    private var isGrave = false
    private var isWhole: Bool
    /// Each is given every record.
    private var readers: [any SweepReader] = []
    private var inventory: SweepComparison?
    private var drift: DriftComparison?
    private lazy var expiry = ExpiryComparison(days: command.expiring, weak: true) { [unowned self] in add($0)
    }
    private var found: [ReportFinding] = []

    init(_ command: ReportCommand) throws {
        self.command = command
        let now = Int(WallClock.nanoseconds / 1_000_000)
        input = ReportInput(now: now, version: Hallmark.version)
        input.title = command.title
        input.expiringDays = command.expiring
        input.mostRows = command.rows
        var decided = DecisionReader()
        try decided.add(command.decisions.files, corpus: command.corpus)
        isWhole = decided.isWhole
        if !decided.isWhole, command.output != nil, !command.unread.keepGoing {
            throw ReportError(description: "nothing was written: not all of --decisions could be read")
        }
        if !decided.isWhole { input.unread.append("a decision: what was dismissed by it is not told") }
        index = DecisionIndex(decided.decisions, now: now)
        input.decisions = index.holding
        facts = SweepFacts(index.isEmpty ? nil : index)
        let sweeps = command.sweeps.isEmpty && command.corpus == nil ? ["-"] : command.sweeps
        progress = ReadingProgress(sweeps + [command.baseline].compactMap(\.self))
        for path in command.scopes {
            let scope = try ScopeFile.read(path)
            input.scopes.append(
                .init(
                    name: scope.name,
                    authorization: scope.authorization,
                    includes: scope.includeTexts,
                    rate: scope.rate
                )
            )
        }
        for path in command.summaries {
            do throws(FileError) {
                let bytes = try UnpackedBytes.contents(of: path, limit: RunSummary.largest)
                input.runs.append(try RunSummary.read(bytes, name: path))
            } catch {
                say(error.description)
            }
        }
        try begin()
    }

    /// Makes what records are compared with.
    private func begin() throws {
        if let path = command.inventory {
            let comparison = SweepComparison(try InventoryFile.load(path)) { [unowned self] in add($0) }
            input.inventory = path
            readers.append(comparison)
            inventory = comparison
        }
        if let path = command.baseline {
            let earlier = sources([path])
            guard let first = earlier.first, earlier.count == 1 else {
                throw ReportError(description: "\(path): --baseline wants one sweep")
            }
            let comparison = try DriftComparison(baseline: first) { [unowned self] in add($0) }
            for text in comparison.earlier.unread { say(text) }
            guard comparison.earlier.records > 0 else {
                throw ReportError(
                    description: "\(path): no record was read, so that nothing can be called new"
                )
            }
            input.baseline = path
            readers.append(comparison)
            drift = comparison
        }
        readers.append(expiry)
    }

    private func sources(_ files: [String]) -> [any RecordSource] {
        Inputs(files) { say($0.description) }.said().sources
    }

    /// Says what can't be read, and has the report say it, too.
    private func say(_ text: String) {
        Terminal.say(text, .error)
        input.unread.append(text)
        isWhole = false
    }

    private func add(_ reported: ReportedFinding) {
        let endpoint = reported.endpoint
        let finding = reported.finding
        let dismissal = index.dismissal(
            of: finding.evidence,
            hosts: [endpoint.ip, endpoint.name],
            port: endpoint.port,
            certificate: endpoint.certificate
        )
        found.append(
            ReportFinding(
                place: endpoint.text,
                serverName: endpoint.name,
                time: endpoint.time,
                name: finding.name.rawValue,
                severity: finding.severity.rawValue,
                message: finding.message,
                owner: reported.owner,
                isDismissed: dismissal != nil && !isGrave
            )
        )
    }

    private func take(_ line: UnsafeRawBufferPointer) throws -> Bool {
        let isRecord = facts.add(line: line)
        isGrave =
            isRecord && !index.isEmpty && ((try? tree.read(line)).map { index.isGrave(on: $0) } ?? false)
        defer { isGrave = false }
        if isRecord { for reader in readers { _ = try reader.add(line: line) } }
        return isRecord
    }

    func add(_ files: [String]) throws {
        input.sources = files.map { $0 == "-" ? "standard input" : $0 }
        var sweep = SweepFile()
        for source in sources(files) {
            try sweep.read(source) { line, _ in try take(line) }
        }
        for text in sweep.unread { say(text) }
        guard sweep.records > 0 else {
            throw ReportError(description: "no record was read: there is nothing to tell")
        }
    }

    /// Adds each endpoint of a corpus as it was seen last.
    func add(corpus path: String) throws {
        let corpus = try CorpusFile(path, .read)
        input.sources = [path]
        input.isOfCorpus = true
        let since = command.since ?? .min
        let count = try corpus.latestRecords(since: since) { _ = try take($0) }
        guard count > 0 else {
            throw ReportError(
                description: "\(path): nothing was seen\(command.since == nil ? "" : " since then")"
            )
        }
        let now = Int(WallClock.nanoseconds / 1_000_000)
        input.keptFindings = try CorpusSearch("*", in: corpus, of: .findings, now: now).count()
        if command.since != nil { try addNews(of: corpus, since) }
        try addRuns(of: corpus, since)
    }

    /// Endpoints that a corpus has not seen before, and those that show what they had not shown before.
    private func addNews(of corpus: CorpusFile, _ since: Int) throws {
        input.baseline = RFC3339.secondsText(since)
        let news = """
            SELECT \(CorpusEndpoint.columns), min(first_seen) FROM sightings s
            LEFT JOIN endpoints e ON e.id = s.endpoint GROUP BY s.endpoint HAVING max(first_seen) >= ?
            """
        try corpus.select(news, [.integer(since)]) { row in
            let (endpoint, first) = (try CorpusEndpoint(row), try row.time(4))
            let isNew = first >= since
            found.append(
                ReportFinding(
                    place: endpoint.text,
                    serverName: endpoint.name,
                    name: isNew ? "appeared" : "changed",
                    severity: "medium",
                    message: isNew
                        ? "Seen for the first time \(RFC3339.secondsText(first))."
                        : "Shows a certificate or a look that it had not shown before."
                )
            )
        }
    }

    /// The scans that a corpus knows of.
    private func addRuns(of corpus: CorpusFile, _ since: Int) throws {
        let scans = """
            SELECT id, first_seen, last_seen, observations, ifnull(summary, '') FROM scans
            WHERE last_seen >= ? ORDER BY first_seen DESC LIMIT 50
            """
        try corpus.select(scans, [.integer(since)]) { row in
            let name = "scan \(try row.text(0))"
            if let run = try? RunSummary.read(Array(try row.text(4).utf8), name: name) {
                return input.runs.append(run)
            }
            input.runs.append(
                .init(
                    name: name,
                    facts: [
                        ("first record", RFC3339.secondsText(try row.time(1))),
                        ("last record", RFC3339.secondsText(try row.time(2))),
                        ("answers", grouped(UInt64(clamping: try row.count(3)))),
                    ]
                )
            )
        }
    }

    /// The report, and whether everything that was named could be read.
    func finish() throws -> (document: ReportDocument, isWhole: Bool) {
        progress.end()
        try inventory?.finish()
        if let drift { try drift.finish() }
        for text in expiry.counts.unjudged.texts { say(text) }
        input.findings = found
        return (SweepReport(facts, input).document, isWhole)
    }
}

/// Why there is no report.
struct ReportError: Error, CustomStringConvertible {
    let description: String
}
