import ArgumentParser
import Foundation
import Signatures

/// Which rules are loaded, for all commands that match.
struct SignatureOptions: ParsableArguments {
    @Option(
        name: .customLong("signatures"),
        help: ArgumentHelp(
            "A folder of Sigma rules to load beside the shipped ones; repeatable.",
            valueName: "dir"
        )
    )
    var folders: [String] = []

    @Flag(name: .customLong("no-default-signatures"), help: "Leave the shipped rules out.")
    var noDefaults = false

    @Flag(
        name: .customLong("ja4plus"),
        help: "JA4S and JA4X (FoxIO License 1.1; see NOTICE): record them, and load the rules that need them."
    )
    var ja4plus = false

    /// The folders to read, the shipped one first.
    func libraries() throws -> [String] {
        if noDefaults {
            guard !folders.isEmpty else {
                throw ValidationError("--no-default-signatures leaves no rules: name some with --signatures.")
            }
            return folders
        }
        return [try SignatureLibrary.locate(executable: CommandLine.executable)] + folders
    }
}

extension CommandLine {
    /// The program's own path, wherever it was found.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments.first
            ?? ""
    }
}
