import ArgumentParser
import Foundation

/// The options of one command, as the parser knows them.
struct OptionTable {
    struct Option: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }

        let kind: String
        let isRepeating: Bool
        let names: [Name]?
        let defaultValue: String?
        /// What the help calls the value.
        let valueName: String?

        /// The long name, without dashes.
        var name: String? { names?.first { $0.kind == "long" }?.name }
        var short: Character? { names?.first { $0.kind == "short" }?.name.first }
        var isFlag: Bool { kind == "flag" }
    }

    private struct Command: Decodable {
        let commandName: String
        let subcommands: [Command]?
        let arguments: [Option]?
    }

    private struct Dump: Decodable { let command: Command }

    /// The command's words: `scan`, `signatures update`.
    let command: String
    /// How many of the arguments are the command's words.
    let words: Int
    /// By their long names, in the order of the help.
    let options: [Option]

    /// The options of the command that the arguments begin with; nil when they name none that runs.
    init?(_ arguments: [String]) {
        guard let dump = try? JSONDecoder().decode(Dump.self, from: Data(Hallmark._dumpHelp().utf8)) else {
            return nil
        }
        var place = dump.command
        var words: [String] = []
        for word in arguments {
            guard let next = place.subcommands?.first(where: { $0.commandName == word }), word != "help"
            else { break }
            place = next
            words.append(word)
        }
        guard !words.isEmpty, (place.subcommands ?? []).allSatisfy({ $0.commandName == "help" }) else {
            return nil
        }
        command = words.joined(separator: " ")
        self.words = words.count
        options = (place.arguments ?? []).filter {
            $0.name != nil && $0.name != "help" && $0.name != "version"
        }
    }

    /// Every command that runs.
    static var commands: Set<String> {
        guard let dump = try? JSONDecoder().decode(Dump.self, from: Data(Hallmark._dumpHelp().utf8)) else {
            return []
        }
        var found: Set<String> = []
        func add(_ command: Command, _ words: [String]) {
            let below = (command.subcommands ?? []).filter { $0.commandName != "help" }
            if below.isEmpty { found.insert(words.joined(separator: " ")) }
            for one in below { add(one, words + [one.commandName]) }
        }
        add(dump.command, [])
        return found
    }

    /// The long names of the options of all commands.
    static var optionNames: Set<String> {
        guard let dump = try? JSONDecoder().decode(Dump.self, from: Data(Hallmark._dumpHelp().utf8)) else {
            return []
        }
        var found: Set<String> = []
        func add(_ command: Command) {
            found.formUnion((command.arguments ?? []).compactMap(\.name))
            for one in command.subcommands ?? [] { add(one) }
        }
        add(dump.command)
        return found.subtracting(["help", "version"])
    }

    /// All long names, without dashes.
    var longNames: [String] {
        options.flatMap { ($0.names ?? []).filter { $0.kind == "long" }.map(\.name) }
    }

    subscript(_ name: String) -> Option? { options.first { $0.name == name } }

    /// The long names of the options that stand among arguments.
    func given(_ arguments: [String]) -> Set<String> {
        var given: Set<String> = []
        for argument in arguments {
            if argument == "--" { break }
            if argument.hasPrefix("--") {
                let name = argument.dropFirst(2).prefix { $0 != "=" }
                if let option = self[String(name)], let name = option.name { given.insert(name) }
            } else if argument.hasPrefix("-") {
                // Flags may stand together; what is behind an option's letter is its value.
                for letter in argument.dropFirst() {
                    guard let option = options.first(where: { $0.short == letter }), let name = option.name
                    else { break }
                    given.insert(name)
                    if !option.isFlag { break }
                }
            }
        }
        return given
    }
}
