import ArgumentParser
import Context
import Corpus
import Fetch
import Observations
import PublicSuffix
import Targets
import Terminal
import Transparency
import Wire

/// What stands around an endpoint: which parts are looked up, and with what.
struct ContextArguments: ParsableArguments {
    @Flag(
        help:
            "Look up what stands around each endpoint: names, revocation, and with a corpus, time (Docs/context.md)."
    )
    var context = false

    @Flag(
        inversion: .prefixedNo,
        help: "Where the certificate's names point, and what the address is called."
    )
    var contextNames: Bool?

    @Flag(inversion: .prefixedNo, help: "What a stapled OCSP answer says, checked.")
    var contextRevocation: Bool?

    @Flag(
        help:
            "Fetch the revocation list that a certificate names, up to 32 MiB in 20 seconds; kept for a day."
    )
    var crl = false

    @Flag(inversion: .prefixedNo, help: "When the certificate was first seen, from --corpus.")
    var contextTime: Bool?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Which names pointed to the address, and when: from passive DNS in --corpus, or of --passive-dns."
    )
    var contextPassiveDNS: Bool?

    @Option(
        help: ArgumentHelp(
            """
            Say which names pointed to the address by this file of passive DNS (Common Output Format, Zeek's dns.log, \
            dnstap as text); repeatable.
            """,
            valueName: "file"
        ),
        completion: .file()
    )
    var passiveDNS: [String] = []

    @Option(
        help: ArgumentHelp(
            "Say whose the address is by this MaxMind DB file; repeatable. The first that knows a thing says it.",
            valueName: "file"
        ),
        completion: .file()
    )
    var mmdb: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Say whether a cloud or CDN publishes the address as its own: the file of AWS, Azure, Google, Cloudflare, Fastly or \
            Oracle, or NAME=FILE for a list of prefixes; repeatable.
            """,
            valueName: "file"
        ),
        completion: .file()
    )
    var hosting: [String] = []

    @Option(
        help: ArgumentHelp(
            "Say of each SCT whether it holds, by this list of logs (version 3), a file or an address.",
            valueName: "file|url"
        ),
        completion: .file()
    )
    var logList: String?

    @Option(
        help: ArgumentHelp("Questions to name servers a second, for context alone.", valueName: "number")
    )
    var dnsRate = 100.0

    @Option(
        help: ArgumentHelp(
            "How long the last records wait for names when all else is done.",
            valueName: "seconds"
        )
    )
    var dnsWait = 10.0

    @Option(
        help: ArgumentHelp(
            "Take public suffixes from this list, not from the one that is shipped.",
            valueName: "file"
        ),
        completion: .file()
    )
    var psl: String?

    func validate() throws {
        guard dnsRate > 0, dnsRate <= 100_000 else {
            throw ValidationError("--dns-rate takes a number over 0, up to 100000.")
        }
        if crl, contextRevocation == false {
            throw ValidationError("--crl does not go with --no-context-revocation.")
        }
        if !passiveDNS.isEmpty, contextPassiveDNS == false {
            throw ValidationError("--passive-dns does not go with --no-context-passive-dns.")
        }
        guard 0...86_400 ~= dnsWait else { throw ValidationError("--dns-wait takes seconds, 0 to 86400.") }
    }

    /// Milliseconds for which the last records wait for names.
    var patience: UInt64 { UInt64(dnsWait * 1000) }

    /// Whether anything is to be looked up.
    var isWanted: Bool {
        context || contextNames == true || contextRevocation == true || contextTime == true || crl
            || contextPassiveDNS == true || !passiveDNS.isEmpty || !mmdb.isEmpty || !hosting.isEmpty
            || logList != nil
    }

    /// Whether something is fetched before the first record.
    var asksNetwork: Bool { logList?.contains("://") ?? false }

    /// How revocation lists are fetched: for an endpoint on the Internet nothing inside of the own network.
    private static func lists(_ resolvers: [String]) -> RevocationLists.Options {
        var options = RevocationLists.Options(userAgent: "hallmark/\(Hallmark.version)")
        options.servers = resolvers
        options.keeper = KeptRevocationLists()
        options.network = { address in
            let block = SpecialPurpose.blocks(holding: AddressRange(address, prefixLength: address.bitWidth))
            let name = block.first?.name ?? ""
            return name == "Unique-Local" ? "Private-Use" : name
        }
        return options
    }

    /// Has passive DNS looked up: that of a corpus, and that of files, which are read now.
    private func addNames(of corpus: String?, to setup: inout ContextSetup) throws {
        var faults: [String] = []
        let files =
            passiveDNS.isEmpty
            ? [] : [try PassiveDNSContext.read(passiveDNS) { faults.append($0.description) }]
        setup.faults += faults
        setup.nameHistory = {
            let remembered = try corpus.map { [try CorpusFile.asked($0)] } ?? []
            return PassiveDNSContext(remembered + files)
        }
    }

    /// What is looked up and with what; nil for nothing.
    ///
    /// - Parameters:
    ///   - isStage: whether the command is there for context alone.
    ///   - resolvers: name servers.
    ///   - corpus: what remembers, as far as there is one.
    ///   - fetches: whether what lies elsewhere is fetched now.
    func setup(isStage: Bool, resolvers: [String], corpus: String?, fetches: Bool = true) throws
        -> ContextSetup?
    {
        // What is named is read, whether it is needed or not.
        let own = try psl.map { try PublicSuffixList(file: $0) }
        guard isWanted || isStage else { return nil }
        if contextTime == true, corpus == nil { throw ValidationError("--context-time goes with --corpus.") }
        if contextPassiveDNS == true, corpus == nil, passiveDNS.isEmpty {
            throw ValidationError("--context-passive-dns goes with --corpus or --passive-dns FILE.")
        }
        let all = context || isStage
        var setup = ContextSetup()
        if contextNames ?? all {
            setup.options.askNames(servers: resolvers, rate: dnsRate)
            setup.suffixes =
                try own ?? PublicSuffixList.load(named: nil, executable: CommandLine.executable)
        }
        setup.options.revocation = contextRevocation ?? all
        if crl { setup.options.lists = Self.lists(resolvers) }
        if let logList, fetches || !asksNetwork {
            setup.options.logs = try LogList.read(logList, .init(userAgent: "hallmark/\(Hallmark.version)"))
        }
        setup.databases = mmdb
        setup.ranges = hosting
        if contextTime ?? all, let corpus {
            setup.history = { CorpusContext(try CorpusHistory(CorpusFile.asked(corpus))) }
        }
        if contextPassiveDNS ?? (all || !passiveDNS.isEmpty), corpus != nil || !passiveDNS.isEmpty {
            try addNames(of: corpus, to: &setup)
        }
        for remark in try setup.check() { Terminal.say("hallmark: \(remark)", .warning) }
        return setup
    }
}

/// A corpus as what remembers.
final class CorpusContext: ContextHistory {
    private let history: CorpusHistory
    private(set) var fault: String?

    init(_ history: CorpusHistory) { self.history = history }

    func look(certificate: String?, names: [String], address: String?) -> TimeContext? {
        let facts: CorpusHistory.Facts
        do { facts = try history.look(certificate: certificate, names: names) } catch {
            fault = fault ?? "\(error)"
            return nil
        }
        var context = TimeContext()
        context.firstSeen = facts.firstSeen
        context.ageWhenFirstSeen = facts.ageWhenFirstSeen
        context.issues = facts.issues
        context.rhythm = facts.rhythm
        return context == TimeContext() ? nil : context
    }
}
