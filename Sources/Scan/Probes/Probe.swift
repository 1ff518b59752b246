import Bytes
import Net
import Observations
import TLSClient
import Wire

/// One kind of look at an endpoint, connection after connection, without the connections.
///
/// The visit opens them one at a time, tells the probe what happens on each, and does what the probe
/// answers. A probe keeps its own state, sends through `EndpointVisit.sendStep`, and writes what it found
/// into the visit's observation when it ends. A new kind of probe is a conformance, a step of
/// `ProbeSequence` and a line in `EndpointVisit.makeProbe`.
protocol Probe: AnyObject {
    /// Makes ready for a connection, the first one or a further one.
    func prepare(_ visit: EndpointVisit)

    /// The connection stands, and whatever comes before TLS is over.
    func opened(_ visit: EndpointVisit) -> ProbeAction

    /// Bytes came; they are valid only during the call.
    func received(_ bytes: Span<UInt8>, _ visit: EndpointVisit) -> ProbeAction

    /// The complete handshake of the present connection, which another probe may go on over; nil while there
    /// is none.
    var session: (any TLSHandshake)? { get }

    /// The probe to go on with after a connection that counts for nothing, as this machine failed it.
    func renewed(_ visit: EndpointVisit) -> any Probe

    /// The connection is over, be it by a deadline, by the server, or because the probe was done with it.
    func ended(_ connection: EndedConnection, _ visit: EndpointVisit) -> ProbeOutcome
}

extension Probe {
    var session: (any TLSHandshake)? { nil }

    func renewed(_ visit: EndpointVisit) -> any Probe { self }
}

/// What the visit does next with a probe's connection.
enum ProbeAction: Equatable {
    case wait
    /// The handshake is complete, and something else may be asked over the same connection.
    case complete
    /// Close it: everything was seen that will be.
    case done
}

/// What follows a connection that is over.
enum ProbeOutcome {
    /// The probe goes on with another connection.
    case reconnect
    /// The probe is over, well or not.
    case done
    /// The probe is over and brought the endpoint's certificate.
    case certificate
    /// The probe is over and was to bring the certificate; `suite` is what the server chose, if it got so
    /// far.
    case failed(ProbeSequence.Ending, GrabFailure?, suite: UInt16?)
    /// The probe is over, and what it showed may change what the endpoint deserves.
    case surprised
}

/// How a connection ended.
struct EndedConnection {
    let end: ConnectionEnd
    /// Whether it was made at all.
    let isConnected: Bool
    /// Why the dialogue before TLS failed; nil when it did not, or when there was none.
    let preludeError: ObservationError?
    /// Whether the dialogue before TLS, if any, was over.
    let isPastPrelude: Bool
    /// Whether the server asked in that dialogue to come again later.
    let isTemporary: Bool

    /// The failure as the record says it; nil when the probe closed the connection itself.
    var error: ObservationError? { preludeError ?? end.error(isConnected: isConnected) }

    /// Whether another try can do better, and with what.
    ///
    /// - Parameter isForeign: the server does not speak TLS.
    func ending(isForeign: Bool) -> ProbeSequence.Ending {
        guard isConnected else {
            switch end {
            case .timedOut(total: false): return .silent
            case .failed(let error) where error == .reset || error == .timedOut: return .passing
            default: return .hopeless
            }
        }
        // Before TLS was asked for, another hello changes nothing.
        if !isPastPrelude { return isTemporary ? .passing : .hopeless }
        if preludeError != nil { return .hopeless }
        switch end {
        case .timedOut(total: true), .budgetExceeded: return .hopeless
        default: return isForeign ? .hopeless : .refused
        }
    }
}
