package import Observations
package import Targets
package import Wire

/// Decides whether an address may be connected to.
///
/// This is the one place where exclusions, scope and special purposes are held against the address that a
/// socket gets, whatever name, redirect or form of an address led to it. `ScanLoop` asks it for every
/// endpoint that it begins; whoever connects to another address than the endpoint's asks it before.
package struct ConnectionGate: Sendable {
    private let options: TargetOptions
    /// Where connections may come from; empty for what the system chooses.
    private let sources: [IPAddress]
    /// What connections go to in place of the endpoint.
    private let proxy: IPAddress?

    package init(_ options: TargetOptions, from sources: [IPAddress] = [], by proxy: IPAddress? = nil) {
        (self.options, self.sources, self.proxy) = (options, sources, proxy)
    }

    /// Why `address` must not be connected to for `target`, or nil.
    ///
    /// An IPv6 address that leads to an IPv4 address is refused where that one is excluded, too.
    package func refusal(of address: IPAddress, for target: Target) -> ObservationError? {
        guard address.isDestination else { return noDestination(address, target) }
        for inner in address.reachable {
            if options.exclusions.excludes(inner, port: target.port) {
                return ObservationError(
                    .excluded,
                    "\(address) leads to \(inner), of which port \(target.port) is excluded"
                )
            }
            if options.scope?.excludes(inner, port: target.port) == true {
                return ObservationError(.outOfScope, "\(address) leads to \(inner), which the scope excludes")
            }
        }
        if options.refusesSpecial, let block = SpecialPurpose.block(of: address) {
            return ObservationError(
                .excluded,
                "\(address) is in a special-purpose network (\(block.prefix), \(block.name)), where this worker "
                    + "does not go without --allow-special"
            )
        }
        // Whoever names where to come from is not to be seen from elsewhere.
        if !sources.isEmpty, !sources.contains(where: { $0.isV4 == (proxy ?? address).isV4 }) {
            return ObservationError(.localError, "no source address of its family was named")
        }
        return options.refusal(of: address, for: target)
    }

    private func noDestination(_ address: IPAddress, _ target: Target) -> ObservationError {
        switch target.host {
        case .address: ObservationError(.invalidTarget, "\(address) is no address of a host")
        case .name:
            ObservationError(.dnsFailure, "the name leads to \(address), which is no address of a host")
        }
    }
}
