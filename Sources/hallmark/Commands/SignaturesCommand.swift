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
            // A correlation is of no software: it counts what other rules match.
            let isOfFamily = family == nil || family == "correlation"
            let correlations = isOfFamily && software == nil ? library.correlations : []
            if json {
                for rule in chosen { try printJSON(RuleSummary(rule)) }
                for rule in correlations { try printJSON(CorrelationSummary(rule)) }
                return
            }
            var rows = chosen.map {
                [
                    $0.family, $0.subjects.first ?? "", $0.hallmark.specificity.rawValue, $0.level.rawValue,
                    $0.title,
                ]
            }
            rows += correlations.map { ["correlation", "", "", $0.level.rawValue, $0.title] }
            printTable([["FAMILY", "SOFTWARE", "SPECIFICITY", "LEVEL", "TITLE"]] + rows)
            printError(counted(rows.count, "rule"))
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
            let correlations = library.correlations.filter { rule in
                rule.id == wanted || rule.title.lowercased() == wanted || rule.name?.lowercased() == wanted
            }
            guard !found.isEmpty || !correlations.isEmpty else {
                printError("No rule and no software is called \(printable(rule)).")
                throw ExitCode(1)
            }
            for rule in found {
                if json { try printJSON(RuleSummary(rule)) } else { print(rule.explanation) }
            }
            for rule in correlations {
                if json { try printJSON(CorrelationSummary(rule)) } else { print(rule.explanation) }
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
                counted(library.files.count, "file") + ", " + counted(library.rules.count, "rule") + ", "
                    + counted(findings.count, "finding")
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
                counted(set.rules.count, "rule") + ", " + counted(outcome.matches, "example") + ", "
                    + "\(outcome.nearMisses) near misses, " + counted(outcome.failures.count, "failure")
            )
            if !outcome.failures.isEmpty { throw ExitCode(1) }
        }
    }
}

/// Reads the folders; what is wrong in the folders themselves is an error of the command line.
private func readLibrary(_ folders: [String], ja4plus: Bool) throws -> SignatureLibrary {
    try SignatureLibrary.read(folders, ja4plus: ja4plus)
}
