import ArgumentParser
import Bytes
import Corpus
import Import
import Terminal

extension CorpusCommand {
    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the observations as NDJSON again, or where names pointed.",
            discussion: """
                What a corpus does not keep is missing: probes, raw headers and bodies, the certificates above \
                the leaf, and which scan an observation came from. With --passive-dns it is where names pointed, in \
                the Common Output Format.
                """
        )

        @Option(help: ArgumentHelp("The corpus.", valueName: "file"), completion: .file())
        var corpus: String

        @Flag(
            name: .customLong("passive-dns"),
            help: "Write where names pointed, in place of observations, for 'corpus add' and others to read."
        )
        var passiveDNS = false

        @OptionGroup var period: PeriodOptions

        func run() throws {
            try NamedFiles.checkStandardOutput([corpus])
            let output = StandardOutput()
            let corpus = try CorpusFile(corpus, .read)
            // What could be read goes out, whatever else is damaged.
            let result = Result {
                if passiveDNS {
                    try writeNames(of: corpus, to: output)
                } else {
                    try corpus.export(since: period.since, until: period.until) {
                        try output.writeRecords($0)
                    }
                }
            }
            try output.flush()
            guard try result.get() == 0 else { return }
            Terminal.say("\(corpus.path): there is nothing to export in it", .error)
            // A corpus may well have no names, and a time no records.
            if !passiveDNS, period.since == nil, period.until == nil { throw ExitCode(1) }
        }

        /// - Returns: how many were written.
        private func writeNames(of corpus: CorpusFile, to output: StandardOutput) throws -> Int {
            var line = ByteBuffer()
            var count = 0
            try corpus.resolutions(since: period.since, until: period.until) { resolution in
                guard let sighting = resolution.sighting else { return false }
                line.removeAll()
                sighting.appendCommonOutput(to: &line)
                try line.withSpan { try output.writeRecords($0) }
                count += 1
                return true
            }
            return count
        }
    }
}
