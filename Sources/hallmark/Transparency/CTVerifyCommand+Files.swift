import Bytes
import Foundation
import Import
import Observations
import Terminal
import Transparency

extension CTVerifyCommand {
    /// A certificate of a file.
    private struct Subject {
        var file: String
        /// Its place in the file, from 1, where several are checked.
        var number: Int?

        var text: String { number.map { "\(file), certificate \($0)" } ?? file }
    }

    /// What a line says of a certificate besides its SCTs.
    private enum Remark: String {
        /// No SCT is in it.
        case none
        /// No SCT is in it, and none can be.
        case precertificate
        /// Its SCTs, or some of them, can't be read.
        case unreadable = "unreadable_list"

        var text: String {
            switch self {
            case .none:
                "no SCT: nothing was checked; what a public authority issued has to have some, and a file does not tell "
                    + "who did"
            case .precertificate:
                "no SCT: nothing was checked; it is a precertificate, for which logs give SCTs, and none is in it"
            case .unreadable: "unreadable_list: not all of its SCTs can be read"
            }
        }
    }

    /// Checks what is in a file of certificates.
    ///
    /// - Returns: whether something does not hold, and whether something could not be found out.
    func verify(
        certificates input: ImportInput,
        _ file: String,
        _ list: LogList,
        _ output: StandardOutput,
        _ asked: inout Set<String>
    ) throws -> (isWrong: Bool, isUnknown: Bool) {
        // Of what has been opened already: a pipe can't be opened twice.
        let bytes = try input.source.rest(limit: CertificateFile.mostBytes)
        let contents = CertificateFile.contents(of: bytes, name: file)
        guard !contents.certificates.isEmpty else {
            throw contents.faults.first ?? FileError(file, "no certificate in it")
        }
        for fault in contents.faults { Terminal.say("hallmark: \(fault)", .error) }
        let chain = try issuer.map { try Self.wholeCertificates(of: $0) } ?? contents.certificates
        let places = Self.subjects(contents.certificates)
        let stapled = try sctList.map { path in
            guard places.count == 1 else {
                throw FileError(file, "holds \(places.count) certificates: --sct-list is of one")
            }
            return try UnpackedBytes.contents(of: path, limit: 1 << 20)
        }
        var (isWrong, isUnknown) = (false, !contents.faults.isEmpty && !unread.keepGoing)
        for place in places {
            let subject = Subject(file: file, number: places.count > 1 ? place + 1 : nil)
            let found = try verify(
                contents.certificates[place],
                subject,
                chain,
                stapled,
                list,
                output,
                &asked
            )
            (isWrong, isUnknown) = (isWrong || found.isWrong, isUnknown || found.isUnknown)
        }
        return (isWrong, isUnknown)
    }

    /// The certificates of a file that can be read as a whole.
    private static func wholeCertificates(of file: String) throws -> [[UInt8]] {
        let contents = try CertificateFile.contents(of: file)
        if let fault = contents.faults.first { throw fault }
        guard !contents.certificates.isEmpty else { throw FileError(file, "no certificate in it") }
        return contents.certificates
    }

    /// The places of those that are to be checked: all but the authorities' that hold no list of SCTs, or the
    /// first where there is no other.
    private static func subjects(_ certificates: [[UInt8]]) -> [Int] {
        var reader = IssuedCertificateReader()
        let places = certificates.indices.filter {
            reader.read(certificates[$0][...])?.isAuthority != true
                || TimestampCheck.hasList(certificates[$0])
        }
        return places.isEmpty ? [0] : places
    }

    private func verify(
        _ certificate: [UInt8],
        _ subject: Subject,
        _ chain: [[UInt8]],
        _ stapled: [UInt8]?,
        _ list: LogList,
        _ output: StandardOutput,
        _ asked: inout Set<String>
    ) throws -> (isWrong: Bool, isUnknown: Bool) {
        let check = TimestampCheck(list)
        let now = Int(WallClock.nanoseconds / 1_000_000)
        let embedded = check.embedded(certificate, chain: chain, now: now)
        var results = embedded.results
        if results.contains(where: { $0.leaf == nil }) {
            Terminal.say(
                "hallmark: \(subject.text): the certificate of its issuer is not in \(issuer ?? "the file"): without it, the "
                    + "SCTs that are part of the certificate can't be checked\(issuer == nil ? "; --issuer names a file with it" : "")"
            )
        }
        if let stapled {
            let beside = check.beside(certificate, list: stapled, now: now)
            guard beside.isWhole else {
                throw FileError(sctList ?? "", "is no list of SCTs, or not all of one")
            }
            results += beside.results
        }
        var (isWrong, isUnknown) = (false, false)
        if !embedded.isWhole {
            isWrong = true
            try write(subject, .unreadable, output)
        } else if results.isEmpty {
            isUnknown = true
            let isPrecertificate = TimestampCheck.isPrecertificate(certificate)
            try write(subject, isPrecertificate ? .precertificate : .none, output)
        }
        for result in results {
            let inclusion = inclusion(result)
            if inclusion != nil, let log = result.log { asked.insert(log.url) }
            try write(subject, result, inclusion, output)
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

    // MARK: Output

    private func write(_ subject: Subject, _ remark: Remark, _ output: StandardOutput) throws {
        guard format == .ndjson else { return try output.line("\(subject.text): \(remark.text)") }
        try write(subject, output) { $0.member("outcome", word: remark.rawValue) }
    }

    private func write(
        _ subject: Subject,
        _ result: TimestampCheck.Result,
        _ inclusion: (outcome: InclusionProof.Outcome, head: TreeHead?)?,
        _ output: StandardOutput
    ) throws {
        let place =
            switch inclusion?.outcome {
            case nil: ""
            case .included(let index, let size): "included at \(index) of \(size)"
            case .missing(let size):
                isOverdue(result)
                    ? "\(LogMisbehaviour.Name.missingEntry.rawValue): not among \(TreeHead.entries(size))"
                    : "not yet among \(TreeHead.entries(size))"
            case .unknown(let reason): "not found out: \(reason)"
            }
        let time = RFC3339.text(Int(clamping: result.timestamp.time))
        guard format == .ndjson else {
            let name = result.log?.name ?? result.timestamp.logID.description
            let tail = place.isEmpty ? "" : ", \(place)"
            return try output.line("\(subject.text): \(result.outcome.rawValue): \(name), \(time)\(tail)")
        }
        try write(subject, output) { line in
            line.member("log_id", result.timestamp.logID.description)
            if let log = result.log { line.member("log", log.name) }
            line.member("timestamp", time)
            line.member("outcome", word: result.outcome.rawValue)
            if !place.isEmpty { line.member("inclusion", place) }
        }
    }

    private func write(
        _ subject: Subject,
        _ output: StandardOutput,
        _ fill: (inout ByteBuffer) -> Void
    ) throws {
        var line = ByteBuffer()
        line.append("{")
        line.member("file", subject.file)
        if let number = subject.number { line.member("certificate", number) }
        fill(&line)
        line.append("}\n")
        try line.withSpan { try output.writeRecords($0) }
    }
}
