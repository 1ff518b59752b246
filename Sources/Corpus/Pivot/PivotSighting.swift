package import Observations

/// An endpoint with a certificate and an appearance, and when it was seen so.
package struct PivotSighting: Sendable {
    package let id: Int
    package let endpoint: Int
    /// 0 for none.
    package let certificate: Int
    package let appearance: Int
    /// Milliseconds since 1970.
    package let first: Int
    package let last: Int

    package init(id: Int, endpoint: Int, certificate: Int, appearance: Int, first: Int, last: Int) {
        self.id = id
        self.endpoint = endpoint
        self.certificate = certificate
        self.appearance = appearance
        self.first = first
        self.last = last
    }
}

/// A certificate with its marks, which come of what a record said of it.
package struct PivotCertificate: Sendable {
    package let sha256: String
    package let subject: String
    package let isPrecertificate: Bool
    package let marks: [Mark]

    /// The extension that tells a precertificate (RFC 6962, section 3.1).
    private static let poison: Substring = "1.3.6.1.4.1.11129.2.4.3"

    /// Reads what a store keeps of a record.
    ///
    /// - Parameters:
    ///   - subject: nil for what `x509` says.
    ///   - x509: the record's `tls.server.x509`, as JSON.
    ///   - details: its `hallmark.certificate`, likewise.
    /// - Returns: nil where that is no JSON.
    package init?(
        sha256: String,
        subject: String?,
        x509: String?,
        details: String?,
        _ picker: RecordPicker
    ) {
        var line = "{\"tls\":{\"server\":{\"hash\":{\"sha256\":\"\(sha256)\"}"
        if let x509 { line += ",\"x509\":" + x509 }
        line += "}},\"hallmark\":{"
        if let details { line += "\"certificate\":" + details }
        line += "}}"
        guard (try? picker.read(line.utf8)) != nil, picker.text(.x509) == x509,
            picker.text(.certificate) == details
        else { return nil }
        self.sha256 = sha256
        self.subject = subject ?? picker.text(.subject) ?? ""
        isPrecertificate = (picker.text(.extensionOIDs) ?? "").split(separator: ",").contains(Self.poison)
        marks = CertificateFacts.marks(picker)
    }
}

/// What is known of a client's connections to an endpoint that showed a certificate.
package struct PivotContact {
    package let client, endpoint, certificate, first, last, count: Int
    package let bytes, milliseconds: Int?
    package let ja3, ja4: [String]
}
