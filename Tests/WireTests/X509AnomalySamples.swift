import TestSupport
import Wire

/// Changes that make one anomaly each, or those that cannot come alone.
enum X509AnomalySamples {
    typealias Sample = X509AnomalyTests.Sample

    static let all = encoding + parts + body + names + keys + extensions

    private static let encoding: [Sample] = [
        Sample(.trailingData) { $0.tail = [0] },
        Sample(.untaggedVersion) { $0.version = DER.integer([2]) },
        Sample(.trailingDataInCertificate) { $0.certificateTail = DER.null },
        Sample(.trailingDataInTBS) { $0.bodyTail = DER.null },
        Sample(.trailingDataInExtension) {
            $0.extensions += [DER.certificateExtension("2.5.29.14", DER.octets([1, 2, 3]) + [0])]
        },
        Sample(.trailingDataInExtension) {
            $0.extensions += [DER.sequence(DER.oid("2.5.29.14"), DER.octets(DER.octets([1])), DER.null)]
        },
        Sample(.trailingDataInKey) {
            $0.key = DER.sequence(
                DER.sequence(DER.oid("1.2.840.10045.2.1"), DER.oid("1.2.840.10045.3.1.7")),
                DER.bitString([4] + [UInt8](repeating: 0x11, count: 64)),
                DER.null
            )
        },
        Sample(.trailingDataInName) {
            let attribute = DER.sequence(DER.oid("2.5.4.3"), DER.utf8("server.test"), DER.null)
            $0.subject = DER.sequence(DER.element(0x31, attribute))
        },
        Sample(.trailingDataInValidity) {
            $0.validity = DER.sequence(
                DER.utcTime("260101000000Z"),
                DER.utcTime("270101000000Z"),
                DER.utcTime("280101000000Z")
            )
        },
        Sample(.trailingDataInAlgorithm) {
            $0.innerAlgorithm = DER.sequence(DER.oid("1.2.840.10045.4.3.2"), DER.null, DER.null)
            $0.outerAlgorithm = $0.innerAlgorithm
        },
        Sample(.overlongLength) { $0.signature = [0x03, 0x42, 0x00] + [UInt8](repeating: 1, count: 60) },
        Sample(.nonMinimalLength) { $0.serial = [0x02, 0x81, 0x01, 0x05] },
        Sample(.nonMinimalLength) { $0.serial = [0x02, 0x82, 0x00, 0x01, 0x05] },
        Sample(.indefiniteLength) { $0.subject = [0x30, 0x80] + $0.subject.dropFirst(2) + [0, 0] },
        Sample(.nonMinimalInteger) { $0.serial = DER.integer([0x00, 0x05]) },
        Sample(.nonMinimalInteger, .negativeSerial) { $0.serial = DER.integer([0xff, 0xff]) },
        Sample(.badBoolean) {
            let flag = DER.element(0x01, [0x01])
            $0.extensions += [DER.sequence(DER.oid("2.5.29.14"), flag, DER.octets(DER.octets([1])))]
        },
        Sample(.badBoolean) {
            let flag = DER.element(0x01, [0xff, 0xff])
            $0.extensions += [DER.sequence(DER.oid("2.5.29.14"), flag, DER.octets(DER.octets([1])))]
        },
        Sample(.explicitDefault) {
            let flag = DER.element(0x01, [0x00])
            $0.extensions += [DER.sequence(DER.oid("2.5.29.14"), flag, DER.octets(DER.octets([1])))]
        },
        Sample(.explicitDefault) {
            $0.version = DER.element(0xa0, DER.integer([0]))
            $0.extensions = []
        },
        Sample(.badBitString) { $0.signature = DER.bitString([1, 2, 4], unused: 2) },
        Sample(.badBitString) { $0.signature = DER.element(0x03) },
        Sample(.badBitString) {
            $0.extensions += [DER.certificateExtension("2.5.29.15", DER.bitString([0xa1], unused: 5))]
        },
        Sample(.badSetOrder) {
            $0.subject = DER.sequence(
                DER.rdn(("2.5.4.3", DER.utf8("server.test")), ("2.5.4.10", DER.utf8("b")))
            )
        },
        Sample(.badObjectIdentifier) {
            $0.extensions += [
                DER.certificateExtension("2.5.29.32", DER.sequence(DER.sequence([0x06, 0x01, 0x85])))
            ]
        },
        Sample(.badObjectIdentifier) {
            $0.extensions += [
                DER.certificateExtension(
                    "2.5.29.32",
                    DER.sequence(DER.sequence([0x06, 0x03, 0x2a, 0x80, 0x01]))
                )
            ]
        },
        Sample(.tooManyParts) {
            let part = DER.rdn(("2.5.4.11", DER.utf8("unit")))
            $0.subject = DER.element(0x30, Array([[UInt8]](repeating: part, count: 257).joined()))
        },
    ]

