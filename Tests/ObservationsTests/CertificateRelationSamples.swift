import Observations
import TestSupport

/// A match and a near miss of each relation that a single certificate can have.
enum CertificateRelationSamples {
    typealias Sample = CertificateRelationTests.Sample

    static let all = names + subject + alternativeNames + values

    private static let (c, st, l, o, ou, cn) = (
        "2.5.4.6", "2.5.4.8", "2.5.4.7", "2.5.4.10", "2.5.4.11", "2.5.4.3"
    )
    private static let email = "1.2.840.113549.1.9.1"

    private static let names: [Sample] = [
        Sample(.subjectEqualsIssuer) {
            $0.issuer = $0.subject
        } not: {
            $0.issuer = DER.name((c, "US"), (cn, "server.tesT"))
        },
        Sample(.subjectTextEqualsIssuer) {
            $0.subject = DER.sequence(DER.rdn((cn, DER.utf8("a"))))
            $0.issuer = DER.sequence(DER.rdn((cn, DER.printable("a"))))
        } not: {
            $0.issuer = $0.subject
        },
        Sample(.issuerCNEqualsSubjectCN) {
            $0.issuer = DER.name((cn, "server.test"))
        } not: {
            $0.issuer = DER.name((cn, "server.tes"))
        },
        Sample(.issuerCEqualsSubjectC) {
            $0.issuer = DER.name((c, "US"))
        } not: {
            $0.issuer = DER.name((c, "us"))
        },
        both(.issuerLEqualsSubjectL, l),
        both(.issuerOEqualsSubjectO, o),
        both(.issuerOUEqualsSubjectOU, ou),
        both(.issuerSTEqualsSubjectST, st),
    ]

    /// A relation of subject and issuer in one attribute; in the near miss both are empty.
    private static func both(_ relation: CertificateRelation, _ type: String) -> Sample {
        Sample(relation) {
            $0.subject = DER.name((type, "Value"))
            $0.issuer = DER.name((c, "US"), (type, "Value"))
        } not: {
            $0.subject = DER.name((type, ""))
            $0.issuer = DER.name((c, "US"), (type, ""))
        }
    }

    /// A relation of two attributes of the subject.
    private static func pair(_ relation: CertificateRelation, _ one: String, _ other: String) -> Sample {
        Sample(relation) {
            $0.subject = DER.name((one, "8f41d23c"), (other, "8f41d23c"))
        } not: {
            $0.subject = DER.name((one, "8f41d23c"), (other, "8f41d23d"))
        }
    }

    private static let subject: [Sample] = [
        pair(.allSubjectPartsEqual, cn, o),
        pair(.oEqualsCN, o, cn),
        pair(.ouEqualsCN, ou, cn),
        pair(.lEqualsCN, l, cn),
        pair(.stEqualsCN, st, cn),
        pair(.ouEqualsO, o, ou),
        pair(.lEqualsST, st, l),
        Sample(.allSubjectPartsEmpty) {
            $0.subject = DER.name((o, ""), (cn, ""))
        } not: {
            $0.subject = DER.sequence()
        },
        Sample(.stLOOUCNEqual) {
            $0.subject = DER.name((c, "SI"), (st, "a1"), (l, "a1"), (o, "a1"), (ou, "a1"), (cn, "a1"))
        } not: {
            $0.subject = DER.name((c, "SI"), (st, "a1"), (l, "a1"), (o, "a1"), (cn, "a1"))
        },
        Sample(.cnIsIP) {
            $0.subject = DER.name((cn, "192.0.2.7"))
        } not: {
            $0.subject = DER.name((cn, "192.0.2.256"))
        },
        Sample(.cnIsIP) {
            $0.subject = DER.name((cn, "2001:db8::7"))
        } not: {
            $0.subject = DER.name((cn, "2001:db8:7"))
        },
        Sample(.cnStartsWithOWord) {
            $0.subject = DER.name((o, "Example Ltd"), (cn, "example-mail.test"))
        } not: {
            $0.subject = DER.name((o, "Example Ltd"), (cn, "mail.example.test"))
        },
        Sample(.cnIsWWWLetterOWord) {
            $0.subject = DER.name((o, "river corp"), (cn, "www.qriver.com"))
        } not: {
            $0.subject = DER.name((o, "river corp"), (cn, "www.qrivers.com"))
        },
        Sample(.emailIsOUAtCN) {
            $0.subject = DER.name((ou, "sales"), (cn, "a.test"), (email, "sales@a.test"))
        } not: {
            $0.subject = DER.name((ou, "sales"), (cn, "a.test"), (email, "sale@a.test"))
        },
        Sample(.emailIsRootAtCN) {
            $0.subject = DER.name((cn, "a.test"), (email, "root@a.test"))
        } not: {
            $0.subject = DER.name((cn, "a.test"), (email, "toor@a.test"))
        },
        Sample(.emailDomainEqualsCN) {
            $0.subject = DER.name((cn, "a.test"), (email, "x@a.test"))
        } not: {
            $0.subject = DER.name((cn, "a.test"), (email, "x@b.a.test"))
        },
    ]

