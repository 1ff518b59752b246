import Observations
import TestSupport
import Testing
import Wire

/// The tables of `Docs/certificates.md` are written from the lists that they explain.
@Suite struct CertificateDocumentTests {
    @Test func tables() throws {
        var text = "\n\n| anomaly | kind | meaning |\n| --- | --- | --- |\n"
        for anomaly in CertificateAnomaly.allCases {
            text += "| `\(anomaly.rawValue)` | \(anomaly.kind.rawValue) | \(anomaly.text) |\n"
        }
        text += "\n## Relations\n\n"
        text += "| relation | meaning |\n| --- | --- |\n"
        for relation in CertificateRelation.allCases {
            text += "| `\(relation.rawValue)` | \(relation.text) |\n"
        }
        try snapshot(text, at: "Docs/certificates.md", after: "<!-- written by the tests from here on -->")
    }

    @Test func namesAreSnakeCaseAndTextsAreSentences() {
        let names = CertificateAnomaly.allCases.map(\.rawValue) + CertificateRelation.allCases.map(\.rawValue)
        for name in names {
            #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(name)")
        }
        #expect(Set(names).count == names.count)
        let texts = CertificateAnomaly.allCases.map(\.text) + CertificateRelation.allCases.map(\.text)
        for text in texts { #expect(text.hasSuffix("."), "\(text)") }
        #expect(Set(texts).count == texts.count)
    }

    /// The parts of names that ECS has no field for are those that the list of fields says.
    @Test func fieldsOfNameParts() {
        let parts = NamePart.allCases.filter { !$0.isECS && $0 != .other }.map { "\($0.field)" }
        #expect(parts == Field.otherAttributes)
        let known = Set(Field.all.map(\.name))
        for part in NamePart.allCases where part.isECS {
            #expect(known.contains("tls.server.x509.subject.\(part.field)"))
        }
    }
}
