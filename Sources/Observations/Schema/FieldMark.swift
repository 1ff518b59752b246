/// The mark that a field's value is in a corpus: a property that certificates or services can share.
package struct FieldMark: Equatable, Sendable {
    /// Marks of one family say the same thing more or less exactly, so that only the rarest of them counts.
    package enum Family: Int, CaseIterable, Sendable {
        case key, certificate, serial, validity, shape, subject, issuer, names, tls, headers, content, favicon
    }

    /// The number of the kind in corpus files: it never changes and is never used again.
    ///
    /// Numbers from 60 are of what a connection shows besides the certificate.
    package let number: Int
    /// The short name that a query may use in place of the field's.
    package let alias: String
    package let family: Family
    /// Whether a report on an endpoint proposes to search for it.
    package let isTelling: Bool

    package init(_ number: Int, _ alias: String, _ family: Family, isTelling: Bool = false) {
        self.number = number
        self.alias = alias
        self.family = family
        self.isTelling = isTelling
    }
}
