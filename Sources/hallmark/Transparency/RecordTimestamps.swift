import Foundation
import Observations
import Transparency

/// Checks the SCTs of endpoints that a scan has recorded: those in the certificate, in the handshake and in a
/// stapled OCSP response.
struct RecordTimestamps {
    /// Where an SCT came.
    enum Source: String {
        case certificate, tls, ocsp
    }

    /// What one record tells.
    struct Endpoint {
        var name: String
        /// SHA-256 of the certificate.
        var certificate: String
        var results: [(source: Source, result: TimestampCheck.Result)] = []
        /// Whether the chain leads to an authority that programs trust, as far as the scan has checked it.
        var isPublic = false
        /// Lists that could not be read to their end.
        var broken: [Source] = []
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
        guard let leaf = chain.first else { return .withoutChain }
        let address = root.at("server.address")?.string ?? root.at("server.ip")?.string ?? ""
        let port = root.at("server.port")?.integer.map { ":\($0)" } ?? ""
        var found = Endpoint(name: address + port, certificate: digest)
        found.isPublic = root.at("hallmark.verification.chain")?.string == "valid"
        let embedded = check.embedded(leaf, issuer: chain.dropFirst().first, now: now)
        Self.add(embedded, .certificate, to: &found)
        let sent = root.at("hallmark.tls.scts").map { $0.parts.compactMap(Self.bytes) } ?? []
        if !sent.isEmpty {
            Self.add(check.beside(leaf, list: Self.list(sent), now: now), .tls, to: &found)
        }
        if let response = root.at("hallmark.tls.ocsp_response").flatMap(Self.bytes),
            let stapled = StapledTimestamps.list(in: response)
        {
            Self.add(check.beside(leaf, list: stapled, now: now), .ocsp, to: &found)
        }
        return .endpoint(found)
    }

    private static func add(
        _ found: (results: [TimestampCheck.Result], isWhole: Bool),
        _ source: Source,
        to endpoint: inout Endpoint
    ) {
        endpoint.results += found.results.map { (source, $0) }
        if !found.isWhole { endpoint.broken.append(source) }
    }

    private static func bytes(_ node: JSONNode) -> [UInt8]? {
        node.string.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
    }

    /// The list that a handshake carries (RFC 6962, section 3.3).
    private static func list(_ items: [[UInt8]]) -> [UInt8] {
        let content = items.flatMap { length($0.count) + $0 }
        return length(content.count) + content
    }

    private static func length(_ count: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
    }
}
