import ArgumentParser
import Targets
import Wire

/// Whom to scan: shared by the commands that take targets.
struct TargetArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Addresses, CIDR ranges, dashed ranges, names, host:port, URLs, or address,sni; - reads standard input.",
            valueName: "target"
        )
    )
    var targets: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Read targets from a file: a list or another scanner's; repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var input: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Ports of targets that name none: 443,8443,9000-9010.", valueName: "ports")
    )
    var ports: String?

    @Option(
        help: ArgumentHelp(
            "Scan only what this scope file allows (targets/example-scope.yaml).",
            valueName: "file"
        ),
        completion: .file()
    )
    var scope: String?

    @Option(
        help: ArgumentHelp(
            "Never scan this target, range or name, or those in @FILE; repeatable.",
            valueName: "target"
        )
    )
    var exclude: [String] = []

    @Flag(help: "Scan special-purpose addresses (RFC 6890) in ranges, too.")
    var includeSpecial = false

    @Flag(name: .customLong("no-ipv6"), help: "Leave IPv6 addresses of names out.")
    var noIPv6 = false

    @Flag(help: "Scan every address of a name, not only the first.")
    var allAddresses = false

    @Option(help: ArgumentHelp("Ask this DNS server; repeatable.", valueName: "address[:port]"))
    var resolver: [String] = []

    func validate() throws {
        try MisspeltCommand.check(targets: targets)
        try checkCommas()
        if exclude.contains("@") {
            throw ValidationError("--exclude @ lacks the name of a file, as in --exclude @never.txt.")
        }
        // What stands in a file is no mistake of usage.
        do throws(TargetListError) { _ = try Exclusions(exclude.filter { !$0.hasPrefix("@") }) } catch {
            throw ValidationError(error.description)
        }
        if let ports {
            do { _ = try PortSet(parsing: ports) } catch { throw ValidationError("--ports: \(error)") }
        }
        try Self.check(resolvers: resolver)
    }

    /// Refuses `192.0.2.1, example.com` without quotes, which a shell makes two targets of.
    private func checkCommas() throws {
        for (left, right) in zip(targets, targets.dropFirst())
        where left.hasSuffix(",") || right.hasPrefix(",") {
            throw ValidationError("'\(left) \(right)': a pair is written without a blank, \(left)\(right).")
        }
    }

    /// Refuses what is no address of a DNS server.
    static func check(resolvers: [String]) throws {
        for text in resolvers where !isServer(text) {
            throw ValidationError("--resolver takes address or address:port ([address]:port), not '\(text)'.")
        }
    }

    /// Whether a text is the address of a DNS server, with or without a port.
    private static func isServer(_ text: String) -> Bool {
        if IPAddress(Array(text.utf8).span) != nil { return true }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            port > 0
        else { return text.first == "[" && text.last == "]" && isV6(text) }
        let host = text[..<colon]
        return isV6(host) || IPAddress(Array(host.utf8).span)?.isV4 == true
    }

    private static func isV6(_ text: some StringProtocol) -> Bool {
        text.first == "[" && text.last == "]" && text.count > 2
            && IPAddress(Array(text.dropFirst().dropLast().utf8).span)?.isV6 == true
    }
}

/// In which order, and which part.
struct OrderArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Visit the targets in the order of an earlier run.", valueName: "number"))
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Scan only the I-th of N disjoint parts; all parts need the same seed.",
            valueName: "i/n"
        )
    )
    var shard: String?

    @Flag(help: "Visit the targets in the order given.")
    var inOrder = false

    @Option(
        help: ArgumentHelp("Note here what is done, every few seconds and at the end.", valueName: "file"),
        completion: .file()
    )
    var checkpoint: String?

    @Option(
        help: ArgumentHelp("Go on where the run with this checkpoint ended.", valueName: "file"),
        completion: .file()
    )
    var resume: String?

    @Flag(help: "Print how many endpoints there are and the first of them; scan nothing.")
    var dryRun = false

    func validate() throws {
        guard let shard else { return }
        do { _ = try Shard(parsing: shard) } catch { throw ValidationError("--shard: \(error)") }
    }
}

/// How fast, and how long to wait.
struct PaceArguments: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Connections at once; by default 20,000, or as many as the limit of open files allows.",
            valueName: "number"
        )
    )
    var concurrency: Int?

    @Option(
        help: ArgumentHelp(
            "Event loops, each on a thread of its own; by default one for each core.",
            valueName: "number"
        )
    )
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "New connections a second in all; 0 for no limit. With --discover, SYNs too: 10,000 by default.",
            valueName: "number"
        )
    )
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            """
            syn: send each address a SYN of our own first, and connect to those alone that answer; takes CAP_NET_RAW. \
            Dark ranges are gone through at --rate.
            """,
            valueName: "how"
        )
    )
    var discover: Discovery?

    /// How it is found out where somebody is.
    enum Discovery: String, CaseIterable, ExpressibleByArgument { case syn }

    @Option(help: ArgumentHelp("Connections at once to one /24 or /64; 0 for no limit.", valueName: "number"))
    var perNetwork = 0

    @Option(help: ArgumentHelp("Seconds for the TCP connection.", valueName: "seconds"))
    var connectTimeout = 4.0

    @Option(help: ArgumentHelp("Seconds for the handshake after it.", valueName: "seconds"))
    var handshakeTimeout = 8.0

    @Option(help: ArgumentHelp("Seconds for everything on one endpoint.", valueName: "seconds"))
    var totalTimeout = 60.0

    @Option(
        help: ArgumentHelp(
            "Tries after the first one failed in a way that may pass; by default 1, but none at addresses of a range that are silent.",
            valueName: "number"
        )
    )
    var retries: Int?

    @Option(help: ArgumentHelp("Bytes that one connection may receive.", valueName: "bytes"))
    var maximumBytes = 512 * 1024

    mutating func validate() throws {
        if let concurrency, !(1...1_000_000).contains(concurrency) {
            throw ValidationError("--concurrency takes a number from 1 to 1,000,000.")
        }
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads takes a number from 1 to 256.")
        }
        if let rate, !(rate >= 0 && rate <= 10_000_000) {
            throw ValidationError("--rate takes a number from 0 to 10,000,000.")
        }
        for (name, seconds) in [
            ("--connect-timeout", connectTimeout), ("--handshake-timeout", handshakeTimeout),
            ("--total-timeout", totalTimeout),
        ] where !(seconds >= 0.05 && seconds <= 3600) {
            throw ValidationError("\(name) takes seconds from 0.05 to 3600.")
        }
        if let retries, !(0...10).contains(retries) {
            throw ValidationError("--retries takes a number from 0 to 10.")
        }
        guard discover == nil || perNetwork == 0 else {
            throw ValidationError("--per-network counts connections, and --discover makes none: use --rate.")
        }
        guard perNetwork >= 0 else {
            throw ValidationError("--per-network takes 0 or a number of connections.")
        }
        guard (16 * 1024...64 * 1024 * 1024).contains(maximumBytes) else {
            throw ValidationError("--maximum-bytes takes a number from 16384 to 67108864.")
        }
    }
}
