import Bytes
import Decisions
import Terminal

extension SweepReport {
    var decided: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("Decisions")]
        guard !input.decisions.isEmpty else {
            let inRecords = facts.endpoints.flatMap(\.decisions)
            blocks.append(
                inRecords.isEmpty
                    ? .paragraph("None is recorded.")
                    : .list(Self.shortened(Array(Set(inRecords)).sorted(), to: 200, "decision"))
            )
            return blocks
        }
        let rows = input.decisions.map { decision in
            [
                RFC3339.day(decision.time), decision.verdict.rawValue, decision.subject.value,
                decision.because,
                decision.by, decision.reference ?? "", decision.until.map(RFC3339.day) ?? "",
            ].map { EndpointReader.cut($0) }
        }
        return blocks
            + table(["decided", "verdict", "of", "because", "by", "case", "until"], rows, "decision")
    }

    var appendix: [ReportBlock] {
        var blocks: [ReportBlock] = [.heading("Appendix: signatures and versions")]
        func lines(_ counts: [String: Int]) -> [String] {
            counts.sorted { $0.key < $1.key }.map { "\($0.key): \(counted($0.value, "record"))" }
        }
        blocks.append(
            .facts([
                .init("this report", "Hallmark \(input.version)"),
                .init("records made by", facts.observers.isEmpty ? ["not told"] : lines(facts.observers)),
                .init(
                    "rules' digest",
                    facts.ruleDigests.isEmpty ? ["not told"] : lines(facts.ruleDigests)
                ),
            ])
        )
        var rules: [ReportedRule: Int] = [:]
        for endpoint in facts.endpoints {
            for rule in Set(endpoint.leads.flatMap(\.rules)) { rules[rule, default: 0] += 1 }
        }
        let matched = rules.sorted {
            ($1.value, $0.key.title, $0.key.id) < ($0.value, $1.key.title, $1.key.id)
        }
        .map { [$0.key.title, $0.key.id, grouped(UInt64($0.value))] }
        blocks += table(["signature", "id", "endpoints"], matched, "signature")
        blocks.append(.heading("Appendix: endpoints"))
        blocks += table(
            ["endpoint", "seen", "TLS", "certificate of", "issued by", "ends", "lead"],
            facts.endpoints.filter(\.isSuccess).sorted { ($0.place, $0.name) < ($1.place, $1.name) }.map(row),
            "endpoint"
        )
        return blocks
    }

    /// Names are cut here: whole ones stand in the records, and this is the table that has all endpoints.
    private func row(_ endpoint: ReportedEndpoint) -> [String] {
        let lead = endpoint.strongest.map { "\($0.software) \($0.confidence)" } ?? ""
        return [
            EndpointReader.cut(shown(endpoint), to: 70),
            endpoint.time == 0 ? "" : RFC3339.day(endpoint.time),
            endpoint.version,
            EndpointReader.cut(endpoint.subject, to: 70),
            EndpointReader.cut(endpoint.issuer, to: 50),
            endpoint.notAfter.map(RFC3339.day) ?? "",
            EndpointReader.cut(lead, to: 40),
        ]
    }
}
