import Observations

/// Probes beyond the certificate.
package struct ProbeKinds: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let jarm = ProbeKinds(rawValue: 1)
    package static let http = ProbeKinds(rawValue: 2)
    package static let favicon = ProbeKinds(rawValue: 4)

    /// The probe that brings a field; empty for what the first handshake brings.
    static func bringing(_ field: String) -> ProbeKinds {
        switch Field.named(field)?.probe {
        case .jarm: .jarm
        case .http: .http
        case .favicon: [.http, .favicon]
        // The first handshake's, or of what no rule asks for.
        case .certificate, .handshake, .sni, nil: []
        }
    }
}

extension MatchScratch {
    /// Whether the last observation matched anything but rules for innocent things.
    package var hasSuspiciousMatch: Bool {
        matched.contains { ruleSet.rule($0.rule).hallmark.benign == nil }
    }

    /// The probes that could still complete, corroborate or refute a match, after what the last observation
    /// holds.
    ///
    /// With a match of more than innocent things it is every probe that a loaded rule can use; otherwise the
    /// probes of those rules that want several kinds of evidence, have one of them and are not refuted by
    /// another.
    package func wantedProbes() -> ProbeKinds {
        let tables = ruleSet.leadTables
        if hasSuspiciousMatch { return tables.usedProbes }
        var wanted: ProbeKinds = []
        for rule in tables.severalKinds where !wanted.isSuperset(of: tables.usedProbes) {
            let outcome = foresee(Int(ruleSet.starts[rule]), tables)
            if outcome.truth == nil && outcome.hasEvidence { wanted.formUnion(outcome.open) }
        }
        return wanted
    }

    /// Whether what is known of the last observation rules a match out, whatever further probes bring.
    func isRefuted(_ rule: Int) -> Bool {
        foresee(Int(ruleSet.starts[rule]), ruleSet.leadTables, anew: true).truth == false
    }

    /// The probes that would decide a rule which did not match, when some of them brought nothing.
    ///
    /// - Parameters:
    ///   - missing: the probes that were not made, or failed.
    ///   - anew: whether a further exchange would tell.
    /// - Returns: nil when the rule is refuted all the same.
    func openProbes(_ rule: Int, _ missing: ProbeKinds, anew: Bool) -> ProbeKinds? {
        let start = Int(ruleSet.starts[rule])
        let outcome = foresee(start, ruleSet.leadTables, anew: anew, missing: missing)
        return outcome.truth == nil ? outcome.open : nil
    }

    /// A condition's truth as far as it is known, what would tell, and whether any evidence for it is there.
    private struct Foresight {
        var truth: Bool?
        var open: ProbeKinds = []
        var hasEvidence = false
    }

    /// - Parameters:
    ///   - anew: whether a further exchange is to be made, so that what it will hold is open.
    ///   - missing: the probes that are still to be made; what the others did not bring is not there.
    private func foresee(
        _ place: Int,
        _ tables: LeadTables,
        anew: Bool = false,
        missing: ProbeKinds = [.jarm, .http, .favicon]
    ) -> Foresight {
        let step = ruleSet.tables.steps.base[place]
        switch step.operation {
        case .test:
            let atom = Int(step.atom)
            let probes = tables.atomProbes[atom]
            let isOpen = anew && ruleSet.atoms[atom].isInExchange || !view.has(ruleSet.atoms[atom].field)
            if !probes.isDisjoint(with: missing) && isOpen {
                return Foresight(truth: nil, open: probes.intersection(missing))
            }
            let truth = truth(ofAtom: atom)
            return Foresight(truth: truth, hasEvidence: truth == true && tables.isEvidence[atom])
        case .not:
            var inner = foresee(place + 1, tables, anew: anew, missing: missing)
            inner.truth = inner.truth.map { !$0 }
            inner.hasEvidence = false
            return inner
        case .and, .or:
            let decisive = step.operation == .or
            var sum = Foresight(truth: !decisive)
            var child = place + 1
            while child < Int(step.end) {
                let one = foresee(child, tables, anew: anew, missing: missing)
                child = Int(ruleSet.tables.steps.base[child].end)
                if one.truth == decisive { return Foresight(truth: decisive, hasEvidence: one.hasEvidence) }
                if one.truth == nil {
                    sum.truth = nil
                    sum.open.formUnion(one.open)
                }
                sum.hasEvidence = sum.hasEvidence || one.hasEvidence
            }
            return sum
        }
    }
}