    private static let parts: [Sample] = [
        Sample(.unparsableVersion) { $0.version = DER.element(0xa0, DER.null) },
        Sample(.unparsableSerialNumber) { $0.serial = DER.null },
        Sample(.unparsableSignatureAlgorithm) { $0.innerAlgorithm = DER.octets([1]) },
        Sample(.unparsableIssuer, .emptyIssuer) { $0.issuer = DER.sequence(DER.element(0x31, DER.null)) },
        Sample(.unparsableValidity) { $0.validity = DER.sequence(DER.null) },
        Sample(.unparsableSubject) { $0.subject = DER.octets([1]) },
        Sample(.unparsablePublicKey) { $0.key = DER.octets([1]) },
        Sample(.unparsablePublicKey) {
            $0.key = DER.sequence(
                DER.sequence(DER.oid("1.2.840.113549.1.1.1"), DER.null),
                DER.bitString([1, 2])
            )
        },
        Sample(.unparsableExtensions) { $0.extensionField = DER.element(0xa3, DER.octets([1])) },
        Sample(.unparsableExtensions) { $0.extensions += [DER.null] },
        Sample(.unparsableExtension) { $0.extensions += [DER.certificateExtension("2.5.29.14", DER.null)] },
        Sample(.unparsableSignature) { $0.outerAlgorithm = DER.sequence(DER.null) },
        Sample(.unparsableSignature) { $0.signature = DER.octets([1]) },
        Sample(.missingSerialNumber) { $0.serial = [] },
        Sample(.missingSignatureAlgorithm) { $0.innerAlgorithm = [] },
        Sample(.missingIssuer) { $0.issuer = [] },
        Sample(.missingValidity) { $0.validity = [] },
        Sample(.missingSubject) { $0.subject = [] },
        Sample(.missingPublicKey) { $0.key = [] },
        Sample(.missingSignature) { $0.signature = [] },
        Sample(.missingSignature) { ($0.outerAlgorithm, $0.signature) = ([], []) },
    ]

    private static let body: [Sample] = [
        Sample(.negativeSerial) { $0.serial = DER.integer([0x80, 0x01]) },
        Sample(.zeroSerial) { $0.serial = DER.integer([0]) },
        Sample(.longSerial) { $0.serial = DER.integer([UInt8](repeating: 0x11, count: 21)) },
        Sample(.emptySerial) { $0.serial = DER.integer([]) },
        Sample(.unknownVersion, .extensionsBeforeV3) { $0.version = DER.element(0xa0, DER.integer([3])) },
        Sample(.unknownVersion) {
            $0.version = DER.element(0xa0, DER.integer([0xff]))
            $0.extensions = []
        },
        Sample(.extensionsBeforeV3) { $0.version = [] },
        Sample(.uniqueIdentifiersInV1, .uniqueIdentifiers) {
            $0.version = []
            $0.extensions = []
            $0.uniqueIdentifiers = DER.element(0x81, [0, 1])
        },
        Sample(.uniqueIdentifiers) { $0.uniqueIdentifiers = DER.element(0x82, [0, 1]) },
        Sample(.signatureAlgorithmMismatch) { $0.outerAlgorithm = HandMadeCertificate.sha256WithRSA },
        Sample(.signatureParametersMismatch) {
            $0.outerAlgorithm = DER.sequence(DER.oid("1.2.840.10045.4.3.2"), DER.null)
        },
        Sample(.unreadableTime) {
            $0.validity = DER.sequence(DER.utcTime("260231000000Z"), DER.utcTime("270101000000Z"))
        },
        Sample(.unreadableTime) {
            $0.validity = DER.sequence(DER.utcTime("never"), DER.utcTime("270101000000Z"))
        },
        Sample(.malformedTime) {
            $0.validity = DER.sequence(DER.utcTime("2601010000Z"), DER.utcTime("270101000000Z"))
        },
        Sample(.malformedTime) {
            $0.validity = DER.sequence(DER.utcTime("260101000000+0100"), DER.utcTime("270101000000Z"))
        },
        Sample(.generalizedTimeBefore2050) {
            $0.validity = DER.sequence(DER.utcTime("260101000000Z"), DER.generalizedTime("20270101000000Z"))
        },
        Sample(.timeBefore1950) {
            $0.validity = DER.sequence(DER.generalizedTime("00010101000000Z"), DER.utcTime("270101000000Z"))
        },
        Sample(.notAfterBeforeNotBefore) {
            $0.validity = DER.sequence(DER.utcTime("260101000000Z"), DER.utcTime("250101000000Z"))
        },
        Sample(.zeroValidity) {
            $0.validity = DER.sequence(DER.utcTime("260101000000Z"), DER.utcTime("260101000000Z"))
        },
    ]

