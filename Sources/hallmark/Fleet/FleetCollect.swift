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
                files go on to a corpus and to ClickHouse; while one of them is away, files wait in the folder. A collector that was \
                killed goes on where it was: start it again with the same folder. Another corpus than before gets all files that lie \
                there. A fleet has one collector at a time. What is stored in another folder is not scanned again for a new \
                one without --again.

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

        @Flag(
            help: "Have what is stored in the folder of another collector scanned again into this one, too."
        )
        var again = false

        @Flag(
            help:
                "Give up the files that earlier runs could not hand on, because they were missing or damaged: they are looked for no longer."
        )
        var forgetMissing = false

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
            guard !forgetMissing || corpus != nil || clickhouse != nil else {
                throw ValidationError("--forget-missing goes with --corpus or --clickhouse.")
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
            options.forgetsMissed = forgetMissing
            if let corpus { options.feeds.append(CorpusFeed(try CorpusFile(corpus, .write))) }
            if let clickhouse {
                let place = try ClickHouse(option: clickhouse, login: clickhouseLogin)
                options.feeds.append(ClickHouseFeed(place))
            }
            let collector = try Collector(options)
            StopSignals.watch()
            guard
                let broker = try Broker.connect(
                    broker.options(.collect),
                    isStopped: { StopSignals.isAsked },
                    note: { Terminal.say("hallmark: \($0)", .warning) }
                )
            else { return }
            let place = ProcessInfo.processInfo.hostName + ":" + URL(fileURLWithPath: into).path
            try CollectRun(collector, broker, place: place, wantsAll: again).run(untilDone: untilDone)
        }
    }
}

/// A corpus as what whole files of records go on to.
struct CorpusFeed: RecordFeed {
    let name = "corpus"
    var identity: String { "corpus \(corpus.identity)" }
    private let corpus: CorpusFile

    init(_ corpus: CorpusFile) { self.corpus = corpus }

    func take(_ path: String, token: String) throws -> Bool {
        // Each observation counts once there, however often its file is added.
        guard case .added(let counts) = try corpus.add(sweep: path) else { return true }
        if let fault = counts.fault { throw FleetError(fault) }
        return counts.malformed == 0
    }
}
