import Bytes
import Observations
import Terminal

extension SweepReport {
    /// Endpoints whose leads are told with all that speaks for them; more stand in a table.
    private static let mostCards = 100

    var leads: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("Leads")]
        if led.isEmpty, input.isOfCorpus {
            blocks.append(
                input.runs.contains(where: \.hasMatched)
                    ? .paragraph(
                        "The corpus keeps no lead of these endpoints. Whether rules were matched with each of them it does not keep."
                    )
                    : .warning(
                        "The corpus keeps no lead, and does not know whether rules were matched at all: that there is none says nothing. Match what it holds (hallmark corpus export, hallmark match)."
                    )
            )
        } else if led.isEmpty, unmatched == facts.readable, unmatched > 0 {
            blocks.append(
                .warning(
                    "No record tells that rules were matched with it: that there is no lead here says nothing. Match the sweep first (hallmark match), or give the scan's summary (--summary)."
                )
            )
        } else if led.isEmpty {
            blocks.append(
                .paragraph(
                    "No lead. Defaults are easily changed: that nothing matched proves nothing of what was not looked for."
                )
            )
        }
        for endpoint in led.prefix(Self.mostCards) {
            for lead in endpoint.leads.sorted(by: { $0.confidence > $1.confidence }) {
                blocks.append(card(lead, of: endpoint))
            }
        }
        let rest = led.dropFirst(Self.mostCards)
        if !rest.isEmpty {
            blocks.append(.subheading("\(counted(rest.count, "more endpoint")) with leads"))
            let rows = rest.map { endpoint in
                let leads = endpoint.leads.map { "\($0.software) \($0.confidence)" }
                let decided = endpoint.leads.allSatisfy(\.isDismissed) ? "dismissed" : ""
                return [shown(endpoint), leads.joined(separator: ", "), decided]
            }
            blocks += table(["endpoint", "leads", "decided"], rows, "endpoint")
        }
        if !facts.correlations.isEmpty {
            blocks.append(.subheading("Counted over several records"))
            blocks.append(.list(Self.shortened(facts.correlations, to: 100, "correlation")))
        }
        return blocks
    }

    /// What speaks for a lead comes first, and how sure it makes last: so it is read, and not only the
    /// number.
    private func card(_ lead: ReportedLead, of endpoint: ReportedEndpoint) -> ReportBlock {
        var facts: [ReportBlock.Fact] = [
            .init(
                "evidence",
                lead.evidence.isEmpty ? ["the record keeps none: match it again to see it"] : lead.evidence
            )
        ]
        if !lead.against.isEmpty { facts.append(.init("against", lead.against)) }
        if lead.isDualUse { facts.append(.init("dual use", "Honest people run this software, too.")) }
        if !endpoint.subject.isEmpty { facts.append(.init("certificate of", endpoint.subject)) }
        if !endpoint.certificate.isEmpty { facts.append(.init("its SHA-256", endpoint.certificate)) }
        if endpoint.time != 0 { facts.append(.init("seen", RFC3339.secondsText(endpoint.time))) }
        if !lead.corroborate.isEmpty { facts.append(.init("look also at", lead.corroborate)) }
        if !endpoint.decisions.isEmpty { facts.append(.init("decided", endpoint.decisions)) }
        let kinds = lead.kinds.isEmpty ? "" : ", by \(lead.kinds.joined(separator: ", "))"
        facts.append(.init("confidence", "\(lead.confidence) of 99 (\(lead.label.rawValue))\(kinds)"))
        let state = lead.isDismissed ? " (dismissed)" : ""
        return .lead(
            title: "\(shown(endpoint)): \(lead.software)\(state)",
            label: lead.label,
            isDismissed: lead.isDismissed,
            facts: facts
        )
    }

    /// The endpoint with its name, where it has both.
    func shown(_ endpoint: ReportedEndpoint) -> String {
        let place = endpoint.place.isEmpty ? "a certificate without an endpoint" : endpoint.place
        return endpoint.name.isEmpty || endpoint.place.hasPrefix(endpoint.name)
            ? place : "\(place) (\(endpoint.name))"
    }
}
