import ArgumentParser
import Bytes
import Corpus
import Decisions
import Foundation
import Observations
import Search
import Terminal

extension Decision.Verdict: ExpressibleByArgument {}

/// `hallmark decide`: remembers what somebody decided.
struct DecideCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decide",
        abstract: "Remember a decision: monitor, block, escalate or dismiss.",
        discussion: """
            The subject is an endpoint (203.0.113.7:443, a name, an address for all its ports), a certificate (its \
            SHA-256), a key (key=SHA-256 of its SubjectPublicKeyInfo) or a mark (a field of the record with a value). The \
            latest decision on a subject counts, and no earlier one comes back when it ends: after a dismissal with \
            --until, what was blocked before is to be blocked anew. All are kept (Docs/decisions.md).

              hallmark decide 203.0.113.7:443 dismiss --because 'our pentest, until Friday' --until 2026-12-04 \
            --records assessed.ndjson --decisions decisions.ndjson
              hallmark decide key=$SPKI block --because 'C2 of incident 12' --case IR-12 --corpus seen.sqlite
              hallmark decide tls.server.jarm=$JARM escalate --because 'as in IR-12' --corpus seen.sqlite

            Exit codes: 0 remembered; 1 it could not do its work; 64 usage.
            """
    )

    @Argument(help: "What it is about.")
    var subject: String

    @Argument(help: "What was decided.")
    var verdict: Decision.Verdict

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var because: String

    @Option(help: ArgumentHelp("Who decided; the user by default.", valueName: "name"))
    var by: String?

    @Option(name: .customLong("case"), help: ArgumentHelp("The case or ticket.", valueName: "reference"))
    var reference: String?

    @Option(
        help: ArgumentHelp(
            "From when on it no longer holds; a time that has passed is refused.",
            valueName: "date"
        )
    )
    var until: String?

    @Option(
        help: ArgumentHelp(
            "Records with the leads that are decided: other evidence brings a dismissed lead back; repeatable.",
            valueName: "file"
        ),
        completion: .file()
    )
    var records: [String] = []

    @Option(help: ArgumentHelp("The corpus that remembers it.", valueName: "file"), completion: .file())
    var corpus: String?

    @Option(
        name: .customLong("decisions"),
        help: ArgumentHelp("The file that it is added to; made if need be.", valueName: "file"),
        completion: .file()
    )
    var file: String?

    func validate() throws {
        guard corpus != nil || file != nil else {
            throw ValidationError("say where it is remembered: --corpus, --decisions or both")
        }
        _ = try request
    }

    /// What was asked for, checked as the console checks it.
    private var request: DecisionRequest {
        get throws {
            let now = Int(WallClock.nanoseconds / 1_000_000)
            do throws(DecisionError) {
                return try DecisionRequest(
                    subject: subject,
                    verdict: verdict.rawValue,
                    because: because,
                    by: by ?? NSUserName(),
                    reference: reference,
                    until: until,
                    now: now
                )
            } catch { throw ValidationError(error.description) }
        }
    }

    func run() throws {
        let now = Int(WallClock.nanoseconds / 1_000_000)
        let request = try request
        let subject = request.subject
        let bare = request.decision(at: now)
        let corpus = try corpus.map { try CorpusFile($0, .change) }
        var evidence = DecidedEvidence(bare, now: now)
        for file in records { try evidence.add(records: file) }
        if records.isEmpty, let corpus { try evidence.add(corpus, now: now) }
        let decision = request.decision(at: now, evidence: evidence.items)
        let line = decision.line
        if let file { try DecisionFile.add(line, to: file) }
        try corpus?.add(
            decisionOn: subject.value,
            time: now,
            line: line.trimmingCharacters(in: .newlines)
        )
        Terminal.say("\(subject.kind.rawValue) \(subject.value): \(verdict.rawValue)\(evidence.remark)")
    }
}

/// What spoke for the leads that a decision is about.
private struct DecidedEvidence {
    private let decision: Decision
    private let index: DecisionIndex
    private var found: Set<String> = []
    /// How strong the leads are of which what speaks for them is in `found`.
    private var strengths: Set<String> = []
    private var known = 0

    /// What speaks for the subject in a record.
    private typealias Told = (leads: [LeadEvidence.Lead], findings: [String])

    init(_ decision: Decision, now: Int) {
        self.decision = decision
        index = DecisionIndex([decision], now: now)
    }

    /// Those first without which the others would hold for more than was decided.
    var items: [String] {
        Array((strengths.sorted() + found.sorted()).prefix(Decision.mostEvidence))
    }

    /// What a person is told of it.
    var remark: String {
        if found.isEmpty {
            return decision.verdict == .dismiss
                ? "; no lead is known there: it holds for whatever is found, see --records" : ""
        }
        return "; with the evidence of \(known == 1 ? "1 lead or finding" : "\(known) leads and findings")"
    }

    mutating func add(records path: String) throws {
        var reader = try LineReader(path)
        let tree = JSONTree()
        var unread = 0
        var first: FileError?
        var records = 0
        while let result = try reader.nextNumbered({ line, number in
            Result { () throws(FileError) -> Told in
                do { return try self.evidence(of: tree.read(line, padded: true, isRecord: true)) } catch {
                    throw FileError("\(path):\(number)", "\(error)")
                }
            }
        }) {
            switch result {
            case .success(let record):
                records += 1
                record.leads.forEach { add($0) }
                known += record.findings.count
                found.formUnion(record.findings)
            case .failure(let error):
                unread += 1
                first = first ?? error
            }
        }
        unread += reader.skipped.count
        guard unread == 0 else {
            if let first { Terminal.say(first.description, .error) }
            throw FileError(path, "\(counted(unread, "line")) of it can't be read: nothing was remembered")
        }
        // A dismissal without evidence would hold for whatever is found.
        guard records > 0 else { throw FileError(path, "there is no record in it: nothing was remembered") }
    }

    /// What a record tells that is about the subject.
    ///
    /// - Throws: for what is no line of ours.
    private func evidence(of record: JSONNode) throws(ObservationSyntaxError) -> Told {
        let verdict = record.isObject ? record.verdict : .refused(.foreign)
        if let fault = verdict.fault { throw ObservationSyntaxError(fault) }
        guard !index.decisions(on: record).isEmpty else { return ([], []) }
        return (LeadEvidence.leads(record), LeadEvidence.findings(record))
    }

    private mutating func add(_ lead: LeadEvidence.Lead) {
        known += 1
        guard !lead.items.isEmpty else {
            found.insert(LeadEvidence.text(lead.software, lead.label))
            return
        }
        found.formUnion(lead.items)
        strengths.insert(LeadEvidence.strength(lead.software, lead.label))
    }

    mutating func add(_ corpus: CorpusFile, now: Int) throws {
        do {
            let (items, isSeen) = try DecidedLeads.evidence(on: decision.subject, in: corpus, now: now)
            known += items.count
            found.formUnion(items)
            if !isSeen { Terminal.say("the corpus has not seen \(decision.subject.value)") }
        } catch let error as KQLError {
            // A corpus does not keep every field of a record that a mark can be of.
            guard case .mark = decision.subject else {
                throw FileError(corpus.path, "\(error): nothing was remembered")
            }
            Terminal.say("\(error); give the records with --records", .error)
        }
    }
}
