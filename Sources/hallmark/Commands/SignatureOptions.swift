import ArgumentParser
import Foundation
import RuleUpdate
import Signatures
import Synchronization
import Terminal

/// Which rules are loaded, for all commands that match.
struct SignatureOptions: ParsableArguments {
    @Option(
        name: .customLong("signatures"),
        help: ArgumentHelp(
            "A folder of Sigma rules to load beside the shipped ones; repeatable.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var folders: [String] = []

    @Flag(name: .customLong("no-default-signatures"), help: "Leave the shipped rules out.")
    var noDefaults = false

    @Flag(
        name: .customLong("ja4plus"),
        help: "JA4S and JA4X (FoxIO License 1.1; see NOTICE): record them, and load the rules that need them."
    )
    var ja4plus = false

    /// Where the shipped rules lie; nil when they are left out.
    func shipped() throws -> LibraryPlace? {
        if noDefaults {
            guard !folders.isEmpty else {
                throw ValidationError("--no-default-signatures leaves no rules: name some with --signatures.")
            }
            return nil
        }
        return try LibraryPlace.inUse()
    }

    /// The folders to read, the shipped one first.
    func libraries() throws -> [String] {
        (try shipped().map { [$0.path] } ?? []) + folders
    }

    /// Reads and compiles the rules, and says what is not read of them.
    ///
    /// - Parameter quiet: whether a person is told errors only.
    func load(quiet: Bool) throws -> LoadedRules {
        let progress = quiet ? nil : Self.progress()
        defer { if progress != nil { Terminal.clearProgress() } }
        let rules = try LoadedRules(try shipped(), folders, ja4plus: ja4plus, progress: progress)
        if !quiet { for note in rules.notes { Terminal.say("hallmark: \(note)", .warning) } }
        for error in rules.unread { Terminal.say("hallmark: not read: \(error)", .error) }
        return rules
    }
}

extension SignatureOptions {
    /// Shows on a terminal how far the patterns are compiled, once it has taken a second; elsewhere says once
    /// that it takes long, after two.
    private static func progress() -> CompilationProgress {
        let start = ContinuousClock.now
        guard Terminal.isErrorTerminal else {
            let isSaid = Mutex(false)
            return { done, all in
                guard ContinuousClock.now - start > .seconds(2) else { return }
                let isFirst = isSaid.withLock { said in
                    defer { said = true }
                    return !said
                }
                guard isFirst else { return }
                Terminal.say(
                    "hallmark: still compiling the patterns of rules: \(done) of \(all) so far",
                    .warning
                )
            }
        }
        return { done, all in
            guard ContinuousClock.now - start > .seconds(1) else { return }
            Terminal.showProgress("compiling the patterns of rules: \(done) of \(all)")
        }
    }
}

/// What a run does about input that was named and could not be read.
struct KeepGoingOption: ParsableArguments {
    @Flag(help: "End with 0 although some of what was named could not be read; it is still said and counted.")
    var keepGoing = false
}

extension LibraryPlace {
    /// The rules that came with the program, or an update of them that is newer.
    ///
    /// A source tree says no release, so that nobody's update stands in for the rules that are worked on.
    static func inUse() throws -> LibraryPlace {
        let shipped = try LibraryPlace(executable: CommandLine.executable)
        guard shipped.isInstalled, let release = RuleRelease(beside: shipped.path) else { return shipped }
        let updates = RuleStore.inUse().compactMap { store in
            RuleRelease(in: store.current).map { (store, serial: $0.serial) }
        }
        guard let (store, serial) = updates.max(by: { $0.serial < $1.serial }), serial > release.serial else {
            return shipped
        }
        return LibraryPlace(path: store.current + "/signatures", isInstalled: false)
    }
}

extension CommandLine {
    /// The program's own path, wherever it was found.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments.first
            ?? ""
    }
}
