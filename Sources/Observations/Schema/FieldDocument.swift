/// The tables of `Docs/observation.md`, written from the list of fields.
package enum FieldDocument {
    private static let sections: [(title: String, fields: [Field])] = [
        ("Event and endpoint", Field.event),
        ("TLS", Field.tls),
        ("Leaf certificate, as in ECS", Field.x509),
        ("Certificate and chain, beyond ECS", Field.certificate),
        ("The first flight", Field.flight),
        ("Fingerprints", Field.fingerprints),
        ("HTTP", Field.http),
        ("Assessment", Field.assessment),
        ("What was imported", Field.imported),
    ]

    /// A table for each section, then the closed lists.
    package static func text() -> String {
        var text = ""
        for section in sections {
            text += "### \(section.title)\n\n| field | type | meaning |\n| --- | --- | --- |\n"
            for field in section.fields {
                text += "| `\(field.name)` | \(kind(field)) | \(field.text) |\n"
            }
            text += "\n"
        }
        text += "### Closed lists\n\n| field | values |\n| --- | --- |\n"
        for field in Field.all {
            guard let values = SchemaDocument.enumerations[field.name], values.count > 1 else { continue }
            text += "| `\(field.name)` | \(values.map { "`\($0)`" }.joined(separator: " ")) |\n"
        }
        return text
    }

    private static func kind(_ field: Field) -> String {
        switch field.kind {
        case .objects: "array of objects"
        case .pairs: "array of pairs"
        case .map: "object of arrays"
        default: field.isArray ? "\(field.kind.rawValue)[]" : field.kind.rawValue
        }
    }
}
