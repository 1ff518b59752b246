/// Where our reading of a certificate differs from another reader's on purpose, and why.
struct CertificateDifference {
    let reader: String

    /// A field, or the end of one after `*`.
    let path: String

    /// A certificate, or a part of its name.
    let certificate: String
    let reason: String

    static func isKnown(_ reader: String, _ path: String, _ certificate: String) -> Bool {
        all.contains {
            $0.reader == reader && certificate.contains($0.certificate)
                && ($0.path.hasPrefix("*") ? path.hasSuffix($0.path.dropFirst()) : path == $0.path)
        }
    }

    static let all: [CertificateDifference] = [
        .init(
            reader: "openssl",
            path: "not_after",
            certificate: "badasn1time.pem",
            reason: "openssl prints `Bad time value`; a time that is none is absent from our record."
        ),
        .init(
            reader: "openssl",
            path: "*subject",
            certificate: "e-trust.ru.der",
            reason: "openssl has short names for OGRN and INN; we give their object identifiers."
        ),
        .init(
            reader: "openssl",
            path: "*issuer",
            certificate: "e-trust.ru.der",
            reason: "The same."
        ),
        .init(
            reader: "openssl",
            path: "*distinguished_name",
            certificate: "e-trust.ru.der",
            reason: "The same."
        ),
        .init(
            reader: "openssl",
            path: "*subject",
            certificate: "scottishpower-bitstring-dn.pem",
            reason:
                "The value is a BIT STRING, no text: openssl prints its raw bytes, we give the hex of its DER."
        ),
        .init(
            reader: "openssl",
            path: "*distinguished_name",
            certificate: "scottishpower-bitstring-dn.pem",
            reason: "The same."
        ),
        .init(
            reader: "openssl",
            path: "*subject",
            certificate: "unique_identifier.pem",
            reason: "The same."
        ),
        .init(
            reader: "openssl",
            path: "*distinguished_name",
            certificate: "unique_identifier.pem",
            reason: "The same."
        ),
        .init(
            reader: "cryptography",
            path: "certificate.spki_sha256",
            certificate: "custom/ec_no_named_curve.pem",
            reason: "cryptography writes the key anew, with the curve's name; we hash it as it came."
        ),
        .init(
            reader: "cryptography",
            path: "x509.public_key_curve",
            certificate: "custom/ec_no_named_curve.pem",
            reason:
                "cryptography finds the name of a curve that is given by its parameters; we say how it is given."
        ),
        .init(
            reader: "cryptography",
            path: "certificate.spki_sha256",
            certificate: "custom/rsa_pss",
            reason: "cryptography writes an RSA-PSS key anew, without its parameters; we hash it as it came."
        ),
        .init(
            reader: "cryptography",
            path: "certificate.self_signed",
            certificate: "custom/ec_no_named_curve.pem",
            reason: "We verify nothing on a curve that is given by its parameters: the server chose the work."
        ),
        .init(
            reader: "cryptography",
            path: "certificate.self_signed",
            certificate: "custom/rsa_pss.pem",
            reason:
                "The key is for SHA-256 alone and signed with SHA-1: `openssl verify` refuses it as we do."
        ),
    ]
}
