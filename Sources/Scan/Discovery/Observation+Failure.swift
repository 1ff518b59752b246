import Observations
import Targets
import Wire

extension Observation {
    /// What a connection would have seen of a target at which discovery found nobody.
    convenience init(_ failure: FoundTargets.Failure, _ options: ScanOptions, _ scope: String?) {
        self.init()
        guard case .address(let address) = failure.target.host else { return }
        describe(failure.target, address)
        serverName = options.serverName.name(for: failure.target)
        self.scope = scope
        startedAt = failure.startedAt
        duration = failure.duration
        error = failure.error
        let first: ProbeKind =
            switch failure.target.scheme {
            case .http: .http
            case .tls: options.prove ? .handshake : .certificate
            }
        var probe = ProbeRecord(first, .failure, code: failure.error.code)
        probe.milliseconds = Int(clamping: failure.duration / 1_000_000)
        probe.reason = first == .certificate ? .level : .asked
        if first == .certificate { probe.hello = options.look.rawValue }
        probes.append(probe)
        let choice = ProbeChoice(options)
        for kind in ProbeKind.allCases where kind != first {
            let reason = choice.reasonLeftOut(kind, isPlain: isPlain, isProven: false)
            leftOut.append(LeftOutProbe(kind, reason ?? .unreachable))
        }
    }
}
