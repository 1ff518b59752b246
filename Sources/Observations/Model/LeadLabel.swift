/// How strong a lead is, in a word: what `hallmark.leads.label` says.
package enum LeadLabel: String, CaseIterable, Sendable, Comparable {
    case low, medium, high

    /// - Parameter confidence: 0 to 99.
    package init(confidence: Int) { self = confidence < 50 ? .low : confidence < 80 ? .medium : .high }

    package static func < (left: LeadLabel, right: LeadLabel) -> Bool {
        (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
}
