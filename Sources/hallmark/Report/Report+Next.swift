import Observations
import Terminal

/// What was not looked at, and where to look next.
extension Report {
    func addUntested(to text: inout ReportText) {
        // What another probe has brought is not missing.
        let open = record.objects("hallmark.probes").filter {
            ($0["outcome"] != "success" || $0["limit"] != nil)
                && $0["reason"] != ProbeReason.replaced.rawValue
        }
        let marks = record.objects("hallmark.marks.untested")
        guard !open.isEmpty || !marks.isEmpty else { return }
        text.heading("Not tested, or without an answer")
        for group in marks {
            let count = group.number("marks") ?? 0
            let reason = group["reason"] ?? "?"
            text.row(
                group["what"] ?? "?",
                "\(counted(count, "mark")) of \(group["software"] ?? "?"): \(Self.reasons[reason] ?? reason)"
            )
        }
        for probe in open {
            if probe["outcome"] == "success", probe["limit"] == ProbeRecord.Limit.requests.rawValue {
                text.row(
                    probe["kind"] ?? "?",
                    "not every request that signatures could use was made: --maximum-requests allows more"
                )
                continue
            }
            let isSkipped = probe["outcome"] == ProbeRecord.Outcome.skipped.rawValue
            let reason = isSkipped ? probe["reason"].map { Self.reasons[$0] ?? $0 } : nil
            let why = [probe["code"], probe["limit"].map { "limit: \($0)" }, reason].compactMap(\.self)
            let outcome = Self.outcomes[probe["outcome"] ?? ""] ?? probe["outcome"] ?? "?"
            text.row(probe["kind"] ?? "?", ([outcome] + why).joined(separator: ": "))
        }
    }

    private static let outcomes = [
        "skipped": "not tested", "failure": "no answer that counts", "success": "answered in part",
    ]

    /// The reasons for leaving a probe out, in words.
    private static let reasons = [
        ProbeReason.unremarkable.rawValue: "nothing about the endpoint asks for it",
        ProbeReason.notAsked.rawValue: "no option asks for it",
        ProbeReason.otherProtocol.rawValue: "the endpoint speaks another protocol",
        ProbeReason.unreachable.rawValue: "it could not succeed after what came before",
        ProbeReason.budget.rawValue: "the endpoint's budget was used up",
    ]

    func addNextSteps(to text: inout ReportText) {
        let marks = marks()
        // Without a lead there is nothing to follow up, unless a person asks all the same.
        guard !marks.isEmpty, showsQueries || !record.objects("hallmark.leads").isEmpty else { return }
        text.heading("Next steps")
        for (field, value) in marks {
            let queries = ExternalQueries.queries(field: field, value: value)
            guard !queries.isEmpty else { continue }
            text.line("Who else has \(field) = \(value)?", indent: 2)
            for query in queries { text.verbatim(query.engine.rawValue, query.text, indent: 4) }
        }
        text.line("What else of your own sweeps shares its marks?", indent: 2)
        let file = corpus.map(Self.quoted) ?? "FILE"
        text.verbatim("hallmark", "hallmark pivot \(Self.quoted(endpoint)) --corpus \(file)", indent: 4)
    }

    /// What to search for: the evidence first, then what identifies the endpoint.
    private func marks() -> [(field: String, value: String)] {
        var marks: [(field: String, value: String)] = []
        func add(_ field: String, _ value: String?) {
            guard marks.count < 8, let value, !value.isEmpty, value.utf8.count <= 256,
                !marks.contains(where: { $0.field == field && $0.value == value }),
                !ExternalQueries.queries(field: field, value: value).isEmpty
            else { return }
            marks.append((field, value))
        }
        for match in record.objects("hallmark.matches") where match["benign"] == nil {
            for evidence in match.objects("evidence") { add(evidence["field"] ?? "", evidence["value"]) }
        }
        for field in Self.pivots { add(field, record[field]) }
        return marks
    }

    /// What identifies the endpoint: its certificate, then its telling marks.
    private static let pivots =
        ["tls.server.hash.sha256"] + Field.marks.filter(\.mark.isTelling).map(\.field.name)

    /// `text` for a shell: in single quotes unless it has harmless characters only.
    static func quoted(_ text: String) -> String {
        let isHarmless =
            !text.isEmpty && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "./:_-@%+,".utf8.contains(byte)
            }
        return isHarmless ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
