import ArgumentParser

/// Refuses an option that names a file by an empty text, and one whose value is missing behind `=`, as a
/// shell makes of a variable that is not set.
enum EmptyFileName {
    /// What the help calls values that are names of files or folders.
    private static let files: Set<String> = [
        "file", "keyfile", "file|url", "name|file", "file|base64", "folder", "dir",
    ]

    /// The first word that is an option with nothing behind its `=`; nil for none.
    ///
    /// The parser would take the next word for its value: a target, or a file that is written to.
    static func withoutValue(_ words: [String]) -> String? {
        words.prefix { $0 != "--" }.first { word in
            word.hasPrefix("-") && word.hasSuffix("=") && word.firstIndex(of: "=") == word.indices.last
        }
    }

    /// - Throws: a mistake of usage that names the option.
    static func check(_ typed: [String]) throws {
        // The options are looked up only where there is something to be looked up for.
        guard typed.contains(where: { $0.isEmpty || $0.hasPrefix("-") && $0.hasSuffix("=") }),
            let table = OptionTable(typed)
        else { return }
        for (place, word) in typed.enumerated() {
            if word == "--" { return }
            let isJoined = word.hasPrefix("--") && word.hasSuffix("=")
            guard isJoined || place + 1 < typed.count && typed[place + 1].isEmpty else { continue }
            let name = isJoined ? String(word.dropLast()) : word
            let option = table.options.first { option in
                "--" + (option.name ?? "") == name || option.short.map { "-\($0)" } == name
            }
            guard let option, Self.files.contains(option.valueName ?? "") else { continue }
            throw ValidationError("\(name) lacks the name of a file.")
        }
        if let word = withoutValue(typed) {
            throw ValidationError("\(word) has no value.")
        }
    }
}
