import Observations

/// What a rule may name.
enum FieldCatalog {
    private static let kinds = Dictionary(uniqueKeysWithValues: Field.all.map { ($0.name, $0.kind) })
    private static let maps = Field.all.filter { $0.kind == .map }.map { $0.name + "." }

    /// A field's kind, or nil when the record has no such field.
    ///
    /// What Hallmark itself concludes can't be tested: it is made from the matches.
    static func kind(of name: String) -> Field.Kind? {
        if let kind = kinds[name] {
            return conclusions.contains { name.hasPrefix($0) } ? nil : kind
        }
        return member(name) == nil ? nil : .keyword
    }

    private static let conclusions = [
        "hallmark.matches", "hallmark.leads", "hallmark.assessment", "hallmark.findings",
        "hallmark.correlation", "event.kind",
    ]

    /// The member's name when `name` is one of a map's: `server` of `http.response.header.server`.
    static func member(_ name: String) -> Substring? {
        for map in maps where name.hasPrefix(map) && name.utf8.count > map.utf8.count {
            let member = name.dropFirst(map.count)
            return member.utf8.allSatisfy(isHeaderByte) ? member : nil
        }
        return nil
    }

    private static func isHeaderByte(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2d || byte == 0x5f
    }

    /// What is said of a field that no record has.
    static func unknown(_ name: String) -> String {
        "unknown field \(name)" + (suggestion(for: name).map { "; is it \($0)?" } ?? "")
    }

    /// The field whose name is nearest, for a better error.
    static func suggestion(for name: String) -> String? {
        if kind(of: name.lowercased()) != nil { return name.lowercased() }
        let known = Field.all.map(\.name).filter { kind(of: $0) != nil }
        let last = name.split(separator: ".").last ?? ""
        let candidates = known.filter { $0.hasSuffix("." + last) }
        if candidates.count == 1 { return candidates[0] }
        return Spelling.nearest(to: name, among: known)
    }

    /// Whether a field has a value of its own in each HTTP exchange.
    static func isInExchange(_ name: String) -> Bool {
        name.hasPrefix("http.") || name.hasPrefix("url.")
    }
}

/// What kind of evidence a field gives; kinds are independent of each other.
package enum EvidenceKind: String, CaseIterable, Sendable, Comparable {
    case certificate, tls, http

    /// The kind of a field; nil for what is no evidence, such as the port.
    package static func of(_ field: String) -> EvidenceKind? {
        if field.hasPrefix("http.") || field.hasPrefix("url.") || field.hasPrefix("hallmark.favicon.") {
            return .http
        }
        for prefix in certificatePrefixes where field.hasPrefix(prefix) { return .certificate }
        for prefix in tlsPrefixes where field.hasPrefix(prefix) { return .tls }
        return nil
    }

    private static let certificatePrefixes = [
        "tls.server.x509.", "tls.server.hash.", "tls.server.subject", "tls.server.issuer",
        "tls.server.not_", "tls.server.ja4x", "tls.server.certificate_chain", "hallmark.certificate.",
        "hallmark.verification.", "hallmark.connections.certificate", "hallmark.connections.verification.",
    ]
    private static let tlsPrefixes = [
        "tls.", "hallmark.tls.", "hallmark.jarm.", "hallmark.stack", "hallmark.ja3s_text",
        "hallmark.sni_variants", "hallmark.not_tls.", "hallmark.starttls.", "hallmark.connections.",
        "hallmark.anomalies", "hallmark.limits",
    ]

    package static func < (left: EvidenceKind, right: EvidenceKind) -> Bool {
        left.rawValue < right.rawValue
    }
}
