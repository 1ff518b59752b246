import Observations

/// All that the leads of one observation hang on besides the rules.
///
/// Leads of equal inputs are told once (`LeadMemory`): whatever is added here enters `Assessor.appendKey`,
/// too.
struct LeadInputs: Equatable {
    /// What could not be decided of one rule, and the fields that it wants.
    struct Undecided: Equatable {
        let rule: Int
        let wanted: [String]
    }

    /// In the order of the rules.
    let matches: [Assessment.Match]
    /// When the observation was made, in milliseconds since 1970; facts expire by it.
    let time: Int64
    /// Whether the certificate was taken for one that signed itself, by its begin.
    let isSelfSignatureUnseen: Bool
    /// The fields, of `LeadTables.lookedAt`, that the observation holds.
    let lookedAt: [Int]
    /// Of rules that name software which a match names.
    let undecided: [Undecided]
}

extension Assessor {
    /// What the leads of the observation that was matched last hang on.
    func leadInputs() -> LeadInputs {
        let matches = scratch.matched.sorted { $0.rule < $1.rule }.map { match in
            Assessment.Match(rule: match.rule, evidence: scratch.excerpts(of: match.rule))
        }
        return LeadInputs(
            matches: matches,
            time: time,
            isSelfSignatureUnseen: scratch.isSelfSignatureUnseen,
            lookedAt: lookedAt.filter { scratch.view.has($0) },
            undecided: undecided(of: Set(matches.flatMap { set.rule($0.rule).hallmark.software }))
        )
    }

    /// What could not be decided of rules that name one of these: a lead tells it, and of a record of another
    /// source it can be nearly all rules.
    private func undecided(of software: Set<Software>) -> [LeadInputs.Undecided] {
        guard !software.isEmpty, scratch.hasUndecided else { return [] }
        let rules = set.derived(SoftwareRules.init)
        let open = Set(scratch.undecided)
        return Set(software.flatMap { rules[$0] }).intersection(open).sorted().map {
            LeadInputs.Undecided(rule: $0, wanted: scratch.wanted(by: $0))
        }
    }

    /// Appends bytes that differ wherever the inputs differ in anything but the time, without making them.
    ///
    /// - Returns: false where the inputs have no such key: what could not be decided is different for each
    ///   source.
    func appendKey(to key: inout [UInt8]) -> Bool {
        // What could not be decided is told of leads alone.
        let isOfLead = scratch.matched.contains { !set.rule($0.rule).hallmark.software.isEmpty }
        guard !isOfLead || !scratch.hasUndecided else { return false }
        key.append(scratch.isSelfSignatureUnseen ? 1 : 0)
        for field in lookedAt { key.append(scratch.view.has(field) ? 1 : 0) }
        scratch.appendEvidence(to: &key)
        return true
    }
}

/// Which rules name a software.
private final class SoftwareRules: Sendable {
    private let rules: [Software: [Int]]

    init(_ set: RuleSet) {
        var rules: [Software: [Int]] = [:]
        for (place, rule) in set.rules.enumerated() {
            for software in rule.hallmark.software { rules[software, default: []].append(place) }
        }
        self.rules = rules
    }

    subscript(software: Software) -> [Int] { rules[software] ?? [] }
}
