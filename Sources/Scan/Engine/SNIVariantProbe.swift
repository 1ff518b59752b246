import Bytes
import Observations
import Wire

/// One grab with another server name than the target's.
final class SNIVariantProbe {
    let kind: SNIVariant.Kind
    let serverName: String
    var flight = ServerFlight()

    /// A random name is one that no server knows: twelve letters under the reserved `.invalid` (RFC 2606).
    init(_ kind: SNIVariant.Kind) {
        self.kind = kind
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        serverName =
            kind == .random
            ? String((0..<12).map { _ in letters[Int.random(in: 0..<letters.count)] }) + ".invalid" : ""
    }

    /// What came, for the record.
    func result(_ code: ErrorCode?) -> SNIVariant {
        var result = SNIVariant(kind: kind, serverName: serverName, code: code)
        guard !flight.chain.isEmpty else { return result }
        var reader = CertificateEncoder()
        reader.read(flight.chain.bytes.span, flight.chain.ranges.span)
        result.certificate = flight.chain.withString(0) { BodyDigest.sha256($0) }
        if !serverName.isEmpty { result.coversName = reader.covers(name: serverName) }
        return result
    }
}
