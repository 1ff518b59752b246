import Bytes

/// A certificate's names and times as ECS has them beside `x509`; other programs write them alone.
struct ExportedTexts {
    private let subject, issuer: String?
    /// Milliseconds since 1970.
    private let notBefore, notAfter: Int?

    /// What is read of a row, as SQL over `certificates`.
    static let columns =
        "\(known("subject")), \(known("issuer")), not_before, not_after"
    /// How many columns they are.
    static let count: Int32 = 4

    /// A name; null where nobody told one, which an empty column alone does not say.
    private static func known(_ column: String) -> String {
        """
        CASE WHEN \(column) <> '' OR json_type(CASE WHEN json_valid(x509) THEN x509 END,
        '$.\(column).distinguished_name') = 'text' THEN \(column) END
        """
    }

    /// Reads the columns from one on.
    init(_ row: CorpusRow, from column: Int32) throws {
        subject = row.isNull(column) ? nil : try row.text(column)
        issuer = row.isNull(column &+ 1) ? nil : try row.text(column &+ 1)
        notBefore = row.isNull(column &+ 2) ? nil : try row.time(column &+ 2)
        notAfter = row.isNull(column &+ 3) ? nil : try row.time(column &+ 3)
    }

    var isEmpty: Bool { subject == nil && issuer == nil && notBefore == nil && notAfter == nil }
}

extension ByteBuffer {
    /// The members of `tls.server`.
    mutating func append(_ texts: ExportedTexts) { texts.write(to: &self) }
}

extension ExportedTexts {
    fileprivate func write(to out: inout ByteBuffer) {
        if let subject { out.member("subject", subject) }
        if let issuer { out.member("issuer", issuer) }
        if let notBefore { out.member("not_before", Self.text(notBefore)) }
        if let notAfter { out.member("not_after", Self.text(notAfter)) }
    }

    /// As records of ours have it; a part of a second stands in no certificate.
    private static func text(_ time: Int) -> String {
        time % 1000 == 0 ? RFC3339.secondsText(time) : RFC3339.text(time)
    }
}
