import Observations
import Scan
import Signatures
import Wire

/// What is known of an endpoint when it is decided how far to probe it.
struct EndpointFacts {
    var hasCertificate: Bool
    /// It spoke TLS, even if it showed no certificate.
    var speaksTLS: Bool
    var isPlainHTTP: Bool
    var leaf: LeafSummary?
    var hasMatch = false
    /// Probes that could still complete or refute a match.
    var wanted: ProbeKinds = []
    /// The inventory does not know the endpoint; nil when there is no inventory.
    var isUnknownToInventory: Bool?
    /// Requests of the rules for software that has matched already: they tell most.
    var preferred: [HTTPRequest] = []

    init(_ observation: Observation) {
        hasCertificate = !observation.flight.chain.isEmpty
        speaksTLS = observation.flight.version != 0 || !observation.flight.alerts.isEmpty
        isPlainHTTP = observation.flight.version == 0 && !observation.http.isEmpty
    }
}

/// Decides which probes follow the certificate: one value for a run, made from its options and signatures.
struct EscalationPolicy: Sendable {
    let level: ScanOptions.Level
    let sniVariants: Bool
    /// Requests that the loaded signatures need beyond `GET /`.
    let requests: [HTTPRequest]
    /// Probes that any loaded signature can use.
    let useful: ProbeKinds

    /// The longest lifetime, in days, of a public CA's certificate since 2018 (CA/Browser Forum ballot 193: 825 days).
    static let longestLifetime = 825

    /// Whether the decision depends on what the record says.
    var needsFacts: Bool { level == .adaptive || level == .full && requests.count > 1 }

    /// All requests, those first that tell most about the endpoint.
    private func ordered(_ facts: EndpointFacts) -> [HTTPRequest] {
        facts.preferred + requests.filter { !facts.preferred.contains($0) }
    }

    func decide(_ facts: EndpointFacts) -> ProbeDecision {
        var decision = ProbeDecision()
        guard facts.speaksTLS || facts.hasCertificate else { return decision }
        if sniVariants, facts.hasCertificate { decision.wanted[.sni] = .level }
        switch level {
        case .certificate: break
        case .full:
            decision.wanted[.jarm] = .level
            decision.wanted[.http] = .level
            decision.wanted[.favicon] = .level
            decision.requests = ordered(facts)
        case .adaptive:
            adapt(facts, &decision)
        }
        return decision
    }

    private func adapt(_ facts: EndpointFacts, _ decision: inout ProbeDecision) {
        guard let (reason, probes) = suspicion(facts) else {
            decision.skipped[.jarm] = .unremarkable
            decision.skipped[.http] = .unremarkable
            return
        }
        for (kind, probe) in [(ProbeKind.jarm, ProbeKinds.jarm), (.http, .http), (.favicon, .favicon)] {
            if probes.contains(probe) {
                decision.wanted[kind] = reason
            } else if kind != .favicon {
                decision.skipped[kind] = .unremarkable
            }
        }
        if decision.wanted[.http] != nil { decision.requests = ordered(facts) }
    }

    /// Why the endpoint deserves a closer look, and which probes that is.
    private func suspicion(_ facts: EndpointFacts) -> (ProbeReason, ProbeKinds)? {
        let all: ProbeKinds = [.jarm, .http]
        if facts.hasMatch { return (.matched, facts.wanted.union(all)) }
        if !facts.wanted.isEmpty { return (.partial, facts.wanted) }
        if facts.isUnknownToInventory == true { return (.unknownEndpoint, all) }
        guard let leaf = facts.leaf else { return nil }
        if leaf.isSelfSigned == true || leaf.isSelfIssued { return (.selfSigned, all) }
        if !leaf.anomalies.isEmpty { return (.malformed, all) }
        if let days = leaf.validityDays, days > Self.longestLifetime || days < 1 { return (.lifetime, all) }
        return nil
    }
}

extension EscalationPolicy {
    /// - Parameter rules: the loaded signatures, if any.
    init(level: ScanOptions.Level, sniVariants: Bool, rules: RuleSet?) {
        self.init(
            level: level,
            sniVariants: sniVariants,
            requests: rules?.requests.map { HTTPRequest($0) } ?? [],
            useful: rules?.usedProbes ?? []
        )
    }
}

extension HTTPRequest {
    fileprivate init(_ request: RuleRequest) {
        self.init(
            request.method,
            request.path,
            headers: request.headers.sorted { $0.key < $1.key }.map { Header($0.key, $0.value) },
            body: Array((request.body ?? "").utf8)
        )
    }
}

extension MatchScratch {
    /// The requests of all rules for the software that the last observation matched.
    var preferredRequests: [HTTPRequest] {
        let software = Set(matched.flatMap { ruleSet.rules[$0.rule].hallmark.software })
        guard !software.isEmpty else { return [] }
        var seen: Set<HTTPRequest> = []
        return ruleSet.rules.filter { !software.isDisjoint(with: $0.hallmark.software) }
            .flatMap { $0.hallmark.requests.map { HTTPRequest($0) } }
            .filter { seen.insert($0).inserted }
    }
}
