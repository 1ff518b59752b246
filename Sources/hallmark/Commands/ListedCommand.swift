import ArgumentParser
import Bytes
import Corpus
import Observations
import Signatures
import Terminal

extension CorpusCommand {
    /// `hallmark corpus listed`: what of a corpus others list.
    struct Listed: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what of all that was seen others list by now.",
            discussion: """
                A list that comes today tells of what was seen last month. Each sighting of a certificate at an endpoint of \
                which something is listed is written as a record (NDJSON), as it was seen last, with \
                'hallmark.indicators'; 'hallmark match' makes leads of them. See Docs/indicators.md.

                Examples:
                  hallmark corpus listed --corpus corpus.sqlite --iocs sslblacklist.csv
                  hallmark corpus listed --corpus corpus.sqlite --iocs feed/ --since 2026-11-01 | hallmark match

                Exit codes: 0 done; 1 something could not be read; 3 with --fail, and something is listed; 64 usage.
                """
        )

        @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
        var corpus: String

        @OptionGroup var indicators: IndicatorOptions
        @OptionGroup var period: PeriodOptions
        @OptionGroup var unread: KeepGoingOption

        @Flag(help: "Exit with 3 when something is listed.") var fail = false

        @Flag(name: .shortAndLong, help: "No summary.") var quiet = false

        func validate() throws {
            guard !indicators.files.isEmpty else { throw ValidationError("say what is listed: --iocs FILE") }
        }

        func run() throws {
            let (lists, isWhole) = try indicators.read(quiet: quiet)
            guard let lists else { return }
            let marker = ListedMarker(lists)
            let output = StandardOutput()
            let corpus = try CorpusFile.asked(corpus)
            var line = ByteBuffer()
            // What could be read goes out, whatever else is damaged.
            let result = Result {
                try corpus.records(
                    ofSightings: "SELECT id FROM sightings WHERE last_seen >= ? AND first_seen <= ?",
                    [.integer(period.since ?? .min), .integer(period.until ?? .max)]
                ) { record in
                    line.removeAll()
                    line.append(record)
                    if try marker.mark(&line) { try line.withSpan { try output.writeRecords($0) } }
                }
            }
            try output.flush()
            let count = try result.get()
            if !quiet {
                Terminal.say(
                    "\(counted(count, "sighting")), \(marker.listed) of them with something that is listed"
                )
            }
            IndicatorOptions.sayLeftOut(lists)
            if fail, marker.listed > 0 { throw ExitCode(3) }
            if count == 0 { Terminal.say("\(corpus.path): no sighting was looked at", .error) }
            if !isWhole || count == 0, !unread.keepGoing { throw ExitCode(1) }
        }
    }
}