    private static let names: [Sample] = [
        Sample(.emptyIssuer) { $0.issuer = DER.sequence() },
        Sample(.emptySubjectWithoutSAN) {
            $0.subject = DER.sequence()
            $0.extensions = []
        },
        Sample(.emptyRDN) {
            $0.subject = DER.sequence(DER.element(0x31), DER.rdn(("2.5.4.3", DER.utf8("a"))))
        },
        Sample(.emptyNamePart) { $0.subject = DER.name(("2.5.4.10", "")) },
        Sample(.nonStringNamePart) { $0.subject = DER.sequence(DER.rdn(("2.5.4.45", DER.bitString([1])))) },
        Sample(.wrongStringType) { $0.subject = DER.sequence(DER.rdn(("2.5.4.6", DER.utf8("US")))) },
        Sample(.wrongStringType) { $0.subject = DER.sequence(DER.rdn(("2.5.4.3", DER.ia5("server.test")))) },
        Sample(.wrongStringType) { $0.subject = DER.sequence(DER.rdn(("2.5.4.3", DER.integer([1])))) },
        Sample(.invalidString) {
            $0.subject = DER.sequence(DER.rdn(("2.5.4.3", DER.element(0x0c, [0x61, 0xff]))))
        },
        Sample(.invalidString) {
            $0.subject = DER.sequence(DER.rdn(("2.5.4.3", DER.element(0x1e, [0x00, 0x61, 0x00]))))
        },
        Sample(.invalidString, .foreignCharacters) {
            $0.subject = DER.sequence(DER.rdn(("2.5.4.3", DER.element(0x13, [0xe9]))))
        },
        Sample(.foreignCharacters) { $0.subject = DER.sequence(DER.rdn(("2.5.4.3", DER.printable("a@b")))) },
        Sample(.controlCharacters) { $0.subject = DER.name(("2.5.4.3", "a\u{1b}[31mb")) },
        Sample(.longNamePart) { $0.subject = DER.name(("2.5.4.10", String(repeating: "a", count: 65))) },
        Sample(.badCountry, .longNamePart) { $0.subject = DER.name(("2.5.4.6", "Earth")) },
        Sample(.badCountry) { $0.subject = DER.name(("2.5.4.6", "--")) },
    ]

