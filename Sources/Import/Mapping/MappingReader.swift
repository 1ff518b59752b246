import Observations
package import YAML

/// Reads mapping files, and says exactly what is wrong in one.
package enum MappingReader {
    private static let keys: Set<String> = [
        "name", "title", "product", "format", "input", "recognise", "when", "each", "columns", "width",
        "separator",
        "unset", "lacks", "headers", "chains", "serials", "fields",
    ]

    /// The mapping of a file.
    package static func read(_ bytes: [UInt8], file: String) throws(YAMLError) -> Mapping {
        let documents = try YAMLReader.parse(bytes, file: file)
        guard let root = documents.first else {
            throw YAMLError(file: file, line: 1, column: 1, message: "the file is empty")
        }
        if documents.count > 1 { throw documents[1].error("a file holds one mapping") }
        return try mapping(root)
    }

    private static func mapping(_ root: YAMLNode) throws(YAMLError) -> Mapping {
        try root.allow(keys)
        let name = try root.required("name")
        let word = try name.string()
        guard !word.isEmpty, word.utf8.count <= 40, word.utf8.allSatisfy(isWordByte) else {
            throw name.error("a name is of lower-case letters, digits and hyphens, at most 40")
        }
        if ForeignFormats.isTaken(word) {
            throw name.error("the name \(word) is that of a reader of our own")
        }
        let input = try root.required("input")
        guard let kind = Mapping.Input(rawValue: try input.string()) else {
            let known = Mapping.Input.allCases.map(\.rawValue).joined(separator: ", ")
            throw input.error("unknown input \(input.text ?? ""); there are \(known)")
        }
        var mapping = Mapping(
            name: word,
            title: try root["title"]?.string() ?? word,
            product: try root["product"]?.string() ?? word,
            format: try root["format"]?.string() ?? word,
            input: kind
        )
        if let node = root["when"] { mapping.conditions = try conditions(node) }
        if let node = root["each"] {
            guard kind == .json else { throw node.error("each is for input json alone") }
            mapping.each = try node.strings()
        }
        try readLines(root, &mapping)
        if let node = root["width"] {
            guard !mapping.columns.isEmpty else {
                throw node.error("width is for a mapping with columns alone")
            }
            guard let width = FieldWidth(rawValue: try node.string()) else {
                throw node.error("width is exact or least")
            }
            mapping.width = width
        }
        if let node = root["recognise"] { mapping.recognition = try recognition(node, mapping) }
        if let node = root["lacks"] { mapping.lacks = try lacks(node) }
        if let node = root["chains"] {
            guard node.text == "whole" else { throw node.error("chains can be whole alone") }
            mapping.hasWholeChains = true
        }
        if let node = root["serials"] { mapping.serials = try serials(node, mapping) }
        if let node = root["headers"] {
            guard node.text == "underscores" else { throw node.error("headers can be underscores alone") }
            mapping.hasUnderscores = true
        }
        mapping.fields = try fields(try root.required("fields"), mapping)
        return mapping
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte &- 0x61 < 26 || byte &- 0x30 < 10 || byte == 0x2d
    }

    private static func recognition(
        _ node: YAMLNode,
        _ mapping: Mapping
    ) throws(YAMLError) -> Mapping.Recognition {
        let kind = mapping.input
        try node.allow(["members", "without", "contains", "columns", "shapes"])
        var recognition = Mapping.Recognition()
        if let members = node["members"] {
            guard kind == .json else { throw members.error("members are for input json alone") }
            recognition.members = try alternatives(members)
        }
        if let members = node["without"] {
            guard kind == .json else { throw members.error("without is for input json alone") }
            recognition.without = try members.strings()
        }
        if let texts = node["contains"] { recognition.contains = try alternatives(texts) }
        if let columns = node["columns"] {
            guard kind == .csv || kind == .tsv else {
                throw columns.error("columns are for csv and tsv alone")
            }
            recognition.columns = try columns.strings()
        }
        if let shapes = node["shapes"] { recognition.shapes = try self.shapes(shapes, mapping) }
        guard !recognition.isEmpty else { throw node.error("recognise names nothing to look for") }
        return recognition
    }

    /// Words, or lists of words of which one is enough.
    private static func alternatives(_ node: YAMLNode) throws(YAMLError) -> [[String]] {
        guard let elements = node.elements else { return [try node.strings()] }
        var lists: [[String]] = []
        for element in elements {
            let words = try element.strings()
            guard !words.isEmpty else { throw element.error("a list without a word tells nothing") }
            lists.append(words)
        }
        return lists
    }

    /// How the values of columns look.
    private static func shapes(
        _ node: YAMLNode,
        _ mapping: Mapping
    ) throws(YAMLError) -> [(column: String, shape: Mapping.Shape)] {
        guard !mapping.columns.isEmpty else {
            throw node.error("shapes are for a mapping with columns alone")
        }
        var shapes: [(column: String, shape: Mapping.Shape)] = []
        for entry in try node.map() {
            guard mapping.columns.contains(entry.name), entry.name != "-" else {
                throw entry.key.error("\(entry.name) is none of the columns")
            }
            let word = try entry.value.string()
            guard let shape = Mapping.Shape(rawValue: word) else {
                let known = Mapping.Shape.allCases.map(\.rawValue).joined(separator: ", ")
                throw entry.value.error("unknown shape \(word); there are \(known)")
            }
            shapes.append((entry.name, shape))
        }
        guard shapes.count >= 3 else { throw node.error("fewer than 3 shapes tell too little") }
        return shapes
    }

    /// Fields, or beginnings of their names, each of which some field has.
    private static func lacks(_ node: YAMLNode) throws(YAMLError) -> [String] {
        let names = try node.strings()
        for (index, name) in names.enumerated() {
            let isKnown =
                !name.isEmpty
                && (Field.named(name) != nil || Field.all.contains { $0.mayBegin(with: name) })
            guard isKnown else {
                throw (node.elements?[index] ?? node).error("no field's name begins with \(name)")
            }
        }
        return names
    }

    private static func serials(
        _ node: YAMLNode,
        _ mapping: Mapping
    ) throws(YAMLError) -> Mapping.Serials {
        try node.allow(["version", "decimal_before", "hex_from"])
        func numbers(_ key: String) throws(YAMLError) -> [Int] {
            let value = try node.required(key)
            guard let numbers = Mapping.Serials.numbers(try value.string()) else {
                throw value.error("a version is of numbers with dots between")
            }
            return numbers
        }
        let place = try places(try node.required("version"), mapping)
        return Mapping.Serials(
            version: place[0],
            decimalBefore: try numbers("decimal_before"),
            hexFrom: try numbers("hex_from")
        )
    }

    private static func conditions(_ node: YAMLNode) throws(YAMLError) -> [Mapping.Condition] {
        var conditions: [Mapping.Condition] = []
        for entry in try node.map() {
            conditions.append(Mapping.Condition(path: entry.name, values: try entry.value.strings()))
        }
        return conditions
    }

    /// What says how lines are taken apart.
    private static func readLines(_ root: YAMLNode, _ mapping: inout Mapping) throws(YAMLError) {
        if let node = root["columns"] {
            guard [.csv, .tsv, .words].contains(mapping.input) else {
                throw node.error("columns are for input csv, tsv and words alone")
            }
            mapping.columns = try node.strings()
            var seen: Set<String> = []
            for column in try node.list() where column.text != "-" && !seen.insert(column.text ?? "").inserted
            {
                throw column.error(
                    "the column \(column.text ?? "") stands twice; - names one that is not read"
                )
            }
        } else if mapping.input == .words {
            throw root.error("input words needs columns")
        }
        if let node = root["separator"] {
            guard mapping.input == .csv, let byte = node.text?.utf8.first, node.text?.utf8.count == 1 else {
                throw node.error("a separator is one character, for input csv alone")
            }
            mapping.separator = byte
        } else if mapping.input == .tsv {
            mapping.separator = 0x09
        }
        mapping.unset = Set(try root["unset"]?.strings() ?? [])
    }

    private static func fields(
        _ node: YAMLNode,
        _ mapping: Mapping
    ) throws(YAMLError) -> [(field: MappedField, value: Mapping.Value)] {
        var fields: [(field: MappedField, value: Mapping.Value)] = []
        for entry in try node.map() {
            guard let field = MappedField(rawValue: entry.name) else {
                throw entry.key.error("unknown field \(entry.name)\(suggestion(entry.name))")
            }
            if fields.contains(where: { $0.field == field }) {
                throw entry.key.error("the field \(entry.name) stands twice")
            }
            fields.append((field, try value(entry.value, mapping)))
        }
        let has = Set(fields.map(\.field))
        let endpoint: Set<MappedField> = [.serverIP, .serverAddress, .serverDomain, .url]
        let certificate: Set<MappedField> = [.certificate, .chain, .sha256, .sha1, .serialNumber, .subject]
        guard !has.isDisjoint(with: endpoint) || !has.isDisjoint(with: certificate) else {
            throw node.error("neither an endpoint (server.ip, server.address) nor a certificate is mapped")
        }
        // A name's parts come before the whole, which gives only those that have no place of their own.
        let whole: Set<MappedField> = [.subject, .issuer]
        return fields.filter { !whole.contains($0.field) } + fields.filter { whole.contains($0.field) }
    }

    private static func value(
        _ node: YAMLNode,
        _ mapping: Mapping
    ) throws(YAMLError) -> Mapping.Value {
        guard let entry = node.entries?.first else {
            return .first(try places(node, mapping))
        }
        guard node.entries?.count == 1 else { throw node.error("one of all, join, sum and value") }
        switch entry.name {
        case "all": return .all(try places(entry.value, mapping))
        case "join": return .joined(try places(entry.value, mapping))
        case "sum": return .sum(try places(entry.value, mapping))
        case "value": return .constant(try entry.value.string())
        default: throw entry.key.error("unknown key \(entry.name); there are all, join, sum and value")
        }
    }

    private static func places(_ node: YAMLNode, _ mapping: Mapping) throws(YAMLError) -> [String] {
        let places = try node.strings()
        if places.isEmpty { throw node.error("no place is named") }
        for (index, place) in places.enumerated() {
            let at = node.elements?[index] ?? node
            if place.isEmpty || place.hasPrefix(".") || place.hasSuffix(".") {
                throw at.error("a place is a dotted name")
            }
            if !mapping.columns.isEmpty, !mapping.columns.contains(place) {
                throw at.error("\(place) is none of the columns")
            }
        }
        return places
    }

    private static func suggestion(_ name: String) -> String {
        let last = name.split(separator: ".").last.map(String.init) ?? name
        let near = MappedField.allCases.map(\.rawValue).first { $0.hasSuffix("." + last) }
        return near.map { "; is \($0) meant?" } ?? ""
    }
}
