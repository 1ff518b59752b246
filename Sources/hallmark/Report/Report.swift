import Observations
import Terminal

/// What one record says, for a person who has to decide what to do about it.
///
/// The verdict stands first, then what speaks for and against it, then
/// what was seen, what was not looked at, and where to look next.
struct Report {
    let record: RecordView
    let style: ReportStyle
    /// What a rule says about itself, by its id.
    let describe: (String) -> String?
    /// The corpus that the next steps name.
    let corpus: String?
    /// Whether searches stand at the end of a report without a lead, too.
    let showsQueries: Bool

    init(
        _ record: RecordView,
        _ style: ReportStyle,
        corpus: String? = nil,
        showsQueries: Bool = false,
        describe: @escaping (String) -> String? = { _ in nil }
    ) {
        self.record = record
        self.style = style
        self.corpus = corpus
        self.showsQueries = showsQueries
        self.describe = describe
    }

    /// The whole report, with a line end after its last line.
    func text() -> String {
        var text = ReportText(style)
        addTitle(to: &text)
        addVerdict(to: &text)
        addLeads(to: &text)
        addBenign(to: &text)
        addCertificate(to: &text)
        addContext(to: &text)
        addFingerprints(to: &text)
        addHTTP(to: &text)
        addUntested(to: &text)
        addNextSteps(to: &text)
        return text.text
    }

