import ArgumentParser
import Bytes
import Foundation
import Import
import Observations
import Terminal
import Transparency

/// `hallmark ct verify`: what logs have promised of a certificate, and whether they kept it.
struct CTVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check the SCTs of certificates, and with --log whether the logs hold them.",
        discussion: """
            A file holds a certificate and behind it that of its issuer, as servers send them: an embedded SCT is signed over \
            the issuer's key as well. Of several certificates each is checked, those of authorities aside. --log names logs to \
            be asked; --ask-all asks all that have promised something. A file does not tell whether a certificate has to have \
            SCTs: one of your own authority has none, and one without any ends with 1, since nothing was checked.

            A file of a scan's records is read, too: for each endpoint the SCTs in its certificate, in its handshake and in its \
            stapled OCSP response. An endpoint whose chain was verified (--verify) and that has no valid SCT is missing_sct.

            Examples:
              hallmark scan example.com --verify | hallmark ct verify - --log-list log_list.json
              hallmark ct verify chain.pem --log-list log_list.json
              hallmark ct verify chain.pem --log-list log_list.json --ask-all --contact security@example.com

            Exit codes: 0 all SCTs hold; 1 something could not be read or found out, or there was no SCT to check; 3 an SCT or a \
            list of them does not hold, an endpoint with a verified chain has too few, or a log does not have what it promised; \
            64 usage.
            """
    )

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, ndjson
    }

    @Argument(help: "PEM files: a certificate, then its issuer's; or records.", completion: .file())
    var files: [String]

    @OptionGroup(title: "Logs") var logs: LogArguments

    @Flag(help: "Ask every log that has given a valid SCT.") var askAll = false

    @Option(
        help: ArgumentHelp("The issuer's certificate, where the file has none.", valueName: "file"),
        completion: .file()
    )
    var issuer: String?

    @Option(
        help: ArgumentHelp("A list of SCTs that came in TLS or an OCSP answer, as bytes.", valueName: "file"),
        completion: .file()
    )
    var sctList: String?

    @Option(
        help: ArgumentHelp(
            "Keep what shows that a log broke its promise in this folder.",
            valueName: "folder"
        ),
        completion: .directory
    )
    var evidence: String?

    @Option(help: "How the results are written.") var format = Format.table

    @OptionGroup var unread: KeepGoingOption

    func run() throws {
        let list = try logs.list()
        ReadingProgress.announce(files)
        let output = StandardOutput()
        var (isWrong, isUnknown) = (false, false)
        var (isWhole, isAnyRead) = (list.faults.isEmpty, false)
        var asked: Set<String> = []
        for file in files {
            do {
                let found = try verify(file, list, output, &asked)
                (isWrong, isUnknown) = (isWrong || found.isWrong, isUnknown || found.isUnknown)
                isAnyRead = true
            } catch let error as FileError {
                // The others are looked at all the same.
                Terminal.say("hallmark: \(error)", .error)
                isWhole = false
            }
        }
        for url in logs.log where !asked.contains(url.hasSuffix("/") ? url : url + "/") {
            Terminal.say(
                "hallmark: \(url) was not asked: nothing that was named has a valid SCT of this log",
                .error
            )
            isUnknown = true
        }
        try output.flush()
        if isWrong { throw ExitCode(3) }
        if isUnknown || !isAnyRead || !isWhole && !unread.keepGoing { throw ExitCode(1) }
    }

    /// Checks what is in one file.
    private func verify(
        _ file: String,
        _ list: LogList,
        _ output: StandardOutput,
        _ asked: inout Set<String>
    ) throws -> (isWrong: Bool, isUnknown: Bool) {
        let input = try ImportInput(file)
        if InputFormat(input.head.bytes) == .lines {
            guard !askAll, issuer == nil, sctList == nil, logs.logKey != nil || logs.log.isEmpty else {
                throw FileError(
                    file,
                    "holds records: --ask-all, --log, --issuer and --sct-list are for files of certificates"
                )
            }
            return try verify(records: RecordFile(file, opened: input.source), list, output)
        }
        return try verify(certificates: input, file, list, output, &asked)
    }

    func inclusion(_ result: TimestampCheck.Result) -> (
        outcome: InclusionProof.Outcome, head: TreeHead?
    )? {
        guard let log = result.log, let leaf = result.leaf, result.outcome == .valid else { return nil }
        let isNamed = logs.log.contains { $0 == log.url || $0 + "/" == log.url }
        guard askAll || isNamed else { return nil }
        let found = InclusionProof.ask(log, leaf: leaf, timestamp: result.timestamp, logs.network)
        guard case .missing = found.outcome, let head = found.head, isOverdue(result),
            !Self.isDue(result.timestamp, log, at: head.time)
        else { return found }
        // A cache may have kept it, or the log signs seldom: such a tree need not have the entry.
        let due = RFC3339.text(
            Int(clamping: result.timestamp.time) + log.maximumMergeDelay * 1000
        )
        return (.unknown("its head is older than \(due), by when it promised to have it"), head)
    }

    /// A promise that was not kept is a finding of its own, whatever it was asked of.
    func report(_ result: TimestampCheck.Result, _ head: TreeHead?, _ output: StandardOutput) throws {
        guard let log = result.log else { return }
        var misbehaviour = LogMisbehaviour(
            .missingEntry,
            log,
            "The log promised to take a certificate by \(RFC3339.text(Int(clamping: result.timestamp.time))), and does not have it."
        )
        misbehaviour.heads = [head].compactMap(\.self)
        misbehaviour.bytes = Array((result.leaf ?? []).prefix(65_536))
        misbehaviour.promise = result.timestamp.encoded
        let path = evidence.map { misbehaviour.keepEvidence(in: $0) } ?? ""
        if format == .ndjson { return try output.write(misbehaviour.line(evidence: path).text) }
        if !path.isEmpty { Terminal.say("evidence: \(path)") }
    }

    /// Whether the log has had the time that it takes for itself.
    func isOverdue(_ result: TimestampCheck.Result) -> Bool {
        guard let log = result.log else { return false }
        return Self.isDue(result.timestamp, log, at: Self.began)
    }

    /// Milliseconds since 1970 when it was first asked: one time, so that nothing falls due in between.
    private static let began = UInt64(max(0, WallClock.nanoseconds / 1_000_000))

    /// Whether a tree of a time has to have what an SCT promises.
    private static func isDue(_ timestamp: SignedTimestamp, _ log: LogDescription, at time: UInt64) -> Bool {
        time >= timestamp.time && time - timestamp.time >= UInt64(log.maximumMergeDelay) * 1000
    }
}
