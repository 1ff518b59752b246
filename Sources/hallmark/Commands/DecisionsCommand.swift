import ArgumentParser
import Bytes
import Decisions
import Terminal

/// `hallmark decisions`: what was decided.
struct DecisionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions",
        abstract: "List what was decided.",
        discussion: """
            Without --history, what holds now: of each subject the last decision, unless its date has passed.

              hallmark decisions --corpus seen.sqlite
              hallmark decisions 203.0.113.7:443 --history --decisions decisions.ndjson
              hallmark decisions --history --format ndjson --corpus seen.sqlite > decisions.ndjson
            """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, ndjson
    }

    @Argument(help: "Only decisions on this subject.")
    var subject: String?

    @Flag(help: "All that were ever made, in their order.")
    var history = false

    @Option(help: "How they are written.")
    var format = Format.table

    @OptionGroup var store: DecisionStoreOptions
    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        if let subject, DecisionSubject(subject) == nil {
            throw ValidationError(
                "'\(subject)' is no endpoint, no SHA-256, no key=SHA-256 and no field=value"
            )
        }
    }

    func run() throws {
        let (all, isWhole) = try store.read()
        let now = Int(WallClock.nanoseconds / 1_000_000)
        let wanted = subject.flatMap { DecisionSubject($0) }
        let shown = (history ? all.sorted { $0.time < $1.time } : DecisionIndex(all, now: now).holding)
            .filter { wanted == nil || $0.subject == wanted }
        let output = StandardOutput()
        switch format {
        case .ndjson:
            for decision in shown { try output.writeRecords(Array(decision.line.utf8).span) }
        case .table:
            var table = TextTable(
                ["decided", "subject", "value", "verdict", "until", "by", "case", "because"],
                widest: 70
            )
            for decision in shown {
                table.add([
                    RFC3339.day(decision.time), decision.subject.kind.rawValue, decision.subject.value,
                    decision.verdict.rawValue, decision.until.map(RFC3339.day) ?? "", decision.by,
                    decision.reference ?? "", decision.because,
                ])
            }
            if !table.isEmpty { try output.write(table.text) }
        }
        try output.flush()
        Terminal.say(counted(shown.count, "decision"))
        if !isWhole, !unread.keepGoing { throw ExitCode(1) }
    }
}

extension Blocklist.Kind: ExpressibleByArgument {}

/// `hallmark blocklist`: what was decided to be blocked, for who blocks it.
struct BlocklistCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blocklist",
        abstract: "Write what was decided to be blocked: addresses, names, certificates, keys.",
        discussion: """
            One value a line with reason, author, case and end behind '#', or a table. What no longer holds is left \
            out. The addresses of leads that nobody has decided on are 'export --to blocklist'.

              hallmark blocklist --kind addresses --corpus seen.sqlite > block.txt
              hallmark blocklist --format csv --decisions decisions.ndjson > block.csv
            """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, csv
    }

    @Option(name: .customLong("kind"), help: "Only values of this kind; repeatable.")
    var kinds: [Blocklist.Kind] = []

    @Option(help: "How they are written.")
    var format = Format.text

    @OptionGroup var store: DecisionStoreOptions
    @OptionGroup var unread: KeepGoingOption

    func run() throws {
        let (all, isWhole) = try store.read()
        let list = Blocklist(DecisionIndex(all, now: Int(WallClock.nanoseconds / 1_000_000)))
        let wanted = Set(kinds.isEmpty ? Blocklist.Kind.allCases : kinds)
        let output = StandardOutput()
        try output.write(format == .csv ? list.csv(wanted) : list.text(wanted))
        try output.flush()
        if list.isEmpty(wanted) {
            let what = list.entries.isEmpty ? "nothing" : "nothing of this kind"
            Terminal.say("\(what) is to be blocked, of \(counted(all.count, "decision"))")
        }
        for decision in list.without {
            Terminal.say("\(decision.subject.value): a mark is no value that can be blocked; search for it")
        }
        if !isWhole, !unread.keepGoing { throw ExitCode(1) }
    }
}
