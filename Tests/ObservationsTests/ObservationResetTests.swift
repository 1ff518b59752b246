import Observations
import Testing
import Wire

/// What one endpoint showed never shows in the record of the next.
@Suite struct ObservationResetTests {
    /// An observation in which every property has a value that a new one has not.
    private func full() -> Observation {
        let observation = Observation()
        (observation.sequence, observation.address, observation.port) = (7, "a.test", 443)
        (observation.ip, observation.domain) = (IPAddress("192.0.2.1"), "a.test")
        observation.transport = .udp
        (observation.isPlain, observation.serverName, observation.scope) = (true, "a.test", "scope")
        (observation.sentServerName, observation.startedAt, observation.duration) = ("a.test", 1, 2)
        observation.error = ObservationError(.localError)
        observation.proof = .proven
        observation.flight.record(version: 0x0303)
        observation.notTLS = NotTLSAnswer(name: "ssh", bytes: [1])
        observation.startTLS = StartTLSRecord(name: "smtp", greeting: [1])
        observation.verification = Verification(chain: "valid", name: "valid")
        observation.probes = [ProbeRecord(.certificate, .success)]
        observation.leftOut = [LeftOutProbe(.jarm, .notAsked)]
        observation.jarm = JARMResult(probes: [], serverName: "a.test")
        let origin = HTTPOrigin(isTLS: true, host: "a.test", port: 443)
        observation.http = [HTTPExchange(origin: origin, request: HTTPRequest("GET", "/"))]
        observation.favicon = Favicon(mmh3: 1, md5: [1], sha256: [1])
        observation.sniVariants = [SNIVariant(kind: .none, serverName: "")]
        observation.connections = [
            OtherConnection(
                .http,
                differences: [.key],
                serverName: nil,
                version: 0x0303,
                suite: nil,
                proof: .presented
            )
        ]
        observation.anomalies = [.changedBetweenConnections]
        observation.limits = [.addresses]
        observation.assessment = [.anyName]
        observation.imported = ImportedEvidence(ImportSource(product: "zeek", format: "ssl.log"))
        return observation
    }

    private func properties(_ observation: Observation) -> [String: String] {
        let children = Mirror(reflecting: observation).children
        return Dictionary(uniqueKeysWithValues: children.map { ($0.label ?? "", "\($0.value)") })
    }

    @Test func nothingIsLeft() {
        let new = properties(Observation())
        let observation = full()
        let filled = properties(observation)
        // A property that this test does not know yet is one that nobody may have thought of.
        for (name, value) in new { #expect(filled[name] != value, "\(name)") }
        observation.reset()
        #expect(properties(observation) == new)
    }
}
