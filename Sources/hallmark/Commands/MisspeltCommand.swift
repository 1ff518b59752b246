import ArgumentParser
import Terminal

/// Subcommands that a misspelt word stands for.
enum MisspeltCommand {
    /// What to say of a command line that could not be parsed; nil when no subcommand is near.
    ///
    /// - Parameter arguments: those of the program, without its name.
    static func hint(_ arguments: [String]) -> String? {
        var command: any ParsableCommand.Type = Hallmark.self
        var path = ["hallmark"]
        for (place, argument) in arguments.enumerated() {
            let known = command.configuration.subcommands
            guard !known.isEmpty, !argument.hasPrefix("-") else { return nil }
            guard let next = known.first(where: { name(of: $0) == argument }) else {
                guard let near = Spelling.nearest(to: argument, among: known.map(name)) else { return nil }
                return question(path + [near] + arguments[(place + 1)...])
            }
            command = next
            path.append(argument)
        }
        return nil
    }

    /// Refuses a call for help on what is no command: the help of another one would be an answer to nothing.
    ///
    /// - Parameter arguments: those of the program, without its name.
    static func check(help arguments: [String]) throws {
        guard arguments.first == "help" else { return }
        var command: any ParsableCommand.Type = Hallmark.self
        var path = ["hallmark", "help"]
        for argument in arguments.dropFirst() {
            let known = command.configuration.subcommands
            guard !argument.hasPrefix("-"), path.count > 2 || argument != "help" else { return }
            guard let next = known.first(where: { name(of: $0) == argument }) else {
                let near = Spelling.nearest(to: argument, among: known.map(name))
                throw ValidationError(
                    "There is no command '\((path.dropFirst(2) + [argument]).joined(separator: " "))'."
                        + (near.map { " \(question(path + [$0]))" } ?? "")
                )
            }
            command = next
            path.append(argument)
        }
    }

    /// Refuses a first target that is rather a subcommand behind another one, as in `scan validate host`.
    ///
    /// - Throws: with what was meant; a host of that name is given with its port.
    static func check(targets: [String]) throws {
        guard let first = targets.first, first.utf8.allSatisfy({ $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a })
        else {
            return
        }
        let known = Hallmark.configuration.subcommands.map(name)
        let meant = known.contains(first) ? first : Spelling.nearest(to: first, among: known)
        guard let meant else { return }
        throw ValidationError(
            "'\(first)' would be a target. \(question(["hallmark", meant] + targets.dropFirst())) "
                + "A host of that name is written \(first):443."
        )
    }

    private static func question(_ words: [String]) -> String {
        let line = words.prefix(6).joined(separator: " ")
        return "Did you mean '\(line)\(words.count > 6 ? " …" : "")'?"
    }

    private static func name(of command: any ParsableCommand.Type) -> String {
        command._commandName
    }
}
