package import Observations

/// A decision that holds on a record, and what it does there.
package struct DecisionRuling {
    package let decision: Decision
    /// The software of the leads that it dismisses.
    package let dismissed: [String]
}

extension DecisionIndex {
    /// Whether somebody blocks or escalates what a record shows, which no dismissal outweighs.
    package func isGrave(on record: JSONNode) -> Bool {
        decisions(on: record).contains { $0.verdict == .block || $0.verdict == .escalate }
    }

    /// Whether something was decided of a record, and of each of its leads as it is now.
    package func isDecided(_ record: JSONNode) -> Bool {
        let decisions = decisions(on: record)
        guard !decisions.isEmpty else { return false }
        return LeadEvidence.leads(record).allSatisfy { lead in decisions.contains { $0.covers(lead) } }
    }

    /// What was decided of a record, with the leads that are dismissed by it.
    package func rulings(on record: JSONNode) -> [DecisionRuling] {
        rulings(on: record, LeadEvidence.leads(record))
    }

    func rulings(on record: JSONNode, _ leads: [LeadEvidence.Lead]) -> [DecisionRuling] {
        let decisions = decisions(on: record)
        // Nobody's dismissal outweighs that somebody blocks or escalates what the record shows.
        let isGrave = decisions.contains { $0.verdict == .block || $0.verdict == .escalate }
        return decisions.map { decision in
            let covered = leads.filter { decision.covers($0) }.map(\.software)
            let isDismissal = decision.verdict == .dismiss && !isGrave
            return DecisionRuling(decision: decision, dismissed: isDismissal ? covered : [])
        }
    }
}
