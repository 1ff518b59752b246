/// Who says what a field means.
package enum FieldSource: Equatable, Sendable {
    /// The Elastic Common Schema, whose names we use as far as they go.
    case ecs
    /// This project: `Docs/observation.md`.
    case hallmark
    /// Whoever published the algorithm, by address.
    case published(String)

    static let jarm = published("https://github.com/salesforce/jarm")
    static let ja3 = published("https://github.com/salesforce/ja3")
    static let ja4 = published("https://github.com/FoxIO-LLC/ja4")
    static let hhHash = published("https://github.com/adulau/HHHash")
    /// Its filter reference; the values are as its crawlers compute them.
    static let shodan = published("https://www.shodan.io/search/filters")
}

/// What kind of evidence a field gives; kinds are independent of each other.
package enum EvidenceKind: String, CaseIterable, Sendable, Comparable {
    case certificate, tls, http

    /// The kind of a field; nil for what is no evidence, such as the port.
    package static func of(_ field: String) -> EvidenceKind? { Field.named(field)?.evidence }

    package static func < (left: EvidenceKind, right: EvidenceKind) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// How a field's values are spelled, so that a person's spelling can be brought to ours, and ours to an
/// index's.
package enum FieldSpelling: Equatable, Sendable {
    case asIs
    /// Upper-case hex; indexes want it in lower case.
    case digest
    /// A serial number's bytes in upper-case hex; indexes want it in decimal.
    case serial
    /// Lower case, whatever a person types.
    case lowercase
}
