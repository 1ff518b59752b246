import Bytes
import Observations
import Terminal

/// Makes a report of what was gathered, for people who were not there.
package struct SweepReport {
    let facts: SweepFacts
    let input: ReportInput
    let findings: ReportFindings
    /// Endpoints with leads, the strongest first; those whose leads are all dismissed last.
    let led: [ReportedEndpoint]

    package init(_ facts: SweepFacts, _ input: ReportInput) {
        self.facts = facts
        self.input = input
        findings = ReportFindings((input.findings + facts.findings).filter { !facts.isOver($0) })
        led = facts.endpoints.filter { !$0.leads.isEmpty }.sorted {
            let (first, second) = ($0.strongest?.confidence ?? -1, $1.strongest?.confidence ?? -1)
            return first != second ? first > second : ($0.place, $0.name) < ($1.place, $1.name)
        }
    }

    package var document: ReportDocument {
        var subtitle = "Made \(RFC3339.secondsText(input.now)) by Hallmark \(input.version)"
        if !input.sources.isEmpty { subtitle += " from " + input.sources.joined(separator: ", ") }
        var document = ReportDocument(title: input.title, subtitle: subtitle)
        document.blocks += overview
        document.blocks += scope
        document.blocks += run
        document.blocks += leads
        document.blocks += changes
        document.blocks += unknown
        document.blocks += ends
        document.blocks += weaknesses
        document.blocks += untested
        document.blocks += decided
        document.blocks += appendix
        return document
    }

    /// How many leads there are of a strength, dismissed ones left out.
    private func leadCount(_ label: LeadLabel) -> Int {
        facts.endpoints.reduce(0) { $0 + $1.leads.count { !$0.isDismissed && $0.label == label } }
    }

    /// How many records nobody told to be matched with rules: they say nothing, as those do in which nothing
    /// matched, and no summary of their scan says it for them.
    var unmatched: Int { facts.unmatched(without: input.runs) }

    private var unmatchedText: String {
        input.isOfCorpus
            ? "whether rules were matched with the others, a corpus does not keep"
            : "of \(counted(unmatched, "record")) nobody told that rules read \(unmatched == 1 ? "it" : "them")"
    }

    private var overview: [ReportBlock] {
        let endpoints = facts.endpoints.filter { !$0.place.isEmpty }
        let alone = facts.endpoints.count - endpoints.count
        let seen = endpoints.count { $0.isSuccess }
        let dismissed = facts.endpoints.reduce(0) { $0 + $1.leads.count { $0.isDismissed } }
        let answers =
            input.isOfCorpus
            ? "each as it was seen last; of what never answered a corpus knows nothing"
            : "\(grouped(UInt64(seen))) answered, \(grouped(UInt64(endpoints.count - seen))) did not"
        var items = [
            "\(counted(endpoints.count, "endpoint")) in \(counted(facts.records, "record")): \(answers)",
            "Leads: \(leadCount(.high)) high, \(leadCount(.medium)) medium, \(leadCount(.low)) low"
                + (dismissed > 0 ? "; \(dismissed) more \(dismissed == 1 ? "was" : "were") dismissed" : "")
                + (unmatched > 0 ? "; " + unmatchedText : ""),
        ]
        if alone > 0 { items.insert("\(counted(alone, "certificate")) without an endpoint", at: 1) }
        if let baseline = input.baseline {
            items.append("\(counted(findings.changes.count, "change")) since \(baseline)")
        }
        if input.inventory != nil {
            items.append("\(counted(findings.unknown.count, "finding")) against the inventory")
        }
        items.append("\(counted(findings.ends.count, "certificate finding")) of validity")
        items.append("\(counted(findings.weaknesses.count, "finding")) of weak keys, signatures or versions")
        var blocks: [ReportBlock] = [.heading("In short"), .list(items)]
        if !input.unread.isEmpty {
            blocks.append(
                .warning(
                    "\(counted(input.unread.count, "input")) could not be read: see what was not tested."
                )
            )
        }
        if !facts.endpoints.isEmpty {
            blocks.append(
                .paragraph(
                    "A lead is a mark that a tool leaves, and no verdict: look at what speaks for and against it."
                )
            )
        }
        return blocks
    }

    private var scope: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("Scope and authorisation")]
        for scope in input.scopes {
            var facts: [ReportBlock.Fact] = [
                .init("scope", scope.name), .init("authorised by", scope.authorization),
                .init("may be scanned", Self.shortened(scope.includes, to: 100, "range or name")),
            ]
            if let rate = scope.rate {
                facts.append(.init("at most", "\(counted(rate, "connection")) a second"))
            }
            blocks.append(.facts(facts))
        }
        if !facts.scopes.isEmpty {
            let names = facts.scopes.sorted { $0.key < $1.key }.map {
                "\($0.key): \(counted($0.value, "record"))"
            }
            blocks.append(.facts([.init("records say scope", names)]))
        }
        if input.scopes.isEmpty && facts.scopes.isEmpty {
            blocks.append(
                .warning(
                    "No scope is recorded: this report can't say who allowed what was scanned (--scope)."
                )
            )
        }
        return blocks
    }

    /// The first values, and how many more there are.
    static func shortened(_ values: [String], to most: Int, _ noun: String) -> [String] {
        guard values.count > most else { return values.isEmpty ? ["none"] : values }
        return values.prefix(most) + ["and \(counted(values.count - most, noun)) more"]
    }

    /// A table, cut with a word about it.
    func table(_ head: [String], _ rows: [[String]], _ noun: String, most: Int? = nil) -> [ReportBlock] {
        guard !rows.isEmpty else { return [] }
        let shown = Array(rows.prefix(most ?? input.mostRows))
        var blocks: [ReportBlock] = [.table(head: head, rows: shown)]
        if rows.count > shown.count {
            blocks.append(
                .warning("\(counted(rows.count - shown.count, "more " + noun)) left out here (--rows).")
            )
        }
        return blocks
    }
}
