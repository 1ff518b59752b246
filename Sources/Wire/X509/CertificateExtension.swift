package import Bytes

/// An entry of the list of extensions, without its content (RFC 5280, section 4.1.2.9).
package struct CertificateExtension: Sendable {
    package let whole: ByteRange
    package let type: ByteRange
    package let key: OIDKey
    package let isCritical: Bool

    /// The content of its OCTET STRING.
    package let value: ByteRange

    /// The SCT list and the poison, which a precertificate and its certificate do not share (RFC 6962).
    package var isTransparency: Bool {
        key == .timestampList || key == .poison
    }
}
