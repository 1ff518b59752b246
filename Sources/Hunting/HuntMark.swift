import Bytes
import Observations

/// A property of endpoints by which they differ, and of which a rare value is a reason to look.
///
/// What is different on every endpoint anyway, a serial number or a digest, is none: its rarity says nothing.
struct HuntMark: Sendable {
    /// Of marks of one family only the most unusual counts: they tell of the same thing.
    enum Family: Int, CaseIterable, Sendable {
        case tls, issuer, certificate, http, port, key
    }

    let field: String
    let family: Family

    /// In the order of the columns of a `HuntTable`.
    static let all: [HuntMark] = [
        HuntMark(field: "tls.server.jarm", family: .tls),
        HuntMark(field: "tls.server.ja3s", family: .tls),
        HuntMark(field: "hallmark.stack", family: .tls),
        HuntMark(field: "tls.version", family: .tls),
        HuntMark(field: "tls.server.x509.issuer.distinguished_name", family: .issuer),
        HuntMark(field: "hallmark.certificate.extension_oids", family: .certificate),
        HuntMark(field: "hallmark.certificate.subject_attributes", family: .certificate),
        HuntMark(field: "hallmark.certificate.issuer_attributes", family: .certificate),
        HuntMark(field: "tls.server.x509.signature_algorithm", family: .certificate),
        HuntMark(field: keyShape, family: .certificate),
        HuntMark(field: serialLength, family: .certificate),
        HuntMark(field: validityDays, family: .certificate),
        HuntMark(field: "hallmark.certificate.anomalies", family: .certificate),
        HuntMark(field: "http.response.header.server", family: .http),
        HuntMark(field: "http.response.header_order_hash", family: .http),
        HuntMark(field: "http.response.status_code", family: .http),
        HuntMark(field: "server.port", family: .port),
        HuntMark(field: keyUses, family: .key),
    ]

    // Marks that are made of fields, and named after what they are made of.
    static let keyShape = "tls.server.x509.public_key_algorithm and size"
    static let serialLength = "bytes of tls.server.x509.serial_number"
    static let validityDays = "hallmark.certificate.validity_days"
    static let keyUses = "certificates with the key of hallmark.certificate.spki_sha256"

    static func place(_ field: String) -> Int { all.firstIndex { $0.field == field } ?? 0 }

    /// Pairs of which the second is held against the first: a certificate that names a well-known issuer and
    /// looks like none of its others.
    static let pairs: [(given: Int, place: Int)] = {
        let issuer = place("tls.server.x509.issuer.distinguished_name")
        let ofIssuer = [
            "hallmark.certificate.extension_oids", "hallmark.certificate.subject_attributes",
            "tls.server.x509.signature_algorithm", keyShape, serialLength, validityDays,
        ]
        return ofIssuer.map { (issuer, place($0)) }
            + [(place("tls.server.jarm"), place("http.response.header.server"))]
    }()

    /// A value as one text; nil when the record does not tell it.
    func value(_ record: JSONNode) -> String? {
        switch field {
        case Self.keyShape:
            guard let algorithm = Self.text(record, "tls.server.x509.public_key_algorithm") else {
                return nil
            }
            return Self.text(record, "tls.server.x509.public_key_size").map { "\(algorithm) \($0)" }
                ?? algorithm
        case Self.serialLength:
            return Self.text(record, "tls.server.x509.serial_number").map { "\(($0.utf8.count + 1) / 2)" }
        case Self.validityDays:
            if let days = record.at(field)?.integer { return "\(days)" }
            return record.at("hallmark.certificate.validity_seconds")?.integer.map { "\($0 / 86_400)" }
        // Counted over all records: see `HuntTable`.
        case Self.keyUses: return nil
        default: return Self.text(record, field)
        }
    }

    /// Longer values are cut, in bytes: what differs behind that is taken for the same.
    private static let longest = 1024

    private static func text(_ record: JSONNode, _ name: String) -> String? {
        guard let node = record.at(name) else { return nil }
        if node.isArray {
            let parts = node.parts.prefix(16).compactMap { $0.string ?? $0.integer.map(String.init) }
            return String(decoding: parts.joined(separator: ", ").utf8.prefix(longest), as: UTF8.self)
        }
        guard let text = node.string ?? node.integer.map(String.init) else { return nil }
        return text.utf8.count > longest ? String(decoding: text.utf8.prefix(longest), as: UTF8.self) : text
    }
}
