package import Observations

/// What a pivot over the table goes by beside the fields: columns that are computed of them when a record
/// comes, as a corpus makes its own of a record.
///
/// They stand in the table so that no pivot computes them for all records. `WarehousePivotTests` holds them
/// to what a corpus makes of the same records.
package enum ClickHousePivot {
    /// The SHA-256 of the certificate that a record tells of, in upper case; empty for none.
    package static let certificate = "pivot_certificate"
    /// The name that was asked for, or empty.
    package static let host = "pivot_host"
    /// The certificate's first two hundred names, in lower case.
    package static let names = "pivot_names"
    /// What stays the same in its names where a generator counts or draws lots, or empty.
    package static let namePattern = "pivot_name_pattern"
    /// The habits of what made the certificate, or empty.
    package static let shape = "pivot_shape"
    /// The first `Server` header, or empty.
    package static let server = "pivot_server"
    /// The software of the leads that a Hallmark said of its own record.
    package static let leads = "pivot_leads"
    /// A number for endpoint, certificate and appearance together; 0 for what is no sighting.
    package static let sighting = "pivot_sighting"

    /// More names than this in one certificate are not kept as marks.
    private static let mostNames = 200

    /// Each column, its type and what it is computed of, in their order.
    static let columns: [(name: String, type: String, expression: String)] = [
        (certificate, "String", certificateExpression),
        (
            host, "String",
            "lowerUTF8(coalesce(\(column("tls.client.server_name")), \(column("server.domain")), ''))"
        ),
        (
            names, "Array(String)",
            "arrayMap(n -> lowerUTF8(n), arraySlice(\(column("tls.server.x509.alternative_names")), 1, \(mostNames)))"
        ),
        (namePattern, "String", patternExpression),
        (shape, "LowCardinality(String)", shapeExpression),
        (server, "String", "\(column("http.response.header"))['server'][1]"),
        (leads, "Array(String)", leadsExpression),
        (sighting, "UInt64", sightingExpression),
    ]

    /// How the service looks besides the certificate: the value of each mark, in the order of their numbers.
    package static let appearance = "[\(serviceMarks.map { text($0) }.joined(separator: ", "))]"

    /// The fields of those marks.
    package static let serviceMarks: [Field] = Field.marks.filter { $0.mark.number >= 60 }
        .sorted { $0.mark.number < $1.mark.number }.map(\.field)

    /// Whether the record is somebody's text of a certificate, whose names are no keys.
    package static let isText = "ifNull(\(column("hallmark.source.fidelity")) != 'der', false)"

    /// Whether the certificate's issuer is its subject, which says nothing of its own then.
    package static let isSelfIssued =
        "(ifNull(\(column("hallmark.certificate.self_issued")), false) OR "
        + "ifNull(\(column("tls.server.x509.subject.distinguished_name")), '') = "
        + "ifNull(\(column("tls.server.x509.issuer.distinguished_name")), ''))"

    /// The column of a field.
    package static func column(_ name: String) -> String { Field.named(name)?.column ?? name }

    /// A mark's value as a corpus writes it: in one line, and cut where it is long.
    private static func text(_ field: Field) -> String {
        let value =
            field.kind == .long
            ? "ifNull(toString(\(field.column)), '')"
            : field.name == "http.response.header.server" ? server : "ifNull(\(field.column), '')"
        guard field.kind != .long else { return value }
        let line = "replaceRegexpAll(\(value), '[\\\\n\\\\r\\\\f\\\\v\\\\x{85}\\\\x{2028}\\\\x{2029}]', '')"
        return "substringUTF8(\(line), 1, if(length(\(line)) > 512, 256, 512))"
    }

    private static let isRecord: String = {
        let datasets = RecordDataset.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
        return "ifNull(\(column("event.dataset")) IN (\(datasets)), true)"
    }()

    private static let hasCertificate =
        "match(ifNull(\(column("tls.server.hash.sha256")), ''), '^[0-9A-Fa-f]{64}$')"

    /// Whether the record tells that somebody looked at an endpoint and was answered.
    private static let isAnswered =
        "\(isRecord) AND ifNull(\(column("event.dataset")) != '\(RecordDataset.logged.rawValue)', true) "
        + "AND \(column("server.ip")) IS NOT NULL AND ifNull(\(column("server.port")) BETWEEN 0 AND 65535, false) "
        + "AND timestamp > toDateTime64(0, 3, 'UTC') AND ifNull(\(column("event.outcome")) != 'failure', true)"

    private static let certificateExpression =
        "if(\(hasCertificate) AND (\(isAnswered) OR \(isRecord) AND \(column("server.address")) IS NULL "
        + "AND \(column("server.ip")) IS NULL), upper(ifNull(\(column("tls.server.hash.sha256")), '')), '')"

    private static let sightingExpression =
        "if(\(isAnswered) AND (\(hasCertificate) OR arrayExists(v -> v != '', \(appearance))), "
        + "sipHash64(\(certificate), ifNull(\(column("server.ip")), ''), ifNull(\(column("server.port")), 0), "
        + "\(host), \(transport), \(appearance)), 0)"

    /// `tcp` where the record does not say.
    package static let transport = "if(ifNull(\(column("network.transport")), '') = 'udp', 'udp', 'tcp')"

    private static let shapeExpression: String = {
        func text(_ name: String) -> String { "toString(\(column(name)))" }
        let x509 = "tls.server.x509."
        let details = "hallmark.certificate."
        let seconds = column(details + "validity_seconds")
        let parts = [
            "'v' || \(text(x509 + "version_number"))", text(details + "subject_attributes"),
            text(details + "issuer_attributes"), text(details + "extension_oids"),
            "'serial ' || \(text(details + "serial.bytes"))",
            "if(\(seconds) % 86400 = 0, toString(intDiv(\(seconds), 86400)) || ' d', toString(\(seconds)) || ' s')",
            text(x509 + "signature_algorithm"), text(x509 + "public_key_algorithm"),
            text(x509 + "public_key_size"), text(x509 + "public_key_curve"),
        ]
        let list = "[\(parts.joined(separator: ", "))]"
        return "if(\(isText) OR arrayAll(p -> isNull(p), \(list)), '', "
            + "arrayStringConcat(arrayMap(p -> ifNull(p, '-'), \(list)), ' | '))"
    }()

    /// Digits become one `#`; a label that looks drawn by lot becomes `~` and its length.
    private static let patternExpression: String = {
        // Hyphens do not count; runs of digits, and of others, become one sign each to count the changes.
        let signs = "replaceAll(l, '-', '')"
        let runs =
            "replaceRegexpAll(replaceRegexpAll(\(signs), '[0-9]+', '0'), '[^0]+', 'a')"
        let letters = "length(replaceRegexpAll(\(signs), '[0-9]+', ''))"
        let vowels = "(length(\(signs)) - length(replaceRegexpAll(\(signs), '[aeiouy]', '')))"
        let isRandom =
            "length(l) >= 8 AND (length(\(runs)) > 3 OR \(letters) >= 8 AND \(vowels) * 8 < \(letters))"
        let label =
            "if(\(isRandom), '~' || toString(length(l)), replaceRegexpAll(l, '#?\\\\pN+', '#'))"
        let pattern = "arrayStringConcat(arrayMap(l -> \(label), splitByChar('.', n)), '.')"
        let patterns = "arrayMap(n -> \(pattern), \(names))"
        return "if(\(patterns) = \(names), '', arrayStringConcat(arraySort(arrayDistinct(\(patterns))), ','))"
    }()

    private static let leadsExpression: String = {
        let labels = LeadLabel.allCases.map { label in
            (label, (0...99).first { LeadLabel(confidence: $0) == label } ?? 0)
        }
        let word = labels.dropFirst().reduce("'\(LeadLabel.low.rawValue)'") { text, label in
            "if(c >= \(label.1), '\(label.0.rawValue)', \(text))"
        }
        let isSaid =
            "ifNull(length(n) BETWEEN 1 AND 256 AND c BETWEEN 0 AND 99, false) AND ifNull(l = \(word), true)"
        let columns = ["software.name", "confidence", "label"].map { column("hallmark.leads." + $0) }
        return "if(\(column("event.dataset")) IS NULL, [], arrayMap(n -> ifNull(n, ''), "
            + "arrayFilter((n, c, l) -> \(isSaid), \(columns.joined(separator: ", ")))))"
    }()
}
