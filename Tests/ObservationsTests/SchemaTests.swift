import Foundation
import Observations
import TestSupport
import Testing

/// The schema and its documentation are written from the list of fields and kept in `Docs`.
@Suite struct SchemaTests {
    @Test(arguments: LineKind.allCases) func schemaIsAsWritten(_ kind: LineKind) throws {
        try snapshot(SchemaDocument.text(kind), at: "Docs/\(kind.rawValue).schema.json")
    }

    @Test func documentationIsAsWritten() throws {
        try snapshot(FieldDocument.text(), at: "Docs/observation.md", after: "make snapshots -->\n\n")
    }

    @Test func schemaIsJSON() throws {
        let object =
            try JSONSerialization.jsonObject(with: Data(SchemaDocument.text().utf8)) as? [String: Any]
        let properties = try #require(object?["properties"] as? [String: Any])
        #expect(Set(properties.keys) == Set(Field.all.map { String($0.name.prefix { $0 != "." }) }))
    }

    @Test func fieldsAreUnique() {
        let names = Field.all.map(\.name)
        #expect(Set(names).count == names.count)
        let marks = Field.marks.map(\.mark)
        #expect(Set(marks.map(\.number)).count == marks.count)
        #expect(Set(marks.map(\.alias)).count == marks.count)
    }
}
