import ArgumentParser
import Foundation
import Signatures

struct SignaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signatures",
        abstract: "List, explain and check the rules.",
        subcommands: [ListCommand.self, ShowCommand.self, LintCommand.self, TestCommand.self]
    )

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List the rules.",
            discussion: """
                Examples:
                  hallmark signatures list --family c2
                  hallmark signatures list --software 'Cobalt Strike' --json
                """
        )

        @OptionGroup var signatures: SignatureOptions
        @Option(help: "Only rules for this software, by name or ATT&CK id.") var software: String?
        @Option(help: "Only rules of this family, such as c2 or benign.") var family: String?
        @Flag(help: "One JSON object a line.") var json = false

        func run() throws {
            let library = try readLibrary(signatures.libraries(), ja4plus: signatures.ja4plus)
            let chosen = library.rules.filter { rule in
                (family == nil || rule.family == family)
                    && (software.map { name in rule.subjects.contains { $0.lowercased() == name.lowercased() }
                    } ?? true)
            }
            if json {
                for rule in chosen { try printJSON(RuleSummary(rule)) }
                return
            }
            let rows = chosen.map {
                [
                    $0.family, $0.subjects.first ?? "", $0.hallmark.specificity.rawValue, $0.level.rawValue,
                    $0.title,
                ]
            }
            printTable([["FAMILY", "SOFTWARE", "SPECIFICITY", "LEVEL", "TITLE"]] + rows)
            printError("\(chosen.count) rules")
        }
    }

    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Explain a rule in plain words, with the Shodan and Censys search where there is one.",
            discussion: """
                Examples:
                  hallmark signatures show 'Cobalt Strike'
                  hallmark signatures show 0c4b8a0e-6f5e-4a5c-9a53-3f1d7f0a1b52
                """
        )

        @OptionGroup var signatures: SignatureOptions
        @Argument(help: "A rule's id, title or name, or a software's name.") var rule: String
        @Flag(help: "One JSON object a line.") var json = false

        func run() throws {
            let library = try readLibrary(signatures.libraries(), ja4plus: signatures.ja4plus)
            let wanted = rule.lowercased()
            let found = library.rules.filter { rule in
                rule.id == wanted || rule.title.lowercased() == wanted || rule.name?.lowercased() == wanted
                    || rule.subjects.contains { $0.lowercased() == wanted }
            }
            guard !found.isEmpty else { throw ValidationError("No rule and no software is called \(rule).") }
            for rule in found {
                if json { try printJSON(RuleSummary(rule)) } else { print(rule.explanation) }
            }
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
                """
        )

        @OptionGroup var signatures: SignatureOptions
        @Argument(help: "Folders or files of rules.") var folders: [String] = []
        @Flag(help: "One JSON object a line.") var json = false

        func run() throws {
            let folders = folders.isEmpty ? try signatures.libraries() : folders
            let library = try readLibrary(folders, ja4plus: true)
            let findings = try SignatureLint.run(library)
            for finding in findings {
                if json { try printJSON(FindingSummary(finding)) } else { print(finding) }
            }
            printError(
                "\(library.files.count) files, \(library.rules.count) rules, \(findings.count) findings"
            )
            if !findings.isEmpty { throw ExitCode(1) }
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
        @Flag(help: "One JSON object a line.") var json = false

        func run() throws {
            let folders = folders.isEmpty ? try signatures.libraries() : folders
            let set = try SignatureLibrary.load(folders, ja4plus: true)
            var runner = ExampleRunner(set)
            let outcome = try runner.run()
            for failure in outcome.failures {
                if json { try printJSON(FindingSummary(failure)) } else { print(failure) }
            }
            printError(
                "\(set.rules.count) rules, \(outcome.matches) examples, \(outcome.nearMisses) near misses, "
                    + "\(outcome.failures.count) failures"
            )
            if !outcome.failures.isEmpty { throw ExitCode(1) }
        }
    }
}

/// Reads the folders; what is wrong in the folders themselves is an error of the command line.
private func readLibrary(_ folders: [String], ja4plus: Bool) throws -> SignatureLibrary {
    try SignatureLibrary.read(folders, ja4plus: ja4plus)
}

/// A rule as machines read it.
private struct RuleSummary: Encodable {
    let id: String?
    let title: String
    let family: String
    let software: [String]
    let benign: String?
    let specificity: String
    let level: String
    let kinds: [String]
    let tags: [String]
    let references: [String]
    let condition: [String]
    let shodan: String?
    let censys: String?
    let file: String

    init(_ rule: SigmaRule) {
        id = rule.id
        title = rule.title
        family = rule.family
        software = rule.hallmark.software.map(\.name)
        benign = rule.hallmark.benign?.name
        specificity = rule.hallmark.specificity.rawValue
        level = rule.level.rawValue
        kinds = rule.kinds.sorted().map(\.rawValue)
        tags = rule.tags
        references = rule.references
        condition = RuleExplainer(rule).condition
        shodan = SearchQuery(rule, for: .shodan)?.text
        censys = SearchQuery(rule, for: .censys)?.text
        file = rule.file
    }
}

private struct FindingSummary: Encodable {
    let file: String
    let line: Int
    let column: Int
    let message: String

    init(_ finding: YAMLError) {
        file = finding.file
        line = finding.line
        column = finding.column
        message = finding.message
    }
}

extension SigmaRule {
    /// The names that a rule is found by: its software or its benign thing, and the ATT&CK ids.
    fileprivate var subjects: [String] {
        if let benign = hallmark.benign { return [benign.name] }
        return hallmark.software.map(\.name) + hallmark.software.compactMap(\.id)
    }

    fileprivate var explanation: String {
        let explainer = RuleExplainer(self)
        var lines = [title, "", explainer.meaning]
        if let text { lines += ["", text.trimmingCharacters(in: .whitespacesAndNewlines)] }
        lines += ["", "Looks for:"] + explainer.condition.map { "  " + $0 }
        lines += [
            "", "Kinds of evidence: \(kinds.sorted().map(\.rawValue).joined(separator: ", "))",
            "Level: \(level.rawValue)",
        ]
        for engine in SearchQuery.Engine.allCases {
            guard let query = SearchQuery(self, for: engine) else { continue }
            lines.append(
                "\(engine.rawValue)\(query.isWider ? " (finds more than the rule)" : ""): \(query.text)"
            )
        }
        if !falsePositives.isEmpty { lines += ["", "Also seen in:"] + falsePositives.map { "  " + $0 } }
        if !references.isEmpty { lines += ["", "Sources:"] + references.map { "  " + $0 } }
        return (lines + ["", "File: \(file)", ""]).joined(separator: "\n")
    }
}
