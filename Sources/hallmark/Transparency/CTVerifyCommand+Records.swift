import Bytes
import Foundation
import Observations
import Terminal
import Transparency

extension CTVerifyCommand {
    /// What records come to, and what of it has no good end.
    private struct Counts {
        var valid = 0
        var others = 0
        var missing = 0
        var withoutChain = 0
        /// Endpoints or entries that were looked at, and those of them that show no SCT.
        var looked = 0
        var bare = 0
        /// Those of them whose chains nobody has verified, and precertificates.
        var undecided = 0
        var precertificates = 0
        /// Findings and counts of ours, which stand beside records.
        var conclusions = 0
        /// Lines and parts that could not be read: all are counted, and some are named.
        var unread = 0
        var isWrong = false
        var isUnknown = false

        mutating func fail(_ error: FileError) {
            unread += 1
            if unread <= 20 { Terminal.say("hallmark: \(error)", .error) }
        }

        mutating func addBare(_ endpoint: RecordTimestamps.Endpoint) {
            if endpoint.isPrecertificate { return precertificates += 1 }
            bare += 1
            if !endpoint.wasVerified { undecided += 1 }
        }
    }

    /// Checks the SCTs of a scan's records.
    ///
    /// - Returns: whether something does not hold, and whether something could not be found out.
    func verify(records source: any RecordSource, _ list: LogList, _ output: StandardOutput) throws
        -> (isWrong: Bool, isUnknown: Bool)
    {
        let reader = RecordTimestamps(TimestampCheck(list), now: Int(WallClock.nanoseconds / 1_000_000))
        var counts = Counts()
        try source.read(
            take: { block in
                try block.forEachLine { line, number in
                    switch reader.read(line) {
                    case .endpoint(let endpoint):
                        counts.looked += 1
                        if endpoint.shown.isBare { counts.addBare(endpoint) }
                        try write(endpoint, &counts, output)
                    case .withoutChain: counts.withoutChain += 1
                    case .nothing: break
                    case .conclusion: counts.conclusions += 1
                    case .refused(let reason): counts.fail(FileError("\(source.name):\(number)", reason))
                    }
                }
            },
            unread: { counts.fail($0) }
        )
        if counts.unread > 0 {
            Terminal.say(
                "hallmark: \(source.name): \(counted(counts.unread, "line or part", plural: "lines or parts")) could not be read",
                .error
            )
        }
        if counts.conclusions > 0 {
            Terminal.say("\(counted(counts.conclusions, "line")) of findings or correlations passed over")
        }
        if counts.withoutChain > 0 {
            Terminal.say(
                "hallmark: \(source.name): \(counted(counts.withoutChain, "record")) without certificates; scan with --chain full"
            )
        }
        Terminal.say(
            "\(counted(counts.valid, "valid SCT")), \(counts.others) of other outcomes; \(counted(counts.missing, "endpoint")) without as many as browsers want"
        )
        if counts.bare > 0 { Terminal.say("\(counted(counts.bare, "record")) without any SCT") }
        if counts.undecided > 0 {
            Terminal.say(
                "hallmark: \(source.name): whether \(counts.undecided) of them need SCTs is not known: nobody verified their "
                    + "chains; scan with --verify"
            )
            counts.isUnknown = true
        }
        if counts.precertificates > 0 {
            Terminal.say(
                "\(counted(counts.precertificates, "precertificate")): SCTs are what logs give for them, and none is in them"
            )
            // Where there was nothing else, nothing was checked.
            if counts.valid + counts.others == 0 { counts.isUnknown = true }
        }
        if counts.looked == 0, counts.withoutChain == 0 {
            Terminal.say("hallmark: \(source.name): no record with a certificate in it", .error)
        }
        let isNothing = counts.looked == 0
        let isCut = counts.unread > 0 && !unread.keepGoing
        return (counts.isWrong, counts.isUnknown || isCut || counts.withoutChain > 0 || isNothing)
    }

    private func write(
        _ endpoint: RecordTimestamps.Endpoint,
        _ counts: inout Counts,
        _ output: StandardOutput
    ) throws {
        for (source, result) in endpoint.shown.results {
            switch result.outcome {
            case .valid: counts.valid += 1
            case .unchecked, .unknownLog:
                counts.others += 1
                counts.isUnknown = true
            case .invalid, .future, .logNotTrusted:
                counts.others += 1
                counts.isWrong = true
            }
            try write(endpoint, result.outcome.rawValue, source, result, output)
        }
        for source in endpoint.shown.broken {
            counts.isWrong = true
            try write(endpoint, "unreadable_list", source, nil, output)
        }
        guard endpoint.isPublic, endpoint.shown.isShort else { return }
        counts.missing += 1
        counts.isWrong = true
        try write(endpoint, endpoint.shown.mayHold ? "too_few_scts" : "missing_sct", nil, nil, output)
    }

    private func write(
        _ endpoint: RecordTimestamps.Endpoint,
        _ outcome: String,
        _ source: ShownTimestamps.Source?,
        _ result: TimestampCheck.Result?,
        _ output: StandardOutput
    ) throws {
        let time = result.map { RFC3339.text(Int(clamping: $0.timestamp.time)) }
        let log = result?.log?.name ?? result?.timestamp.logID.description
        guard format == .ndjson else {
            let parts = [log, time, source?.rawValue].compactMap(\.self)
            return try output.line(
                "\(endpoint.name): \(outcome)\(parts.isEmpty ? "" : ": ")\(parts.joined(separator: ", "))"
            )
        }
        var line = ByteBuffer()
        line.append("{")
        line.member("endpoint", endpoint.name)
        line.member("sha256", endpoint.certificate)
        if let source { line.member("source", word: source.rawValue) }
        if let result { line.member("log_id", result.timestamp.logID.description) }
        if let log = result?.log { line.member("log", log.name) }
        if let time { line.member("timestamp", time) }
        line.member("outcome", word: outcome)
        line.append("}\n")
        try line.withSpan { try output.writeRecords($0) }
    }
}
