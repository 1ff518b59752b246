/// What is common on the Internet, so that it is no oddity only because few have it here.
///
/// Such a value counts nothing, however rare it is among the endpoints at hand. That many thousands have it
/// is our reading of the sources that stand beside the values, and no measurement.
package final class CommonMarks {
    private let further: (_ field: String, _ value: String) -> Bool
    private var asked: [String: [String: Bool]] = [:]

    /// - Parameter further: knows of more values than the table, such as what rules know as benign software.
    package init(further: @escaping (_ field: String, _ value: String) -> Bool = { _, _ in false }) {
        self.further = further
    }

    /// Whether a value is common.
    func knows(_ field: String, _ value: String) -> Bool {
        if Self.table[field]?[value] != nil { return true }
        if let known = asked[field]?[value] { return known }
        let known = further(field, value)
        asked[field, default: [:]][value] = known
        return known
    }

    /// Sources by values by fields.
    private static let table: [String: [String: String]] = {
        var table: [String: [String: String]] = [:]
        for (field, source, values) in rows {
            for value in values { table[field, default: [:]][value] = source }
        }
        return table
    }()

    private static let issuer = "tls.server.x509.issuer.distinguished_name"

    /// The size of the table, for people who ask.
    package static var count: Int { table.values.reduce(0) { $0 + $1.count } }

    private static let rows: [(field: String, source: String, values: [String])] = [
        (
            issuer, "https://letsencrypt.org/certificates/",
            ["E5", "E6", "E7", "E8", "E9", "R10", "R11", "R12", "R13", "R14"].map {
                "C=US, O=Let's Encrypt, CN=\($0)"
            }
        ),
        (
            issuer, "https://pki.goog/repository/",
            ["WE1", "WE2", "WR1", "WR2", "WR3", "WR4"].map { "C=US, O=Google Trust Services, CN=\($0)" }
        ),
        (
            issuer, "https://www.amazontrust.com/repository/",
            ["M01", "M02", "M03", "M04"].map { "C=US, O=Amazon, CN=Amazon RSA 2048 \($0)" }
        ),
        (
            issuer, "https://www.digicert.com/kb/digicert-root-certificates.htm",
            [
                "C=US, O=DigiCert Inc, CN=DigiCert Global G2 TLS RSA SHA256 2020 CA1",
                "C=US, O=DigiCert Inc, CN=DigiCert TLS RSA SHA256 2020 CA1",
            ]
        ),
        (
            issuer, "https://support.sectigo.com/articles/Knowledge/Sectigo-Intermediate-Certificates",
            [
                "C=GB, ST=Greater Manchester, L=Salford, O=Sectigo Limited, CN=Sectigo RSA Domain Validation Secure Server CA",
                "C=GB, ST=Greater Manchester, L=Salford, O=Sectigo Limited, CN=Sectigo ECC Domain Validation Secure Server CA",
            ]
        ),
        // A certificate of 90 days is a second shorter, and so has 89 whole days.
        (HuntMark.validityDays, "https://letsencrypt.org/docs/faq/", ["89", "90"]),
        (
            HuntMark.validityDays, "CA/Browser Forum, Baseline Requirements, 6.3.2",
            ["199", "200", "364", "365", "396", "397"]
        ),
        (
            "tls.server.jarm", "https://github.com/salesforce/jarm, README",
            [
                "2ad2ad0002ad2ad00042d42d00000069d641f34fe76acdc05c40262f8815e5",
                "27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d",
                "27d27d27d29d27d1dc41d43d00041d741011a7be03d7498e0df05581db08a9",
                "29d29d20d29d29d21c41d43d00041d741011a7be03d7498e0df05581db08a9",
            ]
        ),
        // The ports of TLS that IANA has registered, and the usual second ones of HTTPS.
        (
            "server.port", "https://www.iana.org/assignments/service-names-port-numbers/",
            ["443", "465", "563", "636", "853", "989", "990", "992", "993", "995", "5061", "5223", "8443"]
        ),
    ]
}
