import Bytes
import Observations

/// A table of a Log Analytics workspace, and the transformation that fills it.
///
/// A column's name has at most 45 characters there: a field whose name is longer is found in `Record`, where
/// each record stands whole.
enum SentinelTable {
    private static let longestName = 45

    static var text: String {
        let fields = Field.all.filter {
            $0.kind != .objects && $0.name != "@timestamp" && $0.column.count <= longestName
        }
        var out = ByteBuffer(capacity: 1 << 15)
        out.append("{\"table\":{\"properties\":{\"schema\":{")
        out.member("name", "Hallmark_CL" as String)
        out.array("columns")
        column("TimeGenerated", "datetime", &out)
        column("Record", "dynamic", &out)
        for field in fields { column(field.column, type(field), &out) }
        out.append("]}}}")
        let columns = fields.map { "\($0.column) = \(function($0))(\(place($0)))" }
        out.member(
            "transformKql",
            "source | extend Record = todynamic(RawData) | extend TimeGenerated = todatetime(Record['@timestamp']), "
                + columns.joined(separator: ", ") + " | project-away RawData"
        )
        out.append("}\n")
        return out.text
    }

    private static func column(_ name: String, _ type: String, _ out: inout ByteBuffer) {
        out.element()
        out.member("name", name)
        out.member("type", type)
        out.endObject()
    }

    private static func type(_ field: Field) -> String {
        guard field.enclosingArrays.isEmpty, !field.isList else { return "dynamic" }
        return switch field.kind {
        case .long: "long"
        case .boolean: "boolean"
        case .date: "datetime"
        case .map, .pairs, .objects: "dynamic"
        case .keyword, .ip: field.name == "event.risk_score" ? "real" : "string"
        }
    }

    private static func function(_ field: Field) -> String {
        switch type(field) {
        case "long": "tolong"
        case "boolean": "tobool"
        case "datetime": "todatetime"
        case "real": "toreal"
        case "string": "tostring"
        default: "todynamic"
        }
    }

    /// The field in `Record`; of a member of an array of objects, the array.
    private static func place(_ field: Field) -> String {
        let name = field.enclosingArrays.first ?? field.name
        return "Record" + name.split(separator: ".").map { "['\($0)']" }.joined()
    }
}
