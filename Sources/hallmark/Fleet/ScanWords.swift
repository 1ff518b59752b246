import ArgumentParser
import Fleet
import Foundation
import Observations
import Targets

/// The arguments of `hallmark scan`, told apart: options by their long names, targets, files that they read.
struct ScanWords {
    private(set) var options: [FleetJob.Option] = []
    private(set) var targets: [String] = []
    private(set) var files: [FleetJob.File] = []

    /// Options of a scan that a job may have.
    ///
    /// Whatever else there is writes files, reads what only one machine has, or says how much of a machine
    /// is used. Workers hold jobs to this list, whoever signed them.
    static let travelling: Set<String> = reading.union([
        "ports", "include-special", "no-ipv6", "all-addresses", "in-order", "rate", "per-network", "discover",
        "connect-timeout", "handshake-timeout", "total-timeout", "retries", "maximum-bytes", "probe", "prove",
        "starttls",
        "sni", "look", "sni-variants", "verify", "jarm-compatible", "user-agent", "header",
        "maximum-requests",
        "follow-redirects", "context", "context-names", "no-context-names", "context-revocation",
        "no-context-revocation",
        "crl", "ja4plus", "omit-failures", "short-failures", "chain", "no-signatures", "only-leads",
        "keep-going", "seed",
    ])

    /// Those of them that name a file, which travels with the job.
    static let reading: Set<String> = ["input", "scope", "exclude", "ca-file", "store", "inventory"]

    /// What a worker's own operator may add to every scan, behind `--`.
    static let workers: Set<String> = [
        "concurrency", "threads", "proxy", "source-address", "resolver", "mmdb", "hosting", "log-list", "psl",
        "dns-rate",
        "dns-wait", "signatures", "no-default-signatures", "no-signatures", "no-ipv6",
    ]

    /// Bytes of one file that a job brings.
    private static let largestFile = 16 << 20

    /// - Parameter words: that `ScanCommand` understands.
    init(_ words: [String]) throws {
        guard let table = OptionTable(["scan"]) else { throw ValidationError("there is no scan") }
        var rest = words[...]
        while let word = rest.popFirst() {
            if word == "--" {
                targets += rest
                break
            }
            guard word.hasPrefix("-"), word != "-" else {
                targets.append(word)
                continue
            }
            let isLong = word.hasPrefix("--")
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                String.init
            )
            let names = isLong ? [String(parts[0].dropFirst(2))] : parts[0].dropFirst().map(String.init)
            for (index, name) in names.enumerated() {
                let found = table.options.first { option in
                    option.names?.contains { $0.name == name && ($0.kind == "long") == isLong } ?? false
                }
                guard let found, let long = isLong ? name : found.name else {
                    throw ValidationError("'\(word)' is no option of a scan.")
                }
                if found.isFlag {
                    options.append(FleetJob.Option(long))
                } else {
                    let value = parts.count > 1 && index == names.count - 1 ? parts[1] : rest.popFirst()
                    options.append(FleetJob.Option(long, value ?? ""))
                }
            }
        }
    }

    /// Refuses what no job may have, and takes the files in that it names.
    mutating func pack() throws {
        for option in options where !Self.travelling.contains(option.name) {
            let advice =
                Self.workers.contains(option.name)
                ? "it is each worker's own: hallmark fleet work … -- --\(option.name)"
                : "a job has records come to the collector, and is cut into shards by --shard-size"
            throw ValidationError("--\(option.name) does not travel with a job: \(advice).")
        }
        guard !targets.contains("-"), !options.contains(where: { $0.name == "input" && $0.value == "-" })
        else {
            throw ValidationError(
                "A job takes no targets from standard input: write them to a file for --input."
            )
        }
        for index in options.indices where Self.reading.contains(options[index].name) {
            guard let (path, prefix) = Self.path(options[index]) else { continue }
            // Once for the job and once for its plan, which have to be of the same.
            guard try RegularFile.isOne(at: path) else {
                throw FileError(path, "is no regular file, and is read twice: write it to one")
            }
            let file = FleetJob.File(try InputFile.contents(of: path, limit: Self.largestFile))
            if !files.contains(where: { $0.sha256 == file.sha256 }) { files.append(file) }
            options[index].value = prefix + file.sha256
        }
    }

    /// The file that an option names, and what stands before its path.
    private static func path(_ option: FleetJob.Option) -> (path: String, prefix: String)? {
        guard let value = option.value else { return nil }
        switch option.name {
        case "exclude": return value.hasPrefix("@") ? (String(value.dropFirst()), "@") : nil
        case "store":
            guard let sign = value.firstIndex(of: "=") else { return nil }
            return (String(value[value.index(after: sign)...]), String(value[...sign]))
        default: return (value, "")
        }
    }

    /// The arguments of a job for a scan on this machine, with its files where `folder` has them.
    ///
    /// - Throws: for a job that names an option or a file that it may not.
    static func arguments(_ job: FleetJob, files folder: String) throws(FleetError) -> [String] {
        var words: [String] = []
        for option in job.options where !["rate", "per-network", "seed"].contains(option.name) {
            guard travelling.contains(option.name) else {
                throw FleetError("it has the option --\(option.name.prefix(64)), which no job may have")
            }
            guard var value = option.value else {
                words.append("--\(option.name)")
                continue
            }
            if reading.contains(option.name), let (digest, prefix) = path(option) {
                guard job.files.contains(where: { $0.sha256 == digest }) else {
                    throw FleetError("--\(option.name) names a file that the job does not bring")
                }
                value = "\(prefix)\(folder)/\(digest)"
            }
            // In one word: a value may begin with a dash.
            words.append("--\(option.name)=\(value)")
        }
        return words
    }
}
