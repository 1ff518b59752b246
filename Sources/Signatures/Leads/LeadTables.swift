import Observations

/// What leads and probes need to know of the rules of a set, made once.
final class LeadTables: Sendable {
    /// By software: what its rules look at.
    let corroboration: [Software: [Corroboration]]
    /// The fields that show what of that was looked at already.
    let lookedAt: [Int]
    /// Probes beyond the certificate that some rule can use.
    let usedProbes: ProbeKinds
    /// By atom: the probe that brings its field, and whether it is evidence.
    let atomProbes: [ProbeKinds]
    let isEvidence: [Bool]
    /// Rules that mark software, and by rule the probes that it looks at.
    let marking: [Int]
    let ruleProbes: [ProbeKinds]
    /// Rules that look at fields of several probes; those for innocent things ask for nothing more.
    let severalKinds: [Int]
    /// The HTTP requests that the rules need beyond `GET /`, the most telling first.
    let asked: [AskedRequest]
    /// Those of them that rules of a person's own need, by their place.
    let ownRequests: Set<Int>
    /// Rules for paths that no request can be made of.
    let unaskable: Set<Int>
    /// Rules that know an innocent TLS stack.
    let innocentStacks: Set<Int>
    /// Whether a person's own rules are among them: the shipped ones know a few runtimes, and nobody all
    /// stacks.
    let areOwnStacksKnown: Bool

    init(_ set: RuleSet) {
        let rules = set.rules
        (atomProbes, isEvidence) = Self.atoms(set)
        usedProbes = atomProbes.reduce(ProbeKinds()) { $0.union($1) }
        corroboration = Corroboration.all(rules, set.names)
        lookedAt = Self.fields(corroboration)
        severalKinds = rules.indices.filter { index in
            guard rules[index].hallmark.benign == nil else { return false }
            let fields = rules[index].condition.tests.map { ProbeKinds.bringing($0.field) }
            return Set(fields.map(\.rawValue)).count > 1
        }
        let asked = AskedRequest.all(rules)
        self.asked = asked
        ownRequests = Set(asked.indices.filter { asked[$0].rules.contains { rules[$0].isOwn } })
        unaskable = Set(rules.indices.filter { ImpliedRequests.isUnaskable(rules[$0]) })
        marking = rules.indices.filter {
            rules[$0].hallmark.benign == nil && !rules[$0].hallmark.software.isEmpty
        }
        ruleProbes = rules.map { rule in
            rule.condition.tests.reduce(ProbeKinds()) { $0.union(ProbeKinds.bringing($1.field)) }
        }
        innocentStacks = Set(
            rules.indices.filter { index in
                rules[index].hallmark.benign != nil
                    && rules[index].condition.positiveTests.contains { Self.stackFields.contains($0.field) }
            }
        )
        areOwnStacksKnown = innocentStacks.contains { rules[$0].isOwn }
    }

    /// Tables out of the cache.
    init(
        _ set: RuleSet,
        corroboration: [Software: [Corroboration]],
        ruleProbes: [ProbeKinds],
        asked: [AskedRequest],
        ownRequests: Set<Int>,
        marking: [Int],
        severalKinds: [Int],
        unaskable: Set<Int>,
        innocentStacks: Set<Int>,
        areOwnStacksKnown: Bool
    ) {
        (atomProbes, isEvidence) = Self.atoms(set)
        usedProbes = atomProbes.reduce(ProbeKinds()) { $0.union($1) }
        self.corroboration = corroboration
        lookedAt = Self.fields(corroboration)
        self.ruleProbes = ruleProbes
        self.asked = asked
        self.ownRequests = ownRequests
        self.marking = marking
        self.severalKinds = severalKinds
        self.unaskable = unaskable
        self.innocentStacks = innocentStacks
        self.areOwnStacksKnown = areOwnStacksKnown
    }

    private static func fields(_ corroboration: [Software: [Corroboration]]) -> [Int] {
        Set(corroboration.values.joined().map(\.field)).sorted()
    }

    /// By atom: the probe that brings its field, and whether it is evidence.
    private static func atoms(_ set: RuleSet) -> ([ProbeKinds], [Bool]) {
        let probes = set.names.map(ProbeKinds.bringing)
        return (set.atoms.map { probes[$0.field] }, set.atoms.map { set.isEvidence[$0.field] })
    }

    /// What tells a TLS stack as soon as the certificate is seen.
    private static let stackFields = Set(Field.all.filter(\.isOfStack).map(\.name))
}

extension RuleSet {
    var leadTables: LeadTables { derived(LeadTables.init) }

    /// Probes beyond the certificate that some rule can use.
    package var usedProbes: ProbeKinds { leadTables.usedProbes }

    /// The HTTP requests that the rules need beyond `GET /`, each once, the most telling first.
    package var requests: [RuleRequest] { leadTables.asked.map(\.request) }

    /// Those of them that rules of a person's own need, by their place in `requests`.
    package var ownRequests: Set<Int> { leadTables.ownRequests }
}
