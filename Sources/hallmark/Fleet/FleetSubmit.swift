import ArgumentParser
import Fleet
import Foundation
import Inventory
import Scan
import Targets
import Terminal

extension FleetCommand {
    /// `hallmark fleet submit`: a sweep becomes shards in a queue.
    struct Submit: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "submit",
            abstract: "Sign a sweep and put it into the queue; takes the arguments of scan behind --.",
            discussion: """
                Files that the arguments name travel along: targets, scope, exclusions, inventory. --rate and --per-network \
                hold for the fleet as a whole. Prints the job's name.

                Examples:
                  hallmark fleet submit --key job.key -- 198.51.100.0/24 -p 443,8443
                  hallmark fleet submit --key job.key --shard-size 16384 -- --scope scope.yaml --rate 2000 --short-failures
                """
        )

        @OptionGroup(title: "Broker") var broker: BrokerArguments

        @Option(
            help: ArgumentHelp("Sign the job with this Ed25519 key (PEM).", valueName: "file"),
            completion: .file()
        )
        var key: String

        @Option(help: ArgumentHelp("Endpoints of a shard, about.", valueName: "number"))
        var shardSize: UInt64 = 65_536

        @Option(
            help: ArgumentHelp(
                "With --rate or --per-network: so many shards are scanned at once, each with an equal part of it.",
                valueName: "number"
            )
        )
        var slices = 4

        @Option(
            help: ArgumentHelp(
                "Have every endpoint looked at from each of these vantage points: eu,us.",
                valueName: "names"
            )
        )
        var vantage: String?

        @Option(
            help: ArgumentHelp(
                "Give a shard to another worker when its own has been silent for so long; counts when the queue is made.",
                valueName: "seconds"
            )
        )
        var lease = FleetStreams.lease

        @Option(help: ArgumentHelp("Nobody does the job after so many days.", valueName: "days"))
        var days = 7

        @Argument(
            parsing: .postTerminator,
            help: ArgumentHelp("The arguments of hallmark scan.", valueName: "scan")
        )
        var scan: [String] = []

        func validate() throws {
            guard shardSize > 0 else { throw ValidationError("--shard-size takes a number from 1 on.") }
            guard (1...10_000).contains(slices) else {
                throw ValidationError("--slices takes a number from 1 to 10000.")
            }
            guard (5...3600).contains(lease) else {
                throw ValidationError("--lease takes seconds from 5 to 3600.")
            }
            guard (1...365).contains(days) else {
                throw ValidationError("--days takes a number from 1 to 365.")
            }
            for name in vantages where !ShardPlace.isName(name) {
                throw ValidationError("--vantage takes names of a-z, 0-9, - and _, not '\(name)'.")
            }
            guard Set(vantages).count == vantages.count else {
                throw ValidationError("--vantage names one twice.")
            }
        }

        private var vantages: [String] {
            vantage?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? [
                ShardPlace.anyVantage
            ]
        }

        func run() throws {
            guard !scan.isEmpty else {
                throw ValidationError("What is to be scanned? hallmark fleet submit … -- TARGETS")
            }
            let key = try JobKey(file: key)
            let (job, isPartlyUnread) = try makeJob()
            let signed = try SignedJob(job, key)
            let broker = try broker.connect(.submit)
            try FleetStreams.make(on: broker, vantages: job.vantages, lease: lease)
            let all = Int(job.shards) * job.vantages.count
            try JobBoard(on: broker).submit(job, signed) { count in
                if Terminal.isErrorTerminal {
                    Terminal.showProgress("\(grouped(UInt64(clamping: count))) of \(counted(all, "shard"))")
                }
            }
            Terminal.clearProgress()
            Terminal.say(
                "hallmark: \(counted(job.endpoints, "endpoint")) in \(counted(all, "shard")), seed \(job.seed)"
            )
            let output = StandardOutput()
            try output.line(job.id)
            try output.flush()
            if isPartlyUnread { throw ExitCode(1) }
        }

        /// The job, and whether some of the targets could not be understood.
        private func makeJob() throws -> (FleetJob, Bool) {
            if let word = EmptyFileName.withoutValue(scan) {
                throw ValidationError("\(word) has no value.")
            }
            guard let command = try ScanCommand.parseAsRoot(scan) as? ScanCommand else {
                throw ValidationError("What stands behind -- are no arguments of hallmark scan.")
            }
            var words = try ScanWords(scan)
            try words.pack()
            guard
                !words.targets.isEmpty
                    || words.options.contains(where: { ["input", "scope"].contains($0.name) })
            else {
                throw ValidationError(
                    "Behind -- no target is named: name some, or --input FILE, or --scope FILE."
                )
            }
            // What a worker could not read would end every shard.
            if let inventory = command.output.inventory { _ = try InventoryFile.load(inventory) }
            try command.probe.scanOptions(command.target).verify?.check()
            let targets = try TargetSetup(command.target, command.order, nil)
            for issue in targets.issues.first { Terminal.say("hallmark: \(issue)", .error) }
            guard targets.plan.total > 0 else {
                let leftOut = LeftOut(counts: targets.plan.counts, unread: targets.issues.count)
                throw FleetError("hallmark: nothing is left to scan: \(leftOut.reasons)")
            }
            LeftOut(counts: targets.plan.counts, unread: targets.issues.count).say()
            guard let endpoints = UInt64(exactly: targets.plan.total) else {
                throw ValidationError("That is more than 2^64 endpoints.")
            }
            let now = Int(Date().timeIntervalSince1970)
            let id = String(UUID().uuidString.lowercased().filter { $0 != "-" }.prefix(16))
            var job = FleetJob(
                id: id,
                created: now,
                expires: now + days * 86_400,
                seed: targets.plan.options.seed
            )
            job.options = words.options
            job.targets = words.targets
            job.files = words.files
            job.plan = try JobPlan.text(targets)
            job.endpoints = endpoints
            job.shards = UInt32(clamping: min((endpoints - 1) / shardSize + 1, UInt64(FleetJob.mostShards)))
            job.scope = words.options.first { $0.name == "scope" }?.value
            job.special = targets.plan.specialBlocks
            let rates = [
                command.pace.rate.flatMap { $0 > 0 ? $0 : nil }, targets.scope?.rate.map { Double($0) },
            ]
            job.rate = rates.compactMap { $0 }.min()
            job.perNetwork = command.pace.perNetwork > 0 ? command.pace.perNetwork : nil
            job.slices = min(slices, job.perNetwork ?? slices)
            job.vantages = vantages
            if let fault = job.fault(now: now) { throw ValidationError("That can't be a job: \(fault).") }
            return (job, targets.issues.count > 0 && !command.unread.keepGoing)
        }
    }
}

/// What a plan comes to, in a text that is the same wherever the same plan is made.
enum JobPlan {
    static func text(_ targets: TargetSetup) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(targets.fingerprint), as: UTF8.self)
    }
}
