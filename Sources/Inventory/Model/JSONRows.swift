import Observations

/// Reads an inventory from JSON: an object a line, or one array of objects; with the columns' names, and
/// values as text, number or list.
package enum JSONRows {
    /// An array's rows are numbered by their place in it, from 1, as lines are.
    package static func rows(_ bytes: [UInt8], file: String) throws(InventoryError) -> [InventoryRow] {
        let tree = JSONTree()
        var rows: [InventoryRow] = []
        if bytes.first(where: { !isBlank($0) }) == 0x5b {
            guard let list = parse(bytes, tree), list.isArray else {
                throw InventoryError(file: file, reason: "is not a JSON array of objects")
            }
            for (number, element) in list.parts.enumerated() {
                rows.append(try row(element, number + 1, "element \(number + 1)", file))
            }
            return rows
        }
        for (number, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
        where line.contains(where: { !isBlank($0) }) {
            rows.append(try row(parse(Array(line), tree), number + 1, "the line", file))
        }
        return rows
    }

    private static func parse(_ bytes: [UInt8], _ tree: JSONTree) -> JSONNode? {
        bytes.withUnsafeBytes { bytes in try? tree.read(bytes) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
    }

    private static func row(
        _ value: JSONNode?,
        _ line: Int,
        _ place: String,
        _ file: String
    ) throws(InventoryError) -> InventoryRow {
        func wrong(_ reason: String) -> InventoryError {
            InventoryError(file: file, line: line, reason: reason)
        }
        guard let value, value.isObject else { throw wrong("\(place) is not a JSON object") }
        var values: [String: [String]] = [:]
        var seen: Set<String> = []
        for part in value.parts {
            guard let texts = texts(part) else {
                throw wrong("'\(part.name)' is neither a text, a number nor a list of them")
            }
            let column = part.name.lowercased()
            guard seen.insert(column).inserted else { throw wrong("the column '\(column)' stands twice") }
            if !texts.isEmpty { values[column] = texts }
        }
        return InventoryRow(line: line, values: values)
    }

    private static func texts(_ value: JSONNode) -> [String]? {
        if value.isNull { return [] }
        if let text = value.string { return text.isEmpty ? [] : [text] }
        if let integer = value.integer { return [String(integer)] }
        if let number = value.number { return [number.description] }
        if let truth = value.truth { return [truth ? "1" : "0"] }
        guard value.isArray else { return nil }
        var result: [String] = []
        for element in value.parts {
            guard !element.isArray, let texts = texts(element) else { return nil }
            result += texts
        }
        return result
    }
}
