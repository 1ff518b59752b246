import ArgumentParser
import Bytes
import Foundation
import Import
import Observations
import Terminal

/// `hallmark import`: makes observations of what others saw.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make observations of logs, captures and other scanners' files.",
        discussion: """
            Writes one record for each endpoint, certificate and day, with how often it was seen, since when, and by whom; \
            match, compare, corpus and pivot take them as they take sweeps. What a file is shows in its first bytes. \
            Docs/sources.md says for each source what it gives and what is lost.

            Examples:
              hallmark import ssl.log x509.log > seen.ndjson
              hallmark import --no-clients logs/ | hallmark match --only-leads
              hallmark import --from suricata < eve.json > seen.ndjson

            Exit codes: 0 done; 1 something of what was named could not be read, or a line was skipped; 64 usage.
            """
    )

    @Argument(help: "Files or folders, packed or not; '-' or none is standard input.", completion: .file())
    var files: [String] = []

    @OptionGroup var options: ImportOptions
    @OptionGroup var unread: KeepGoingOption

    @Flag(name: .shortAndLong, help: "No summary.") var quiet = false

    func validate() throws { _ = try options.formats() }

    func run() throws {
        let output = StandardOutput()
        let files = files.isEmpty ? ["-"] : files
        let progress = ReadingProgress(files)
        defer { progress.end() }
        let session = ImportSession(
            try options.formats(),
            from: options.from,
            ImportRun(try options.runOptions()) { try output.write($0) }
        )
        try session.read(files)
        try output.flush()
        if !quiet { Terminal.say(lines: session.report) }
        if session.hasLost, !unread.keepGoing { throw ExitCode(1) }
    }
}

/// How files of others are read, for all commands that take them.
struct ImportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the files are, instead of looking.", valueName: "format"))
    var from: String?

    @Flag(
        help: "A record for each connection or entry, instead of one for each endpoint, certificate and day."
    )
    var every = false

    @Flag(help: "Leave out who connected.")
    var noClients = false

    @Option(
        help: ArgumentHelp(
            "Write pseudonyms for who connected, which the key in this file turns back.",
            valueName: "keyfile"
        ),
        completion: .file()
    )
    var pseudonymize: String?

    func validate() throws {
        if noClients, pseudonymize != nil {
            throw ValidationError("--no-clients leaves nobody to be pseudonymized.")
        }
    }

    /// The formats to look for: the one of `--from`, or all.
    func formats() throws -> [ForeignFormat] {
        guard let from else { return ForeignFormats.all }
        let found = ForeignFormats.all.filter { $0.name == from }
        guard found.isEmpty else { return found }
        let names = ForeignFormats.all.map(\.name).joined(separator: ", ")
        throw ValidationError("--from \(from) is no format; there are \(names).")
    }

    func runOptions() throws -> ImportRun.Options {
        var options = ImportRun.Options()
        options.isEvery = every
        options.keepsClients = !noClients
        options.pseudonyms = try pseudonymize.map { path throws(FileError) in try Pseudonyms(file: path) }
        options.ingestedAt = WallClock.nanoseconds
        return options
    }
}
