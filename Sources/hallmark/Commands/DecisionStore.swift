import ArgumentParser
import Bytes
import Corpus
import Decisions
import Observations
import Search
import Terminal

/// Where decisions are kept, for all commands that read them.
struct DecisionStoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A corpus with decisions.", valueName: "file"), completion: .file())
    var corpus: String?

    @Option(
        help: ArgumentHelp("A file of decisions, one a line; repeatable.", valueName: "file"),
        completion: .file()
    )
    var decisions: [String] = []

    func validate() throws {
        guard corpus != nil || !decisions.isEmpty else {
            throw ValidationError("say where the decisions are: --corpus, --decisions or both")
        }
    }

    /// All decisions, and whether all of them could be read; what could not is said.
    func read() throws -> (decisions: [Decision], isWhole: Bool) {
        var all = DecisionReader()
        try all.add(decisions, corpus: corpus)
        return (all.decisions, all.isWhole)
    }
}

/// `--decisions` of commands that find leads.
struct DecisionOptions: ParsableArguments {
    @Option(
        name: .customLong("decisions"),
        help: ArgumentHelp(
            "Mark what was decided, and let dismissed leads not fail: a file of 'decide', or a corpus; repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var files: [String] = []

    /// The decisions, nil when none are given, and whether all could be read; what could not is said.
    func read() throws -> (index: DecisionIndex?, isWhole: Bool) {
        guard !files.isEmpty else { return (nil, true) }
        var all = DecisionReader()
        for file in files { try all.add(file) }
        return (DecisionIndex(all.decisions, now: all.now), all.isWhole)
    }

    /// What earlier cases were about; nil without decisions.
    func cases(_ index: DecisionIndex?) throws -> CaseMarks? {
        try index.map { try CaseMarks($0, corpora: files.filter { DecisionReader.isCorpus($0) }) }
    }
}

/// Reads decisions from files and corpora.
struct DecisionReader {
    private(set) var decisions: [Decision] = []
    private(set) var isWhole = true
    let now = Int(WallClock.nanoseconds / 1_000_000)

    /// Adds those of `--decisions` and of a command's own corpus, which has to be one.
    mutating func add(_ files: [String], corpus: String?) throws {
        // What is no corpus is not said to hold no decision.
        if let corpus { try add(corpus: corpus) }
        for file in files { try add(file) }
    }

    /// Adds those of a file of lines, or of a corpus.
    mutating func add(_ path: String) throws {
        if Self.isCorpus(path) { return try add(corpus: path) }
        let before = isWhole
        let read = try DecisionFile.read(path) { error in
            isWhole = false
            Terminal.say(error.description, .error)
        }
        if read.isEmpty, before == isWhole {
            // Nothing decided reads like nothing dismissed and nothing to block.
            isWhole = false
            Terminal.say("\(path): there is no decision in it", .error)
        }
        take(read, path)
    }

    /// Adds those of a corpus.
    mutating func add(corpus path: String) throws {
        let read = try DecidedLeads.decisions(in: CorpusFile(path, .read)) { error in
            isWhole = false
            Terminal.say("\(path): a decision can't be read: \(error)", .error)
        }
        take(read, path)
    }

    /// Says which are dated later than any clock that goes right: they outweigh what is decided until then.
    private mutating func take(_ read: [Decision], _ path: String) {
        let early = read.filter { $0.time > now + Self.mostAhead }
        for decision in early.prefix(5) {
            Terminal.say(
                "\(path): the decision on \(decision.subject.value) is dated \(RFC3339.text(decision.time)): until then no later one counts",
                .warning
            )
        }
        if early.count > 5 { Terminal.say("\(path): \(early.count - 5) more are dated so", .warning) }
        decisions += read
    }

    /// Clocks of several machines differ by less, in milliseconds.
    private static let mostAhead = 3_600_000

    static func isCorpus(_ path: String) -> Bool { CorpusFile.isDatabase(path) }
}
