/// A certificate put together from parts that a test may replace.
///
/// As it is, nothing is wrong with it; its signature is no real one.
package struct HandMadeCertificate: Sendable {
    package var version = DER.element(0xa0, DER.integer([2]))
    package var serial = DER.integer([0x01, 0x23, 0x45])
    package var innerAlgorithm = ecdsaWithSHA256
    package var issuer = DER.name(("2.5.4.6", "US"), ("2.5.4.3", "Issuer"))
    package var validity = DER.sequence(DER.utcTime("260101000000Z"), DER.utcTime("270101000000Z"))
    package var subject = DER.name(("2.5.4.6", "US"), ("2.5.4.3", "server.test"))
    package var key = ecKey
    /// Between the key and the extensions.
    package var uniqueIdentifiers: [UInt8] = []
    package var extensions = [alternativeNames(DER.element(0x82, Array("server.test".utf8)))]
    /// In place of the `[3]` element that `extensions` make.
    package var extensionField: [UInt8]?
    package var bodyTail: [UInt8] = []
    package var outerAlgorithm = ecdsaWithSHA256
    package var signature = DER.bitString([UInt8](repeating: 0x5a, count: 64))
    package var certificateTail: [UInt8] = []
    package var tail: [UInt8] = []

    package init() {}

    package static let ecdsaWithSHA256 = DER.sequence(DER.oid("1.2.840.10045.4.3.2"))
    package static let sha256WithRSA = DER.sequence(DER.oid("1.2.840.113549.1.1.11"), DER.null)

    package static let ecKey = DER.sequence(
        DER.sequence(DER.oid("1.2.840.10045.2.1"), DER.oid("1.2.840.10045.3.1.7")),
        DER.bitString([4] + [UInt8](repeating: 0x11, count: 64))
    )

    package static func rsaKey(
        modulus: [UInt8] = [0x00] + [UInt8](repeating: 0xb5, count: 256),
        exponent: [UInt8] = [1, 0, 1],
        parameters: [UInt8] = DER.null
    ) -> [UInt8] {
        DER.sequence(
            DER.sequence(DER.oid("1.2.840.113549.1.1.1"), parameters),
            DER.bitString(DER.sequence(DER.integer(modulus), DER.integer(exponent)))
        )
    }

    package static func alternativeNames(_ names: [UInt8]...) -> [UInt8] {
        DER.certificateExtension("2.5.29.17", DER.element(0x30, Array(names.joined())))
    }

    package var body: [UInt8] {
        let field =
            extensionField
            ?? (extensions.isEmpty ? [] : DER.element(0xa3, DER.element(0x30, Array(extensions.joined()))))
        return DER.sequence(
            version,
            serial,
            innerAlgorithm,
            issuer,
            validity,
            subject,
            key,
            uniqueIdentifiers,
            field,
            bodyTail
        )
    }

    package var der: [UInt8] {
        DER.sequence(body, outerAlgorithm, signature, certificateTail) + tail
    }
}
