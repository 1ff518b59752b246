import Bytes
import TestSupport
import Testing
import Wire

/// Strings of every ASN.1 type, and what comes of those that do not decode.
@Suite struct X509StringTests {
    @Test(arguments: [
        (DER.utf8("Zürich"), "Zürich"),
        (DER.utf8(""), ""),
        (DER.utf8("𝄞"), "𝄞"),
        (DER.printable("Example Ltd."), "Example Ltd."),
        (DER.element(0x12, Array("123 456".utf8)), "123 456"),
        (DER.element(0x14, [0x5a, 0xfc, 0x72, 0x69, 0x63, 0x68]), "Zürich"),
        (DER.ia5("a@b.example"), "a@b.example"),
        (DER.element(0x1a, Array("visible".utf8)), "visible"),
        (DER.element(0x1b, [0x67, 0xe9, 0x6e]), "gén"),
        (DER.element(0x1c, [0, 0, 0, 0x5a, 0, 0, 0, 0xfc, 0, 1, 0xd1, 0x1e]), "Zü𝄞"),
        (DER.element(0x1e, [0, 0x5a, 0, 0xfc]), "Zü"),
        (DER.element(0x1e, [0xd8, 0x34, 0xdd, 0x1e]), "𝄞"),
        (DER.element(0x1e, [0x4e, 0x2d, 0x65, 0x87]), "中文"),
        // UTF-8 in a type of seven bits, as many devices write it.
        (DER.element(0x13, Array("Zürich".utf8)), "Zürich"),
    ])
    func isText(_ value: [UInt8], _ text: String) {
        #expect(commonName(value) == text)
    }

    @Test(arguments: [
        DER.element(0x0c, [0xff]), DER.element(0x0c, [0xc0, 0x80]), DER.element(0x0c, [0xe2, 0x82]),
        DER.element(0x0c, [0xed, 0xa0, 0x80]), DER.element(0x0c, [0xf4, 0x90, 0x80, 0x80]),
        DER.element(0x0c, [0xf0, 0x80, 0x80, 0x80]), DER.element(0x13, [0xfc]), DER.element(0x16, [0x80]),
        DER.element(0x1c, [0, 0, 0]), DER.element(0x1c, [0, 0x11, 0, 0]), DER.element(0x1c, [0, 0, 0xd8, 0]),
        DER.element(0x1e, [0]), DER.element(0x1e, [0xd8, 0x34]), DER.element(0x1e, [0xdd, 0x1e, 0, 0x41]),
        DER.element(0x1e, [0xd8, 0x34, 0, 0x41]), DER.integer([1]), DER.sequence(DER.null),
    ])
    func isHex(_ value: [UInt8]) {
        let hex = value.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        #expect(commonName(value) == "#" + hex)
    }

    @Test func textsOfOneCertificateAreKeptApart() {
        var certificate = HandMadeCertificate()
        certificate.issuer = DER.sequence(DER.rdn(("2.5.4.3", DER.element(0x1e, [0, 0x41]))))
        certificate.subject = DER.sequence(
            DER.rdn(("2.5.4.3", DER.element(0x1e, [0, 0x42, 0, 0x43]))),
            DER.rdn(("2.5.4.10", DER.element(0x0c, [0xff])))
        )
        var index = CertificateIndex()
        _ = index.read(certificate.der.span)
        let issuer = text(index.issuer[0].text, certificate.der, index)
        let name = text(index.subject[0].text, certificate.der, index)
        let organization = text(index.subject[1].text, certificate.der, index)
        #expect(issuer == "A")
        #expect(name == "BC")
        #expect(organization == "#0C01FF")
    }

    private func commonName(_ value: [UInt8]) -> String? {
        var certificate = HandMadeCertificate()
        certificate.subject = DER.sequence(DER.rdn(("2.5.4.3", value)))
        var index = CertificateIndex()
        _ = index.read(certificate.der.span)
        guard let attribute = index.subject.first else { return nil }
        return text(attribute.text, certificate.der, index)
    }

    private func text(
        _ text: CertificateText,
        _ der: [UInt8],
        _ index: borrowing CertificateIndex
    ) -> String {
        let bytes = text.place == .certificate ? der : index.reading.converted
        return String(decoding: bytes[text.range.indices], as: UTF8.self)
    }
}
