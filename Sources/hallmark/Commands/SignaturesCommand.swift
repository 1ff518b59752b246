import ArgumentParser
import Foundation
import Observations
import Signatures
import Terminal

struct SignaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signatures",
        abstract: "List, explain and check the rules.",
        subcommands: [
            ListCommand.self, ShowCommand.self, StaleCommand.self, MeasureCommand.self, LintCommand.self,
            TestCommand.self, DraftCommand.self, UpdateCommand.self,
        ]
    )

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the rules.",
            discussion: """
                Examples:
                  hallmark signatures list --family c2
                  hallmark signatures list --software 'Cobalt Strike' --format ndjson
                  hallmark signatures list --decided decisions.ndjson
                """
        )

        @OptionGroup var signatures: SignatureOptions
        @Option(help: "Only rules for this software, by name, alias or ATT&CK id.") var software: String?
        @Option(help: "Only rules of this family, such as c2 or benign.") var family: String?
        @Flag(help: "Only what the last update brought, changed or took away.") var changed = false
        @OptionGroup var form: FormatOptions
        @Option(
            help: ArgumentHelp(
                "Count what was decided on each rule's leads: a file of 'decide' or a corpus; repeatable.",
                valueName: "file"
            ),
            completion: .file()
        )
        var decided: [String] = []

        func run() throws {
            if !decided.isEmpty {
                return try DecidedRules(decided, try signatures.read()).write(asLines: form.isLines)
            }
            let output = StandardOutput()
            let library = try signatures.read()
            if changed { return try listChanges(library, to: output) }
            let vocabulary = try signatures.vocabulary(library)
            let wanted = software.map { vocabulary.names($0) }
            let chosen = library.rules.filter { rule in
                (family == nil || rule.family == family)
                    && (wanted.map { names in rule.subjects.contains { names.contains($0.lowercased()) } }
                        ?? true)
            }
            // A correlation is of no software: it counts what other rules match.
            let isOfFamily = family == nil || family == "correlation"
            let correlations = isOfFamily && software == nil ? library.correlations : []
            guard !chosen.isEmpty || !correlations.isEmpty || software == nil && family == nil else {
                Terminal.say(nothing(vocabulary, library))
                throw ExitCode(1)
            }
            if form.isLines {
                for rule in chosen { try output.json(RuleSummary(rule)) }
                for rule in correlations { try output.json(CorrelationSummary(rule)) }
                try output.flush()
                return try end(library)
            }
            var rows = chosen.map {
                [
                    $0.family, $0.subjects.first ?? "", $0.hallmark.specificity.rawValue, $0.level.rawValue,
                    $0.title,
                ]
            }
            rows += correlations.map { ["correlation", "", "", $0.level.rawValue, $0.title] }
            try output.table([["FAMILY", "SOFTWARE", "SPECIFICITY", "LEVEL", "TITLE"]] + rows)
            try output.flush()
            Terminal.say(counted(rows.count, "rule"))
            try end(library)
        }

        /// What is said when no rule is of what was asked for.
        private func nothing(_ vocabulary: Vocabulary, _ library: SignatureLibrary) -> String {
            let families = Set(library.rules.map(\.family) + ["correlation"])
            if let family, !families.contains(family) {
                return "no rule is of the family \(family)\(Spelling.hint(family, among: families))"
            }
            let name = software ?? ""
            let about = family.map { " of the family \($0)" } ?? ""
            return "no rule\(about) is for software called \(name)\(vocabulary.hint(name, library.rules))"
        }

        private func listChanges(_ library: SignatureLibrary, to output: StandardOutput) throws {
            guard let changes = try RuleChanges(library, ja4plus: signatures.ja4plus) else {
                Terminal.say("the rules in use are those that came with the program: nothing has changed")
                return try end(library)
            }
            func row(_ kind: RuleChanges.Kind, _ rule: SigmaRule) -> [String] {
                [kind.rawValue, rule.family, rule.subjects.first ?? "", rule.title]
            }
            let rows =
                library.rules.compactMap { rule in changes[rule].map { row($0, rule) } }
                + changes.gone.map { row(.gone, $0) }
            try output.table([["CHANGE", "FAMILY", "SOFTWARE", "TITLE"]] + rows)
            try output.flush()
            Terminal.say("\(counted(rows.count, "rule")) other than in \(changes.earlier)")
            try end(library)
        }
    }

    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Explain a rule in plain words, with the Shodan and Censys search where there is one.",
            discussion: """
                Examples:
                  hallmark signatures show 'Cobalt Strike'
                  hallmark signatures show Beacon
                  hallmark signatures show 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
                """
        )

        @OptionGroup var signatures: SignatureOptions
        @Argument(help: "A rule's id, title or name, or a software's name, alias or ATT&CK id.") var rule:
            String
        @OptionGroup var form: FormatOptions

        func run() throws {
            let output = StandardOutput()
            let library = try signatures.read()
            let vocabulary = try signatures.vocabulary(library)
            let wanted = rule.lowercased()
            let names = vocabulary.names(rule)
            let searches = SearchEngine.allCases.map(\.rawValue) + ["File: "]
            let found = library.rules.filter { rule in
                rule.id == wanted || rule.title.lowercased() == wanted || rule.name?.lowercased() == wanted
                    || rule.subjects.contains { names.contains($0.lowercased()) }
            }
            let correlations = library.correlations.filter { rule in
                rule.id == wanted || rule.title.lowercased() == wanted || rule.name?.lowercased() == wanted
            }
            guard !found.isEmpty || !correlations.isEmpty else {
                let hint = vocabulary.hint(rule, library.rules)
                Terminal.say("no rule and no software is called \(rule)\(hint)")
                throw ExitCode(1)
            }
            for rule in found {
                if form.isLines {
                    try output.json(RuleSummary(rule))
                } else {
                    try output.prose(rule.explanation, whole: searches)
                }
            }
            for rule in correlations {
                if form.isLines {
                    try output.json(CorrelationSummary(rule))
                } else {
                    try output.prose(rule.explanation, whole: searches)
                }
            }
            try output.flush()
            try end(library)
        }
    }

    struct LintCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "lint",
            abstract: "Check rule files; exit 1 when something is wrong.",
            discussion: """
                Without folders, the shipped rules and those of --signatures are checked.

                Examples:
                  hallmark signatures lint
                  hallmark signatures lint my-rules
                  hallmark signatures lint --strict my-rules
                """
        )

        @OptionGroup var signatures: SignatureOptions
        @Argument(help: "Folders or files of rules.") var folders: [String] = []
        @Flag(
            help:
                "Ask of these rules all that shipped rules must have: sources, dates, known names, examples."
        )
        var strict = false
        @OptionGroup var form: FormatOptions

        func run() throws {
            let output = StandardOutput()
            let folders = folders.isEmpty ? try signatures.libraries() : folders
            let library = try SignatureLibrary.read(folders, ja4plus: true)
            let findings = try SignatureLint.run(library, strict: strict ? try vocabulary(library) : nil)
            for finding in findings {
                if form.isLines {
                    try output.json(FindingSummary(finding))
                } else {
                    try output.line("\(finding)")
                }
            }
            try output.flush()
            Terminal.say(
                counted(library.files.count, "file") + ", " + counted(library.ruleCount, "rule") + ", "
                    + counted(findings.count, "finding")
                    + (library.skipped.isEmpty ? "" : "; passed over: \(library.skipped)")
            )
            for text in library.misspeltSources { Terminal.say(text, .warning) }
            if !findings.isEmpty { throw ExitCode(1) }
        }

        private func vocabulary(_ library: SignatureLibrary) throws -> Vocabulary {
            let vocabulary = try signatures.vocabulary(library)
            guard vocabulary.software.isEmpty else { return vocabulary }
            throw ValidationError("--strict needs a vocabulary: the shipped one is not found.")
        }
    }

    struct TestCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Run every example of every rule against all rules; exit 1 when one fails.",
            discussion: """
                Examples:
                  hallmark signatures test
                  hallmark signatures test my-rules
                """
        )

        @OptionGroup var signatures: SignatureOptions
        @Argument(help: "Folders or files of rules.") var folders: [String] = []
        @OptionGroup var form: FormatOptions

        func run() throws {
            let output = StandardOutput()
            let folders = folders.isEmpty ? try signatures.libraries() : folders
            let library = try SignatureLibrary.read(folders, ja4plus: true)
            var refused = library.errors
            let set = try RuleSet.compile(library.documents, cache: .standard, refused: &refused)
            var runner = ExampleRunner(set)
            let outcome = try runner.run()
            for failure in refused + outcome.failures {
                if form.isLines {
                    try output.json(FindingSummary(failure))
                } else {
                    try output.line("\(failure)")
                }
            }
            try output.flush()
            Terminal.say(
                counted(set.ruleCount, "rule") + ", " + counted(outcome.matches, "example") + ", "
                    + counted(outcome.nearMisses, "near miss", plural: "near misses") + ", "
                    + counted(outcome.failures.count, "failure")
                    + (refused.isEmpty ? "" : "; not read: " + counted(refused.count, "rule"))
            )
            if !outcome.failures.isEmpty || !refused.isEmpty { throw ExitCode(1) }
        }
    }
}

extension SignatureOptions {
    /// The rules, not compiled; what can't be read of them is said.
    func read() throws -> SignatureLibrary {
        let library = try SignatureLibrary.read(try libraries(), ja4plus: ja4plus)
        for error in library.errors { Terminal.say("not read: \(error)", .error) }
        return library
    }

    /// The names of a library's own vocabulary, or else of the shipped one; empty when there is neither.
    func vocabulary(_ library: SignatureLibrary) throws -> Vocabulary {
        if let vocabulary = try library.vocabulary() { return vocabulary }
        guard let place = try? LibraryPlace.inUse(),
            let vocabulary = try Vocabulary.read(beside: place.path)
        else { return Vocabulary() }
        return vocabulary
    }
}

/// What was named and could not be read is no success.
func end(_ library: SignatureLibrary) throws {
    if !library.errors.isEmpty { throw ExitCode(1) }
}
