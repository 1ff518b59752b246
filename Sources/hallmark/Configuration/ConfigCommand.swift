import ArgumentParser
import Foundation
import Terminal

struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Say which options count, and where they come from.",
        subcommands: [ShowConfigCommand.self]
    )
}

/// `hallmark config show`: every option of a command, its value and where that comes from.
struct ShowConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the options of a command with what gives them their value.",
        discussion: """
            hallmark.yaml is the file that $HALLMARK_CONFIG names, or else ~/.config/hallmark/hallmark.yaml, or \
            /etc/hallmark/hallmark.yaml. It has a section for each command, and one named 'all'; what is typed wins \
            (Docs/configuration.md).

            Examples:
              hallmark config show scan
              hallmark config show signatures update
              hallmark config show scan --rate 50

            Exit codes: 0 shown; 1 shown, and the command would refuse what the file says; 64 usage.
            """
    )

    @Argument(parsing: .captureForPassthrough, help: "A command, and arguments as one would type them.")
    var words: [String] = []

    func run() throws {
        let output = StandardOutput()
        guard let table = OptionTable(words) else {
            throw ValidationError("name a command: \(OptionTable.commands.sorted().joined(separator: ", "))")
        }
        let file = try ConfigurationFile()
        let places = ConfigurationFile.places(ProcessInfo.processInfo.environment)
        Terminal.say(file.map { "file: \($0.path)" } ?? "no file: \(places.joined(separator: ", "))")
        let typed = Array(words.dropFirst(table.words))
        let given = table.given(typed)
        let settings = file?.settings(table) ?? []
        var rows = [["OPTION", "VALUE", "FROM"]]
        for option in table.options {
            guard let name = option.name else { continue }
            if given.contains(name) {
                rows.append(["--" + name, Self.typed(option, typed) ?? "on", "command line"])
            } else if let setting = settings.first(where: { $0.name == name }) {
                let words = try ConfigurationFile.words(setting, option)
                let values = words.map { word in
                    word.contains("=") ? String(word.drop { $0 != "=" }.dropFirst()) : "on"
                }
                rows.append([
                    "--" + name, values.isEmpty ? "off" : values.joined(separator: " "), setting.place,
                ])
            } else {
                rows.append(["--" + name, option.defaultValue ?? (option.isFlag ? "off" : ""), "default"])
            }
        }
        try output.table(rows.map { $0.map(SecretText.hidden) })
        try output.flush()
        guard let file, let refusal = try Self.refusal(fileFor: words) else { return }
        Terminal.say("\(file.path): the command refuses this: \(refusal)", .error)
        throw ExitCode.failure
    }

    /// Why the command refuses what the file says; nil when it takes it, and when what was typed alone is
    /// refused with the same words, as where an argument is missing.
    private static func refusal(fileFor words: [String]) throws -> String? {
        let typed = refusal(of: words)
        let whole = refusal(of: try ConfiguredArguments(words).arguments)
        return whole == typed ? nil : whole
    }

    private static func refusal(of words: [String]) -> String? {
        do { _ = try Hallmark.parseAsRoot(words) } catch {
            return SecretText.hidden(Hallmark.message(for: error))
        }
        return nil
    }

    /// The value that was typed last.
    private static func typed(_ option: OptionTable.Option, _ typed: [String]) -> String? {
        guard !option.isFlag else { return nil }
        var value: String?
        for (index, word) in typed.enumerated() {
            if word == "--\(option.name ?? "")" || option.short.map({ word == "-\($0)" }) ?? false {
                value = index + 1 < typed.count ? typed[index + 1] : nil
            } else if word.hasPrefix("--\(option.name ?? "")=") {
                value = String(word.drop { $0 != "=" }.dropFirst())
            }
        }
        return value
    }
}
