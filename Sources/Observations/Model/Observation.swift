import Bytes
package import Wire

/// One endpoint, one moment, what it presented.
///
/// A scan makes one for each connection it holds open and uses it for target
/// after target: `reset` keeps the room of its arrays. It belongs to the loop
/// that fills it and is never shared. Its members are read and written some hundred times for each endpoint,
/// and none is lent out while another is used: that the runtime checks each access would cost a tenth of all
/// that a scan computes.
package final class Observation {
    /// The number of the target in its run; records of one target share it.
    @exclusivity(unchecked) package var sequence: UInt64 = 0
    /// The target as given: an address or a name.
    @exclusivity(unchecked) package var address = ""
    @exclusivity(unchecked) package var ip: IPAddress?
    @exclusivity(unchecked) package var port: UInt16 = 0
    @exclusivity(unchecked) package var transport = Transport.tcp
    /// The target's name, when it was given by name.
    @exclusivity(unchecked) package var domain: String?
    /// Whether HTTP without TLS was asked for.
    @exclusivity(unchecked) package var isPlain = false
    /// The server name of the endpoint, if it has any.
    @exclusivity(unchecked) package var serverName: String?
    /// The server name that the connection of `flight` sent; nil for none.
    @exclusivity(unchecked) package var sentServerName: String?
    /// The scope that allowed the target.
    @exclusivity(unchecked) package var scope: String?

    /// Nanoseconds since 1970, UTC, when the first connection was begun.
    @exclusivity(unchecked) package var startedAt: Int64 = 0
    /// Nanoseconds from there to the end of the last probe.
    @exclusivity(unchecked) package var duration: UInt64 = 0
    /// Why there is no certificate; nil when there is one.
    @exclusivity(unchecked) package var error: ObservationError?
    @exclusivity(unchecked) package var proof: Proof?

    /// What the server's first flight showed, its certificates among it.
    @exclusivity(unchecked) package var flight = ServerFlight()
    @exclusivity(unchecked) package var notTLS: NotTLSAnswer?
    @exclusivity(unchecked) package var startTLS: StartTLSRecord?
    /// The check of the record's own chain; nil when it was not made.
    @exclusivity(unchecked) package var verification: Verification?
    @exclusivity(unchecked) package var probes: [ProbeRecord] = []
    /// The kinds of probe that are not among them, and why.
    @exclusivity(unchecked) package var leftOut: [LeftOutProbe] = []
    @exclusivity(unchecked) package var jarm: JARMResult?
    @exclusivity(unchecked) package var http: [HTTPExchange] = []
    @exclusivity(unchecked) package var favicon: Favicon?
    @exclusivity(unchecked) package var sniVariants: [SNIVariant] = []
    /// Connections that showed something else than the rest says; at most `OtherConnection.maximumCount`.
    @exclusivity(unchecked) package var connections: [OtherConnection] = []
    @exclusivity(unchecked) package var anomalies: [VisitAnomaly] = []
    /// Bounds that were reached beyond those of the flight.
    @exclusivity(unchecked) package var limits: [ReachedBound] = []
    /// Tarpit and similar marks that the engine itself saw.
    @exclusivity(unchecked) package var assessment: [EndpointAssessment] = []
    /// What somebody else saw; nil for what we saw ourselves.
    @exclusivity(unchecked) package var imported: ImportedEvidence?

    package init() {}

    /// Whether the endpoint was not looked at, or not by every probe, because of the machine that looks.
    package var isLostHere: Bool {
        error?.code == .localError || probes.indices.contains { probes[$0].code == .localError }
    }

    /// Whether a certificate or, for plain HTTP, an answer was seen.
    package var isSuccess: Bool {
        !flight.chain.isEmpty || (flight.version == 0 && !http.isEmpty)
            || imported.map { !$0.certificate.isEmpty } ?? false
    }

    /// Whether not a byte of a server was seen: a refused or silent port, a name without addresses.
    package var isSilent: Bool {
        error != nil && flight.version == 0 && flight.chain.isEmpty && flight.alerts.isEmpty && http.isEmpty
            && notTLS == nil && startTLS == nil && imported == nil
    }

    /// Forgets everything but the room.
    package func reset() {
        sequence = 0
        (address, isPlain, transport) = ("", false, .tcp)
        (ip, port, domain, scope) = (nil, 0, nil, nil)
        (serverName, sentServerName) = (nil, nil)
        (startedAt, duration) = (0, 0)
        (error, proof, notTLS, startTLS, verification) = (nil, nil, nil, nil, nil)
        flight.reset()
        probes.removeAll(keepingCapacity: true)
        leftOut.removeAll(keepingCapacity: true)
        (jarm, favicon, imported) = (nil, nil, nil)
        if !http.isEmpty { http.removeAll() }
        if !sniVariants.isEmpty { sniVariants.removeAll() }
        if !assessment.isEmpty { assessment.removeAll() }
        if !connections.isEmpty { connections.removeAll() }
        if !anomalies.isEmpty { anomalies.removeAll() }
        if !limits.isEmpty { limits.removeAll() }
    }
}