    private static func address(_ bytes: UInt8...) -> [UInt8] { DER.element(0x87, bytes) }

    private static func dns(_ name: String) -> [UInt8] { DER.element(0x82, Array(name.utf8)) }

    private static let alternativeNames: [Sample] = [
        Sample(.sanIPEqualsCN) {
            $0.subject = DER.name((cn, "192.0.2.7"))
            $0.extensions = [HandMadeCertificate.alternativeNames(dns("a"), address(192, 0, 2, 7))]
        } not: {
            $0.subject = DER.name((cn, "192.0.2.7"))
            $0.extensions = [HandMadeCertificate.alternativeNames(dns("192.0.2.7"), address(192, 0, 2, 8))]
        },
        Sample(.sanDNSEqualsCN) {
            $0.extensions = [HandMadeCertificate.alternativeNames(dns("a"), dns("SERVER.test"))]
        } not: {
            $0.extensions = [HandMadeCertificate.alternativeNames(dns("a"), dns("server.tes"))]
        },
        Sample(.sanIsCNAlone) {
            $0.subject = DER.name((cn, "server.test"))
        } not: {
            $0.extensions = [HandMadeCertificate.alternativeNames(dns("server.test"), dns("a"))]
        },
        Sample(.cnNotInSAN) {
            $0.extensions = [HandMadeCertificate.alternativeNames(dns("a.test"))]
        } not: {
            $0.extensions = []
        },
    ]

    private static let values: [Sample] = [
        // 2026-01-01T00:00:00Z is 1767225600, or 0x6955B900.
        Sample(.serialEqualsNotBefore) {
            $0.serial = DER.integer([0x69, 0x55, 0xb9, 0x00])
        } not: {
            $0.serial = DER.integer([0x69, 0x55, 0xb9, 0x02])
        },
        // 1767225600123 and, three days later, 1767484800123.
        Sample(.serialIsMilliseconds) {
            $0.serial = DER.integer([0x01, 0x9b, 0x76, 0xda, 0xa8, 0x7b])
        } not: {
            $0.serial = DER.integer([0x01, 0x9b, 0x86, 0x4d, 0xbc, 0x7b])
        },
        // 20260101 as a number, and as hexadecimal digits.
        Sample(.serialIsDate) {
            $0.serial = DER.integer([0x01, 0x35, 0x25, 0x05])
        } not: {
            $0.serial = DER.integer([0x01, 0x35, 0x25, 0x08])
        },
        Sample(.serialIsDate) {
            $0.serial = DER.integer([0x20, 0x26, 0x01, 0x01])
        } not: {
            $0.serial = DER.integer([0x20, 0x26, 0x01, 0x04])
        },
        Sample(.serialIsDate) {
            $0.serial = DER.integer([0x20, 0x25, 0x12, 0x31, 0x23, 0x59, 0x59])
        } not: {
            $0.serial = DER.integer([0x20, 0x25, 0x12, 0x31, 0x23, 0x59, 0x61])
        },
        Sample(.sameTimeOfDay) {
            $0.validity = DER.sequence(DER.utcTime("260101123456Z"), DER.utcTime("260401123456Z"))
        } not: {
            $0.validity = DER.sequence(DER.utcTime("260101123456Z"), DER.utcTime("260401123455Z"))
        },
        // 2028 is a leap year.
        Sample(.validityIs365DayYears) {
            $0.validity = DER.sequence(DER.utcTime("260101000000Z"), DER.utcTime("281231000000Z"))
        } not: {
            $0.validity = DER.sequence(DER.utcTime("260101000000Z"), DER.utcTime("290101000000Z"))
        },
        Sample(.akiEqualsSKI) {
            $0.extensions = keyIdentifiers([1, 2, 3], [1, 2, 3])
        } not: {
            $0.extensions = keyIdentifiers([1, 2, 3], [1, 2, 3, 4])
        },
    ]

    private static func keyIdentifiers(_ subject: [UInt8], _ authority: [UInt8]) -> [[UInt8]] {
        [
            DER.certificateExtension("2.5.29.14", DER.octets(subject)),
            DER.certificateExtension("2.5.29.35", DER.sequence(DER.element(0x80, authority))),
        ]
    }
}
