import ArgumentParser
import Fleet
import Foundation
import Terminal

extension FleetCommand {
    /// `hallmark fleet work`: scans shards of the queue.
    struct Work: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "work",
            abstract: "Pull shards from the queue and scan them, until told to end.",
            discussion: """
                Does only jobs that a trusted key has signed, whose plan it comes to as well, and that stay out of special-purpose \
                networks. Behind -- stands what this machine adds to every scan: --proxy, --source-address, --mmdb, \
                --resolver, --concurrency.

                Examples:
                  hallmark fleet work --trusted-key job.pub
                  hallmark fleet work --server tls://broker:4222 --nkey worker.nk --trusted-key job.pub --vantage eu
                  hallmark fleet work --trusted-key job.pub --until-idle 60 -- --mmdb asn.mmdb
                """
        )

        @OptionGroup(title: "Broker") var broker: BrokerArguments

        @Option(
            help: ArgumentHelp(
                "Do jobs that this Ed25519 key has signed (PEM); repeatable.",
                valueName: "file"
            ),
            completion: .file()
        )
        var trustedKey: [String]

        @Option(help: ArgumentHelp("The vantage point that this worker stands at.", valueName: "name"))
        var vantage = ShardPlace.anyVantage

        @Option(
            help: ArgumentHelp(
                "What status calls this worker; by default the host and the process.",
                valueName: "name"
            )
        )
        var name: String?

        @Option(
            help: ArgumentHelp(
                "Shards that are scanned at once, each by a scan of its own.",
                valueName: "number"
            )
        )
        var atOnce = 1

        @Flag(help: "Do jobs that go into special-purpose networks (RFC 6890), too.")
        var allowSpecial = false

        @Option(help: ArgumentHelp("End when no shard has come for so long.", valueName: "seconds"))
        var untilIdle: Int?

        @Argument(parsing: .postTerminator, help: ArgumentHelp("Added to every scan.", valueName: "scan"))
        var scan: [String] = []

        func validate() throws {
            guard !trustedKey.isEmpty else {
                throw ValidationError("--trusted-key: whose jobs are to be done?")
            }
            guard (1...64).contains(atOnce) else {
                throw ValidationError("--at-once takes a number from 1 to 64.")
            }
            guard (1...86_400).contains(untilIdle ?? 1) else {
                throw ValidationError("--until-idle takes seconds from 1 to 86400.")
            }
            for name in [vantage] + [name].compactMap({ $0 }) where !ShardPlace.isName(name) {
                throw ValidationError("'\(name)' is no name: a-z, 0-9, - and _.")
            }
            let words = try ScanWords(scan)
            for option in words.options where !ScanWords.workers.contains(option.name) {
                throw ValidationError("--\(option.name) is the job's, not the worker's.")
            }
            guard words.targets.isEmpty else {
                throw ValidationError("Targets are the job's, not the worker's.")
            }
        }

        func run() throws {
            let keys = try trustedKey.map { try TrustedKey(file: $0) }
            // What can't be read would end every shard.
            if let command = try ScanCommand.parseAsRoot(["127.0.0.1"] + scan) as? ScanCommand {
                _ = try command.around.setup(isStage: false, resolvers: command.target.resolver, corpus: nil)
            }
            StopSignals.watch()
            guard
                let broker = try Broker.connect(
                    broker.options(.work),
                    isStopped: { StopSignals.isAsked },
                    note: { Terminal.say("hallmark: \($0)", .warning) }
                )
            else { return }
            let folder = try WorkFolder()
            defer { folder.remove() }
            guard let worker = try makeWorker(broker, keys, folder.path) else { return }
            try worker.run(count: atOnce, idle: untilIdle)
        }

        /// Waits until the fleet's streams are there, which whoever submits or collects makes; nil when it
        /// is stopped before.
        ///
        /// - Throws: when nobody has made them within `--until-idle`.
        private func makeWorker(_ broker: Broker, _ keys: [TrustedKey], _ folder: String) throws
            -> FleetWorker?
        {
            let word = WorkerWord(
                name: name ?? Self.defaultName,
                vantage: vantage,
                host: ProcessInfo.processInfo.hostName,
                version: Hallmark.version,
                started: Int(Date().timeIntervalSince1970)
            )
            var isSaid = false
            let start = ContinuousClock.now
            while !StopSignals.isAsked {
                do throws(FleetError) {
                    let desk = JobDesk(
                        try JobBoard(on: broker),
                        keys,
                        allowsSpecial: allowSpecial,
                        folder: folder
                    )
                    return try FleetWorker(broker, desk, word: word, own: scan)
                } catch {
                    if !isSaid { Terminal.say("hallmark: waiting for a fleet: \(error)", .warning) }
                    isSaid = true
                    if let untilIdle, .now - start > .seconds(untilIdle) {
                        Terminal.say(
                            "hallmark: no fleet was there within \(counted(untilIdle, "second")): nothing was done",
                            .error
                        )
                        throw ExitCode(1)
                    }
                    usleep(500_000)
                }
            }
            return nil
        }

        private static var defaultName: String {
            let host = ProcessInfo.processInfo.hostName.lowercased().prefix(48)
            let name = host.map { ShardPlace.isName(String($0)) ? $0 : "-" }
            return String(name) + "-\(getpid())"
        }
    }
}