    private static let keys: [Sample] = [
        Sample(.smallRSAKey) {
            $0.key = HandMadeCertificate.rsaKey(modulus: [0] + [UInt8](repeating: 0xb5, count: 128))
        },
        Sample(.oddRSAKeySize) {
            $0.key = HandMadeCertificate.rsaKey(modulus: [0x35] + [UInt8](repeating: 0xb5, count: 256))
        },
        Sample(.badRSAModulus) {
            $0.key = HandMadeCertificate.rsaKey(modulus: [0] + [UInt8](repeating: 0xb4, count: 256))
        },
        Sample(.badRSAModulus) {
            $0.key = HandMadeCertificate.rsaKey(modulus: [UInt8](repeating: 0xb5, count: 256))
        },
        Sample(.smallRSAExponent) { $0.key = HandMadeCertificate.rsaKey(exponent: [3]) },
        Sample(.largeRSAExponent) {
            $0.key = HandMadeCertificate.rsaKey(exponent: [UInt8](repeating: 0x11, count: 9))
        },
        Sample(.badRSAExponent) { $0.key = HandMadeCertificate.rsaKey(exponent: [1, 0, 2]) },
        Sample(.badRSAExponent, .smallRSAExponent) { $0.key = HandMadeCertificate.rsaKey(exponent: [1]) },
        Sample(.missingKeyParameters) { $0.key = HandMadeCertificate.rsaKey(parameters: []) },
        Sample(.explicitCurve) {
            let field = DER.sequence(
                DER.oid("1.2.840.10045.1.1"),
                DER.integer([0] + [UInt8](repeating: 0xff, count: 32))
            )
            let parameters = DER.sequence(DER.integer([1]), field)
            $0.key = DER.sequence(
                DER.sequence(DER.oid("1.2.840.10045.2.1"), parameters),
                DER.bitString([4] + [UInt8](repeating: 0x11, count: 64))
            )
        },
        Sample(.badCurvePoint) {
            $0.key = DER.sequence(
                DER.sequence(DER.oid("1.2.840.10045.2.1"), DER.oid("1.2.840.10045.3.1.7")),
                DER.bitString([4] + [UInt8](repeating: 0x11, count: 63))
            )
        },
        Sample(.badKeyLength) {
            $0.key = DER.sequence(
                DER.sequence(DER.oid("1.3.101.112")),
                DER.bitString([UInt8](repeating: 1, count: 31))
            )
        },
        Sample(.trailingDataInKey) {
            $0.key = DER.sequence(
                DER.sequence(DER.oid("1.2.840.113549.1.1.1"), DER.null),
                DER.bitString(
                    DER.sequence(
                        DER.integer([0] + [UInt8](repeating: 0xb5, count: 256)),
                        DER.integer([1, 0, 1]),
                        DER.null
                    )
                )
            )
        },
    ]

    private static let extensions: [Sample] = [
        Sample(.duplicateExtension) { $0.extensions += $0.extensions },
        Sample(.emptyExtensions) { $0.extensionField = DER.element(0xa3, DER.sequence()) },
        Sample(.unknownCriticalExtension) {
            $0.extensions += [DER.certificateExtension("1.2.3.4", critical: true, DER.null)]
        },
        Sample(.precertificatePoison) {
            $0.extensions += [DER.certificateExtension("1.3.6.1.4.1.11129.2.4.3", critical: true, DER.null)]
        },
        Sample(.certSignWithoutCA) {
            $0.extensions += [DER.certificateExtension("2.5.29.15", DER.bitString([0x04], unused: 2))]
        },
        Sample(.pathLengthWithoutCA) {
            $0.extensions += [DER.certificateExtension("2.5.29.19", DER.sequence(DER.integer([0])))]
        },
        Sample(.emptyAlternativeNames) { $0.extensions = [HandMadeCertificate.alternativeNames()] },
        Sample(.emptyAlternativeName) {
            $0.extensions = [HandMadeCertificate.alternativeNames(DER.element(0x82))]
        },
        Sample(.badDNSName) {
            $0.extensions = [HandMadeCertificate.alternativeNames(DER.element(0x82, Array("a b".utf8)))]
        },
        Sample(.badDNSName) {
            $0.extensions = [HandMadeCertificate.alternativeNames(DER.element(0x82, Array("a..b".utf8)))]
        },
        Sample(.badIPAddress) {
            $0.extensions = [HandMadeCertificate.alternativeNames(DER.element(0x87, [1, 2, 3]))]
        },
        Sample(.emptyKeyUsage) {
            $0.extensions += [DER.certificateExtension("2.5.29.15", DER.bitString([]))]
        },
        Sample(.emptyExtendedKeyUsage) {
            $0.extensions += [DER.certificateExtension("2.5.29.37", DER.sequence())]
        },
        Sample(.badKeyUsage) {
            $0.extensions += [DER.certificateExtension("2.5.29.15", DER.bitString([0x80, 0x01]))]
        },
    ]
}
