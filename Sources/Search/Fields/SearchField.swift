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
        /// A part of each object of a list in a column of `certificates`: column, list and path within.
        case listed(String, String, String)
        /// A mark of a service.
        case appearance(MarkKind)
        /// A column of `leads`.
        case lead(String)
        /// The word for a lead's confidence.
        case leadLabel
        /// A column of `listed`.
        case known(String)
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
        for (list, path) in lists where name.hasPrefix(list + ".") {
            return .listed("details", path, "$." + name.dropFirst(list.count + 1))
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

    /// Lists of objects in what is kept of a certificate, with their paths there.
    private static let lists: [(String, String)] = Field.all.filter {
        $0.kind == .objects && $0.name.hasPrefix("hallmark.certificate.")
    }.map { ($0.name, "$." + $0.name.dropFirst("hallmark.certificate.".count)) }

    /// What a query may ask for one object of, in braces.
    static let listNames = [leads] + lists.map(\.0) + [indicators]
    /// The list of leads.
    static let leads = "hallmark.leads"
    /// The list of what others list.
    static let indicators = "hallmark.indicators"

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
        "hallmark.indicators.kind": .known("kind"),
        "hallmark.indicators.field": .known("field"),
        "hallmark.indicators.value": .known("value"),
        "hallmark.indicators.feed": .known("feed"),
        "hallmark.indicators.date": .known("date"),
        "hallmark.indicators.until": .known("until"),
        "hallmark.indicators.description": .known("description"),
        "hallmark.indicators.tlp": .known("tlp"),
        "hallmark.indicators.software.id": .known("software_id"),
        "hallmark.indicators.software.name": .known("software"),
        "hallmark.indicators.case": .known("reference"),
        "hallmark.indicators.confirmed": .known("confirmed"),
        "hallmark.indicators.aged": .known("aged"),
        "hallmark.sightings.count": .sighting("count"),
        "hallmark.sightings.first": .sighting("first_seen"),
        "hallmark.sightings.last": .sighting("last_seen"),
    ]
}

extension SearchField.Place {
    /// SQL that is true where a column of `certificates` holds a value.
    ///
    /// A name without any part is one, and stands so in the certificate's record; nothing is told by an empty
    /// column alone.
    static func isKnown(_ column: String) -> String {
        switch column {
        case "subject", "issuer":
            "(c.\(column) <> '' OR json_type(c.x509, '$.\(column).distinguished_name') = 'text')"
        case "serial": "c.serial <> ''"
        default: "c.\(column) IS NOT NULL"
        }
    }

    /// A column of `listed` as the record has its value.
    static func shown(_ name: String) -> String {
        let column = "l." + name
        return switch name {
        case "date", "until": "strftime('%Y-%m-%dT%H:%M:%SZ', \(column) / 1000, 'unixepoch')"
        case "confirmed", "aged": "iif(\(column), 'true', NULL)"
        default: column
        }
    }

    /// SQL that gives out the objects of a list as `o`; nil for what is no part of one.
    var objects: String? {
        guard case .listed(let column, let list, _) = self else { return nil }
        // One object may stand for a list of one; what is neither has no parts.
        return """
            json_each(CASE json_type(c.\(column), '\(list)')
            WHEN 'array' THEN json_extract(c.\(column), '\(list)')
            WHEN 'object' THEN json_array(json_extract(c.\(column), '\(list)')) END) o
            """
    }

    /// SQL that gives out a part of one object `o` of a list as `j`.
    var ofObject: String? {
        guard case .listed(_, _, let path) = self else { return nil }
        return "json_each(CASE o.type WHEN 'object' THEN o.value END, '\(path)') j"
    }

    /// SQL that gives out the values of a part of JSON as `j`; nil for what is none.
    var atoms: String? {
        if case .json(let column, let path) = self { return "json_each(c.\(column), '\(path)') j" }
        guard let objects, let ofObject else { return nil }
        return "\(objects), \(ofObject)"
    }
}
