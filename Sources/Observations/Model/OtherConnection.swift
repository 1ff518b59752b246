import Bytes
package import Wire

/// What a connection of the visit showed, where that differs from the rest of the record.
///
/// A record describes one certificate and one handshake. Another connection to the same endpoint may
/// meet another machine behind a load balancer, or a server that tells scanners apart: what it proved
/// and answered is true of its own certificate only.
package struct OtherConnection: Equatable, Sendable {
    /// In what two connections can differ: the closed list of `hallmark.connections.differs`.
    package enum Difference: String, CaseIterable, Sendable {
        /// Another leaf.
        case certificate
        /// Another leaf with another public key.
        case key
        /// The same leaf with other certificates after it.
        case chain
        case version
        case cipher
        case nextProtocol = "next_protocol"
        /// Another server name was sent, or none.
        case serverName = "server_name"
    }

    /// More entries than this are not kept.
    package static let maximumCount = 4

    /// The probe whose connection it was.
    package var kind: ProbeKind
    package var differences: [Difference]
    /// The server name that was sent; nil for none.
    package var serverName: String?
    /// The negotiated version, suite and application protocol, as in `ServerFlight`.
    package var version: UInt16
    package var suite: UInt16?
    package var nextProtocol: [UInt8]
    /// The certificates; empty when they are the record's own.
    package var chain = ServerFlight.emptyChain
    /// Whether this connection's handshake was completed by whoever holds the leaf's key.
    package var proof: Proof
    package var verification: Verification?

    package init(
        _ kind: ProbeKind,
        differences: [Difference],
        serverName: String?,
        version: UInt16,
        suite: UInt16?,
        nextProtocol: [UInt8] = [],
        proof: Proof,
        verification: Verification? = nil
    ) {
        self.kind = kind
        self.differences = differences
        self.serverName = serverName
        self.version = version
        self.suite = suite
        self.nextProtocol = nextProtocol
        self.proof = proof
        self.verification = verification
    }
}

/// What was odd about the visit as a whole: the closed list of `hallmark.anomalies`.
package enum VisitAnomaly: String, CaseIterable, Sendable {
    /// Two connections of the visit showed different certificates.
    case changedBetweenConnections = "changed_between_connections"
    /// The list of the Certificate message does not end with the message.
    case wrongListLength = "wrong_list_length"
    /// The Certificate message has entries that are empty.
    case skippedEntries = "skipped_entries"
}
