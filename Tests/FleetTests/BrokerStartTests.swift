import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Fleet

/// Streams, consumers and buckets of a broker that has none yet.
@Suite struct BrokerStartTests {
    /// Who submits, collects and works may begin at one moment, with other leases: one of them makes what is
    /// missing, the others find it.
    @Test func allMayMakeThemAtOnce() throws {
        for round in 0..<8 {
            let scratch = Scratch()
            let server = try ServerProcess("nats-server", scratch: scratch) { port, scratch in
                ["-a", "127.0.0.1", "-p", "\(port)", "-js", "-sd", scratch.file("streams")]
            }
            let brokers = try (0..<8).map { _ in
                try Broker(BrokerOptions(servers: ["nats://127.0.0.1:\(server.port)"], role: .submit))
            }
            let failures = Mutex<[String]>([])
            let group = DispatchGroup()
            for (index, broker) in brokers.enumerated() {
                group.enter()
                Thread.detachNewThread {
                    defer { group.leave() }
                    do {
                        if index.isMultiple(of: 2) {
                            for name in [FleetStreams.workers, FleetStreams.slices] {
                                _ = try Bucket(name, on: broker)
                            }
                        } else {
                            try FleetStreams.make(on: broker, lease: 5 + index)
                        }
                    } catch { failures.withLock { $0.append("\(error)") } }
                }
            }
            group.wait()
            #expect(failures.withLock(\.self).isEmpty, "round \(round)")
        }
    }
}
