import ArgumentParser

/// What a run is told: its arguments, and what `hallmark.yaml` says of options that are not among them.
struct ConfiguredArguments {
    let arguments: [String]
    /// The file that some of them come from.
    let file: String?

    /// - Parameter typed: without the program's name.
    init(_ typed: [String]) throws {
        // Most runs have no file, and need no table of options.
        // Who asks how a command is used must not be told of a file first.
        let asksForHelp = typed.prefix { $0 != "--" }.contains { ["--help", "-h", "help"].contains($0) }
        guard !typed.isEmpty, !asksForHelp, let configuration = try ConfigurationFile(),
            let table = OptionTable(typed)
        else {
            (arguments, file) = (typed, nil)
            return
        }
        let given = table.given(Array(typed.dropFirst(table.words)))
        var added: [String] = []
        for setting in configuration.settings(table) where !given.contains(setting.name) {
            guard let option = table[setting.name] else { continue }
            added += try ConfigurationFile.words(setting, option)
        }
        if let word = EmptyFileName.withoutValue(added) {
            throw ValidationError("\(configuration.path): \(word.dropLast().drop { $0 == "-" }) is empty.")
        }
        arguments = typed.prefix(table.words) + added + typed.dropFirst(table.words)
        file = added.isEmpty ? nil : configuration.path
    }
}
