import ArgumentParser
import Indicators
import Observations
import Signatures
import Terminal
import YAML

/// `--iocs` of commands that find leads.
struct IndicatorOptions: ParsableArguments {
    @Option(
        name: .customLong("iocs"),
        help: ArgumentHelp(
            "Say what of a record others list: a list of digests, serials, fingerprints, names or addresses, or a feed (Docs/indicators.md); repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var files: [String] = []

    @Option(
        name: .customLong("iocs-map"),
        help: ArgumentHelp(
            "What the columns of tables among --iocs mean, in YAML (Docs/indicators.md); repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var maps: [String] = []

    func validate() throws {
        guard maps.isEmpty || !files.isEmpty else {
            throw ValidationError("--iocs-map says how tables are read: name them with --iocs")
        }
    }

    /// The lists, nil when none are given, and whether all of them could be read; what could not is said.
    ///
    /// - Parameter cases: what earlier cases were about, which is looked up as well.
    func read(quiet: Bool, cases: CaseMarks? = nil) throws -> (marks: (any MarkLists)?, isWhole: Bool) {
        var lists: [any MarkLists] = []
        var isWhole = true
        if let cases, !cases.entries.isEmpty {
            lists.append(KnownMarks(try IndicatorLists(cases.entries).index))
        }
        if !files.isEmpty {
            let index = try readFiles(quiet: quiet)
            isWhole = index.faultCount == 0
            lists.append(KnownMarks(index))
        }
        let marks: (any MarkLists)? = lists.count > 1 ? SeveralLists(lists) : lists.first
        return (marks, isWhole)
    }

    /// Says at a run's end what lists hold of its records that these do not tell.
    static func sayLeftOut(_ marks: (any MarkLists)?) {
        if let text = marks?.leftOut.text { Terminal.say("lists: \(text)", .warning) }
    }

    private func readFiles(quiet: Bool) throws -> IndicatorIndex {
        let maps = try maps.map { path in
            let source = try InputBytes(path, takesAnything: true)
            return try TableMap(try source.rest(limit: YAMLReader.maximumBytes), file: path)
        }
        let progress = quiet ? nil : ReadingProgress(files)
        let result = Result { try IndicatorLists(files, maps: maps, cache: CacheFolder.standard) }
        progress?.end()
        let lists = try result.get()
        let index = lists.index
        for fault in index.faults { Terminal.say(fault, .error) }
        let passedOver = index.passedOver.total > 0 ? "; passed over: \(index.passedOver.text)" : ""
        if index.faultCount > 0 {
            Terminal.say(
                "lists: \(counted(index.count, "indicator")) read; "
                    + "\(counted(index.faultCount, "line or part", plural: "lines or parts")) could not be read\(passedOver)",
                .error
            )
        } else if !quiet {
            Terminal.say(
                "lists: \(counted(index.count, "indicator")) of \(counted(index.lists, "list"))"
                    + (lists.isFromCache ? ", from the cache" : "") + passedOver
            )
        }
        return index
    }
}
