import Bytes
import DequeModule
import Net
import Observations
import Synchronization
import Targets
import Wire

/// How a target becomes endpoints, each with its connection or its refusal.
extension ScanLoop {
    /// A target with the address to connect to.
    struct Attempt {
        var target: Target
        var address: IPAddress
        /// Shared by the attempts of one name.
        var group: TargetGroup
    }

    /// How many endpoints of one target are not done.
    final class TargetGroup {
        var left: Int
        /// Whether the name has more addresses than are used.
        let isCut: Bool

        init(_ left: Int, isCut: Bool = false) {
            self.left = left
            self.isCut = isCut
        }
    }

    /// False when the rate does not allow it now: the target then waits.
    func begin(_ target: Target) -> Bool {
        if let problem = target.problem {
            refuse(target, address: nil, problem, group: TargetGroup(1))
            return true
        }
        switch target.host {
        case .address(let address):
            return begin(Attempt(target: target, address: address, group: TargetGroup(1)))
        case .name(let name):
            // Names that don't resolve make no connection and hold the rate all the same.
            guard isDue(pace?.lookups) else {
                batch.append(target)
                return false
            }
            resolve(name, target)
            return true
        }
    }

    /// Gives an endpoint its address, which all of its connections go to.
    ///
    /// False when the rate does not allow it now: the attempt then waits.
    func begin(_ attempt: Attempt) -> Bool {
        if let refusal = gate.refusal(of: attempt.address, for: attempt.target) {
            refuse(attempt.target, address: attempt.address, refusal, group: attempt.group)
            return true
        }
        if let networks, !networks.acquire(attempt.address) {
            deferred.append(attempt)
            return true
        }
        guard mayConnect() else {
            networks?.release(attempt.address)
            deferred.prepend(attempt)
            return false
        }
        let probe = idle.popLast() ?? EndpointVisit(self)
        active += 1
        counters.open.add(1, ordering: .relaxed)
        probe.begin(attempt)
        return true
    }

    private func resolve(_ name: String, _ target: Target) {
        active += 1
        resolver.resolve(name, families: options.usesIPv6 ? .both : .ipv4) { [unowned self] result in
            active -= 1
            resolved(target, result)
            fill()
        }
    }

    private func resolved(_ target: Target, _ result: Result<[ResolvedAddress], DNSFailure>) {
        switch result {
        case .failure(let failure):
            guard control.phase == .running || !failure.isOurs else { return }
            if failure.isOurs { notices.say(.resolver) }
            let error = ObservationError(failure.isOurs ? .localError : .dnsFailure, failure.description)
            refuse(target, address: nil, error, group: TargetGroup(1))
        case .success(let answers):
            // While the scan is being stopped nothing new begins: the target stays undone.
            guard control.phase == .running else { return }
            let addresses = answers.map(\.address.address)
            guard !addresses.isEmpty else {
                let error = ObservationError(
                    .dnsFailure,
                    "the name has no address of a family that is scanned"
                )
                return refuse(target, address: nil, error, group: TargetGroup(1))
            }
            // A name that a block list has swallowed leads to nobody; one real address among them is tried.
            let real = addresses.filter(\.isDestination)
            let usable = real.isEmpty ? Array(addresses.prefix(1)) : real
            let chosen = options.allAddresses ? usable : Array(usable.prefix(1))
            let isCut = options.allAddresses && Self.hasMore(addresses)
            attempt(target, isCut: isCut, chosen.filter { !target.addressesDone.contains($0.description) })
        }
    }

    /// Whether a name has more addresses than were asked for.
    private static func hasMore(_ addresses: [IPAddress]) -> Bool {
        let count = addresses.count(where: \.isV4)
        return max(count, addresses.count - count) > Resolver.maximumAddresses
    }

    /// Lines up addresses of a name; each has its place, its share of the rate and its record.
    func attempt(_ target: Target, isCut: Bool, _ addresses: [IPAddress]) {
        if addresses.isEmpty { handler.passed(target.sequence) }
        let group = TargetGroup(addresses.count, isCut: isCut)
        for address in addresses {
            deferred.append(Attempt(target: target, address: address, group: group))
        }
    }

    /// Gives a target its record without a connection.
    private func refuse(_ target: Target, address: IPAddress?, _ error: ObservationError, group: TargetGroup)
    {
        let observation = Observation()
        observation.describe(target, address)
        observation.startedAt = WallClock.nanoseconds
        observation.error = error
        report(observation, group)
    }

    /// Gives their records to targets at which discovery found nobody, some at a time: connections go on
    /// between.
    func reportFailures() {
        guard let found else { return }
        let failures = found.takeFailures(Self.failuresAtOnce)
        for failure in failures {
            report(Observation(failure, options, scopeName), TargetGroup(1))
        }
        if failures.count == Self.failuresAtOnce { wake(after: 1) }
    }

    private static let failuresAtOnce = 256
}
