/// A GeneralName (RFC 5280, section 4.2.1.6).
package struct AlternativeName: Sendable {
    package enum Kind: Sendable {
        case dns, address, email, uri, directory, other
    }

    package let kind: Kind
    package let element: DERElement

    /// The text of a DNS name, an e-mail address or a URI.
    package let text: CertificateText

    /// The attributes of a directory name, among those of all such names.
    package let attributes: Range<Int>
}
