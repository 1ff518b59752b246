import Bytes
import Wire

/// What other connections of the visit showed.
extension ByteBuffer {
    /// The members `anomalies` and `connections` of `hallmark`; nothing when nothing was odd and every
    /// connection showed the same.
    mutating func append(
        _ anomalies: [VisitAnomaly],
        _ flight: borrowing ServerFlight,
        _ connections: [OtherConnection],
        _ output: CertificateEncoder.ChainOutput
    ) {
        if !anomalies.isEmpty || flight.hasOddCertificateMessage {
            array("anomalies")
            for anomaly in anomalies { plainElement(anomaly.rawValue) }
            if flight.hasWrongListLength { plainElement(VisitAnomaly.wrongListLength.rawValue) }
            if flight.hasSkippedEntries { plainElement(VisitAnomaly.skippedEntries.rawValue) }
            endArray()
        }
        guard !connections.isEmpty else { return }
        array("connections")
        for connection in connections {
            element()
            members(connection)
            append(connection.chain, output)
            endObject()
        }
        endArray()
    }

    /// The member `limits` of `hallmark`; nothing when everything that was sent was kept.
    mutating func append(limits flight: borrowing ServerFlight, _ others: [ReachedBound]) {
        guard flight.hasReachedBounds || !others.isEmpty else { return }
        array("limits")
        for bound in flight.reachedBounds + others { plainElement(bound.rawValue) }
        endArray()
    }

    private mutating func members(_ connection: OtherConnection) {
        member("probe", word: connection.kind.rawValue)
        array("differs")
        for difference in connection.differences { plainElement(difference.rawValue) }
        endArray()
        if let name = connection.serverName { member("server_name", name) }
        negotiated(connection.version, connection.suite)
        if !connection.nextProtocol.isEmpty { member("next_protocol", connection.nextProtocol.span) }
        member("proof", word: connection.proof.rawValue)
        if let verification = connection.verification { member(verification) }
    }

    private mutating func append(_ chain: CertificateChain, _ output: CertificateEncoder.ChainOutput) {
        guard !chain.isEmpty else { return }
        var index = CertificateIndex()
        var digests = CertificateDigests()
        object("certificate")
        chain.withString(0) { leaf in
            let isReadable = chain.isLastCut ? index.read(beginning: leaf) : index.read(leaf)
            digests.hashShort(leaf, index)
            members(certificate: leaf, isReadable, index, digests, isWhole: !chain.isLastCut)
        }
        endObject()
        let count = output == .full ? chain.count : output == .leaf ? 1 : 0
        guard count > 0, !chain.isLastCut else { return }
        array("certificate_chain")
        for place in 0..<count {
            comma()
            append(0x22)
            chain.withString(place) { append(base64: $0) }
            append(0x22)
        }
        endArray()
    }
}
