import Net
import Wire

/// What fails on our side, and is done again.
extension ScanLoop {
    /// How often there was no way out of this machine, for an endpoint to compare.
    func outages(to address: IPAddress) -> Int { trouble.outages(isIPv6: address.isV6) }

    /// Has a step done again that failed on our side, after a wait; false when it did not, or when the
    /// patience for it is at an end.
    func postpone(_ probe: EndpointVisit, _ end: ConnectionEnd) -> Bool {
        guard !isStopped, let address = probe.attempt?.address else { return false }
        guard let delay = delay(of: probe, end, isIPv6: address.isV6) else { return false }
        postponed.append((probe, loop.now + delay))
        wake(after: delay)
        return true
    }

    private func delay(of probe: EndpointVisit, _ end: ConnectionEnd, isIPv6: Bool) -> UInt64? {
        let now = loop.now
        if case .failedHere(let error) = end {
            if error.isExhaustion { lowerCapacity(error, now) } else { notices.say(.noRoute) }
            return trouble.wait(after: error, isIPv6: isIPv6, &probe.setback, now: now)
        }
        let sawOutage = trouble.outages(isIPv6: isIPv6) != probe.outagesBefore
        trouble.worked(isIPv6: isIPv6, now: now)
        let sawPause = probe.sawPause
        guard sawPause || sawOutage, trouble.repeats(end, sawPause: sawPause, &probe.setback) else {
            return nil
        }
        notices.say(sawPause ? .pause : .noRoute)
        return 100
    }

    /// As many endpoints at once as this machine has shown that it has room for.
    private func lowerCapacity(_ error: UVError, _ now: UInt64) {
        lastExhaustion = now
        let held = max(1, active - postponed.count - 1)
        guard held < capacity else { return }
        capacity = held
        notices.say(.exhausted(error.description, held))
    }

    /// Takes back by and by what was lowered, once nothing has lacked for a second.
    func regainCapacity() {
        guard capacity < fullCapacity, loop.now - min(loop.now, lastExhaustion) > 1000 else { return }
        capacity = min(fullCapacity, capacity + max(1, capacity / 8))
        fill()
    }
}
