import Observations

/// Joins the matches of one observation into leads.
struct LeadBuilder {
    /// From so many unrelated tools on, none of them is believed.
    static let deceptionThreshold = 5
    /// So many of a deceptive host's leads are told.
    private static let deceptionLeads = 3

    private static let selfIssued = "hallmark.certificate.self_issued"

    private let set: RuleSet
    private let inputs: LeadInputs
    private let matches: [Assessment.Match]

    init(_ set: RuleSet, _ inputs: LeadInputs) {
        self.set = set
        self.inputs = inputs
        matches = inputs.matches
    }

    func build() -> Assessment {
        var software: [Software] = []
        for match in matches {
            for one in set.rule(match.rule).hallmark.software where !software.contains(one) {
                software.append(one)
            }
        }
        var leads = software.compactMap(lead)
        leads.sort { ($1.confidence, $0.software.name) < ($0.confidence, $1.software.name) }
        var assessment = Assessment(matches: matches, leads: leads)
        let unrelated = unrelatedTools(software)
        guard unrelated >= Self.deceptionThreshold else { return assessment }
        assessment.isDeceptive = true
        assessment.leads = leads.prefix(Self.deceptionLeads).map { lead in
            var lead = lead
            lead.confidence = min(lead.confidence, 25)
            lead.against.append(
                "\(unrelated) unrelated tools match at once: likely a honeypot or a deception service"
            )
            return lead
        }
        return assessment
    }

    /// A match for one software, weighed.
    private struct Piece {
        let rule: SigmaRule
        var weight: Double
        /// What benign look-alikes left of the weight.
        let factor: Double
        let isPlantable: Bool
    }

    /// Nil when nothing but the TLS stack of an innocent runtime speaks for it.
    private func lead(_ software: Software) -> Lead? {
        var against: [String] = []
        func object(_ text: String) { if !against.contains(text) { against.append(text) } }
        var pieces = matches.compactMap { weigh($0, software, object) }
        let isOfRuntime = pieces.allSatisfy {
            $0.rule.hallmark.specificity == .weak && $0.rule.kinds == [.tls] && $0.factor < 1
        }
        if isOfRuntime { return nil }
        let isCapped = holdDown(&pieces, object)
        let isDualUse = pieces.contains { $0.rule.hallmark.isDualUse }
        if isDualUse { object("dual use: administrators and testers run it as well") }
        var best = InlineArray<8, Double>(repeating: 0)
        var kinds: Set<EvidenceKind> = []
        for piece in pieces {
            let mask = piece.rule.kinds.reduce(0) { $0 | Confidence.bit($1) }
            best[mask] = max(best[mask], piece.weight)
            kinds.formUnion(piece.rule.kinds)
        }
        let confidence = Confidence.combine(best)
        return Lead(
            software: software,
            confidence: isCapped ? min(confidence, Confidence.plantedConfidence) : confidence,
            kinds: kinds.sorted(),
            isDualUse: isDualUse,
            corroborate: corroboration(of: software, besides: kinds),
            against: against
        )
    }

    /// What else could be looked at for a software with evidence of some kinds.
    private func corroboration(of software: Software, besides kinds: Set<EvidenceKind>) -> [String] {
        let all = set.leadTables.corroboration[software] ?? []
        return all.filter { $0.isOpen(inputs.lookedAt, kinds) }.map(\.text) + undecided(software)
    }

    /// What the software's other rules could not be decided without.
    private func undecided(_ software: Software) -> [String] {
        var wanted: [String] = []
        for one in inputs.undecided where set.rule(one.rule).hallmark.software.contains(software) {
            for name in one.wanted where !wanted.contains(name) { wanted.append(name) }
        }
        return wanted.prefix(8).map { "undecided without \($0)" }
    }

