/// Why a name has no address.
package enum DNSFailure: String, Error, CaseIterable, Sendable, CustomStringConvertible {
    /// The name does not exist (NXDOMAIN).
    case noSuchName = "nxdomain"
    /// The name exists and has no address of the family (RFC 2308 section 2.2).
    case noData = "no_data"
    /// The server could not find out (SERVFAIL).
    case serverFailure = "servfail"
    /// The server does not answer us (REFUSED).
    case refused
    /// Servers answer so about every name that they are asked for.
    case failing
    /// No server answered in time.
    case timedOut = "timeout"
    /// The same, while servers answered about other names.
    case unanswered
    /// No server could be reached.
    case unreachable
    /// The answer could not be read.
    case badResponse = "bad_response"
    /// The text can't be a name: a label or the whole is too long, or has bytes that no host name has.
    case badName = "bad_name"
    /// The answer did not fit in a datagram, and no whole one came over TCP.
    case truncated
    /// This machine ran out of memory or descriptors.
    case local

    package var description: String {
        switch self {
        case .noSuchName: "the name does not exist"
        case .noData: "the name has no address"
        case .serverFailure: "the name server failed"
        case .refused: "the name server refused the query"
        case .failing: "the name servers can tell of no name that was asked for"
        case .timedOut: "no name server answered in time"
        case .unanswered: "the name servers answer about other names and not about this one"
        case .unreachable: "no name server could be reached"
        case .badResponse: "the name server's answer is malformed"
        case .badName: "not a host name"
        case .truncated: "the answer is too long for a datagram, and the name server gives no other"
        case .local: "out of memory or descriptors"
        }
    }

    /// Whether nothing was learnt about the name, because no name server could be asked.
    ///
    /// A name server that cannot find out (SERVFAIL, REFUSED) says something about the name only if it can
    /// tell of others.
    package var isOurs: Bool {
        switch self {
        case .timedOut, .unreachable, .truncated, .failing, .local: true
        default: false
        }
    }

    /// Whether the name certainly has no address, rather than that nobody could tell.
    package var isFinal: Bool {
        self == .noSuchName || self == .noData || self == .badName
    }
}
