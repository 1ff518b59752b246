import Bytes
import Net
import Observations
import Wire

/// What an endpoint as a whole looks like, from how it answered.
extension EndpointVisit {
    /// Notes the marks of tarpits and of servers that answer anything.
    func assess() {
        if observation.sniVariants.contains(where: { $0.kind == .random && $0.coversName == true }) {
            observation.assessment.append(.anyName)
        }
        let own =
            observation.flight.chain.isEmpty
            ? nil : observation.flight.chain.withString(0) { BodyDigest.sha256($0) }
        if let own,
            observation.sniVariants.contains(where: { !$0.certificate.isEmpty && $0.certificate != own })
        {
            observation.assessment.append(.certificateByName)
        }
        if Self.answersAnyPath(observation.http) { observation.assessment.append(.anyPath) }
        // It kept us busy until a budget of ours was used up.
        let isExhausting = observation.probes.contains {
            $0.limit == .bytes || $0.limit == .time && $0.outcome == .failure
        }
        if isExhausting, observation.flight.version != 0 || !observation.http.isEmpty || bytesReceived > 0 {
            observation.assessment.append(.tarpitLikely)
        }
    }

    /// Three paths or more, each answered with success and the same body.
    static func answersAnyPath(_ exchanges: [HTTPExchange]) -> Bool {
        let paths = Set(exchanges.map(\.request.path))
        guard paths.count >= 3, let first = exchanges.first, !first.body.isEmpty else { return false }
        return exchanges.allSatisfy { $0.status == 200 && $0.body == first.body }
    }
}
