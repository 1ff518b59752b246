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
            the issuer's key as well. --log names logs to be asked; --ask-all asks all that have promised something.

            A file of a scan's records is read, too: for each endpoint the SCTs in its certificate, in its handshake and in its \
            stapled OCSP response. An endpoint whose chain was verified (--verify) and that has no valid SCT is missing_sct.

            Examples:
              hallmark scan example.com --verify | hallmark ct verify - --log-list log_list.json
              hallmark ct verify chain.pem --log-list log_list.json
              hallmark ct verify chain.pem --log-list log_list.json --ask-all --contact security@example.com

            Exit codes: 0 all SCTs hold; 1 something could not be read or found out; 3 an SCT does not hold, there is none \
            where there has to be one, or a log does not have what it promised; 64 usage.
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

    func run() throws {
        let list = try logs.list()
        let output = StandardOutput()
        var (isWrong, isUnknown) = (false, false)
        if !list.faults.isEmpty { isUnknown = true }
        var asked: Set<String> = []
        for file in files {
            do {
                let found = try verify(file, list, output, &asked)
                (isWrong, isUnknown) = (isWrong || found.isWrong, isUnknown || found.isUnknown)
            } catch let error as FileError {
                // The others are looked at all the same.
                Terminal.say("hallmark: \(error)", .error)
                isUnknown = true
            }
        }
        for url in logs.log where !asked.contains(url.hasSuffix("/") ? url : url + "/") {
            Terminal.say("hallmark: \(url) was not asked: no valid SCT of it is in what was named", .error)
            isUnknown = true
        }
        try output.flush()
        if isWrong { throw ExitCode(3) }
        if isUnknown { throw ExitCode(1) }
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
        var (isWrong, isUnknown) = (false, false)
        let results = try results(input, file, list)
        if results.isEmpty {
            isWrong = true
            try write(file, nil, nil, output)
        }
        for result in results {
            let inclusion = inclusion(result)
            if inclusion != nil, let log = result.log { asked.insert(log.url) }
            try write(file, result, inclusion, output)
            switch result.outcome {
            case .valid: break
            case .unchecked, .unknownLog: isUnknown = true
            case .invalid, .future, .logNotTrusted: isWrong = true
            }
            switch inclusion?.outcome {
            case nil, .included: break
            case .missing where isOverdue(result):
                isWrong = true
                try report(result, inclusion?.head, output)
            case .missing: break
            case .unknown: isUnknown = true
            }
        }
        return (isWrong, isUnknown)
    }

    private func results(_ input: ImportInput, _ file: String, _ list: LogList) throws
        -> [TimestampCheck.Result]
    {
        // Of what has been opened already: a pipe can't be opened twice.
        let bytes = try input.source.rest(limit: CertificateFile.mostBytes)
        let contents = CertificateFile.contents(of: bytes, name: file)
        if let fault = contents.faults.first { throw fault }
        guard let leaf = contents.certificates.first else { throw FileError(file, "no certificate in it") }
        let above =
            try issuer.map { try Self.certificate(in: $0) }
            ?? contents.certificates.dropFirst().first
        let check = TimestampCheck(list)
        let now = Int(WallClock.nanoseconds / 1_000_000)
        let (embedded, isWhole) = check.embedded(leaf, issuer: above, now: now)
        var results = embedded
        if let sctList {
            let beside = check.beside(
                leaf,
                list: try UnpackedBytes.contents(of: sctList, limit: 1 << 20),
                now: now
            )
            guard beside.isWhole else { throw FileError(sctList, "is no list of SCTs, or not all of one") }
            results += beside.results
        }
        if !isWhole { throw FileError(file, "its list of SCTs can't be read") }
        return results
    }

    /// The first certificate of a file that can be read as a whole.
    private static func certificate(in file: String) throws -> [UInt8] {
        let contents = try CertificateFile.contents(of: file)
        if let fault = contents.faults.first { throw fault }
        guard let first = contents.certificates.first else { throw FileError(file, "no certificate in it") }
        return first
    }

    func inclusion(_ result: TimestampCheck.Result) -> (
        outcome: InclusionProof.Outcome, head: TreeHead?
    )? {
        guard let log = result.log, let leaf = result.leaf, result.outcome == .valid else { return nil }
        let isNamed = logs.log.contains { $0 == log.url || $0 + "/" == log.url }
        guard askAll || isNamed else { return nil }
        return InclusionProof.ask(log, leaf: leaf, timestamp: result.timestamp, logs.network)
    }

    /// A promise that was not kept is a finding of its own, whatever it was asked of.
    private func report(_ result: TimestampCheck.Result, _ head: TreeHead?, _ output: StandardOutput) throws {
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
    private func isOverdue(_ result: TimestampCheck.Result) -> Bool {
        guard let log = result.log else { return false }
        let now = UInt64(max(0, WallClock.nanoseconds / 1_000_000))
        return now > result.timestamp.time
            && now - result.timestamp.time > UInt64(log.maximumMergeDelay) * 1000
    }

    private func write(
        _ file: String,
        _ result: TimestampCheck.Result?,
        _ inclusion: (outcome: InclusionProof.Outcome, head: TreeHead?)?,
        _ output: StandardOutput
    ) throws {
        let place =
            switch inclusion?.outcome {
            case nil: ""
            case .included(let index, let size): "included at \(index) of \(size)"
            case .missing(let size):
                result.map(isOverdue) == true
                    ? "\(LogMisbehaviour.Name.missingEntry.rawValue): not among \(size) entries"
                    : "not yet among \(size) entries"
            case .unknown(let reason): "not found out: \(reason)"
            }
        if format == .table {
            guard let result else { return try output.line("\(file): no SCT") }
            let name = result.log?.name ?? result.timestamp.logID.description
            let time = RFC3339.text(Int(clamping: result.timestamp.time))
            let tail = place.isEmpty ? "" : ", \(place)"
            return try output.line("\(file): \(result.outcome.rawValue): \(name), \(time)\(tail)")
        }
        var line = ByteBuffer()
        line.append("{")
        line.member("file", file)
        if let result {
            line.member("log_id", result.timestamp.logID.description)
            if let log = result.log { line.member("log", log.name) }
            line.member("timestamp", RFC3339.text(Int(clamping: result.timestamp.time)))
            line.member("outcome", word: result.outcome.rawValue)
            if !place.isEmpty { line.member("inclusion", place) }
        } else {
            line.member("outcome", word: "none")
        }
        line.append("}\n")
        try line.withSpan { try output.writeRecords($0) }
    }
}
