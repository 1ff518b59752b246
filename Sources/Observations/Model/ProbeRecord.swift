/// The kinds of probe: the closed list of `hallmark.probes.kind`.
package enum ProbeKind: String, CaseIterable, Sendable {
    /// Our own hello, up to the Certificate message.
    case certificate
    /// A complete handshake with libssl.
    case handshake
    /// The ten hellos of JARM.
    case jarm
    /// HTTP requests over the completed handshake or over plain TCP.
    case http
    /// The icon that the page names, or `/favicon.ico`.
    case favicon
    /// The same grab with other server names.
    case sni
}

/// One connection, or one probe of several connections, that was made or left out.
package struct ProbeRecord: Equatable, Sendable {
    package enum Outcome: String, CaseIterable, Sendable { case success, failure, skipped }

    /// The budget that ended a probe.
    package enum Limit: String, CaseIterable, Sendable { case bytes, time, records, messages, requests }

    package var kind: ProbeKind
    package var outcome: Outcome
    package var code: ErrorCode?
    package var reason: ProbeReason?
    package var hello: String?
    package var attempt: Int
    package var milliseconds: Int
    package var limit: Limit?
    /// The fatal alert by which the server ended the probe's connection.
    package var alert: UInt8?

    package init(
        _ kind: ProbeKind,
        _ outcome: Outcome,
        code: ErrorCode? = nil,
        reason: ProbeReason? = nil,
        hello: String? = nil,
        attempt: Int = 1,
        milliseconds: Int = 0,
        limit: Limit? = nil
    ) {
        self.kind = kind
        self.outcome = outcome
        self.code = code
        self.reason = reason
        self.hello = hello
        self.attempt = attempt
        self.milliseconds = milliseconds
        self.limit = limit
        alert = nil
    }
}

/// A probe that was not made: most endpoints have several, so that they carry no more than this.
package struct LeftOutProbe: Equatable, Sendable {
    package var kind: ProbeKind
    package var reason: ProbeReason

    package init(_ kind: ProbeKind, _ reason: ProbeReason) {
        self.kind = kind
        self.reason = reason
    }
}

/// Why a probe was run, or why it was not: the closed list of `hallmark.probes.reason`.
package enum ProbeReason: String, CaseIterable, Sendable {
    /// Every endpoint gets this probe at this level.
    case level
    /// An option asks for the probe, or the target itself does, as `http://` does.
    case asked
    /// The first try failed in a way that may pass.
    case retry
    /// The server refused or ignored the hello before; this one asks for less.
    case fallback
    /// A signature matched already.
    case matched
    /// A signature that needs several kinds of evidence has one of them.
    case partial
    /// Two connections of the visit showed different certificates.
    case changed = "changed_between_connections"
    /// The certificate is self-signed.
    case selfSigned = "self_signed"
    /// The certificate is malformed.
    case malformed
    /// The certificate's lifetime is one that no public CA issues.
    case lifetime
    /// There are signatures of innocent TLS stacks, and none of them knows this one.
    case unknownStack = "unknown_stack"
    /// The inventory does not know the endpoint.
    case unknownEndpoint = "unknown_endpoint"
    /// Nothing about the endpoint asks for the probe.
    case unremarkable
    /// The level in force leaves the probe out, and no option asks for it.
    case notAsked = "not_asked"
    /// Another probe brought what this one would bring.
    case replaced
    /// The endpoint speaks another protocol than the probe.
    case otherProtocol = "other_protocol"
    /// An earlier probe failed, so that this one can't succeed.
    case unreachable
    /// The endpoint's budget is used up.
    case budget
}
