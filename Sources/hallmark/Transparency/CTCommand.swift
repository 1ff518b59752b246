import ArgumentParser
import Bytes
import Fetch
import Foundation
import HTTPClient
import Observations
import Scan
import Terminal
import Transparency

/// `hallmark ct`: what is said of certificates in the logs of Certificate Transparency.
struct CTCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ct",
        abstract: "Watch newly issued certificates in the logs of Certificate Transparency.",
        discussion: """
            Docs/transparency.md says what is proven, what is found, and what logs can't tell.
            """,
        subcommands: [
            CTWatchCommand.self, CTBackfillCommand.self, CTVerifyCommand.self, CTAuthorizeCommand.self,
        ]
    )
}

/// Which logs, and how they are spoken to.
struct LogArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("A list of logs (version 3): a file or an address.", valueName: "file|url"),
        completion: .file()
    )
    var logList: String?

    @Option(
        help: ArgumentHelp(
            "This log alone, of the list or with --log-key; repeatable.",
            valueName: "url"
        )
    )
    var log: [String] = []

    @Option(
        help: ArgumentHelp(
            "The public key of the one --log that is on no list: PEM, DER or base64.",
            valueName: "file|base64"
        ),
        completion: .file()
    )
    var logKey: String?

    @Flag(name: .customLong("static"), help: "The --log with --log-key is a static log (tiles).")
    var isStatic = false

    @Option(
        help: ArgumentHelp(
            "Whom a log's operator may write to: an address or a URL, said in every request.",
            valueName: "text"
        )
    )
    var contact: String?

    @Option(help: ArgumentHelp("Requests a second to one log at most.", valueName: "number"))
    var rate = 10.0

    @Option(
        help: ArgumentHelp("Certificates to trust for https in place of the system's.", valueName: "file"),
        completion: .file()
    )
    var caFile: String?

    func validate() throws {
        if logList == nil, log.isEmpty {
            throw ValidationError("Name logs: --log-list, or --log and --log-key.")
        }
        if logKey != nil, log.count != 1 { throw ValidationError("--log-key is the key of one --log.") }
        if logKey == nil, logList == nil {
            throw ValidationError("A log that is on no list needs its key: --log-key, or --log-list.")
        }
        if isStatic, logKey == nil {
            throw ValidationError("--static is of the --log with --log-key; a list says it of its logs.")
        }
        guard rate > 0, rate <= 10_000 else { throw ValidationError("--rate is above 0, and at most 10000.") }
        if let fault = contact.flatMap({ HTTPRequest.Header.fault(ofValue: $0) }) {
            throw ValidationError("--contact: \(fault).")
        }
    }

    var network: Fetcher.Options {
        var options = Fetcher.Options(
            userAgent: "hallmark/\(Product.version)" + (contact.map { " (\($0))" } ?? "")
        )
        options.trust = caFile
        return options
    }

    /// The list, all of it; one of the single log where there is none.
    func list() throws -> LogList {
        // No log may need it, or no connection come about in which it is looked at.
        if let caFile { try VerifyOptions(caFile: caFile).check() }
        if let logList { return try LogList.read(logList, network) }
        return LogList(logs: [try keyedLog()])
    }

    private func keyedLog() throws -> LogDescription {
        let key = logKey ?? ""
        let bytes = try LogKeyText.read(key)
        guard LogKey(bytes) != nil else { throw LogKeyText.noKey(key) }
        return LogDescription(
            name: log[0],
            url: log[0],
            interface: isStatic ? .staticTiles : .rfc6962,
            key: bytes
        )
    }

    /// The logs to read.
    ///
    /// - Parameter now: milliseconds since 1970: logs that take certificates of times gone by get no new
    ///   ones.
    /// - Returns: the logs, and whether all of the list could be read.
    func selected(now: Int) throws -> (logs: [LogDescription], isWhole: Bool) {
        let list = try list()
        if logKey != nil { return ([try keyedLog()], list.faults.isEmpty) }
        guard !log.isEmpty else {
            let current = list.logs.filter {
                $0.isReadable && ($0.interval.map { $0.upperBound > now } ?? true)
            }
            guard !current.isEmpty else {
                throw FileError(
                    logList ?? "",
                    "none of its \(counted(list.logs.count, "log")) can be read now: they are pending, rejected "
                        + "or gone, or took certificates of times that are over; --log names one all the same"
                )
            }
            return (once(current), list.faults.isEmpty)
        }
        let named = try log.map { url in
            let wanted = url.hasSuffix("/") ? url : url + "/"
            guard let found = list.logs.first(where: { $0.url == wanted }) else {
                throw ValidationError("\(url) is not on the list; with --log-key it need not be.")
            }
            return found
        }
        // What was named alone can be read.
        return (once(named), true)
    }

    /// Each log once, whatever stands twice on a list or was named twice: it is its key.
    private func once(_ logs: [LogDescription]) -> [LogDescription] {
        var seen: [TreeHash: LogDescription] = [:]
        return logs.filter { log in
            guard let first = seen[log.logID] else {
                seen[log.logID] = log
                return true
            }
            let other = first.url == log.url ? "" : ", not at \(log.url)"
            Terminal.say(
                "hallmark: \(log.name) is named twice: it is read once, at \(first.url)\(other)",
                .warning
            )
            return false
        }
    }
}

/// A public key as people have it.
enum LogKeyText {
    /// - Parameter text: a file of PEM or DER, or base64.
    /// - Returns: the SubjectPublicKeyInfo, or what stands in its place.
    static func read(_ text: String) throws(FileError) -> [UInt8] {
        if let bytes = Array(text.utf8).withUnsafeBytes({ [UInt8](base64: $0) }), bytes.first == 0x30 {
            return bytes
        }
        let bytes = try UnpackedBytes.contents(of: text, limit: 1 << 16)
        if bytes.first == 0x30 { return bytes }
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        let digits = lines.filter { !$0.hasPrefix("-----") }.joined()
        guard let key = Array(digits.utf8).withUnsafeBytes({ [UInt8](base64: $0) }) else { throw noKey(text) }
        return key
    }

    static func noKey(_ text: String) -> FileError {
        FileError(text, "is no public key of a log: EC or RSA, as PEM, DER or base64")
    }
}
