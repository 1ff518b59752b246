import HTTPClient
import Observations
import Scan
import Signatures
import Testing
import Wire

@testable import hallmark

/// Which probes follow the certificate.
@Suite struct EscalationPolicyTests {
    private static let requests = ["/a", "/b", "/c"].map { HTTPRequest("GET", $0) }
    private static let ordinary = LeafSummary(isSelfSigned: false, validityDays: 90)

    private static let negativeSerial = {
        var anomalies = CertificateAnomalies()
        anomalies.insert(.negativeSerial)
        return anomalies
    }()

    private func policy(_ level: ScanOptions.Level, sniVariants: Bool = false) -> EscalationPolicy {
        EscalationPolicy(level: level, sniVariants: sniVariants, requests: Self.requests)
    }

    private func facts(_ change: (inout EndpointFacts) -> Void = { _ in }) -> EndpointFacts {
        var facts = EndpointFacts()
        (facts.hasCertificate, facts.speaksTLS, facts.leaf) = (true, true, Self.ordinary)
        change(&facts)
        return facts
    }

    /// Whatever is known, each probe is either wanted or left out, and there is one reason for it.
    @Test(arguments: ScanOptions.Level.allCases) func nothingIsLeftOpen(_ level: ScanOptions.Level) {
        let following: Set<ProbeKind> = [.jarm, .http, .favicon, .sni]
        for bits in 0..<128 {
            let facts = facts { facts in
                facts.hasCertificate = bits & 1 == 0
                facts.isPlain = bits & 2 != 0
                facts.hasStartTLS = bits & 4 != 0
                facts.hasMatch = bits & 8 != 0
                facts.wanted = bits & 16 != 0 ? [.http, .favicon] : []
                facts.hasUnknownStack = bits & 32 != 0
            }
            let decision = policy(level, sniVariants: bits & 64 != 0).decide(facts)
            #expect(Set(decision.wanted.keys).union(decision.skipped.keys) == following, "\(bits)")
            #expect(Set(decision.wanted.keys).isDisjoint(with: decision.skipped.keys), "\(bits)")
            #expect(decision.requests.isEmpty || decision.wanted[.http] != nil)
        }
    }

    @Test func whoSpeaksNothingIsNotProbed() {
        #expect(policy(.full, sniVariants: true).decide(EndpointFacts()) == .nothing)
    }

    @Test func levels() {
        let full = policy(.full).decide(facts())
        #expect(full.wanted == [.jarm: .level, .http: .level, .favicon: .level])
        #expect(full.requests.isEmpty, "nothing speaks against it")
        let suspected = policy(.full).decide(facts { $0.hasMatch = true })
        #expect(suspected.requests == Self.requests && suspected.ownRequests == 0)
        let certificate = policy(.certificate).decide(facts { $0.hasMatch = true })
        #expect(certificate.wanted.isEmpty && certificate.skipped[.jarm] == .notAsked)
        let plain = policy(.adaptive).decide(facts())
        #expect(plain.wanted.isEmpty && plain.requests.isEmpty)
        #expect(
            plain.skipped == [
                .jarm: .unremarkable, .http: .unremarkable, .favicon: .unremarkable, .sni: .notAsked,
            ]
        )
    }

    @Test func suspicionsWantJARMAndHTTP() {
        let suspicions: [(ProbeReason, (inout EndpointFacts) -> Void)] = [
            (.matched, { $0.hasMatch = true }),
            (.changed, { $0.hasChanged = true }),
            (.unknownEndpoint, { $0.isUnknownToInventory = true }),
            (.selfSigned, { $0.leaf = LeafSummary(isSelfSigned: true) }),
            (.selfSigned, { $0.leaf = LeafSummary(isSelfIssued: true) }),
            (.malformed, { $0.leaf = LeafSummary(anomalies: Self.negativeSerial) }),
            (.malformed, { $0.hasOddMessage = true }),
            (.lifetime, { $0.leaf = LeafSummary(validityDays: 826) }),
            (.lifetime, { $0.leaf = LeafSummary(validityDays: 0) }),
            (.unknownStack, { $0.hasUnknownStack = true }),
        ]
        for (reason, change) in suspicions {
            let decision = policy(.adaptive).decide(facts(change))
            #expect(decision.wanted == [.jarm: reason, .http: reason])
            #expect(decision.skipped[.favicon] == .unremarkable)
            #expect(decision.requests == Self.requests)
        }
    }

    /// A rule that has one kind of evidence gets the others that it wants, and no more.
    @Test func partialEvidence() {
        let jarm = policy(.adaptive).decide(facts { $0.wanted = .jarm })
        #expect(jarm.wanted == [.jarm: .partial] && jarm.requests.isEmpty)
        let icon = policy(.adaptive).decide(facts { $0.wanted = [.http, .favicon] })
        #expect(icon.wanted == [.http: .partial, .favicon: .partial])
    }

    @Test func anOrdinaryLifetimeAndAKnownEndpointAreNothing() {
        let decision = policy(.adaptive).decide(
            facts {
                $0.isUnknownToInventory = false
                $0.leaf = LeafSummary(validityDays: 825)
            }
        )
        #expect(decision.wanted.isEmpty)
    }

    @Test func requestsAreThoseThatCanStillTell() {
        let decision = policy(.full).decide(
            facts {
                $0.requests = { [2, 0] }
                $0.hasMatch = true
            }
        )
        #expect(decision.requests.map(\.path) == ["/c", "/a"])
    }

    /// A person's own rules are asked for wherever HTTP is, and one host that is suspected everything.
    @Test func ownRulesAndOneHost() {
        var policy = policy(.full)
        policy.ownRequests = [1]
        let decision = policy.decide(facts { $0.requests = { [1, 2, 0] } })
        #expect(decision.requests.map(\.path) == ["/b"] && decision.ownRequests == 1)
        policy.asksAll = true
        let all = policy.decide(facts { $0.requests = { [1, 2, 0] } })
        #expect(all.requests.map(\.path) == ["/b", "/c", "/a"] && all.ownRequests == 1)
    }

    @Test func otherProtocols() {
        let mail = policy(.full).decide(facts { $0.hasStartTLS = true })
        #expect(mail.wanted == [.jarm: .level])
        #expect(mail.skipped[.http] == .otherProtocol)
        let plain = policy(.full).decide(facts { $0.isPlain = true })
        #expect(plain.wanted == [.http: .asked, .favicon: .level])
        #expect(plain.requests == Self.requests)
        #expect(policy(.adaptive).decide(facts { $0.isPlain = true }).requests.isEmpty)
    }
}
