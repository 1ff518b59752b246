package import Bytes

/// One attribute of a distinguished name (RFC 5280, section 4.1.2.4).
package struct NameAttribute: Sendable {
    package let type: ByteRange
    package let part: NamePart

    /// Whether it belongs to the same RDN as the attribute before it.
    package let isContinued: Bool

    /// The value with its tag and length.
    package let value: DERElement
    package let text: CertificateText
}

/// Where the UTF-8 of a string lies.
package struct CertificateText: Sendable {
    package enum Place: Sendable {
        /// In the certificate, as it is.
        case certificate
        /// Among the texts that the reader made.
        case converted
        /// There too: `#` and the hexadecimal text of an element that does not decode.
        case hexadecimal
    }

    package let range: ByteRange
    package let place: Place

    package var isEmpty: Bool { range.isEmpty }
}
