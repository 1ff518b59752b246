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
        let isProven = observation.proof == .proven
        if let reason = scan.choice.reasonLeftOut(kind, isPlain: observation.isPlain, isProven: isProven) {
            return reason
        }
        let probes = observation.probes
        if isCut || probes.indices.contains(where: { probes[$0].limit != nil }) { return .budget }
        let isOther = observation.notTLS != nil || observation.error?.code == .wrongProtocol
        return isOther ? .otherProtocol : .unreachable
    }
}

/// The options that leave probes out of every visit.
///
/// Each visit asks for every probe that it left out, and to copy all options for that would cost more than to
/// decide.
struct ProbeChoice {
    private let level: ScanOptions.Level
    private let prove: Bool
    private let sniVariants: Bool

    init(_ options: ScanOptions) {
        level = options.level
        prove = options.prove
        sniVariants = options.sniVariants
    }

    /// Why a probe is not run, whatever the endpoint is like; nil when the options alone don't decide that.
    func reasonLeftOut(_ kind: ProbeKind, isPlain: Bool, isProven: Bool) -> ProbeReason? {
        if isPlain, kind != .http, kind != .favicon { return .otherProtocol }
        switch kind {
        case .certificate where prove: return .replaced
        case .handshake: return isProven ? .replaced : .notAsked
        case .sni where !sniVariants: return .notAsked
        case .jarm where level == .certificate, .http where level == .certificate,
            .favicon where level == .certificate:
            return .notAsked
        default: return nil
        }
    }
}
