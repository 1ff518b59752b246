import Bytes
import Observations
import Signatures
import Wire

/// What is known of an endpoint when it is decided how far to probe it.
struct EndpointFacts {
    var hasCertificate = false
    /// It spoke TLS, even if it showed no certificate.
    var speaksTLS = false
    /// HTTP without TLS was asked for.
    var isPlain = false
    /// Another protocol asked for TLS and goes on inside it.
    var hasStartTLS = false
    /// Two connections showed different certificates.
    var hasChanged = false
    /// The message with the certificate is made as no library makes one.
    var hasOddMessage = false
    var leaf: LeafSummary?
    var hasMatch = false
    /// Probes that could still complete or refute a match.
    var wanted: ProbeKinds = []
    /// Signatures know innocent TLS stacks, and this one is none of them.
    var hasUnknownStack = false
    /// The inventory does not know the endpoint; nil when there is no inventory.
    var isUnknownToInventory: Bool?
    /// Gives the policy's requests that could still tell something, the most telling first; nil for all.
    ///
    /// Asked only where HTTP is wanted, which is seldom.
    var requests: () -> [Int]? = { nil }
}

extension EndpointFacts {
    init(_ observation: Observation) {
        hasCertificate = !observation.flight.chain.isEmpty
        speaksTLS = observation.flight.version != 0 || !observation.flight.alerts.isEmpty
        isPlain = observation.isPlain
        hasStartTLS = observation.startTLS != nil
        hasOddMessage = observation.flight.hasOddCertificateMessage
        hasChanged = observation.anomalies.contains(.changedBetweenConnections)
    }

    /// Adds what the signatures say of the record that was matched last.
    mutating func add(_ scratch: MatchScratch) {
        hasMatch = scratch.hasSuspiciousMatch
        wanted = scratch.wantedProbes()
        hasUnknownStack = speaksTLS && scratch.hasUnknownStack
        requests = { scratch.openRequests() }
    }
}
