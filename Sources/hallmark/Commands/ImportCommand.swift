import ArgumentParser
import Bytes
import Foundation
import Import
import Observations
import Pipeline
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
              hallmark import --map mine.yaml proxy.log > seen.ndjson
              hallmark import --map mine.yaml --lint
              hallmark import --follow /opt/zeek/logs/current/ssl.log /opt/zeek/logs/current/x509.log >> seen.ndjson

            Exit codes: 0 done; 1 something of what was named could not be read, or a line was skipped; 64 usage.
            """
    )

    @Argument(help: "Files or folders, packed or not; '-' or none is standard input.", completion: .file())
    var files: [String] = []

    @OptionGroup var options: ImportOptions
    @OptionGroup var unread: KeepGoingOption
    @OptionGroup var log: LogOptions

    @Flag(help: "Check the mapping files of --map, or those shipped, and read nothing.") var lint = false

    @Flag(
        help: """
            Go on with files as they grow, until SIGINT or SIGTERM: a file that is rotated or emptied is gone on with, too.
            """
    )
    var follow = false

    @Option(
        help: ArgumentHelp(
            "With --follow: write what was seen every so many seconds.",
            valueName: "seconds"
        )
    )
    var interval = 60

    @Flag(name: .shortAndLong, help: "No summary.") var quiet = false

    func validate() throws {
        guard !follow || !files.isEmpty && !files.contains("-") else {
            throw ValidationError("--follow wants files; standard input is read as it comes")
        }
        guard (0...86_400).contains(interval) else {
            throw ValidationError("--interval takes seconds up to a day: 0 to 86400")
        }
    }

    func run() throws {
        if lint { return try lintMappings() }
        let output = StandardOutput()
        let files = files.isEmpty ? ["-"] : files
        try NamedFiles.checkStandardOutput(files)
        let (formats, isNamed) = try options.formats()
        let session = ImportSession(ImportRun(try options.runOptions()) { try output.write($0) })
        var lost = 0
        let fail = { (error: FileError) in
            lost += 1
            Terminal.say(error.description, .error)
        }
        // To find out what standard input is takes its first bytes, which a person has to be told of.
        let progress = follow ? nil : ReadingProgress(files)
        defer { progress?.end() }
        let found = session.find(files, formats, isNamed: isNamed, isFollowing: follow, fail: fail)
        if let words = Inputs.repeated(session.repeated) { Terminal.say(words, .warning) }
        for words in found.compactMap(\.awaited) { Terminal.say(words, .warning) }
        if follow {
            StopSignals.watch()
            try FollowedFiles(
                session,
                seconds: interval,
                flush: { try output.flush() },
                isStopped: { StopSignals.isAsked },
                fail: fail
            ).read(found)
        } else {
            try session.read(found, fail: fail)
            progress?.end()
        }
        try output.flush()
        let report = ImportReport(counts: session.run.counts, unread: lost, passedOver: session.passedOver)
        if !quiet { Terminal.say(lines: report.text) }
        let isNothing = report.counts.records == 0 && !follow
        if isNothing, !report.hasLost {
            Terminal.say("nothing of what was named tells of a certificate, a handshake or an answer", .error)
        }
        if report.hasLost || isNothing, !unread.keepGoing { throw ExitCode(1) }
    }
}

extension ImportCommand {
    /// Says what is wrong in mapping files, each by file, line and column.
    private func lintMappings() throws {
        var files = options.maps
        if files.isEmpty, let folder = MappingFolder.find(executable: CommandLine.executable) {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            files = names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder + "/" + $0 }
        }
        var faults = 0
        for file in files {
            do { _ = try MappingFolder.read(file: file) } catch {
                faults += 1
                Terminal.say("\(error)", .error)
            }
        }
        if !quiet { Terminal.say("\(counted(files.count, "mapping")), \(faults) with a fault", .error) }
        if faults > 0 || files.isEmpty { throw ExitCode(1) }
    }
}

/// How files of others are read, for all commands that take them.
struct ImportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What the files are, instead of looking.", valueName: "format"))
    var from: String?

    @Option(
        name: .customLong("map"),
        help: ArgumentHelp(
            "A mapping file for a log of your own; repeatable (Docs/sources.md).",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var maps: [String] = []

    @Flag(
        help: "A record for each connection or entry, instead of one for each endpoint, certificate and day."
    )
    var every = false

    @OptionGroup var clients: ClientOptions

    /// The formats to look for: the one of `--from`, or all, those of `--map` first.
    ///
    /// A mapping that says nothing of how its files look is meant for all that no other of `--map` is for.
    /// One that has the name of a shipped one stands in its place.
    func formats() throws -> (formats: [ForeignFormat], isNamed: Bool) {
        let own = try maps.map { try MappingFolder.read(file: $0) }
        for (place, mapping) in own.enumerated() {
            guard let other = own[..<place].firstIndex(where: { $0.name == mapping.name }) else { continue }
            throw ValidationError(
                "--map \(maps[other]) and --map \(maps[place]) are both called \(mapping.name)."
            )
        }
        let open = own.indices.filter { own[$0].isForAnyFile }
        if from == nil, let last = open.first {
            guard open.count == 1 else {
                throw ValidationError(
                    "--map \(maps[open[0]]) and --map \(maps[open[1]]) both take any file: --from names one, or 'recognise' says which is whose."
                )
            }
            let rest = MappedReader.format(own[last], forAnyFile: true)
            if own.count == 1 { return ([rest], true) }
            return (own.filter { !$0.isForAnyFile }.map { MappedReader.format($0) } + [rest], false)
        }
        var all = own.map { MappedReader.format($0) } + ForeignFormats.builtIn
        if let folder = MappingFolder.find(executable: CommandLine.executable) {
            let shipped = try MappingFolder.read(folder)
            for fault in shipped.faults { Terminal.say("hallmark: not read: \(fault)", .error) }
            let names = Set(own.map(\.name))
            all += shipped.mappings.filter { !names.contains($0.name) }.map { MappedReader.format($0) }
        }
        guard let from else { return (all, false) }
        if let found = all.first(where: { $0.name == from }) { return ([found], true) }
        let names = all.map(\.name).joined(separator: ", ")
        throw ValidationError("--from \(from) is no format; there are \(names).")
    }

    func runOptions() throws -> ImportRun.Options {
        var options = try clients.importing()
        options.isEvery = every
        return options
    }
}

/// What is kept of those who connected.
struct ClientOptions: ParsableArguments {
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

    /// How other programs' files are read.
    func importing() throws -> ImportRun.Options {
        var options = ImportRun.Options()
        options.keepsClients = !noClients
        options.pseudonyms = try pseudonymize.map { path throws(FileError) in try Pseudonyms(file: path) }
        return options
    }
}
