import ArgumentParser
import Bytes
import Foundation
import Observations
import RootStores
import Signatures
import Targets
import Terminal

/// `hallmark roots`: which root certificates machines trust.
struct RootsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roots",
        abstract: "Look at the root certificates that machines trust.",
        subcommands: [RootsAuditCommand.self]
    )
}

/// `hallmark roots audit`: says what should not be in trust stores.
struct RootsAuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Say which roots in trust stores should not be there (T1553.004).",
        discussion: """
            Without a store, the known places of this system are read: bundles and folders of Linux distributions, \
            Java keystores, NSS databases of every profile. What the system's own packages brought is the first \
            baseline; lists are added with --baseline. Nothing is changed anywhere.

            Examples:
              hallmark roots audit
              hallmark roots audit --root /mnt/image --format ndjson
              hallmark roots audit cacerts exported.reg --baseline cacert.pem --baseline authroot.stl
              hallmark roots audit --records monday.ndjson; hallmark roots audit --earlier monday.ndjson

            Exit codes: 0 done; 1 a store or a list could not be read, or there was none; 3 a finding at or over --fail-on; 64 usage.
            """
    )

    @Argument(
        help: "Stores: files or folders; the system's known places when there is none.",
        completion: .file()
    )
    var stores: [String] = []

    @Option(
        help: ArgumentHelp(
            "The root of the file system to look at, such as a mounted image.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var root = "/"

    @Option(
        help: ArgumentHelp(
            "Roots that are expected: PEM, authroot.stl, digests, or any store; repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var baseline: [String] = []

    @Option(
        help: ArgumentHelp("Roots of your own that are expected; repeatable.", valueName: "file"),
        completion: .file()
    )
    var allow: [String] = []

    @Option(
        help: ArgumentHelp(
            "What an earlier audit wrote with --records: say what changed since.",
            valueName: "file"
        ),
        completion: .file()
    )
    var earlier: String?

    @Option(
        help: ArgumentHelp(
            "Write every root as an observation, for match and corpus add.",
            valueName: "file"
        ),
        completion: .file()
    )
    var records: String?

    @Option(help: ArgumentHelp("How many days a root that nobody knows counts as young.", valueName: "days"))
    var young = 365

    @Option(help: "How findings are written.")
    var format = LineFormat.table

    @Option(help: ArgumentHelp("End with 3 when a finding is as severe or more so.", valueName: "severity"))
    var failOn: Severity?

    @Flag(name: .shortAndLong, help: "No summary.")
    var quiet = false

    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        guard (0...36_500).contains(young) else {
            throw ValidationError("--young takes days from 0 to 36500")
        }
    }

    func run() throws {
        let folder = RootFolder(root)
        guard folder.entry("/") == .folder else { throw FileError(root, "is no folder") }
        try checkFiles()
        let rules = try signatures.load(quiet: quiet)
        var before = try earlier.map { try EarlierAudit($0) }

        var search = StoreSearch(folder)
        if stores.isEmpty { search.readKnown() } else { stores.forEach { search.read(absolute($0)) } }
        if var earlier = before {
            search.read(placesOf: &earlier)
            before = earlier
        }
        let packages = PackageFiles(folder)
        var known = RootBaseline()
        if !packages.databases.isEmpty { known.add(packages, folder) }
        known.add(packages, search.stores, folder)
        for file in baseline + allow { known.add(file: file, called: file) }

        let now = Int(WallClock.nanoseconds / 1_000_000)
        var options = RootAudit.Options(now: now)
        options.youngDays = young
        let product = InterceptionProducts(rules.set)
        var audit = RootAudit(
            known,
            earlier: before,
            privateKeys: search.privateKeys,
            unread: search.unread,
            options: options,
            product: product.name
        )
        var lines: [UInt8] = []
        audit.run(search.stores) { facts, store, root in
            if records != nil { lines += facts.observation(in: store, root, at: now) }
        }
        let faults = search.faults + known.faults + audit.faults + (before?.faults ?? [])
        if let records {
            // What an earlier audit wrote there may be whole.
            let why: String? =
                audit.rootCount == 0
                ? "no root was read"
                : unread.keepGoing
                    ? nil
                    : !rules.unread.isEmpty
                        ? "not all rules could be read"
                        : search.faults.isEmpty ? nil : "not all stores could be read"
            if let why {
                Terminal.say("hallmark: \(records): not written: \(why)", .error)
            } else {
                try FileDraft.write(lines, to: records)
            }
            if !rules.unread.isEmpty, !unread.keepGoing { throw ExitCode(1) }
        }
        try write(audit.findings, at: now)

        for fault in faults { Terminal.say("hallmark: not read: \(fault)", .error) }
        if !quiet { summarise(audit, search, known) }
        if audit.rootCount == 0 {
            let place = stores.isEmpty ? "" : " in " + stores.joined(separator: ", ")
            let rest = audit.findings.isEmpty ? ": nothing was audited" : " any more"
            Terminal.say("hallmark: no root was read\(place)\(rest)", .error)
            throw ExitCode(1)
        }
        if search.stores.allSatisfy({ $0.roots.allSatisfy { $0.trust == .unstated } }) {
            Terminal.say(
                "hallmark: no store says what its roots are trusted for: none was held against a baseline"
            )
        }
        if known.isEmpty && before == nil {
            let changed = known.changed.map { "; \($0) is not what its package brought" }.joined()
            Terminal.say(
                "hallmark: there is no baseline, so nothing can be said to be added: name one with --baseline"
                    + changed
            )
            if !unread.keepGoing { throw ExitCode(1) }
        }
        let worst = audit.findings.map(\.severity).max()
        if !faults.isEmpty || !rules.unread.isEmpty, !unread.keepGoing { throw ExitCode(1) }
        if let failOn, let worst, worst >= failOn { throw ExitCode(3) }
    }

    /// Refuses records that would take the place of what is audited.
    private func checkFiles() throws {
        var files = NamedFiles()
        files.reads("an argument", stores)
        files.reads("--baseline", baseline)
        files.reads("--allow", allow)
        files.reads("--earlier", [earlier])
        files.writes("--records", [records])
        try files.check()
        if let records { try FileDraft.check(records) }
    }

    /// A store that was named, as a path below the root: from the working directory where the root is the
    /// system's.
    private func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return root == "/" ? FileManager.default.currentDirectoryPath + "/" + path : "/" + path
    }

    private func write(_ findings: [RootFinding], at now: Int) throws {
        let output = StandardOutput()
        switch format {
        case .ndjson: for finding in findings { try output.write(finding.ndjson(at: now)) }
        case .table: for root in RootTable(findings).roots { try output.prose(root) }
        }
        try output.flush()
    }

    private func summarise(_ audit: RootAudit, _ search: StoreSearch, _ known: RootBaseline) {
        Terminal.say(
            "\(counted(audit.rootCount, "root")) in \(counted(search.stores.count, "store")), "
                + "\(audit.differentCount) different; \(counted(audit.findings.count, "finding"))"
        )
        for store in search.stores {
            Terminal.say(
                "  \(store.path): \(counted(store.roots.count, "certificate")) (\(store.kind.rawValue))"
            )
            for remark in store.remarks { Terminal.say("    \(remark)") }
            let unstated = store.roots.count { $0.trust == .unstated }
            if unstated > 0 {
                Terminal.say("    \(unstated) of them without a word on servers: not held against a baseline")
            }
        }
        for source in known.sources {
            Terminal.say("  baseline: \(source.name), \(counted(source.count, "root"))")
        }
        for remark in known.remarks { Terminal.say("  \(remark)") }
    }
}