/// What is known of the server and its certificate: `hallmark.proof`.
package enum Proof: String, CaseIterable, Sendable {
    /// The server showed the certificate.
    case presented
    /// It also proved to hold the key.
    case proven
}

/// An answer that is not TLS.
package struct NotTLSAnswer: Equatable, Sendable {
    /// The protocol's name, as in `network.protocol`.
    package var name: String
    /// Its first bytes, at most 256.
    package var bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// How TLS was asked for inside another protocol.
package struct StartTLSRecord: Equatable, Sendable {
    package var name: String
    /// The server's greeting, at most 512 bytes.
    package var greeting: [UInt8]
    /// What was wrong, each once.
    package private(set) var anomalies: [StartTLSAnomaly] = []

    package init(name: String, greeting: [UInt8]) {
        self.name = name
        self.greeting = greeting
    }

    package mutating func insert(_ anomaly: StartTLSAnomaly) {
        if !anomalies.contains(anomaly) { anomalies.append(anomaly) }
    }
}

/// What was wrong on the way to TLS: the closed list of `hallmark.starttls.anomalies`.
package enum StartTLSAnomaly: String, CaseIterable, Sendable {
    /// Bytes followed the server's go-ahead before the client's hello, as where somebody injects plaintext.
    case bytesBeforeTLS = "bytes_before_tls"
}

/// What `--verify` found.
package struct Verification: Equatable, Sendable {
    /// `valid`, or the library's reason why not.
    package var chain: String
    /// `valid`, `mismatch` or `not_checked`.
    package var name: String
    /// Stores that the chain was held against besides, by a person's names, and whether each trusts it.
    package var stores: [(name: String, isTrusting: Bool)] = []
    /// Whether `chain` was held against authorities that a person named, not against the system's.
    package var isOwnTrust = false

    package init(chain: String, name: String) {
        self.chain = chain
        self.name = name
    }

    package static func == (one: Verification, other: Verification) -> Bool {
        one.chain == other.chain && one.name == other.name && one.isOwnTrust == other.isOwnTrust
            && one.stores.elementsEqual(other.stores) { $0 == $1 }
    }
}

/// What another server name got.
package struct SNIVariant: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case name, none, random }

    package var kind: Kind
    package var serverName: String
    /// SHA-256 of the leaf, 32 bytes; empty when none came.
    package var certificate: [UInt8]
    package var code: ErrorCode?
    /// Whether the certificate names the server name sent; nil when none was sent.
    package var coversName: Bool?

    package init(
        kind: Kind,
        serverName: String,
        certificate: [UInt8] = [],
        code: ErrorCode? = nil,
        coversName: Bool? = nil
    ) {
        self.kind = kind
        self.serverName = serverName
        self.certificate = certificate
        self.code = code
        self.coversName = coversName
    }
}

/// What an endpoint as a whole looks like: the closed list of `hallmark.assessment`.
package enum EndpointAssessment: String, CaseIterable, Sendable {
    /// It shows the marks of many unrelated tools at once.
    case deceptionLikely = "deception_likely"
    /// It drips bytes or never ends an answer, until a budget ends it.
    case tarpitLikely = "tarpit_likely"
    /// It has a matching certificate for any name.
    case anyName = "any_name"
    /// It shows another certificate to another server name, or to none.
    case certificateByName = "certificate_by_name"
    /// It answers any path with success.
    case anyPath = "any_path"
}
