import Bytes
import Observations
import Wire

/// What of a record its context is looked up by.
struct RecordFacts {
    var address: IPAddress?
    /// Milliseconds since 1970.
    var time: Int?
    /// SHA-256 of the leaf, in the record's hexadecimal.
    private(set) var leaf: String?
    private(set) var names: [String] = []
    private(set) var issuer: String?
    private(set) var notBefore: Int?
    private(set) var spki: String?

    /// Those of a record without a certificate.
    init(address: IPAddress?, time: Int?) {
        self.address = address
        self.time = time
    }

    static let fields: [RecordField] = [
        .timestamp, .ip, .sha256, .alternativeNames, .subjectCommonName, .issuerOrganization, .notBefore,
        .spki,
        .extensionOIDs, .ocspResponse, .crlURLs, .chainDER, .selfSigned, .dataset, .scts,
        .chainVerification, .verificationTrust,
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
