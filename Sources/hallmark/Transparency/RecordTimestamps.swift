import Foundation
import Observations
import Transparency

/// Checks the SCTs of endpoints that a scan has recorded.
struct RecordTimestamps {
    /// What one record tells.
    struct Endpoint {
        var name: String
        /// SHA-256 of the certificate.
        var certificate: String
        var shown: ShownTimestamps
        /// Whether the chain leads to an authority that programs trust, as far as the scan has checked it.
        var isPublic = false
    }

    /// What a line came to.
    enum Answer {
        case endpoint(Endpoint)
        /// There is no certificate in it.
        case nothing
        /// Its certificates were left out when it was written.
        case withoutChain
        case noRecord
    }

    private let check: TimestampCheck
    private let now: Int
    private let tree = JSONTree()

    /// - Parameter now: milliseconds since 1970.
    init(_ check: TimestampCheck, now: Int) { (self.check, self.now) = (check, now) }

    /// Reads one line, which has `RecordPicker.padding` readable bytes behind it.
    func read(_ line: UnsafeRawBufferPointer) -> Answer {
        guard let root = try? tree.read(line, padded: true), root.isObject else { return .noRecord }
        guard let digest = root.at("tls.server.hash.sha256")?.string else { return .nothing }
        let chain = root.at("tls.server.certificate_chain").map { $0.parts.compactMap(Self.bytes) } ?? []
        guard !chain.isEmpty else { return .withoutChain }
        let address = root.at("server.address")?.string ?? root.at("server.ip")?.string ?? ""
        let port = root.at("server.port")?.integer.map { ":\($0)" } ?? ""
        let shown = ShownTimestamps(
            check,
            chain: chain,
            sent: root.at("hallmark.tls.scts").map { $0.parts.compactMap(Self.bytes) } ?? [],
            response: root.at("hallmark.tls.ocsp_response").flatMap(Self.bytes),
            now: now
        )
        var found = Endpoint(name: address + port, certificate: digest, shown: shown)
        found.isPublic = root.at("hallmark.verification.chain")?.string == "valid"
        return .endpoint(found)
    }

    private static func bytes(_ node: JSONNode) -> [UInt8]? {
        node.string.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }
}
