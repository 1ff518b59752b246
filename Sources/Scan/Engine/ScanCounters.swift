import Observations
import Synchronization

/// What one loop has done so far; read by others while it goes on.
package final class ScanCounters: Sendable {
    let done = Atomic<UInt64>(0)
    let found = Atomic<UInt64>(0)
    let leads = Atomic<UInt64>(0)
    let open = Atomic<Int>(0)
    let connections = Atomic<UInt64>(0)
    let bytes = Atomic<UInt64>(0)
    let fallbacks = Atomic<UInt64>(0)

    package init() {}

    /// One more handshake of ours that failed and is made again by libssl.
    func addFallback() { fallbacks.add(1, ordering: .relaxed) }

    /// One more endpoint with a lead.
    package func addLead() { leads.add(1, ordering: .relaxed) }
}
