import ArgumentParser
import Bytes
import Corpus
import Foundation
import Observations
import Pipeline
import Terminal
import Wire

/// `hallmark signatures draft`: the beginning of a rule from what an endpoint showed.
struct DraftCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draft",
        abstract: "Write the beginning of a rule from what an endpoint showed.",
        discussion: """
            What is rare stands in the rule, with examples; what is common, innocent or of one copy alone stands beside it \
            as remarks. A corpus tells which is which. The observation is the endpoint's last one in FILES, which are read as \
            'hallmark match' reads them, or else what the corpus has of it.

            Examples:
              hallmark signatures draft 203.0.113.7:443 --corpus corpus.sqlite > draft.yml
              hallmark signatures draft 203.0.113.7:443 sweep.ndjson --corpus corpus.sqlite --software Mythic
              hallmark signatures draft 203.0.113.7:443 sweep.ndjson --kind http

            Exit codes: 0 written; 1 it could not do its work, or could not read all of it; 4 the endpoint is not there, \
            or shows nothing that a rule could ask for; 64 usage.
            """
    )

    @Argument(help: ArgumentHelp("The endpoint, ADDRESS:PORT.", valueName: "endpoint"))
    var endpoint: String

    @Argument(help: "Files or folders with its observation.", completion: .file())
    var files: [String] = []

    @Option(help: ArgumentHelp("The corpus that says what is rare.", valueName: "file"), completion: .file())
    var corpus: String?

    @Option(help: ArgumentHelp("What the rule is of.", valueName: "name"))
    var software: String?

    @Option(help: "The kind of evidence; what tells most is chosen.")
    var kind: EvidenceKind?

    @OptionGroup var signatures: SignatureOptions
    @OptionGroup var unread: KeepGoingOption

    func validate() throws {
        guard corpus != nil || !files.isEmpty else {
            throw ValidationError("name a file with the endpoint's observation, or a corpus with --corpus")
        }
        _ = try place()
    }

    func run() throws {
        let (ip, port) = try place()
        let benign = try BenignMarks.load(signatures)
        var options = PivotOptions()
        options.benign = benign.name
        var isWhole = benign.unread == 0
        let marks: [RuleDraft.Weighed]
        if files.isEmpty, let corpus {
            marks = try Pivot.run(.endpoint(ip: ip, port: port), in: CorpusFile.asked(corpus), options)
                .marks.map { RuleDraft.Weighed($0) }
        } else {
            let seen = try read(ip, port) { isWhole = false }
            if let corpus {
                marks = try Pivot.weigh(seen, in: CorpusFile.asked(corpus), options)
                    .map { RuleDraft.Weighed($0) }
            } else {
                marks = seen.map { RuleDraft.Weighed($0, benign: benign.name($0)) }
            }
        }
        let draft = RuleDraft(
            subject: endpoint,
            software: software,
            kind: kind,
            marks: marks,
            isWeighed: corpus != nil,
            date: RFC3339.day(Int(WallClock.nanoseconds / 1_000_000))
        )
        guard let text = draft.text else {
            Terminal.say(
                marks.isEmpty
                    ? "\(endpoint) is not in \((files + [corpus].compactMap(\.self)).joined(separator: ", ")), or showed nothing there"
                    : "\(endpoint) shows nothing that a rule could ask for\(kind.map { " of kind \($0.rawValue)" } ?? "")"
            )
            throw ExitCode(isWhole || unread.keepGoing ? 4 : 1)
        }
        let output = StandardOutput()
        try output.write(text)
        try output.flush()
        if !isWhole, !unread.keepGoing { throw ExitCode(1) }
    }

    private func place() throws -> (ip: String, port: Int) {
        guard case .endpoint(let ip, let port?) = try? PivotQuery(endpoint) else {
            throw ValidationError("'\(endpoint)' is no endpoint: ADDRESS:PORT is wanted")
        }
        return (ip, port)
    }

    /// The marks of the endpoint's last observation in the files.
    private func read(_ ip: String, _ port: Int, _ failed: () -> Void) throws -> [Mark] {
        ReadingProgress.announce(files)
        let picker = RecordPicker()
        var marks: [Mark] = []
        var isRead = true
        let fail = { (error: FileError) in
            isRead = false
            Terminal.say(error.description, .error)
        }
        for source in Inputs(files, unread: fail).said().sources {
            var lines = 0
            var isSaid = false
            try source.read { block in
                block.forEachLine { line, number in
                    lines += 1
                    do throws(RecordError) {
                        try picker.read(padded: line)
                        try picker.checkWhole()
                    } catch {
                        fail(FileError("\(source.name):\(number)", error.description))
                        return
                    }
                    if let fault = picker.verdict.fault {
                        let error = ObservationSyntaxError(fault)
                        fail(FileError("\(source.name):\(number)", error.description))
                        return
                    }
                    guard picker.endpointAddress == IPAddress.canonical(ip), picker.integer(.port) == port
                    else { return }
                    let found = (CertificateFacts(picker)?.marks ?? []) + ServiceFacts(picker).marks
                    if !found.isEmpty { marks = found }
                }
            } unread: {
                isSaid = true
                fail($0)
            }
            // Of nothing it can't be said that the endpoint is not in it.
            if lines == 0, !isSaid { fail(FileError(source.name, "is empty")) }
        }
        if !isRead { failed() }
        return marks
    }
}

extension EvidenceKind: ExpressibleByArgument {}
