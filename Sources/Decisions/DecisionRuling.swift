package import Observations

/// A decision that holds on a record, and what it does there.
package struct DecisionRuling {
    package let decision: Decision
    /// The software of the leads that it dismisses.
    package let dismissed: [String]
}

extension DecisionIndex {
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
