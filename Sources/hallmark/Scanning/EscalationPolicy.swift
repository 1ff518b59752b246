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
    var needsFacts: Bool { level == .adaptive }

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
            decision.requests = requests
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
        if decision.wanted[.http] != nil { decision.requests = requests }
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
