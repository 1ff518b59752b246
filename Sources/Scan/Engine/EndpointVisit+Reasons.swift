import Observations
import Wire

/// Why each probe was run, or why it was not.
extension EndpointVisit {
    /// Why the step that is ending was done.
    ///
    /// - Parameter look: the hello of a grab.
    func reason(_ kind: ProbeKind, attempt: Int, _ look: ClientHello.Look?) -> ProbeReason? {
        if let reason = decision.wanted[kind] { return reason }
        switch kind {
        case .certificate where attempt > 1, .handshake where attempt > 1: return .retry
        case .certificate:
            return look == scan.options.look && !scan.options.prove ? .level : .fallback
        case .handshake where !scan.options.prove: return .fallback
        case .handshake, .http: return .asked
        case .jarm, .favicon, .sni: return nil
        }
    }

    /// Says of every probe that was not run why.
    func noteLeftOut() {
        let probes = observation.probes
        for kind in ProbeKind.allCases where !probes.indices.contains(where: { probes[$0].kind == kind }) {
            observation.leftOut.append(LeftOutProbe(kind, reasonLeftOut(kind)))
        }
    }

    private func reasonLeftOut(_ kind: ProbeKind) -> ProbeReason {
        if let reason = decision.skipped[kind] { return reason }
        let isOfTLS = kind != .http && kind != .favicon
        if observation.isPlain, isOfTLS { return .otherProtocol }
        switch kind {
        case .certificate where scan.options.prove: return .replaced
        case .handshake: return observation.proof == .proven ? .replaced : .notAsked
        case .sni where !scan.options.sniVariants: return .notAsked
        case .jarm where scan.options.level == .certificate,
            .http where scan.options.level == .certificate,
            .favicon where scan.options.level == .certificate:
            return .notAsked
        default: break
        }
        let probes = observation.probes
        if isCut || probes.indices.contains(where: { probes[$0].limit != nil }) { return .budget }
        let isOther = observation.notTLS != nil || observation.error?.code == .wrongProtocol
        return isOther ? .otherProtocol : .unreachable
    }
}
