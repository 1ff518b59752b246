import Bytes
import Observations
import TLSClient
import Wire

/// What one connection of a visit showed and proved, at its end.
struct Sighting {
    let kind: ProbeKind
    /// The server name that was sent; nil for none.
    var serverName: String?
    var flight: ServerFlight
    /// Whether its handshake was completed, which only the holder of the leaf's key can do.
    var isEstablished = false
    var verification: Verification?
}

extension Observation {
    /// Adds what a further connection showed.
    ///
    /// Proof and check count for the record's own certificate only when this connection showed it;
    /// otherwise they stand with the connection, and the change is an anomaly. When nothing has shown a
    /// certificate before, the connection becomes the record's own.
    ///
    /// - Returns: SHA-256 of the connection's leaf when that is not the record's; otherwise nothing.
    func take(_ sighting: Sighting) -> [UInt8] {
        let chain = sighting.flight.chain
        guard !chain.isEmpty else { return [] }
        guard !flight.chain.isEmpty else {
            flight = sighting.flight
            (error, notTLS) = (nil, nil)
            proof = sighting.proof
            verification = sighting.verification
            sentServerName = sighting.serverName
            return []
        }
        let differences = differences(sighting)
        // The same leaf has the same key, whatever was sent along with it.
        let hasOtherLeaf = differences.contains(.certificate)
        if !hasOtherLeaf, sighting.isEstablished { proof = .proven }
        let hasOtherChain = hasOtherLeaf || differences.contains(.chain)
        if !hasOtherChain, let result = sighting.verification { verification = result }
        if hasOtherChain, !anomalies.contains(.changedBetweenConnections) {
            anomalies.append(.changedBetweenConnections)
        }
        if !differences.isEmpty { add(sighting, differences, keepsChain: hasOtherChain) }
        return hasOtherLeaf ? chain.withString(0) { BodyDigest.sha256($0) } : []
    }

    /// Adds what a connection showed whose handshake had to be made again with another hello: only another
    /// certificate is worth a word there.
    func take(earlier sighting: Sighting) {
        guard
            sighting.flight.chain.ranges != flight.chain.ranges
                || sighting.flight.chain.bytes != flight.chain.bytes
        else { return }
        _ = take(sighting)
    }

    private func add(_ sighting: Sighting, _ differences: [OtherConnection.Difference], keepsChain: Bool) {
        var other = OtherConnection(
            sighting.kind,
            differences: differences,
            serverName: sighting.serverName,
            version: sighting.flight.version,
            suite: sighting.flight.suite,
            nextProtocol: sighting.flight.nextProtocol,
            proof: sighting.proof,
            verification: keepsChain ? sighting.verification : nil
        )
        if keepsChain { other.chain = sighting.flight.chain }
        guard !connections.contains(other) else { return }
        if connections.count < OtherConnection.maximumCount {
            connections.append(other)
        } else if !limits.contains(.connections) {
            limits.append(.connections)
        }
    }

    /// In what a connection that showed a certificate differs from the record's own.
    private func differences(_ sighting: Sighting) -> [OtherConnection.Difference] {
        let other = sighting.flight
        var differences: [OtherConnection.Difference] = []
        if flight.chain.ranges != other.chain.ranges || flight.chain.bytes != other.chain.bytes {
            flight.chain.withString(0) { own in
                other.chain.withString(0) { leaf in
                    if areEqual(own, leaf) { return differences.append(.chain) }
                    differences.append(.certificate)
                    if haveDifferentKeys(own, leaf) { differences.append(.key) }
                }
            }
        }
        if flight.version != other.version { differences.append(.version) }
        if flight.suite != other.suite { differences.append(.cipher) }
        if flight.nextProtocol != other.nextProtocol { differences.append(.nextProtocol) }
        if sentServerName != sighting.serverName { differences.append(.serverName) }
        return differences
    }
}

extension Sighting {
    fileprivate var proof: Proof { isEstablished ? .proven : .presented }
}

/// Whether two certificates have different public keys, as far as both can be read.
private func haveDifferentKeys(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    var first = CertificateIndex()
    var second = CertificateIndex()
    guard first.read(one), second.read(other) else { return true }
    return !areEqual(
        one.extracting(first.key.whole.indices),
        other.extracting(second.key.whole.indices)
    )
}
