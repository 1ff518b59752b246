import ArgumentParser
import Corpus
import Fleet
import Foundation
import Terminal
import Warehouse

extension FleetCommand {
    /// `hallmark fleet collect`: stores what workers find.
    struct Collect: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "collect",
            abstract: "Store what workers find, each record once, until told to end.",
            discussion: """
                Writes files of NDJSON into a folder, records-000001.ndjson and on; the one that is written ends with .part. Whole \
                files go on to a corpus and to ClickHouse. A collector that was killed goes on where it was: start it again with the \
                same folder. A fleet has one collector at a time.

                Examples:
                  hallmark fleet collect --into records
                  hallmark fleet collect --into records --corpus seen.sqlite --rotate-seconds 60
                  hallmark fleet collect --into records --clickhouse http://127.0.0.1:8123 --remove-added
                """
        )

        @OptionGroup(title: "Broker") var broker: BrokerArguments

        @Option(
            help: ArgumentHelp("The folder for records; made if need be.", valueName: "folder"),
            completion: .directory
        )
        var into: String

        @Option(help: ArgumentHelp("Begin a new file after so many bytes.", valueName: "bytes"))
        var rotateBytes = 256 << 20

        @Option(help: ArgumentHelp("Begin a new file after so many seconds.", valueName: "seconds"))
        var rotateSeconds = 300

        @Option(
            help: ArgumentHelp("Add whole files to this corpus, too (Docs/corpus.md).", valueName: "file"),
            completion: .file()
        )
        var corpus: String?

        @Option(
            help: ArgumentHelp(
                "Insert whole files into the table of 'warehouse schema' here, by ClickHouse's HTTP interface.",
                valueName: "url"
            )
        )
        var clickhouse: String?

        @Option(
            help: ArgumentHelp("ClickHouse's user and password: one line, NAME:PASSWORD.", valueName: "file"),
            completion: .file()
        )
        var clickhouseLogin: String?

        @Flag(help: "Remove files that have been added to corpus and ClickHouse.")
        var removeAdded = false

        @Flag(help: "End when all jobs are done.")
        var untilDone = false

        func validate() throws {
            guard (4096...(1 << 40)).contains(rotateBytes) else {
                throw ValidationError("--rotate-bytes takes a number from 4096 on.")
            }
            guard (1...86_400).contains(rotateSeconds) else {
                throw ValidationError("--rotate-seconds takes a number from 1 to 86400.")
            }
            guard !removeAdded || corpus != nil || clickhouse != nil else {
                throw ValidationError("--remove-added goes with --corpus or --clickhouse.")
            }
            guard clickhouseLogin == nil || clickhouse != nil else {
                throw ValidationError("--clickhouse-login goes with --clickhouse.")
            }
            try ClickHouse.check(clickhouse, option: "--clickhouse")
        }

        func run() throws {
            var options = Collector.Options(folder: into)
            options.rotateBytes = rotateBytes
            options.rotateSeconds = rotateSeconds
            options.removesFed = removeAdded
            if let corpus { options.feeds.append(CorpusFeed(try CorpusFile(corpus, .write))) }
            if let clickhouse {
                let place = try ClickHouse(option: clickhouse, login: clickhouseLogin)
                options.feeds.append(ClickHouseFeed(place))
            }
            let collector = try Collector(options)
            StopSignals.watch()
            guard
                let broker = try Broker.connect(
                    broker.options("collect"),
                    isStopped: { StopSignals.isAsked },
                    note: { Terminal.say("hallmark: \($0)", .warning) }
                )
            else { return }
            try FleetStreams.make(on: broker)
            try CollectRun(collector, broker).run(untilDone: untilDone)
        }
    }
}

/// A corpus as what whole files of records go on to.
struct CorpusFeed: RecordFeed {
    let name = "corpus"
    private let corpus: CorpusFile

    init(_ corpus: CorpusFile) { self.corpus = corpus }

    func take(_ path: String, token: String) throws {
        // Each observation counts once there, however often its file is added.
        if case .added(let counts) = try corpus.add(sweep: path), let fault = counts.fault {
            throw FleetError(fault)
        }
    }
}

/// A collector at work.
struct CollectRun {
    private let collector: Collector
    private let broker: Broker
    private let watch: FleetWatch

    init(_ collector: Collector, _ broker: Broker) throws(FleetError) {
        self.collector = collector
        self.broker = broker
        watch = try FleetWatch(on: broker)
    }

    func run(untilDone: Bool) throws {
        let queue = try MessageQueue(
            FleetStreams.collector,
            of: FleetStreams.results,
            subject: FleetStreams.resultSubject,
            on: broker
        )
        var looked = ContinuousClock.now - .seconds(60)
        var trouble = ""
        var isDone = false
        var isSaid = !untilDone
        while !StopSignals.isAsked, !isDone {
            let deliveries = queue.pull(64, milliseconds: 1000)
            if !deliveries.isEmpty { try collector.take(deliveries) }
            try collector.rotateIfDue()
            trouble = try feed(trouble)
            guard .now - looked > .seconds(2) else { continue }
            looked = .now
            do {
                let round = try watch.look(collector)
                if round.again > 0 {
                    Terminal.say(
                        "hallmark: nobody worked any more: \(counted(round.again, "shard")) put into the queue again"
                    )
                }
                if !round.hasJobs, !isSaid {
                    Terminal.say("hallmark: no job has been submitted yet: waiting for one")
                    isSaid = true
                }
                isDone = untilDone && round.isComplete && deliveries.isEmpty
            } catch let error as FleetError where error.mayPass {
                // The broker is away: it will be asked again.
            }
        }
        try collector.close()
        trouble = try feed(trouble)
        _ = try? watch.look(collector)
        var lost = 0
        for job in try collector.progress() {
            lost += job.lost
            Terminal.say(
                "hallmark: \(job.job): \(counted(job.shardsDone, "shard")) done, \(counted(job.records, "record")) stored, "
                    + "\(grouped(UInt64(clamping: job.repeated))) came again and were not"
            )
        }
        if collector.strange > 0 {
            Terminal.say(
                "hallmark: \(counted(collector.strange, "message")) of nobody's in the queue",
                .error
            )
        }
        if lost > 0 {
            Terminal.say("hallmark: \(ScanSummary.lost(UInt64(clamping: lost)))", .error)
        }
        if !trouble.isEmpty || collector.strange > 0 || lost > 0 { throw ExitCode(1) }
    }

    /// Hands whole files on, and says once what stands in the way.
    private func feed(_ before: String) throws -> String {
        let trouble = try collector.feed() ?? ""
        if !trouble.isEmpty, trouble != before {
            Terminal.say("hallmark: \(trouble); it is tried again", .error)
        }
        return trouble
    }
}
