import Observations

/// How many of the marks that rules know an observation can tell of: each rule for software is one.
package struct MarkCoverage: Equatable, Sendable {
    package let known: Int
    /// What was not looked for, or got no answer: those with the most marks first, at most 32.
    package let untested: [UntestedMarks]
    package let untestedCount: Int

    /// The marks that are there, or would have been seen.
    package var tested: Int { known - untestedCount }

    static let mostGroups = 32
}

/// Marks that could still be there, by what would have told.
package struct UntestedMarks: Equatable, Sendable {
    /// A request, as `GET /login`, the probe (`jarm`, `http`, `favicon`), `certificate` for one of which only
    /// the begin was read, or `url.path` for a path that no request can be made of.
    package let what: String
    /// Why it was not made, or how it failed: a reason or an error code of `hallmark.probes`.
    package let reason: String
    package fileprivate(set) var marks: Int
    /// The software that they mark, at most 8.
    package fileprivate(set) var software: [String]

    fileprivate static let mostSoftware = 8

    fileprivate mutating func add(_ names: [String]) {
        marks += 1
        for name in names where software.count < Self.mostSoftware && !software.contains(name) {
            software.append(name)
        }
    }
}

extension MatchScratch {
    /// What the last observation says of the rules for software: a mark that it neither shows nor refutes was
    /// not tested.
    package func coverage(_ lookedFor: LookedFor) -> MarkCoverage {
        let tables = ruleSet.leadTables
        let found = Set(matched.map(\.rule))
        let unread = Set(self.undecided)
        var open = Set(
            tables.marking.filter {
                !found.contains($0) && !unread.contains($0) && mayBeOpen($0, lookedFor)
            }
        )
        // A mark of several kinds may have its page in any exchange.
        var undecided: [Int: ProbeKinds] = [:]
        for exchange in 0..<min(64, max(1, view.exchanges)) where !open.isEmpty {
            if view.exchanges > 0 { replay(exchange) }
            for rule in open {
                guard let missing = missing(rule, lookedFor) else { continue }
                undecided[rule] = missing
                open.remove(rule)
            }
        }
        var groups: [String: UntestedMarks] = [:]
        func add(_ rule: Int, _ what: String, _ reason: String) {
            groups[what + reason, default: UntestedMarks(what: what, reason: reason, marks: 0, software: [])]
                .add(ruleSet.rule(rule).hallmark.software.map(\.name))
        }
        // What of the certificate was not read is no probe's to bring.
        let unreadMarks = tables.marking.filter { unread.contains($0) }
        for rule in unreadMarks { add(rule, ProbeKind.certificate.rawValue, ProbeReason.budget.rawValue) }
        for (rule, missing) in undecided.sorted(by: { $0.key < $1.key }) {
            let (what, reason) = lacking(rule, missing, lookedFor)
            add(rule, what, reason)
        }
        let sorted = groups.values.sorted { ($1.marks, $0.what) < ($0.marks, $1.what) }
        return MarkCoverage(
            known: tables.marking.count,
            untested: Array(sorted.prefix(MarkCoverage.mostGroups)),
            untestedCount: undecided.count + unreadMarks.count
        )
    }

    /// Whether a rule looks at anything that may not have been looked at; most don't.
    private func mayBeOpen(_ rule: Int, _ lookedFor: LookedFor) -> Bool {
        let uses = ruleSet.leadTables.ruleProbes[rule]
        return uses.contains(.jarm) && lookedFor.missing[.jarm] != nil
            || uses.contains(.favicon) && lookedFor.missing[.favicon] != nil
            || uses.contains(.http)
                && (lookedFor.missing[.http] != nil || unanswered(rule, lookedFor) != nil)
    }

    /// The probes that would decide a rule; nil for one that is refuted.
    private func missing(_ rule: Int, _ lookedFor: LookedFor) -> ProbeKinds? {
        var missing: ProbeKinds = []
        if lookedFor.missing[.jarm] != nil { missing.insert(.jarm) }
        if lookedFor.missing[.favicon] != nil { missing.insert(.favicon) }
        let isUnanswered = unanswered(rule, lookedFor) != nil
        if lookedFor.missing[.http] != nil || isUnanswered { missing.insert(.http) }
        return openProbes(rule, missing, anew: isUnanswered)
    }

    private func unanswered(_ rule: Int, _ lookedFor: LookedFor) -> (what: String, reason: String)? {
        for request in ruleSet.rule(rule).hallmark.requests {
            if let why = lookedFor.whyUnanswered(request) {
                return (LookedFor.text(request.method, request.path), why)
            }
        }
        guard !lookedFor.hasNoPages, ruleSet.leadTables.unaskable.contains(rule) else { return nil }
        return ("url.path", ProbeReason.notAsked.rawValue)
    }

    private func lacking(
        _ rule: Int,
        _ missing: ProbeKinds,
        _ lookedFor: LookedFor
    ) -> (what: String, reason: String) {
        func probe(_ kind: ProbeKind) -> (String, String) {
            (kind.rawValue, lookedFor.missing[kind] ?? ProbeReason.unreachable.rawValue)
        }
        if missing.contains(.http) {
            if lookedFor.missing[.http] == nil, let unanswered = unanswered(rule, lookedFor) {
                return unanswered
            }
            return probe(.http)
        }
        return probe(missing.contains(.favicon) ? .favicon : .jarm)
    }
}
