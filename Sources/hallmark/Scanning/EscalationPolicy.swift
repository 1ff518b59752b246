import Observations
import Scan
import Signatures
import Wire

/// Decides which probes follow the certificate: one value for a run, made from its options and signatures.
struct EscalationPolicy: Sendable {
    let level: ScanOptions.Level
    let sniVariants: Bool
    /// Requests that the loaded signatures need beyond `GET /`, the most telling first.
    let requests: [HTTPRequest]
    /// Those that a person's own rules need, by their place.
    var ownRequests: Set<Int> = []
    /// Whether all is asked of an endpoint that nothing speaks against, too: one host that a person suspects.
    var asksAll = false

    /// The longest lifetime, in days, of a public CA's certificate since 2018 (CA/Browser Forum ballot 193:
    /// 825 days).
    static let longestLifetime = 825

    /// Whether the decision depends on what the record says.
    var needsFacts: Bool { level == .adaptive || level == .full && !requests.isEmpty }

    /// Which probes to run, and which not; every one that may follow the certificate is in one of the two.
    func decide(_ facts: EndpointFacts) -> ProbeDecision {
        var decision = ProbeDecision()
        if facts.isPlain {
            decidePlain(&decision)
        } else if facts.speaksTLS || facts.hasCertificate {
            decideTLS(facts, &decision)
        } else {
            return decision
        }
        if decision.wanted[.http] != nil, decision.wanted[.http] != .asked || level == .full {
            ask(facts, &decision)
        }
        return decision
    }

    /// Names the requests: of an endpoint that nothing speaks against those of a person's own rules alone.
    private func ask(_ facts: EndpointFacts, _ decision: inout ProbeDecision) {
        var places = facts.requests() ?? Array(requests.indices)
        let isSuspected = asksAll || facts.isPlain || suspicion(facts) != nil
        if !isSuspected { places.removeAll { !ownRequests.contains($0) } }
        decision.requests = places.map { requests[$0] }
        decision.ownRequests = places.prefix { ownRequests.contains($0) }.count
    }

    /// HTTP without TLS: there is nothing to decide by before it is asked.
    private func decidePlain(_ decision: inout ProbeDecision) {
        decision.wanted[.http] = .asked
        if level == .full {
            decision.wanted[.favicon] = .level
        } else {
            decision.skipped[.favicon] = .notAsked
        }
        decision.skipped[.jarm] = .otherProtocol
        decision.skipped[.sni] = .otherProtocol
    }

    private func decideTLS(_ facts: EndpointFacts, _ decision: inout ProbeDecision) {
        if !sniVariants {
            decision.skipped[.sni] = .notAsked
        } else if facts.hasCertificate {
            decision.wanted[.sni] = .asked
        } else {
            decision.skipped[.sni] = .unreachable
        }
        let suspicion = level == .adaptive ? suspicion(facts) : nil
        for (kind, probe) in [(ProbeKind.jarm, ProbeKinds.jarm), (.http, .http), (.favicon, .favicon)] {
            if kind != .jarm, facts.hasStartTLS {
                decision.skipped[kind] = .otherProtocol
            } else if level == .full {
                decision.wanted[kind] = .level
            } else if level == .certificate {
                decision.skipped[kind] = .notAsked
            } else if let suspicion, suspicion.probes.contains(probe) {
                decision.wanted[kind] = suspicion.reason
            } else {
                decision.skipped[kind] = .unremarkable
            }
        }
    }

    /// Why the endpoint deserves a closer look, and which probes that is.
    private func suspicion(_ facts: EndpointFacts) -> (reason: ProbeReason, probes: ProbeKinds)? {
        let all: ProbeKinds = [.jarm, .http]
        if facts.hasMatch { return (.matched, facts.wanted.union(all)) }
        if facts.hasChanged { return (.changed, facts.wanted.union(all)) }
        if !facts.wanted.isEmpty { return (.partial, facts.wanted) }
        if facts.isUnknownToInventory == true { return (.unknownEndpoint, all) }
        if facts.hasOddMessage { return (.malformed, all) }
        if let leaf = facts.leaf {
            if leaf.isSelfSigned == true || leaf.isSelfIssued { return (.selfSigned, all) }
            if !leaf.anomalies.isEmpty { return (.malformed, all) }
            if let days = leaf.validityDays, days > Self.longestLifetime || days < 1 {
                return (.lifetime, all)
            }
        }
        return facts.hasUnknownStack ? (.unknownStack, all) : nil
    }
}

extension EscalationPolicy {
    /// - Parameter rules: the loaded signatures, if any.
    init(level: ScanOptions.Level, sniVariants: Bool, rules: RuleSet?, asksAll: Bool = false) {
        self.init(
            level: level,
            sniVariants: sniVariants,
            requests: rules?.requests.map { HTTPRequest($0) } ?? [],
            ownRequests: rules?.ownRequests ?? [],
            asksAll: asksAll
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
