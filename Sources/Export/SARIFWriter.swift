import Bytes
import Observations

/// A log of the Static Analysis Results Interchange Format 2.1.0: a result for each lead and each finding.
struct SARIFWriter: ExportWriter {
    private let options: ExportOptions
    /// By id: what a rule says.
    private var rules: [String: String] = [:]

    init(_ options: ExportOptions) { self.options = options }

    func begin(_ out: inout ByteBuffer) {
        out.append("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",")
        out.append("\"runs\":[{\"columnKind\":\"utf16CodeUnits\",\"results\":[")
    }

    mutating func add(_ line: ExportLine, _ record: ExportRecord, _ out: inout ByteBuffer) -> Bool {
        for lead in record.leads {
            var text =
                "\(record.place) looks like \(lead.software): \(lead.strength)"
            if !lead.kinds.isEmpty { text += ", by \(lead.kinds.joined(separator: ", "))" }
            text += "."
            if !lead.against.isEmpty { text += " Against: \(lead.against.joined(separator: "; "))." }
            rules["lead/\(lead.software)"] = "An endpoint looks like \(lead.software)."
            result("lead/\(lead.software)", Self.level(lead.label.rawValue), text, record, &out)
        }
        for finding in record.findings {
            rules["finding/\(finding.name)"] =
                "A comparison found \(finding.name.replacing("_", with: " "))."
            result(
                "finding/\(finding.name)",
                Self.level(finding.severity),
                finding.message.isEmpty ? finding.name : finding.message,
                record,
                &out
            )
        }
        return true
    }

    private static func level(_ severity: String) -> String {
        switch severity {
        case "critical", "high": "error"
        case "medium": "warning"
        default: "note"
        }
    }

    private func result(
        _ rule: String,
        _ level: String,
        _ text: String,
        _ record: ExportRecord,
        _ out: inout ByteBuffer
    ) {
        out.element()
        out.member("ruleId", rule)
        out.member("level", level)
        out.object("message")
        out.member("text", text)
        out.endObject()
        out.array("locations")
        out.element()
        // Who shows results wants a file; an endpoint has none, and its address stands in its place.
        out.object("physicalLocation")
        out.object("artifactLocation")
        out.member("uri", "tls://\(Self.uri(record.place))")
        out.append("}}")
        out.array("logicalLocations")
        out.element()
        out.member("fullyQualifiedName", record.place)
        out.append("}]}]")
        out.object("partialFingerprints")
        out.member("hallmark/v1", NameUUID.of("sarif \(rule) \(record.place)"))
        out.endObject()
        out.object("properties")
        out.member("time", RFC3339.text(record.time))
        if let leaf = record.certificate { out.member("certificate", leaf.sha256) }
        out.append("}}")
    }

    /// What a URI can hold as it is; everything else as `%` and two digits.
    private static func uri(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x3a, 0x41...0x5b, 0x5d, 0x61...0x7a, 0x2d, 0x2e, 0x5f:
                String(Character(Unicode.Scalar(byte)))
            default: "%" + [byte].hex
            }
        }.joined()
    }

    func end(_ out: inout ByteBuffer) {
        out.append("]")
        out.object("tool")
        out.object("driver")
        out.member("name", "Hallmark" as String)
        if !options.version.isEmpty { out.member("semanticVersion", options.version) }
        out.array("rules")
        for (id, text) in rules.sorted(by: { $0.key < $1.key }) {
            out.element()
            out.member("id", id)
            out.object("shortDescription")
            out.member("text", text)
            out.append("}}")
        }
        out.append("]}}}]}\n")
    }
}
