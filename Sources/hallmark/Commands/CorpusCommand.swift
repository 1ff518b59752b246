import ArgumentParser
import Corpus
import Foundation
import Import
import Observations
import Pipeline
import Terminal

/// `hallmark corpus`: what was seen, kept in one file.
struct CorpusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus",
        abstract: "Keep what sweeps saw, and look after it.",
        discussion: """
            A corpus is one SQLite file: each certificate once, with every sighting of it, and every mark by \
            which 'hallmark pivot' finds what belongs together.

              hallmark scan 203.0.113.0/24 --corpus corpus.sqlite > sweep.ndjson
              hallmark corpus add sweep.ndjson suspects.pem --corpus corpus.sqlite
              hallmark corpus stats --corpus corpus.sqlite
              hallmark corpus listed --corpus corpus.sqlite --iocs sslblacklist.csv
              hallmark corpus add --no-clients ssl.log x509.log --corpus corpus.sqlite
              hallmark corpus add dns.log pdns.cof --corpus corpus.sqlite
              hallmark corpus prune --before 2025-01-01 --clients-before 30d --corpus corpus.sqlite
            """,
        subcommands: [Add.self, Stats.self, Export.self, Listed.self, Prune.self]
    )

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Add sweeps (NDJSON), certificates (PEM, DER), other programs' logs and captures, and passive DNS.",
            discussion: """
                Each observation counts once, however often the files that hold it are added; of a log that has grown since, \
                what is new counts. Logs are read as 'hallmark import' reads them, all of them together: \
                what stands in one is joined with what stands in another.

                Passive DNS tells 'hallmark pivot' and 'hallmark enrich' where names pointed, and when: the Common Output \
                Format (a JSON object a line), Zeek's dns.log, and what 'dnstap-read -y', 'dnstap -y' and \
                'dnstap-ldns -y' write.
                """
        )

        @Argument(help: "Files or folders; '-' is standard input.", completion: .file())
        var files: [String] = []

        @Option(
            help: ArgumentHelp(
                "Take only where names pointed from this file, whatever else it holds; repeatable.",
                valueName: "file"
            ),
            completion: .file()
        )
        var passiveDNS: [String] = []

        @Option(help: ArgumentHelp("The corpus; made if need be.", valueName: "file"), completion: .file())
        var corpus: String

        @OptionGroup var clients: ClientOptions
        @OptionGroup var unread: KeepGoingOption

        func validate() throws {
            guard !files.isEmpty || !passiveDNS.isEmpty else {
                throw ValidationError("name a file to add, or --passive-dns FILE")
            }
        }

        func run() throws {
            let options = try clients.importing()
            let corpus = try CorpusFile(corpus, .write)
            let progress = ReadingProgress(files + passiveDNS)
            defer { progress.end() }
            var faults = 0
            let inputs = Inputs(files, options, takesPassiveDNS: true) {
                faults += 1
                Terminal.say($0.description, .error)
            }
            for source in inputs.said().sources {
                faults += try Self.add(source, corpus, Self.policy(options))
            }
            for file in inputs.passiveDNS + passiveDNS.map({ PassiveDNSFile($0) }) {
                faults += try Self.add(file, corpus)
            }
            guard faults > 0 else { return }
            Terminal.say(
                "\(counted(faults, "file or part", plural: "files or parts")) could not be read",
                .error
            )
            if !unread.keepGoing { throw ExitCode(1) }
        }

        /// Adds where names pointed, and says what came of it.
        ///
        /// - Returns: how many things in it could not be read.
        private static func add(_ file: PassiveDNSFile, _ corpus: CorpusFile) throws -> Int {
            var faults: [String] = []
            var counts = PassiveDNSFile.Counts()
            let result = try corpus.add(resolutionsOf: file.path) { take in
                counts = try withoutActuallyEscaping(take) { take in
                    try file.read {
                        try take(Resolution($0))
                    } unread: {
                        faults.append($0.description)
                    }
                }
                if counts.lines == 0, faults.isEmpty { faults.append("\(file.name): there is nothing in it") }
                return faults.isEmpty
            }
            guard case .added(let new) = result else {
                Terminal.say("\(file.name): nothing new, the file was added before")
                return 0
            }
            Terminal.say(
                """
                \(file.name): \(counted(counts.lines, "line")) of passive DNS, names led somewhere \
                \(counted(counts.sightings, "time")), \(counted(new, "new resolution"))
                """
            )
            for fault in faults { Terminal.say(fault, .error) }
            return faults.count
        }

        /// What the corpus keeps of clients, of our own records as well.
        private static func policy(_ options: ImportRun.Options) -> ClientPolicy {
            if let pseudonyms = options.pseudonyms { return .replace { pseudonyms.pseudonym(of: $0) } }
            return options.keepsClients ? .keep : .leaveOut
        }

        /// Adds one source and says what came of it.
        ///
        /// - Returns: how many things in it could not be read.
        private static func add(
            _ source: any RecordSource,
            _ corpus: CorpusFile,
            _ clients: ClientPolicy
        ) throws -> Int {
            let file = source.name
            var faults: [String] = []
            let result = try corpus.add(source, clients: clients) { faults.append($0.description) }
            guard case .added(let counts) = result else {
                Terminal.say("\(file): nothing new, the file was added before")
                return 0
            }
            if counts.malformed > 0 {
                let reason = counts.firstReason.map { ": \($0)" } ?? ""
                let first = counts.firstMalformed.map { ", the first is line \($0)\(reason)" } ?? ""
                faults.append(
                    "\(file): \(counted(counts.malformed, "line")) without a record of ours\(first)"
                )
            }
            if counts.nameless > 0 {
                faults.append(
                    "\(file): \(counted(counts.nameless, "record")) without an endpoint and without a certificate's SHA-256, by which nothing is kept"
                )
            }
            if counts.untold > 0 {
                faults.append(
                    "\(file): \(counted(counts.untold, "record")) with names or times of a certificate and without its SHA-256, by which it would be kept"
                )
            }
            if counts.unreadFindings > 0 {
                faults.append(
                    "\(file): \(counted(counts.unreadFindings, "finding")) without a name, or too many of one thing"
                )
            }
            if counts.records + counts.findings == 0, faults.isEmpty {
                faults.append("\(file): there is nothing in it")
            }
            Terminal.say(
                """
                \(file): \(counted(counts.records, "record")), \(counted(counts.added, "new observation")), \
                \(counted(counts.certificates, "new certificate")), \(counted(counts.endpoints, "new endpoint"))
                """
                    + (counts.markless > 0
                        ? "; \(counts.markless) with neither a certificate nor a mark, which are not kept"
                        : "")
                    + (counts.findings > 0 ? ", \(counted(counts.findings, "finding"))" : "")
                    + (counts.conclusions > 0
                        ? "; \(counted(counts.conclusions, "line")) of correlations passed over" : "")
            )
            if counts.foreign > 0 {
                let said = counted(
                    counts.foreign,
                    "lead, finding, match or list's word",
                    plural: "leads, findings, matches or lists' words"
                )
                Terminal.say("\(file): \(said) left out that no Hallmark said of its own record", .warning)
            }
            for fault in faults { Terminal.say(fault, .error) }
            return faults.count
        }
    }

    struct Stats: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Say what a corpus holds.")

        @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
        var corpus: String

        @Option(
            help: ArgumentHelp("How many of the most common marks of each kind are shown.", valueName: "n")
        )
        var top = 3

        @OptionGroup var form: FormatOptions

        func run() throws {
            let stats = try CorpusFile(corpus, .read).stats(top: max(0, top))
            let output = StandardOutput()
            try output.write(form.isLines ? stats.json : stats.text)
            try output.flush()
        }
    }

    struct Prune: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget what was last seen long ago.",
            discussion: """
                Certificates and endpoints that are left without a sighting go too, and who connected to them. \
                '30d' is the moment thirty days ago.
                """
        )

        @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
        var corpus: String

        @Option(
            help: ArgumentHelp("Forget sightings whose last observation is older.", valueName: "date"),
            transform: PeriodOptions.age
        )
        var before: Int?

        @Option(
            help: ArgumentHelp("Forget who connected, where that is older.", valueName: "date"),
            transform: PeriodOptions.age
        )
        var clientsBefore: Int?

        func validate() throws {
            guard before != nil || clientsBefore != nil else {
                throw ValidationError("give --before, --clients-before or both")
            }
        }

        func run() throws {
            let counts = try CorpusFile(corpus, .change).prune(before: before, clients: clientsBefore)
            Terminal.say(
                """
                forgot \(counted(counts.sightings, "sighting")), \(counted(counts.certificates, "certificate")), \
                \(counted(counts.endpoints, "endpoint")), \(counted(counts.contacts, "day")) of clients, \
                \(counted(counts.resolutions, "resolution"))
                """
            )
        }
    }
}
