import Terminal

/// Options that a command does not have, and those that they stand for.
enum MisspeltOption {
    /// What the parser says of an option that it does not know, and of one that it takes it for.
    private static let parsers = "Unknown option '"

    /// The parser's words, in which the option that it takes a misspelt one for is one that is like it.
    ///
    /// Of short names the parser's own guess may share no more than a letter.
    ///
    /// - Parameter arguments: those of the program, without its name.
    static func corrected(_ message: String, _ arguments: [String]) -> String {
        guard let start = message.firstRange(of: parsers + "--")?.lowerBound else { return message }
        let line = message[start...].prefix { $0 != "\n" }
        guard let option = unknown(arguments), line.hasPrefix("\(parsers)--\(option.name)'") else {
            return message
        }
        return message.replacing(line, with: sentence(option), maxReplacements: 1)
    }

    /// Options that the parser brings.
    private static let own = ["help", "version", "generate-completion-script", "experimental-dump-help"]

    /// What to say of a command line that was refused for another reason, and has such an option: what is
    /// missing may be what it was meant for.
    static func hint(_ arguments: [String], besides message: String) -> String? {
        guard !message.contains(parsers), let option = unknown(arguments) else { return nil }
        return sentence(option)
    }

    private static func sentence(_ option: (name: String, near: String?)) -> String {
        "\(parsers)--\(option.name)'" + (option.near.map { ". Did you mean '--\($0)'?" } ?? "")
    }

    /// The first option among arguments that their command does not have, and the one that is like it.
    private static func unknown(_ arguments: [String]) -> (name: String, near: String?)? {
        let table = OptionTable(arguments)
        let known = (table?.longNames ?? []) + own
        for argument in arguments.dropFirst(table?.words ?? 0) {
            if argument == "--" { return nil }
            guard argument.hasPrefix("--") else { continue }
            let name = String(argument.dropFirst(2).prefix { $0 != "=" })
            guard !known.contains(name) else { continue }
            return (name, Spelling.nearest(to: name, among: known) ?? begun(by: name, known))
        }
        return nil
    }

    /// The one word that begins so.
    private static func begun(by name: String, _ known: [String]) -> String? {
        let found = name.utf8.count > 2 ? known.filter { $0.hasPrefix(name) } : []
        return found.count == 1 ? found[0] : nil
    }
}
