import ArgumentParser
import Bytes
import Foundation
import Inventory
import Observations
import PublicSuffix
import Terminal
import Transparency

/// What certificates are looked at for, and where what is found goes.
struct WatchArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("Watch the names of this inventory, by what it authorises.", valueName: "file"),
        completion: .file()
    )
    var inventory: String?

    @Option(
        help: ArgumentHelp(
            "Watch a name and all below it, or the names of a YAML file; repeatable.",
            valueName: "name|file"
        ),
        completion: .file()
    )
    var watch: [String] = []

    @Option(
        help: ArgumentHelp("A registrable name that is no look-alike; repeatable.", valueName: "name")
    )
    var allow: [String] = []

    @Option(
        help: ArgumentHelp("A list of public suffixes in place of the shipped one.", valueName: "file"),
        completion: .file()
    )
    var psl: String?

    @Option(
        help: ArgumentHelp(
            "Names of one registrable domain within an hour that are a burst.",
            valueName: "number"
        )
    )
    var burst = 50

    @Flag(help: "Look for no look-alikes.") var noLookalikes = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write records here, not to standard output.", valueName: "file"),
        completion: .file()
    )
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Keep here where each log was left; the file is made when it is not there.",
            valueName: "file"
        ),
        completion: .file()
    )
    var state: String?

    @Flag(help: "Write every certificate, not only those with a finding, a lead, or a rule that holds.")
    var all = false

    @Flag(name: .customLong("no-signatures"), help: "Match no signatures.") var noSignatures = false

    @Flag(name: .shortAndLong, help: "No summary.") var quiet = false

    func validate() throws {
        if let wrong = allow.first(where: { WatchedName($0) == nil }) {
            throw ValidationError("--allow takes a registrable name; '\(wrong)' is none.")
        }
        guard burst >= 2 else { throw ValidationError("--burst is at least 2.") }
    }

    /// Refuses rules that are named and not read.
    func check(_ signatures: SignatureOptions) throws {
        guard noSignatures, !signatures.folders.isEmpty || signatures.noDefaults || signatures.ja4plus else {
            return
        }
        throw ValidationError("--no-signatures reads no rules: leave out what names some.")
    }

    /// Refuses an output that is one of the state's own files.
    func checkFiles() throws {
        guard let output, let state else { return }
        func real(_ path: String) -> String {
            URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        }
        for own in [state, state + ".met", AuthorisedFile.path(state)] where real(own) == real(output) {
            throw ValidationError(
                "--output and --state are to be different files: '\(own)' belongs to the state."
            )
        }
    }

    /// The names, and what tells look-alikes.
    ///
    /// - Parameter counts: names that an earlier run has counted.
    func makeWatch(_ counts: [String: BurstCounter.Count]) throws -> CertificateWatch {
        let list = try WatchFile.list(inventory: inventory, watch: watch, state: state)
        let suffixes = try PublicSuffixList.load(named: psl, executable: CommandLine.executable)
        for name in list.names where suffixes.isPublicSuffix(name.domain) {
            Terminal.say(
                "hallmark: \(name.domain) is a public suffix: every name below it is watched, whoever has it",
                .warning
            )
        }
        if let wrong = allow.compactMap({ WatchedName($0) }).first(where: {
            suffixes.isPublicSuffix($0.domain)
        }) {
            throw ValidationError("--allow takes a registrable name; \(wrong.domain) is a public suffix.")
        }
        let brands = noLookalikes ? [] : list.names.filter(\.hasLookalikes).map(\.domain)
        let data = try brands.isEmpty ? LookalikeData() : LookalikeData.load()
        let finder = LookalikeFinder(
            brands,
            suffixes: suffixes,
            skeletons: data.skeletons,
            words: data.words,
            allowed: allow.compactMap { WatchedName($0)?.domain }
        )
        if let first = finder.tooShort.first {
            let others = finder.tooShort.count > 1 ? " and \(finder.tooShort.count - 1) more" : ""
            Terminal.say(
                "hallmark: no look-alikes of \(first)\(others) are looked for: too many other names are like so short a label",
                .warning
            )
        }
        return CertificateWatch(list, finder, suffixes, burst: burst, counts)
    }
}

