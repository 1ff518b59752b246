import Bytes
import Observations
import Wire

/// What of a record its context is looked up by.
struct RecordFacts {
    let address: IPAddress?
    /// Milliseconds since 1970.
    let time: Int?
    /// SHA-256 of the leaf, in the record's hexadecimal.
    let leaf: String?
    let names: [String]
    let issuer: String?
    let notBefore: Int?
    let spki: String?

    static let fields: [RecordField] = [
        .timestamp, .ip, .sha256, .alternativeNames, .subjectCommonName, .issuerOrganization, .notBefore,
        .spki,
        .extensionOIDs, .ocspResponse, .crlURLs, .chainDER, .selfSigned, .dataset, .scts,
        .chainVerification,
    ]

    init(_ record: RecordPicker) {
        address = record.text(.ip).flatMap { IPAddress($0) }
        time = record.text(.timestamp).flatMap { RFC3339.milliseconds($0) }
        leaf = record.text(.sha256)
        let alternative = record.texts(.alternativeNames, limit: Self.maximumNames)
        names = alternative.isEmpty ? record.texts(.subjectCommonName, limit: 4) : alternative
        issuer = record.text(.issuerOrganization)
        notBefore = record.text(.notBefore).flatMap { RFC3339.milliseconds($0) }
        spki = record.text(.spki)
    }

    /// How many names of a certificate are looked through for those that can be asked for.
    static let maximumNames = 1000
}
