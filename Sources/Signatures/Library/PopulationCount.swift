package import Observations

/// Counts what each rule of a set finds in a population, and what leads come of it.
package struct PopulationCount {
    /// What came of one rule.
    package struct Row: Sendable {
        package let rule: SigmaRule
        /// Members of the population that it matches.
        package fileprivate(set) var matches = 0
        /// Of these, by label: members in which software of the rule has such a lead.
        package fileprivate(set) var leads: [LeadLabel: Int] = [:]
    }

    private let assessor: Assessor
    private let rules: [SigmaRule]
    /// In the order of the set.
    package private(set) var rows: [Row]
    package private(set) var members = 0
    /// Members by their highest lead.
    package private(set) var leads: [LeadLabel: Int] = [:]
    /// What the labels were worth on the members of which it is known what they show.
    package private(set) var calibration = Calibration()

    package init(_ set: RuleSet) {
        assessor = Assessor(set)
        rules = set.rules
        rows = set.rules.map { Row(rule: $0) }
    }

    /// Counts one member.
    ///
    /// - Parameters:
    ///   - line: an observation as JSON.
    ///   - truth: what it shows, where that is known.
    /// - Throws: when it is no JSON object, or one of somebody else; then it is not counted.
    package mutating func add(
        _ line: Span<UInt8>,
        showing truth: Calibration.Truth? = nil
    ) throws(ObservationSyntaxError) {
        let scratch = assessor.scratch
        try line.withUnsafeBufferPointer { bytes throws(ObservationSyntaxError) in try scratch.match(bytes) }
        if let refusal = line.withUnsafeBufferPointer({ assessor.refusal(of: $0) }) { throw refusal }
        let assessment = assessor.assessLast()
        members += 1
        if let truth { calibration.add(assessment, rules, showing: truth) }
        if let highest = assessment.highest { leads[highest, default: 0] += 1 }
        for match in assessment.matches {
            rows[match.rule].matches += 1
            let software = rows[match.rule].rule.hallmark.software
            let labels = assessment.leads.filter { software.contains($0.software) }.map(\.label)
            if let label = labels.max() { rows[match.rule].leads[label, default: 0] += 1 }
        }
    }
}