    /// The endpoint as one would type it.
    var endpoint: String {
        let host = record["server.domain"] ?? record["server.ip"] ?? record["server.address"] ?? "?"
        let port = record["server.port"] ?? "?"
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    private func addTitle(to text: inout ReportText) {
        var title = endpoint
        if let address = record["server.ip"], record["server.domain"] != nil { title += " (\(address))" }
        if let inside = record["hallmark.starttls.protocol"] { title += " in \(inside)" }
        if let time = record["@timestamp"] { title += ", \(time)" }
        text.heading(title)
    }

    private func addVerdict(to text: inout ReportText) {
        let leads = record.objects("hallmark.leads")
        if let first = leads.max(by: { ($0.number("confidence") ?? 0) < ($1.number("confidence") ?? 0) }) {
            let label = first["label"] ?? "low"
            let words = ["high": "STRONG LEAD", "medium": "LEAD", "low": "WEAK LEAD"][label] ?? "LEAD"
            let ink: Ink = label == "high" ? .alarm : label == "medium" ? .warning : .plain
            let confidence = first["confidence"] ?? "?"
            text.line("\(words): \(name(of: first)), confidence \(confidence) of 99", ink)
            text.line("A lead is no verdict: look at what speaks for and against it before you act.", .faint)
        } else if let code = record["error.code"] {
            let message = record["error.message"].map { ": \($0)" } ?? ""
            text.line("NOT SEEN: \(code)\(message)", .warning)
        } else if record["event.outcome"] == "failure" {
            text.line("NOT SEEN: the endpoint showed nothing.", .warning)
        } else {
            addNoLead(to: &text)
        }
        if !leads.isEmpty, let coverage, coverage.known > coverage.tested {
            text.line(coverage.notLookedFor, .faint)
        }
        for word in record.texts("hallmark.assessment") {
            text.line(Self.assessments[word] ?? word, .warning)
        }
        for finding in record.objects("hallmark.findings") {
            let severity = finding["severity"].map { " (\($0))" } ?? ""
            text.line("Inventory: \(finding["message"] ?? finding["name"] ?? "")\(severity)", .warning)
        }
    }

    /// Says how far the look went: that nothing was found means nothing of what was not looked for.
    private func addNoLead(to text: inout ReportText) {
        if let coverage, coverage.tested > 0 {
            let isAll = coverage.tested == coverage.known
            let which =
                isAll
                ? counted(coverage.known, "mark")
                : "\(counted(coverage.tested, "mark")) that \(coverage.tested == 1 ? "was" : "were") tested"
            text.line(
                "NO LEAD: none of the \(which) is there\(isAll ? "." : "; \(coverage.notLookedFor)")",
                isAll ? .good : .warning
            )
        } else {
            text.line("NO LEAD: no mark was looked for.", .warning)
        }
        text.line("Defaults are easily changed: that nothing matched proves nothing.", .faint)
    }

    /// How many marks there are, how many were tested, and what would tell of the others.
    var coverage: (known: Int, tested: Int, notLookedFor: String)? {
        guard let known = record.number("hallmark.marks.known"),
            let tested = record.number("hallmark.marks.tested")
        else { return nil }
        let groups = record.objects("hallmark.marks.untested")
        var parts = groups.prefix(4).map { "\($0["what"] ?? "?") (\($0["reason"] ?? "?"))" }
        if groups.count > 4 { parts.append("and more, below") }
        let which = parts.joined(separator: ", ")
        return (known, tested, "\(known - tested) of \(known) could not be looked for: \(which).")
    }

    private static let assessments = [
        "deception_likely":
            "Deception is likely: marks of tools that do not go together, as honeypots show them.",
        "tarpit_likely": "A tarpit is likely: it answers as slowly or as long as it is let.",
        "any_name": "It answers any server name with a matching certificate.",
        "certificate_by_name":
            "Its certificate depends on the server name: a default certificate, a redirector or domain fronting.",
        "any_path": "It answers any path with success.",
    ]

    private func addLeads(to text: inout ReportText) {
        let leads = record.objects("hallmark.leads")
        guard !leads.isEmpty else { return }
        text.heading("Leads")
        for lead in leads {
            let kinds = lead.texts("kinds").joined(separator: ", ")
            let numbers = "\(lead["confidence"] ?? "?") (\(lead["label"] ?? "?"))"
            text.line("\(name(of: lead)): \(numbers), by \(kinds)", .heading, indent: 2)
            let matches = record.objects("hallmark.matches").filter {
                $0["software.name"] == lead["software.name"] && $0["software.id"] == lead["software.id"]
            }
            for match in matches { add(match, to: &text) }
            for mark in record.objects("hallmark.indicators")
            where (mark["software.name"] ?? KnownInfrastructure.name) == lead["software.name"] {
                let told = KnownInfrastructure.evidence(
                    isConfirmed: mark.isTrue("confirmed"),
                    isAged: mark.isTrue("aged")
                ) { mark[$0] }
                text.row("list", told, .warning, indent: 4)
            }
            if lead.isTrue("dual_use") {
                text.row("dual use", "Honest people run this software too.", indent: 4)
            }
            text.rows("against", lead.texts("against"), .good, indent: 4)
            text.rows("look also at", lead.texts("corroborate"), indent: 4)
        }
    }

    private func add(_ match: RecordView, to text: inout ReportText) {
        for evidence in match.objects("evidence") {
            let value = "\(evidence["field"] ?? "?") = \(evidence["value"] ?? "")"
            text.row(evidence["kind"] ?? "", value, .warning, indent: 4)
        }
        text.row(
            "",
            "\(match["rule.name"] ?? "?"): \(Self.specificity[match["specificity"] ?? ""] ?? "")",
            indent: 4
        )
        if let id = match["rule.id"], let description = describe(id) {
            text.row("", description, .faint, indent: 4)
        }
    }

    private static let specificity = [
        "unique": "practically only this tool shows it.",
        "strong": "rare elsewhere; a second kind of evidence is wanted.",
        "weak": "benign software shows it too; it says little alone.",
    ]

    private func addBenign(to text: inout ReportText) {
        let known = record.objects("hallmark.matches").filter { $0["benign"] != nil }
        guard !known.isEmpty else { return }
        text.heading("Looks like")
        for match in known {
            text.row("benign", "\(match["benign"] ?? "") (\(match["rule.name"] ?? ""))", .good)
            for evidence in match.objects("evidence") {
                text.row("", "\(evidence["field"] ?? "?") = \(evidence["value"] ?? "")")
            }
        }
    }

    func name(of item: RecordView) -> String {
        let name = item["software.name"] ?? "?"
        return item["software.id"].map { "\(name) (\($0))" } ?? name
    }
}
