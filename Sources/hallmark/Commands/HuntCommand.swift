import ArgumentParser
import Bytes
import Corpus
import Decisions
import Hunting
import Inventory
import Observations
import Pipeline
import Terminal

/// `hallmark hunt`: what is unusual here, without a signature.
struct HuntCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hunt",
        abstract: "Rank endpoints by how unusual their marks are here, in bits.",
        discussion: """
            The long tail that no rule knows: each endpoint with the marks that few others have, explained mark by \
            mark (Docs/hunt.md). What is common on the Internet counts nothing, and what somebody has decided on is \
            left out. Unusual is not malicious: most of it is old, home-made or forgotten.

              hallmark hunt --corpus seen.sqlite
              hallmark hunt sweep.ndjson --limit 20
              hallmark hunt --corpus seen.sqlite --since 30d --format ndjson > tail.ndjson

            Exit codes: 0 done; 1 it could not do its work, or could not read all of it; 64 usage.
            """
    )

    @Argument(help: "Sweeps: files or folders; '-' is standard input.", completion: .file())
    var sweeps: [String] = []

    @Option(
        help: ArgumentHelp(
            "A corpus in place of sweeps; what it has decisions on is left out.",
            valueName: "file"
        ),
        completion: .file()
    )
    var corpus: String?

    @Option(
        help: ArgumentHelp(
            "With --corpus: only what was seen since (RFC 3339, a date, or 30d).",
            valueName: "time"
        ),
        transform: PeriodOptions.age
    )
    var since: Int?

    @Option(help: ArgumentHelp("How many endpoints are told, the most unusual first.", valueName: "n"))
    var limit = 100

    @Flag(help: "Rank what somebody has decided on, too.")
    var includeDecided = false

    @Flag(help: "Let marks of software that rules know as benign count in full.")
    var includeBenign = false

    @OptionGroup var decisions: DecisionOptions
    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var form: FormatOptions
    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        guard corpus == nil || sweeps.isEmpty else {
            throw ValidationError("give sweeps or --corpus, not both")
        }
        guard since == nil || corpus != nil else { throw ValidationError("--since is for --corpus") }
        guard 1...1_000_000 ~= limit else { throw ValidationError("--limit takes 1 to 1000000") }
    }

    func run() throws {
        try NamedFiles.checkStandardOutput(corpus.map { [$0] } ?? (sweeps.isEmpty ? ["-"] : sweeps))
        var decided = DecisionReader()
        try decided.add(decisions.files, corpus: corpus)
        let table = HuntTable(DecisionIndex(decided.decisions, now: decided.now))
        var isWhole = decided.isWhole
        if let corpus {
            try CorpusFile(corpus, .read).latestRecords(since: since ?? .min) { _ = table.add(line: $0) }
        } else {
            isWhole = try read(into: table) && isWhole
        }
        guard table.endpoints > 0 else {
            let passedOver = Self.passedOver(table)
            let others = passedOver.isEmpty ? "" : " (\(passedOver.joined(separator: ", ")))"
            Terminal.say("no endpoint that answered was read\(others): there is nothing to rank", .error)
            throw ExitCode(1)
        }
        let benign = includeBenign ? nil : try BenignMarks.load(signatures)
        if let benign, benign.unread > 0 { isWhole = false }
        let hunt = Hunt(table, common: Self.common(benign), includesDecided: includeDecided, limit: limit)
        let output = StandardOutput()
        if form.isLines {
            for (place, result) in hunt.found.enumerated() {
                var line = ByteBuffer()
                result.append(rank: place + 1, to: &line)
                try line.withSpan { try output.writeRecords($0) }
            }
        } else if !hunt.found.isEmpty {
            try output.write(Self.table(hunt.found))
        }
        try output.flush()
        var summary = "\(counted(hunt.endpoints, "endpoint")), \(hunt.found.count) told"
        if hunt.decided > 0 { summary += ", \(hunt.decided) left out because somebody has decided on them" }
        Terminal.say(([summary] + Self.passedOver(table)).joined(separator: ", "))
        if hunt.endpoints < 1000 {
            Terminal.say("so few endpoints say little of what is usual: 1,000 and more are better")
        }
        if !isWhole, !unread.keepGoing { throw ExitCode(1) }
    }

    /// What was read and is ranked by nothing: for each kind how many, where there are any.
    private static func passedOver(_ table: HuntTable) -> [String] {
        var words: [String] = []
        if table.silent > 0 { words.append("\(counted(table.silent, "record")) without an answer") }
        if table.logged > 0 { words.append("\(counted(table.logged, "entry", plural: "entries")) of logs") }
        if table.alone > 0 { words.append("\(counted(table.alone, "certificate")) of no endpoint") }
        return words
    }

    /// - Returns: whether all could be read.
    private func read(into table: HuntTable) throws -> Bool {
        let files = sweeps.isEmpty ? ["-"] : sweeps
        let progress = ReadingProgress(files)
        defer { progress.end() }
        var isWhole = true
        var sweep = SweepFile()
        let inputs = Inputs(files) {
            Terminal.say($0.description, .error)
            isWhole = false
        }
        for source in inputs.said().sources { try sweep.read(source) { line, _ in table.add(line: line) } }
        for text in sweep.unread { Terminal.say(text, .error) }
        if sweep.conclusions > 0 {
            Terminal.say("\(counted(sweep.conclusions, "line")) of findings or correlations passed over")
        }
        return isWhole && sweep.unread.isEmpty
    }

    /// The shipped table, and the marks of what rules know as benign.
    private static func common(_ benign: BenignMarks?) -> CommonMarks {
        guard let benign else { return CommonMarks() }
        return CommonMarks { field, value in
            MarkKind(query: field).flatMap { benign.name(Mark($0, value)) } != nil
        }
    }

    private static func table(_ found: [HuntResult]) -> String {
        var table = TextTable(["", "bits", "endpoint", "because"])
        for (place, result) in found.enumerated() {
            let name = result.name.isEmpty ? "" : " (\(result.name))"
            let lead = result.lead.isEmpty ? "" : ", lead \(result.lead)"
            let reasons = result.marks.map { mark in
                let given = mark.given.map { ", of those with \($0.field) = \(cut($0.value))" } ?? ""
                var count = "\(grouped(UInt64(mark.count))) of \(grouped(UInt64(mark.of)))\(given)"
                if mark.asRare > mark.count { count += "; \(grouped(UInt64(mark.asRare))) as rare" }
                return "\(HuntResult.text(mark.counted)): \(mark.field) = \(cut(mark.value)): \(count)"
            }
            for (number, reason) in reasons.enumerated() {
                let isFirst = number == 0
                table.add([
                    isFirst ? "\(place + 1)" : "", isFirst ? HuntResult.text(result.bits) : "",
                    isFirst ? result.endpoint + name + lead : "", reason,
                ])
            }
        }
        return table.text
    }

    private static func cut(_ text: String) -> String {
        text.count > 120 ? text.prefix(119) + "…" : text
    }
}
