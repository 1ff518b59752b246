import Bytes
import Net
import Observations
import TLSClient
import Wire

/// The grab of the endpoint once more, with another server name than its own.
final class SNIProbe: Probe {
    private let kind: SNIVariant.Kind
    private let serverName: String
    private var grab = Grab()
    private var flight = ServerFlight()
    private var failure: GrabFailure?

    /// A random name is one that no server knows: twelve letters under the reserved `.invalid` (RFC 2606).
    init(_ kind: SNIVariant.Kind) {
        self.kind = kind
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        serverName =
            kind == .random
            ? String((0..<12).map { _ in letters[Int.random(in: 0..<letters.count)] }) + ".invalid" : ""
    }

    func prepare(_ visit: EndpointVisit) {
        failure = nil
        flight.reset()
    }

    /// What differs between two certificates is to be the name and nothing else: the hello is the one that
    /// got the first, unless that can't carry a name.
    func opened(_ visit: EndpointVisit) -> ProbeAction {
        let look = serverName.isEmpty || visit.look.sendsServerName ? visit.look : .default
        grab.start(
            look,
            serverName: Array(serverName.utf8),
            offersProtocols: visit.observation.startTLS == nil,
            context: visit.scan.context,
            flight: &flight
        )
        visit.sendHello()
        return .wait
    }

    func received(_ bytes: Span<UInt8>, _ visit: EndpointVisit) -> ProbeAction {
        visit.act(grab.receive(bytes, context: visit.scan.context, flight: &flight), &failure)
    }

    func ended(_ connection: EndedConnection, _ visit: EndpointVisit) -> ProbeOutcome {
        if connection.isConnected, connection.end != .closed, connection.isPastPrelude {
            let action = grab.closed(connection.end.close, context: visit.scan.context, flight: &flight)
            if case .failed(let failure) = action { self.failure = failure }
        }
        let error = flight.chain.isEmpty ? connection.error ?? failure?.error : nil
        visit.record(
            .sni,
            error,
            connection.end,
            attempt: 1,
            alert: error == nil ? nil : flight.finalAlert,
            isCut: flight.chain.isLastCut,
            failure
        )
        visit.observation.sniVariants.append(result(error?.code))
        return .done
    }

    /// What came, for the record.
    private func result(_ code: ErrorCode?) -> SNIVariant {
        var result = SNIVariant(kind: kind, serverName: serverName, code: code)
        guard !flight.chain.isEmpty else { return result }
        var reader = CertificateEncoder()
        reader.read(flight.chain.bytes.span, flight.chain.ranges.span)
        result.certificate = flight.chain.withString(0) { BodyDigest.sha256($0) }
        if !serverName.isEmpty { result.coversName = reader.covers(name: serverName) }
        return result
    }
}
