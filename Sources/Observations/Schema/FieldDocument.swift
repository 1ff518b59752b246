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
        ("What stands around it", Field.context),
    ]

    /// A table for each section, the closed lists, then what a corpus and the indexes know of a field.
    package static func text() -> String {
        var text = ""
        for section in sections {
            text +=
                "### \(section.title)\n\n| field | type | source | evidence | meaning |\n| --- | --- | --- | --- | --- |\n"
            for field in section.fields {
                text +=
                    "| `\(field.name)` | \(kind(field)) | \(source(field)) | \(evidence(field)) | \(field.text) |\n"
            }
            text += "\n"
        }
        text += "### Closed lists\n\n| field | values |\n| --- | --- |\n"
        for field in Field.all where field.values.count > 1 {
            text += "| `\(field.name)` | \(field.values.map { "`\($0)`" }.joined(separator: " ")) |\n"
        }
        text += "\n### Marks and searches\n\n"
        text += "| field | mark | \(SearchEngine.allCases.map(\.rawValue).joined(separator: " | ")) |\n"
        text += "| --- | --- |\(SearchEngine.allCases.map { _ in " --- |" }.joined())\n"
        for field in Field.all + Field.headers
        where field.mark != nil || field.searches.map({ !$0.isCommon }) == true {
            let filters = SearchEngine.allCases.map { engine in
                field.searches?[engine].map { $0.isEmpty ? "banner" : "`\($0)`" } ?? ""
            }
            text +=
                "| `\(field.name)` | \(field.mark.map { "`\($0.alias)`" } ?? "") | \(filters.joined(separator: " | ")) |\n"
        }
        return text
    }

    private static func source(_ field: Field) -> String {
        switch field.source {
        case .ecs: "ECS"
        case .hallmark: "Hallmark"
        case .published(let address): "[\(address.split(separator: "/").last ?? "")](\(address))"
        }
    }

    /// The kind of evidence, and the probe that it takes beyond the first connection.
    private static func evidence(_ field: Field) -> String {
        let probe = field.probe == .certificate ? nil : field.probe.rawValue
        return [field.evidence?.rawValue, probe].compactMap(\.self).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }.joined(separator: ", ")
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
