package import Corpus
package import Observations

/// A field of the record that a corpus keeps, and where.
package struct SearchField: Sendable, Equatable {
    /// Where in the tables a value stands.
    package enum Place: Sendable, Equatable {
        /// A column of `endpoints`; an empty text is none.
        case endpoint(String)
        /// The name that was asked for, or else the address.
        case target
        /// A text, or a time in milliseconds, in a column of `certificates`.
        case certificate(String)
        /// A digest in a column of `certificates`.
        case digest(String)
        /// A part of a record in a column of `certificates`: column and path.
        case json(String, String)
        /// A mark of a service.
        case appearance(MarkKind)
        /// A column of `leads`.
        case lead(String)
        /// The word for a lead's confidence.
        case leadLabel
        /// When the sighting's moments were: for comparisons with `<` the first, with `>` the last of them.
        case moments
        /// A number or a time in a column of `sightings`.
        case sighting(String)
    }

    package let name: String
    package let kind: Field.Kind
    package let place: Place

    /// What a query may name, in the order of the documentation.
    package static let all: [SearchField] = {
        var result: [SearchField] = []
        for field in Field.all {
            guard let place = place(of: field.name), field.kind != .objects, field.kind != .pairs,
                field.kind != .map
            else { continue }
            result.append(SearchField(name: field.name, kind: field.kind, place: place))
        }
        let server = MarkKind.server.field
        result.append(SearchField(name: server, kind: .keyword, place: .appearance(.server)))
        return result
    }()

    static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

    /// Digests and numbers that records hold in upper-case hexadecimal, so that a query may have them in
    /// either case.
    var isHexadecimal: Bool { Field.isHexadecimal(name) }

    private static func place(of name: String) -> Place? {
        if let place = named[name] { return place }
        if let kind = MarkKind.allCases.first(where: { $0.isOfService && $0.field == name }) {
            return .appearance(kind)
        }
        for (prefix, column) in [
            ("tls.server.x509.", "x509"), ("hallmark.certificate.", "details"),
            ("tls.server.hash.", "hashes"),
        ]
        where name.hasPrefix(prefix) {
            return .json(column, "$." + name.dropFirst(prefix.count))
        }
        return nil
    }

    private static let named: [String: Place] = [
        "@timestamp": .moments,
        "server.address": .target,
        "server.ip": .endpoint("ip"),
        "server.port": .endpoint("port"),
        "server.domain": .endpoint("name"),
        "network.transport": .endpoint("transport"),
        "tls.client.server_name": .endpoint("name"),
        "tls.server.hash.sha256": .digest("sha256"),
        "hallmark.certificate.spki_sha256": .digest("spki"),
        "hallmark.certificate.tbs_no_ct_sha256": .digest("tbs"),
        "tls.server.subject": .certificate("subject"),
        "tls.server.issuer": .certificate("issuer"),
        "tls.server.not_before": .certificate("not_before"),
        "tls.server.not_after": .certificate("not_after"),
        "tls.server.x509.not_before": .certificate("not_before"),
        "tls.server.x509.not_after": .certificate("not_after"),
        "tls.server.x509.subject.distinguished_name": .certificate("subject"),
        "tls.server.x509.issuer.distinguished_name": .certificate("issuer"),
        "tls.server.x509.serial_number": .certificate("serial"),
        "hallmark.leads.software.name": .lead("software"),
        "hallmark.leads.software.id": .lead("software_id"),
        "hallmark.leads.confidence": .lead("confidence"),
        "hallmark.leads.label": .leadLabel,
        "hallmark.sightings.count": .sighting("count"),
        "hallmark.sightings.first": .sighting("first_seen"),
        "hallmark.sightings.last": .sighting("last_seen"),
    ]
}
