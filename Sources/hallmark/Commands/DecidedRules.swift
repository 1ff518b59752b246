import ArgumentParser
import Decisions
import Signatures
import Terminal

/// What was decided on the leads of each rule, so that a rule that is only ever dismissed is seen.
struct DecidedRules {
    /// One rule as machines read it.
    private struct Line: Encodable {
        let rule: String
        let title: String
        var decisions: [String: Int] = [:]

        var total: Int { decisions.values.reduce(0, +) }
        var dismissed: Int { decisions[Decision.Verdict.dismiss.rawValue] ?? 0 }
    }

    private let lines: [Line]
    /// Decisions whose evidence names no rule.
    private let without: Int
    /// Whether one of them is no dismissal: no rule is only ever dismissed then, as far as one knows.
    private let undismissed: Bool
    private let isWhole: Bool

    init(_ files: [String], _ library: SignatureLibrary) throws {
        var reader = DecisionReader()
        for file in files { try reader.add(file) }
        isWhole = reader.isWhole
        let titles = Dictionary(
            library.rules.compactMap { rule in rule.id.map { ($0, rule.title) } },
            uniquingKeysWith: { first, _ in first }
        )
        var found: [String: Line] = [:]
        var (without, undismissed) = (0, false)
        for decision in reader.decisions {
            let rules = decision.rules
            if rules.isEmpty {
                without += 1
                if decision.verdict != .dismiss { undismissed = true }
            }
            for rule in rules {
                found[rule, default: Line(rule: rule, title: titles[rule] ?? "(no longer loaded)")]
                    .decisions[decision.verdict.rawValue, default: 0] += 1
            }
        }
        self.without = without
        self.undismissed = undismissed
        lines = found.values.sorted { ($1.dismissed, $1.total, $0.rule) < ($0.dismissed, $0.total, $1.rule) }
    }

    /// Writes the rules, those first that are dismissed most often.
    func write(asLines: Bool) throws {
        let output = StandardOutput()
        if asLines {
            for line in lines { try output.json(line) }
        } else {
            let verdicts = Decision.Verdict.allCases.map(\.rawValue)
            let rows = lines.map { line in
                verdicts.map { "\(line.decisions[$0] ?? 0)" }
                    + [
                        line.dismissed == line.total && !undismissed ? "only dismissed" : "", line.title,
                        line.rule,
                    ]
            }
            try output.table([verdicts.map { $0.uppercased() } + ["", "TITLE", "RULE"]] + rows)
        }
        try output.flush()
        if without > 0 {
            Terminal.say("\(counted(without, "decision")) without the evidence of a rule (decide --records)")
        }
        if !isWhole { throw ExitCode(1) }
    }
}
