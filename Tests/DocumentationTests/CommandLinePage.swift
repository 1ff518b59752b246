import Foundation

/// `Docs/cli.md`: what swift-argument-parser tells of the options, as Markdown.
struct CommandLinePage {
    /// The part of `--experimental-dump-help` that the page needs.
    struct Dump: Decodable {
        let command: Command
    }

    struct Command: Decodable {
        let commandName: String
        let superCommands: [String]?
        let abstract: String?
        let discussion: String?
        let shouldDisplay: Bool
        let subcommands: [Command]?
        let arguments: [Argument]?

        var path: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        let kind: String
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let defaultValue: String?
        let sectionTitle: String?

        /// As the first cell of a row shows it.
        var text: String {
            guard kind != "positional" else { return "`<\(valueName ?? "")>`" }
            let all = (names ?? []).map(\.text).sorted { $0.count < $1.count }.joined(separator: "`, `")
            return kind == "option" ? "`\(all) <\(valueName ?? "")>`" : "`\(all)`"
        }

        var meaning: String {
            let text = (abstract ?? "").replacing("|", with: "\\|").replacing("<", with: "&lt;")
            guard kind == "option", let value = defaultValue, !value.isEmpty else { return text }
            return text + " Default: `\(value)`."
        }
    }

    let dump: Dump

    init(dump: [UInt8]) throws {
        self.dump = try JSONDecoder().decode(Dump.self, from: Data(dump))
    }

    /// Behind the page's mark.
    var text: String {
        let commands = Self.flattened(dump.command)
        let index = commands.dropFirst().map { command in
            "| [`\(command.path)`](#\(command.path.replacing(" ", with: "-"))) | \(command.abstract ?? "") |"
        }
        let head = "\n\n| command | it does |\n| --- | --- |\n" + index.joined(separator: "\n") + "\n"
        return head + commands.dropFirst().map(Self.section).joined()
    }

    /// A command and all below it, but `help`, in the order of the help.
    private static func flattened(_ command: Command) -> [Command] {
        guard command.shouldDisplay, command.commandName != "help" else { return [] }
        return [command] + (command.subcommands ?? []).flatMap(flattened)
    }

    private static func section(_ command: Command) -> String {
        var text = "\n## \(command.path)\n\n\(command.abstract ?? "")\n"
        if let discussion = command.discussion, !discussion.isEmpty {
            text += "\n```text\n\(discussion)\n```\n"
        }
        let shown = (command.arguments ?? []).filter { argument in
            argument.shouldDisplay
                && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
        }
        var titles: [String?] = []
        for argument in shown where !titles.contains(argument.sectionTitle) {
            titles.append(argument.sectionTitle)
        }
        for title in titles {
            text += title.map { "\n### \($0) of \(command.path)\n" } ?? ""
            text += "\n| argument | meaning |\n| --- | --- |\n"
            for argument in shown where argument.sectionTitle == title {
                text += "| \(argument.text) | \(argument.meaning) |\n"
            }
        }
        return text
    }
}
