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
        /// Whether the chain leads to an authority that programs trust, as far as the scan has checked it:
        /// not to one of those that a person named.
        var isPublic = false
        /// Whether anybody has looked where the chain leads.
        var wasVerified = false
        /// Whether it is a precertificate of a log, for which SCTs are still to come.
        var isPrecertificate = false
    }

    /// What a line came to.
    enum Answer {
        case endpoint(Endpoint)
        /// There is no certificate in it.
        case nothing
        /// Its certificates were left out when it was written.
        case withoutChain
        /// A finding, or a count of a correlation rule.
        case conclusion
        case refused(String)
    }

    private let check: TimestampCheck
    private let now: Int
    private let tree = JSONTree()

    /// - Parameter now: milliseconds since 1970.
    init(_ check: TimestampCheck, now: Int) { (self.check, self.now) = (check, now) }

    /// Reads one line, which has `RecordPicker.padding` readable bytes behind it.
    func read(_ line: UnsafeRawBufferPointer) -> Answer {
        let root: JSONNode
        do throws(RecordError) { root = try tree.read(line, padded: true, isRecord: true) } catch {
            return .refused(error.description)
        }
        let verdict = root.isObject ? root.verdict : .refused(.foreign)
        if let fault = verdict.fault {
            return .refused(fault == .foreign ? "\(fault)" : "no record of ours: \(fault)")
        }
        if verdict == .conclusion { return .conclusion }
        guard let digest = root.at("tls.server.hash.sha256")?.string else { return .nothing }
        let chain = Self.texts(root.at("tls.server.certificate_chain"))
        guard !chain.isEmpty else { return .withoutChain }
        let address = root.at("server.address")?.string ?? root.at("server.ip")?.string ?? ""
        let port = root.at("server.port")?.integer.map { ":\($0)" } ?? ""
        let shown = ShownTimestamps(
            check,
            chain: chain,
            sent: Self.texts(root.at("hallmark.tls.scts")),
            response: Self.texts(root.at("hallmark.tls.ocsp_response")).first,
            now: now
        )
        // What a log holds, and what was imported, may stand on no endpoint.
        let name = address.isEmpty ? "certificate \(digest)" : address + port
        var found = Endpoint(name: name, certificate: digest, shown: shown)
        found.isPrecertificate =
            root.at("hallmark.ct.entry")?.string == LoggedEntry.Kind.precertificate.rawValue
        found.wasVerified = root.at("hallmark.verification.chain")?.string != nil
        found.isPublic =
            root.at("hallmark.verification.chain")?.string == "valid"
            && root.at("hallmark.verification.trust")?.string != "own"
        return .endpoint(found)
    }

    /// The texts of an array, or the one that stands without; what is no text is one that nobody can read.
    private static func texts(_ node: JSONNode?) -> [String] {
        guard let node else { return [] }
        return node.isArray ? node.parts.map { $0.string ?? "" } : [node.string ?? ""]
    }
}