/// `hallmark ct watch`: follows logs.
struct CTWatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow logs, and say what is issued for names of yours and for names like them.",
        discussion: """
            Every head's signature is checked, and the tree is rebuilt from every entry. Without --from-start a log is \
            followed from its present head on, which is proven first. With --state another run goes on where this one ended, \
            and with --output it writes nothing twice, whatever ended it.

            Examples:
              hallmark ct watch --log-list log_list.json --watch example.com --contact security@example.com
              hallmark ct watch --log-list log_list.json --inventory assets.csv --state ct.state -o ct.ndjson
              hallmark ct watch --log https://log.example/2026h2/ --log-key log.pem --from-start --until-head --all

            Exit codes: 0 done; 1 something could not be read or proven; 3 a finding at or over --fail-on; 64 usage.
            """
    )

    @OptionGroup(title: "Logs") var logs: LogArguments
    @OptionGroup(title: "Watch") var watch: WatchArguments
    @OptionGroup(title: "Signatures") var signatures: SignatureOptions

    @Flag(help: "Read each log from its first entry.") var fromStart = false

    @Flag(help: "Stop when all is read that the logs' present heads cover.") var untilHead = false

    @Option(help: ArgumentHelp("Seconds between two looks at a log's head.", valueName: "seconds"))
    var interval = 60.0

    @Option(
        help: ArgumentHelp(
            "Seconds that a tile may stay partial before it is fetched as it is.",
            valueName: "seconds"
        )
    )
    var partialAfter = 300.0

    @Option(help: ArgumentHelp("End with 3 when a finding is as severe or more so.", valueName: "severity"))
    var failOn: Severity?

    @OptionGroup var unread: KeepGoingOption
    @OptionGroup var log: LogOptions

    func validate() throws {
        for seconds in [interval, partialAfter] where !(0.05...86_400).contains(seconds) {
            throw ValidationError("--interval and --partial-after take seconds up to a day.")
        }
        try watch.check(signatures)
    }

    func run() throws {
        var options = FollowOptions()
        options.start = fromStart ? .beginning : .now
        options.untilHead = untilHead
        options.pollInterval = UInt64(interval * 1000)
        options.partialPatience = UInt64(partialAfter * 1000)
        options.rate = logs.rate
        try WatchRun.run(logs, watch, signatures, options, failOn: failOn, keepGoing: unread.keepGoing)
    }
}

/// `hallmark ct backfill`: reads a part of logs.
struct CTBackfillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Read a range of a log's entries, several requests at a time.",
        discussion: """
            The tree before the first entry is proven against the log's head, and what is read is held against the \
            head when it reaches it.

            Examples:
              hallmark ct backfill --log-list log_list.json --log https://log.example/2026h2/ --from 1000000 --to 2000000 \
            --watch example.com -o past.ndjson

            Exit codes: 0 done; 1 something could not be read or proven; 3 a finding at or over --fail-on; 64 usage.
            """
    )

    @OptionGroup(title: "Logs") var logs: LogArguments
    @OptionGroup(title: "Watch") var watch: WatchArguments
    @OptionGroup(title: "Signatures") var signatures: SignatureOptions

    @Option(help: ArgumentHelp("The first entry.", valueName: "index")) var from: UInt64 = 0

    @Option(help: ArgumentHelp("The entry to stop before; the head when not given.", valueName: "index"))
    var to: UInt64?

    @Option(help: ArgumentHelp("Requests to a log at a time.", valueName: "number")) var parallel = 8

    @Option(help: ArgumentHelp("End with 3 when a finding is as severe or more so.", valueName: "severity"))
    var failOn: Severity?

    @OptionGroup var unread: KeepGoingOption
    @OptionGroup var log: LogOptions

    func validate() throws {
        if let to, to <= from { throw ValidationError("--to lies behind --from.") }
        try watch.check(signatures)
        guard (1...64).contains(parallel) else { throw ValidationError("--parallel is from 1 to 64.") }
    }

    func run() throws {
        var options = FollowOptions()
        options.start = .at(from)
        options.end = to
        options.untilHead = true
        options.window = parallel
        options.rate = logs.rate
        try WatchRun.run(logs, watch, signatures, options, failOn: failOn, keepGoing: unread.keepGoing)
    }
}
