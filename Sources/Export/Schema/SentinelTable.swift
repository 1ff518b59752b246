import Bytes
import Observations

/// A table of a Log Analytics workspace, and the transformation that fills it.
///
/// A column holds what its name says. A transformation takes one record to one row and can't look into the
/// objects of an array (no `mv-apply`): such an array is one column, as it stands in the record, and so is an
/// object of details below `hallmark`. What has a name of more than 45 characters is found in `Record`, where
/// each record stands whole. Only functions are used that Azure Monitor lists for transformations.
enum SentinelTable {
    private static let longestName = 45
    /// How many fields a name below `hallmark` goes down by itself; deeper ones are in one column.
    private static let depth = 3

    /// A column, and the path of its value in the record.
    private struct Column {
        let name: String
        let path: [Substring]
        let type: String

        var parent: ArraySlice<Substring> { path.dropLast() }
    }

    private static let columns: [Column] = {
        var columns: [Column] = []
        var names: Set<String> = []
        for field in Field.all where field.name != "@timestamp" {
            let whole = field.name.split(separator: ".")
            var path = (field.enclosingArrays.first ?? field.name).split(separator: ".")
            if path.first == "hallmark" { path = Array(path.prefix(depth)) }
            let name = path.joined(separator: "_")
            guard name.count <= longestName, names.insert(name).inserted else { continue }
            let type = path.count == whole.count ? type(field) : "dynamic"
            columns.append(Column(name: name, path: path, type: type))
        }
        return columns
    }()

    static var text: String {
        var out = ByteBuffer(capacity: 1 << 15)
        out.append("{\"table\":{\"properties\":{\"schema\":{")
        out.member("name", "Hallmark_CL" as String)
        out.array("columns")
        column("TimeGenerated", "datetime", &out)
        column("Record", "dynamic", &out)
        for one in columns { column(one.name, one.type, &out) }
        out.append("]}}}")
        out.member("transformKql", transformation)
        out.append("}\n")
        return out.text
    }

    /// The record as `r`, objects with several fields as `p1`, `p2`, …, and what is made of them.
    ///
    /// Short names, since a transformation has at most 15,360 characters.
    private static var transformation: String {
        let siblings = Dictionary(grouping: columns, by: \.parent)
        var short: [ArraySlice<Substring>: String] = [:]
        var definitions: [String] = []
        for one in columns where siblings[one.parent, default: []].count > 1 && short[one.parent] == nil {
            let name = "p\(definitions.count + 1)"
            definitions.append("\(name) = r\(members(one.parent))")
            short[one.parent] = name
        }
        let values = columns.map { one in
            let place =
                short[one.parent].map { $0 + members(one.path.suffix(1)) } ?? "r" + members(one.path[...])
            return "\(one.name) = " + (function(one.type).map { "\($0)(\(place))" } ?? place)
        }
        return "source | extend r = parse_json(RawData) | extend \(definitions.joined(separator: ", ")) "
            + "| project TimeGenerated = todatetime(r['@timestamp']), Record = r, \(values.joined(separator: ", "))"
    }

    private static func members(_ path: ArraySlice<Substring>) -> String {
        path.map { "['\($0)']" }.joined()
    }

    private static func column(_ name: String, _ type: String, _ out: inout ByteBuffer) {
        out.element()
        out.member("name", name)
        out.member("type", type)
        out.endObject()
    }

    private static func type(_ field: Field) -> String {
        guard !field.isList else { return "dynamic" }
        return switch field.kind {
        case .long: field.isFraction ? "real" : "long"
        case .boolean: "boolean"
        case .date: "datetime"
        case .map, .pairs, .objects: "dynamic"
        case .keyword, .ip: "string"
        }
    }

    /// What makes a value of a type; nil for what stays as it is.
    private static func function(_ type: String) -> String? {
        switch type {
        case "long": "tolong"
        case "boolean": "tobool"
        case "datetime": "todatetime"
        case "real": "toreal"
        case "string": "tostring"
        default: nil
        }
    }
}
