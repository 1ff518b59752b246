package import Observations

/// What of an endpoint was looked at beyond its certificate, and why the rest was not.
package struct LookedFor: Sendable {
    /// By probe, why it brought nothing; without an entry it was made, or can't apply.
    let missing: [ProbeKind: String]
    /// Requests that were answered, as `GET /login`.
    private let answered: Set<String>
    /// Requests that were made without an answer.
    private let unanswered: Set<String>
    /// Why a request was not made.
    private let whyNotAsked: String
    /// Whether the endpoint can't have pages, since it speaks another protocol.
    let hasNoPages: Bool

    /// Whether anything but the certificate was looked at: where nothing asked for it, the record's
    /// `hallmark.probes` says all there is to say.
    package let isFurther: Bool

    package init(_ observation: Observation) {
        let probes = observation.probes
        var missing: [ProbeKind: String] = [:]
        for kind in [ProbeKind.jarm, .http, .favicon] {
            guard let why = Self.whyMissing(kind, observation) else { continue }
            missing[kind] = why
        }
        self.missing = missing
        let made = observation.http.map {
            (Self.text($0.request.method, $0.request.target), $0.version != nil)
        }
        answered = Set(made.filter(\.1).map(\.0))
        unanswered = Set(made.filter { !$0.1 }.map(\.0))
        let limit = probes.last { $0.kind == .http }?.limit
        let reason: ProbeReason = limit != nil ? .budget : unanswered.isEmpty ? .unremarkable : .unreachable
        whyNotAsked = reason.rawValue
        hasNoPages = observation.leftOut.contains { $0.kind == .http && $0.reason == .otherProtocol }
        isFurther = probes.contains { $0.kind == .jarm || $0.kind == .http }
    }

    private static func whyMissing(_ kind: ProbeKind, _ observation: Observation) -> String? {
        let records = observation.probes.filter { $0.kind == kind }
        if records.contains(where: { $0.outcome == .success }) { return nil }
        if let record = records.last {
            // That there is no icon is an answer.
            if kind == .favicon, record.outcome == .failure { return nil }
            return record.code?.rawValue ?? record.reason?.rawValue ?? ProbeReason.unreachable.rawValue
        }
        let reason = observation.leftOut.first { $0.kind == kind }?.reason ?? .unreachable
        // Who speaks another protocol can't show the mark.
        return reason == .otherProtocol ? nil : reason.rawValue
    }

    static func text(_ method: String, _ path: String) -> String { "\(method) \(path)" }

    /// Why there is no answer to a request; nil when there is one.
    func whyUnanswered(_ request: RuleRequest) -> String? {
        let text = Self.text(request.method, request.path)
        if hasNoPages || answered.contains(text) { return nil }
        return unanswered.contains(text) ? ErrorCode.httpError.rawValue : whyNotAsked
    }
}
