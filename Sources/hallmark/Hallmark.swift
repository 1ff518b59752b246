import ArgumentParser
import Glibc
import Observations
import Terminal
import YAML

/// The program: what stands between the system and the commands.
@main
enum Program {
    static func main() {
        StandardStreams.claim()
        var ran: (any ParsableCommand.Type)?
        do {
            // A file that may not grow further is an error of a write, as a full disk is.
            signal(SIGXFSZ, SIG_IGN)
            try AddressSpace.check()
            try OpenFiles.check()
            try Threads.check()
            AwaitedFile.onWaiting { Terminal.say("hallmark: \($0)", .warning) }
            // Swift reads them from /proc: without it, a scan must not pass for a call for help.
            guard !CommandLine.arguments.isEmpty else {
                throw ValidationError("the arguments can't be read: /proc is not mounted")
            }
            if VersionText.isWanted { return try VersionText.write() }
            let typed = try WorkerOrders.words() ?? Array(CommandLine.arguments.dropFirst())
            try MisspeltCommand.check(help: typed)
            try EmptyFileName.check(typed)
            let configured = try configured(typed)
            do {
                var command = try Hallmark.parseAsRoot(configured.arguments)
                ran = type(of: command)
                try command.run()
            } catch {
                if let file = configured.file, Hallmark.exitCode(for: error) == .validationFailure {
                    Terminal.say("hallmark: with the options of \(file)")
                }
                throw error
            }
        } catch {
            end(error, of: ran)
        }
    }

    /// What is wrong in a configuration is wrong usage; a rule or a scope that can't be read is not.
    private static func configured(_ typed: [String]) throws -> ConfiguredArguments {
        do { return try ConfiguredArguments(typed) } catch let error as YAMLError {
            throw ValidationError(error.description)
        }
    }

    /// The words of an error; a command that has begun to run ends with its own usage, not the program's.
    private static func message(for error: any Error, of command: (any ParsableCommand.Type)?) -> String {
        guard let command, let path = path(to: command, from: Hallmark.self), path.count > 1,
            let name = path.last
        else { return Hallmark.fullMessage(for: error) }
        let whole = path.joined(separator: " ")
        return command.fullMessage(for: error)
            .replacing("\nUsage: \(name) ", with: "\nUsage: \(whole) ")
            .replacing("\n  See '\(name) --help'", with: "\n  See '\(whole) --help'")
    }

    /// The names of a command and of those that it stands below.
    private static func path(
        to wanted: any ParsableCommand.Type,
        from command: any ParsableCommand.Type
    ) -> [String]? {
        if wanted == command { return [command._commandName] }
        for below in command.configuration.subcommands {
            if let path = path(to: wanted, from: below) { return [command._commandName] + path }
        }
        return nil
    }

    /// Says what an error has to say, made safe for a terminal, and ends with its code.
    private static func end(_ error: any Error, of command: (any ParsableCommand.Type)?) -> Never {
        let code = Hallmark.exitCode(for: error)
        let arguments = Array(CommandLine.arguments.dropFirst())
        var message = message(for: error, of: command)
        if code == .validationFailure { message = MisspeltOption.corrected(message, arguments) }
        if code == .success {
            // Help, the version, a completion script: what was asked for.
            let output = StandardOutput()
            do {
                if !message.isEmpty { try output.write(message + "\n") }
                try output.flush()
            } catch {
                Terminal.say("hallmark: \(error)", .error)
                Hallmark.exit(withError: ExitCode.failure)
            }
        } else if !message.isEmpty {
            // Only the parser's own words have several lines; an error may quote a line end of a file's name.
            let isParsers = code == .validationFailure
            if isParsers {
                Terminal.say(lines: withSafeArguments(message), .error)
            } else {
                Terminal.say(message, .error)
            }
            if code == .validationFailure,
                let hint = MisspeltCommand.hint(arguments)
                    // A command that has begun to run knew its options.
                    ?? (command == nil ? MisspeltOption.hint(arguments, besides: message) : nil)
            {
                Terminal.say(hint)
            }
        }
        Hallmark.exit(withError: ExitCode(code.rawValue))
    }

    /// The parser's words, in which an argument that it quotes has no line end of its own.
    private static func withSafeArguments(_ message: String) -> String {
        CommandLine.arguments.dropFirst().reduce(message) { text, argument in
            let value = argument.drop { $0 != "=" }.dropFirst()
            return [argument, String(value)].reduce(text) { text, part in
                let safe = SafeText.terminal(part)
                return part.isEmpty || safe == part ? text : text.replacing(part, with: safe)
            }
        }
    }
}

/// The command line's root.
struct Hallmark: ParsableCommand {
    /// The program's version (semver.org).
    static let version = "\(Product.version)"

    static let configuration = CommandConfiguration(
        abstract: "Find the marks of adversary tools in TLS endpoints.",
        discussion: """
            Scan only what you own, or may scan.

            Examples:
              hallmark scan 192.0.2.0/24 -p 443,8443 -o sweep.ndjson
              hallmark validate 203.0.113.7
              hallmark match sweep.ndjson --only-leads
              hallmark compare sweep.ndjson --inventory assets.csv
              hallmark search 'server.port: 8443 and "Example Ltd"' --corpus seen.sqlite
              hallmark report sweep.ndjson --inventory assets.csv > report.html
              hallmark pivot 203.0.113.7:443 --corpus seen.sqlite
            """,
        version: version,
        subcommands: [
            ScanCommand.self,
            ValidateCommand.self,
            EnrichCommand.self,
            MatchCommand.self,
            CompareCommand.self,
            ConfigCommand.self,
            CorpusCommand.self,
            SearchCommand.self,
            ServeCommand.self,
            DecideCommand.self,
            DecisionsCommand.self,
            BlocklistCommand.self,
            HuntCommand.self,
            PivotCommand.self,
            ReportCommand.self,
            ExportCommand.self,
            ImportCommand.self,
            RootsCommand.self,
            CTCommand.self,
            FleetCommand.self,
            SchemaCommand.self,
            WarehouseCommand.self,
            SignaturesCommand.self,
        ]
    )
}