    /// Nil when the match is not for this software.
    private func weigh(
        _ match: Assessment.Match,
        _ software: Software,
        _ object: (String) -> Void
    ) -> Piece? {
        let rule = set.rule(match.rule)
        guard rule.hallmark.software.contains(software) else { return nil }
        let isExpired = rule.hallmark.expires.map { $0 <= inputs.time } ?? false
        if isExpired { object("an aged fact: \(rule.title)") }
        if inputs.isSelfSignatureUnseen, match.evidence.contains(where: { $0.field == Self.selfIssued }) {
            object("only the begin of the certificate was read: that it signed itself was not checked")
        }
        let factor = lowered(rule, software, object)
        for other in rule.hallmark.software where other != software {
            object("\(other.name) shows the same")
        }
        for name in rule.hallmark.sharesGenerator where name != software.name {
            object("shares its generator with \(name)")
        }
        let weight = Confidence.weight(rule.hallmark.specificity, isExpired: isExpired)
        return Piece(rule: rule, weight: weight * factor, factor: factor, isPlantable: match.isPlantable)
    }

    /// Takes weight from text that anybody can put on an innocent page, unless structure agrees with it.
    ///
    /// - Returns: whether nothing that an outsider can't plant speaks for the software.
    private func holdDown(_ pieces: inout [Piece], _ object: (String) -> Void) -> Bool {
        guard pieces.contains(where: \.isPlantable) else { return false }
        let structure = pieces.filter { !$0.isPlantable }
        if structure.contains(where: { $0.weight >= Confidence.agreeingWeight }) { return false }
        for index in pieces.indices where pieces[index].isPlantable {
            pieces[index].weight = min(pieces[index].weight, Confidence.plantedWeight)
        }
        object("text that anybody can put on a page")
        return !structure.contains { $0.factor == 1 }
    }

    /// What benign look-alikes leave of a rule's weight: the factor of the surest one.
    private func lowered(_ rule: SigmaRule, _ software: Software, _ object: (String) -> Void) -> Double {
        var factor = 1.0
        for match in matches {
            let other = set.rule(match.rule)
            guard let benign = other.hallmark.benign, rule.kinds.isSubset(of: other.kinds) else { continue }
            let isNamed = benign.lookalikeOf.contains(software.name)
            guard isNamed || benign.isOfAny && rule.hallmark.specificity != .unique else { continue }
            object("looks like \(benign.name)")
            if benign.lowers { factor = min(factor, Confidence.benignFactor(other.hallmark.specificity)) }
        }
        return factor
    }

    /// How many tools have good evidence of their own.
    ///
    /// Tools count as one when a rule names both, when one's rule says that it overlaps with the other, or
    /// when the same values speak for them.
    private func unrelatedTools(_ software: [Software]) -> Int {
        var group = Array(software.indices)
        func root(_ index: Int) -> Int {
            var index = index
            while group[index] != index { index = group[index] }
            return index
        }
        var good: Set<Int> = []
        var byValue: [String: Int] = [:]
        for match in matches {
            let rule = set.rule(match.rule)
            guard rule.hallmark.specificity != .weak else { continue }
            let members = rule.hallmark.software.compactMap { software.firstIndex(of: $0) }
            guard let first = members.first else { continue }
            good.insert(first)
            for other in members { group[root(other)] = root(first) }
            for evidence in match.evidence {
                let key = evidence.field + "=" + evidence.value
                if let other = byValue.updateValue(first, forKey: key) { group[root(other)] = root(first) }
            }
            for name in rule.hallmark.overlaps + rule.hallmark.sharesGenerator {
                for (index, other) in software.enumerated()
                where other.name == name || isCalled(name, other) { group[root(index)] = root(first) }
            }
        }
        return Set(good.map(root)).count
    }

    /// Whether a rule of this id or name is one of the software's that matched.
    private func isCalled(_ name: String, _ software: Software) -> Bool {
        matches.contains {
            set.rule($0.rule).isCalled(name) && set.rule($0.rule).hallmark.software.contains(software)
        }
    }
}
