import ArgumentParser
import Signatures
import Terminal

/// `hallmark signatures stale`: what wants a fresh look.
struct StaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stale",
        abstract: "List the rules whose facts nobody has looked at since a day, the oldest first.",
        discussion: """
            A rule's age is counted from its date, or from the day on which it was modified. A rule without either is \
            listed as well, and so is one that has expired.

            Examples:
              hallmark signatures stale --older 2026-01-01
              hallmark signatures stale --older 2026-01-01 --software 'Cobalt Strike' --format ndjson
            """
    )

    @OptionGroup var signatures: SignatureOptions

    @Option(help: ArgumentHelp("Rules last looked at before this day.", valueName: "date"))
    var older: String

    @Option(help: "Only rules for this software, by name, alias or ATT&CK id.") var software: String?

    @OptionGroup var form: FormatOptions

    func validate() throws {
        guard RuleAge.day(older) != nil else { throw ValidationError("--older is a day: 2026-01-31.") }
    }

    func run() throws {
        let output = StandardOutput()
        let library = try signatures.read()
        let names = try software.map { try signatures.vocabulary(library).names($0) }
        let rules = library.rules.filter { rule in
            names.map { names in rule.subjects.contains { names.contains($0.lowercased()) } } ?? true
        }
        let stale = RuleAge.stale(rules, before: RuleAge.day(older) ?? 0)
        if form.isLines {
            for rule in stale { try output.json(RuleSummary(rule)) }
            try output.flush()
            return try end(library)
        }
        let rows = stale.map { rule in
            [rule.modified ?? rule.date ?? "never", rule.family, rule.subjects.first ?? "", rule.title]
        }
        try output.table([["LOOKED AT", "FAMILY", "SOFTWARE", "TITLE"]] + rows)
        try output.flush()
        Terminal.say("\(counted(rows.count, "rule")) of \(rules.count)")
        try end(library)
    }
}
